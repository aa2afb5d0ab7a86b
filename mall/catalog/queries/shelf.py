"""Shelves of a page that staff build: a category's best, or rewards named one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from mall.catalog.queries.entry import Entry, entries
from mall.catalog.queries.items import _ENTRY, _ON_SHELF, _PLAIN, _item, _page_statement

_IN_CATEGORY = _page_statement(replace(_PLAIN, in_stock=True, category=True))
_CHOSEN = _ENTRY.where(_ON_SHELF, _item.c.code.in_(bindparam("codes", expanding=True)))


def in_category(session: Session, now: datetime, category: str, *, limit: int) -> list[Entry]:
    """A category's rewards in stock, the recommended first."""
    return entries(session, _IN_CATEGORY, {"now": now, "category": category, "limit": limit, "offset": 0})


def chosen(session: Session, now: datetime, codes: Sequence[str]) -> list[Entry]:
    """The rewards of these codes that are on the shelf, in this order."""
    if not codes:
        return []
    found = {entry.code: entry for entry in entries(session, _CHOSEN, {"now": now, "codes": list(codes)})}
    return [found[code] for code in codes if code in found]
