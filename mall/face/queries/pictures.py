"""Where the face shows a picture: the live layout, the draft of the next, and those that wait for their time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.face.blocks import KINDS
from mall.face.models import Document
from mall.face.queries.due import waiting
from mall.face.queries.versions import draft, last
from mall.media.models import Use

EDITOR = "/desk/face"


def picture_uses(session: Session, key: str) -> list[Use]:
    """The blocks and themes that show the picture of a key, or will."""
    live = last(session)
    found = list(_places(live.document, key, N_("首页"))) if live else []
    found += [replace(use, seen=False) for use in _places(draft(session).document, key, N_("首页草稿"))]
    for due in waiting(session):
        found += [replace(use, seen=False) for use in _places(due.document, key, N_("首页定时发布"))]
    return found


def _places(document: Document, key: str, what: str) -> Iterator[Use]:
    for block in document["blocks"]:
        kind = KINDS.get(block["what"])
        if kind is not None and _within(block, key):
            named = [part for part in (block, *block.get("slides", ())) if part.get("title")]
            yield Use(what=what, names=named[0]["title"] if named else {}, part=kind.label, address=EDITOR)
    if document.get("theme", {}).get("logo") == key:
        yield Use(what=what, part=N_("标志"), address=f"{EDITOR}/theme")


def _within(value: Any, key: str) -> bool:
    if isinstance(value, dict):
        return any(_within(one, key) for one in value.values())
    return any(_within(one, key) for one in value) if isinstance(value, list) else bool(value == key)
