"""Stock levels as rows of a spreadsheet: those of a file as it is read, those of SKUs some hundred at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from mall.base import table
from mall.base.bulk import among
from mall.catalog.models import Item, Sku, Stock, StockLevel
from mall.catalog.queries.price_sheet import called
from mall.catalog.queries.sheet_reader import LAST_ROW
from mall.catalog.rules.bulk import Asked
from mall.catalog.rules.sheets.heading import heading
from mall.catalog.rules.sheets.known import Known
from mall.catalog.rules.sheets.level_columns import LEVELS
from mall.catalog.rules.sheets.level_rows import asked_levels
from mall.catalog.rules.sheets.lines import Cells

CHUNK = 500
NAMES = ("warning", "safety", "lead_days", "pack_size")
_item, _sku, _stock, _level = (cast(Table, each.__table__) for each in (Item, Sku, Stock, StockLevel))
_SKUS = (
    select(_sku.c.id, _sku.c.code, _sku.c.attributes, _item.c.names, _stock.c.on_hand, *(_level.c[n] for n in NAMES))
    .join(_item, _item.c.id == _sku.c.item_id)
    .join(_stock, _stock.c.sku_id == _sku.c.id)
    .outerjoin(_level, _level.c.sku_id == _sku.c.id)
    .where(among(_sku.c.id, "skus"))
)


def read(session: Session, now: datetime, raw: bytes, *, zone: str) -> Iterator[Asked]:
    """What each row of a file of levels asks for, in the order of the file.

    Refused: what is no table, has no heading, or more rows than are taken.
    """
    rows = table.rows(raw, most=LAST_ROW)
    shape = heading(rows, LEVELS)
    known = Known(now=now, zone=ZoneInfo(zone), named={}, is_picture=lambda _key: False)
    seen: dict[str, int] = {}
    for row in rows:
        line = shape.line(row)
        if line.cells:
            yield asked_levels(line, known, seen)


def rows(session: Session, sku_ids: Sequence[int], *, language: str) -> Iterator[Cells]:
    """The levels of SKUs, a row each; what was never said is blank. No transaction stays open meanwhile."""
    for at in range(0, len(sku_ids), CHUNK):
        some = sku_ids[at : at + CHUNK]
        found = {row.id: row for row in session.execute(_SKUS, {"skus": list(some)})}
        session.rollback()
        for sku in (found[each] for each in some if each in found):
            levels = {name: value for name in NAMES if (value := getattr(sku, name)) is not None}
            yield {"sku": sku.code, "called": called(sku, language), "left": sku.on_hand, **levels}
