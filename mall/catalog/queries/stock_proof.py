"""Movements beside what they add up to: stock, what lies in warehouses, and an unbroken row of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from sqlalchemy import Table, and_, func, or_, select
from sqlalchemy.orm import Session

from mall.catalog.models import CHANGES_ALL, Move, Sku, Stock, StockAt, StockMovement, Warehouse

RULES: dict[str, str] = {
    "movements": "the movements do not add up to what is left",
    "movements_in": "what the movements brought in is not what came in",
    "movement_gap": "the movements are not numbered from 1 to the last without a gap",
    "movement_left": "a movement says that something else is left than the one before it and its pieces make",
    "lying": "the movements of a warehouse do not add up to what lies in it",
}
SHOWN = 100
"""Faults of a rule that are told at once."""

_stock, _sku = cast(Table, Stock.__table__), cast(Table, Sku.__table__)
_movement, _at = cast(Table, StockMovement.__table__), cast(Table, StockAt.__table__)
_warehouse = cast(Table, Warehouse.__table__)


def broken_movements(session: Session) -> Iterator[tuple[str, str, object, object]]:
    """Every SKU whose movements do not say what its stock says: the rule, where, what is found, what is expected."""
    yield from _sums(session)
    yield from _steps(session)
    yield from _lying(session)


def _sums(session: Session) -> Iterator[tuple[str, str, object, object]]:
    said = (
        select(
            _movement.c.sku_id,
            func.coalesce(func.sum(_movement.c.pieces).filter(_movement.c.kind != Move.OUT), 0).label("left"),
            func.coalesce(func.sum(_movement.c.pieces).filter(_movement.c.kind.in_(CHANGES_ALL)), 0).label("came"),
            func.count().label("number"),
            func.max(_movement.c.seq).label("last"),
        )
        .group_by(_movement.c.sku_id)
        .subquery()
    )
    rows = session.execute(
        select(
            _sku.c.code,
            _stock.c.on_hand,
            _stock.c.supplied,
            _stock.c.seq,
            *(func.coalesce(said.c[name], 0).label(name) for name in ("left", "came", "number", "last")),
        )
        .join(_sku, _sku.c.id == _stock.c.sku_id)
        .outerjoin(said, said.c.sku_id == _stock.c.sku_id)
    )
    for row in rows:
        where = f"SKU {row.code}"
        if int(row.left) != row.on_hand:
            yield "movements", where, int(row.left), row.on_hand
        if int(row.came) != row.supplied:
            yield "movements_in", where, int(row.came), row.supplied
        if not row.number == row.last == row.seq:
            yield "movement_gap", where, f"{row.number} up to {row.last}", row.seq


def _steps(session: Session) -> Iterator[tuple[str, str, object, object]]:
    counts = func.coalesce(
        func.sum(_movement.c.pieces)
        .filter(_movement.c.kind != Move.OUT)
        .over(partition_by=_movement.c.sku_id, order_by=_movement.c.seq),
        0,
    )
    step = select(_movement.c.sku_id, _movement.c.seq, _movement.c.on_hand, counts.label("should")).subquery()
    rows = session.execute(
        select(_sku.c.code, step.c.seq, step.c.on_hand, step.c.should)
        .join(_sku, _sku.c.id == step.c.sku_id)
        .where(step.c.on_hand != step.c.should)
        .limit(SHOWN)
    )
    for row in rows:
        yield "movement_left", f"SKU {row.code}, movement {row.seq}", row.on_hand, int(row.should)


def _lying(session: Session) -> Iterator[tuple[str, str, object, object]]:
    said = (
        select(_movement.c.sku_id, _movement.c.warehouse_id, func.sum(_movement.c.pieces).label("pieces"))
        .where(_movement.c.warehouse_id.is_not(None))
        .group_by(_movement.c.sku_id, _movement.c.warehouse_id)
        .subquery()
    )
    same = and_(_at.c.sku_id == said.c.sku_id, _at.c.warehouse_id == said.c.warehouse_id)
    both = (
        select(said.c.sku_id, said.c.warehouse_id, said.c.pieces.label("said"), _at.c.pieces.label("lies"))
        .outerjoin(_at, same)
        .union_all(
            select(_at.c.sku_id, _at.c.warehouse_id, said.c.pieces, _at.c.pieces)
            .outerjoin(said, same)
            .where(said.c.sku_id.is_(None), _at.c.pieces != 0)
        )
        .subquery()
    )
    rows = session.execute(
        select(_sku.c.code, _warehouse.c.code.label("at"), both.c.said, both.c.lies)
        .join(_sku, _sku.c.id == both.c.sku_id)
        .join(_warehouse, _warehouse.c.id == both.c.warehouse_id)
        .where(or_(both.c.said.is_(None), both.c.lies.is_(None), both.c.said != both.c.lies))
        .limit(SHOWN)
    )
    for row in rows:
        yield "lying", f"SKU {row.code} in {row.at}", int(row.said or 0), int(row.lies or 0)
