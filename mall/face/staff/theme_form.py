"""A theme as a browser sends it."""

from __future__ import annotations

from typing import Any

from mall.face.rules.theme import TABS
from mall.face.staff.block_form import Sent, words_from
from mall.web.forms import trimmed


def theme_from(sent: Sent) -> dict[str, Any]:
    """Names, colours, logo and tabs as they were typed."""
    tabs = {
        key: {"names": words_from(sent, f"tabs-{key}-names"), "icon": trimmed(sent.get(f"tabs-{key}-icon"))}
        for key in TABS
    }
    return {
        "names": words_from(sent, "names"),
        "brand": trimmed(sent.get("brand"))[:20],
        "value": trimmed(sent.get("value"))[:20],
        "logo": trimmed(sent.get("logo"))[:80],
        "tabs": tabs,
    }
