"""Reading a file of rewards: row by row, what each reward in it asks for.

No more of a file is held than the rows of some hundred rewards; how they stand now is read for all of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from mall.base import table
from mall.base.bulk import among
from mall.catalog.models import Category, FreightTemplate, Item, ItemDraft, Sku, Supplier
from mall.catalog.rules.bulk import Asked
from mall.catalog.rules.sheets.columns import MOST_ROWS
from mall.catalog.rules.sheets.heading import LOOKED_AT, Heading, heading
from mall.catalog.rules.sheets.known import NEW, Known, Named, Standing, names
from mall.catalog.rules.sheets.layout import REWARDS, Layout
from mall.catalog.rules.sheets.rows import Line, asked
from mall.media.models import Picture

CHUNK = 200
"""Rewards whose standing is read together."""
LAST_ROW = MOST_ROWS + LOOKED_AT

_item, _sku = cast(Table, Item.__table__), cast(Table, Sku.__table__)
_draft = cast(Table, ItemDraft.__table__)
_ITEMS = select(_item.c.id, _item.c.code, _item.c.kind, _item.c.shelved_at, _item.c.off_at).where(
    among(_item.c.code, "codes")
)
_SKUS = select(_sku.c.item_id, _sku.c.code, _sku.c.attributes).where(among(_sku.c.item_id, "items"))
_BEING_WRITTEN = select(_draft.c.code).where(_draft.c.item_id.is_(None), among(_draft.c.code, "codes"))


def opened(raw: bytes, layout: Layout = REWARDS) -> Heading:
    """The heading of a file, before any of it is kept. Refused: what is no table, or has no heading."""
    return heading(table.rows(raw, most=LAST_ROW), layout)


def read(session: Session, now: datetime, raw: bytes, *, zone: str, built_in: Iterable[str]) -> Iterator[Asked]:
    """What each reward of a file asks for, in the order of the file. `built_in` are the pictures that come along.

    Refused: what is no table, has no heading, or more rows than are taken.
    """
    rows = table.rows(raw, most=LAST_ROW)
    shape = heading(rows)
    there = known(session, now, zone=zone, built_in=built_in)
    seen: dict[str, int] = {}
    first: dict[str, int] = {}
    for some in _some(groups(rows, shape)):
        standings = _standings(session, [lines[0].item for lines in some])
        for lines in some:
            code = lines[0].item
            before = first.setdefault(code, lines[0].no) if code else lines[0].no
            before = before if before != lines[0].no else 0
            yield asked(lines, there, standings.get(code, NEW), seen=seen, first=before)


def groups(rows: Iterable[table.Row], shape: Heading) -> Iterator[list[Line]]:
    """The rows of a reward that stand together; a row without a reward's code stands alone."""
    lines = (line for row in rows if (line := shape.line(row)).cells)
    for code, together in groupby(lines, key=lambda line: line.item):
        if code:
            yield list(together)
        else:
            yield from ([line] for line in together)


def known(session: Session, now: datetime, *, zone: str, built_in: Iterable[str]) -> Known:
    """What there is: categories by code, name and path, suppliers and templates by code and name, pictures."""
    ours = frozenset(built_in)
    kept = set(session.scalars(select(Picture.key)))
    suppliers = session.execute(select(Supplier.code, Supplier.name)).all()
    templates = session.execute(select(FreightTemplate.code, FreightTemplate.name)).all()
    return Known(
        now=now,
        zone=ZoneInfo(zone),
        named={
            "category": categories_by_name(session),
            "supplier": names((row.code, [row.name]) for row in suppliers),
            "freight": names((row.code, [row.name]) for row in templates),
        },
        is_picture=_either(ours, kept),
    )


def _either(ours: frozenset[str], kept: set[str]) -> Callable[[str], bool]:
    return lambda key: key in ours or key in kept


def categories_by_name(session: Session) -> Named:
    """Categories by code, name in any language, and path in any."""
    rows = {row.id: row for row in session.scalars(select(Category))}

    def paths(row: Category) -> list[str]:
        above = paths(rows[row.parent_id]) if row.parent_id else []
        own = list(row.names.values())
        return [f"{path}/{name}" for path in above for name in own] if above else own

    return names((row.code, {*row.names.values(), *paths(row)}) for row in rows.values())


def _some(found: Iterator[list[Line]]) -> Iterator[list[list[Line]]]:
    some: list[list[Line]] = []
    for lines in found:
        some.append(lines)
        if len(some) >= CHUNK:
            yield some
            some = []
    if some:
        yield some


def _standings(session: Session, codes: list[str]) -> dict[str, Standing]:
    """How rewards stand, by code; those that are not there are not in it."""
    given: dict[str, Any] = {"codes": sorted(set(codes))}
    items = {row.id: row for row in session.execute(_ITEMS, given)}
    skus: dict[int, dict[str, Any]] = {item_id: {} for item_id in items}
    for row in session.execute(_SKUS, {"items": list(items)}):
        skus[row.item_id][row.code] = row.attributes
    found = {code: Standing(being_written=True) for code in session.scalars(_BEING_WRITTEN, given)}
    return found | {
        row.code: Standing(kind=row.kind, shelved_at=row.shelved_at, off_at=row.off_at, skus=skus[row.id])
        for row in items.values()
    }
