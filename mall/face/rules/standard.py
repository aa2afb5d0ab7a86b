"""The layout the mall comes with, live until another is published."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from mall.face.models import Document

EVERYBODY: dict[str, Any] = {"starts_at": None, "ends_at": None, "tiers": [], "regions": []}

_STANDARD: Document = {
    "blocks": [
        {"id": "balance", "what": "balance", "greeted": True, "logo": False},
        {"id": "search", "what": "search", "hint": {}},
        {"id": "news", "what": "announcement", "count": 2},
        {"id": "doors", "what": "quick_grid", "source": "categories", "count": 8, "doors": []},
        {"id": "reach", "what": "within_reach", "count": 6},
        {
            "id": "picks",
            "what": "shelf",
            "title": {},
            "source": "picks",
            "category": "",
            "codes": [],
            "count": 6,
            "way": "grid",
        },
    ],
    "theme": {},
}


def standard() -> Document:
    """A copy of it, to be worked on."""
    document = deepcopy(_STANDARD)
    document["blocks"] = [EVERYBODY | block for block in document["blocks"]]
    return document
