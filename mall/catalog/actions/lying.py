"""Movements as rows, and where pieces lie. For the doors of stock alone: whoever is here has the SKUs' rows locked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from mall.base import bulk
from mall.catalog.models import Because, Move, NotThere, Sku, StockAt, StockMovement, Warehouse

_at, _warehouse = cast(Table, StockAt.__table__), cast(Table, Warehouse.__table__)
_ADD_MOVEMENT = insert(cast(Table, StockMovement.__table__))
_HERE = (_at.c.sku_id == bindparam("sku"), _at.c.warehouse_id == bindparam("warehouse"))
_PIECES = bindparam("pieces", type_=_at.c.pieces.type)
_LAY = update(_at).where(*_HERE).values(pieces=_at.c.pieces + _PIECES)
_LAY_FIRST = insert(_at).values(sku_id=bindparam("sku"), warehouse_id=bindparam("warehouse"), pieces=_PIECES)
_LIFT = update(_at).where(*_HERE, _at.c.pieces >= _PIECES).values(pieces=_at.c.pieces - _PIECES)
_LIES = (
    select(_at.c.sku_id, _at.c.warehouse_id, _at.c.pieces, _warehouse.c.closed_at)
    .join(_warehouse, _warehouse.c.id == _at.c.warehouse_id)
    .where(_at.c.sku_id.in_(bindparam("skus", expanding=True)))
    .order_by(_at.c.sku_id, _warehouse.c.position, _warehouse.c.id)
)
_FIRST = (
    select(_warehouse.c.id)
    .where(_warehouse.c.closed_at.is_(None))
    .order_by(_warehouse.c.position, _warehouse.c.id)
    .limit(1)
    .with_for_update(read=True)
)
_HOLD = (
    select(_warehouse.c.id)
    .where(_warehouse.c.id.in_(bindparam("warehouses", expanding=True)), _warehouse.c.closed_at.is_(None))
    .order_by(_warehouse.c.id)
    .with_for_update(read=True)
)


def move(sku: int, kind: Move, pieces: int, after: tuple[int, int], warehouse: int | None = None) -> dict[str, Any]:
    """A movement of `pieces`, signed; `after` is its number and what can be redeemed then."""
    seq, on_hand = after
    return {
        "sku_id": sku, "seq": seq, "kind": kind, "pieces": pieces, "on_hand": on_hand, "warehouse_id": warehouse,
    }  # fmt: skip


def tell(session: Session, now: datetime, rows: list[dict[str, Any]], because: Because) -> None:
    """Write movements down, all by one statement."""
    if not rows:
        return
    told = {
        "reason": because.reason,
        "reference": because.reference[:80],
        "remark": because.remark[:200],
        "actor": because.actor,
        "key": because.key,
        "at": now,
    }
    session.connection().execute(_ADD_MOVEMENT, [row | told for row in rows])


def lay(session: Session, sku: int, warehouse: int | None, pieces: int) -> None:
    """Pieces of a SKU lie in a warehouse from now on; in none, where none is named."""
    if warehouse is None:
        return
    wants = {"sku": sku, "warehouse": warehouse, "pieces": pieces}
    if not session.connection().execute(_LAY, wants).rowcount:
        session.connection().execute(_LAY_FIRST, wants)


def lay_first(session: Session, warehouse: int, quantities: Mapping[int, int]) -> None:
    """Pieces of SKUs that lay nowhere before lie in a warehouse from now on, by SKU id."""
    rows = [{"sku_id": sku, "warehouse_id": warehouse, "pieces": pieces} for sku, pieces in quantities.items()]
    bulk.add(session, _at, rows)


def lift(session: Session, sku: int, warehouse: int | None, pieces: int) -> None:
    """Pieces of a SKU lie in a warehouse no more; refused where fewer lie there."""
    if warehouse is None:
        return
    wants = {"sku": sku, "warehouse": warehouse, "pieces": pieces}
    if not session.connection().execute(_LIFT, wants).rowcount:
        raise not_there(session, sku, warehouse)


def not_there(session: Session, sku: int, warehouse: int) -> NotThere:
    """The refusal that tells how many pieces of a SKU lie in a warehouse."""
    held = select(StockAt.pieces).where(StockAt.sku_id == sku, StockAt.warehouse_id == warehouse)
    return NotThere(
        warehouse=session.scalar(select(Warehouse.name).where(Warehouse.id == warehouse)) or "",
        left=session.scalar(held) or 0,
        sku=session.scalar(select(Sku.code).where(Sku.id == sku)) or "",
    )


def homes(session: Session, skus: Collection[int]) -> dict[int, int]:
    """Where pieces of SKUs go that come back: the first open warehouse that has known them, else the first of all.

    These stay open until the end: whoever closes one waits, and finds what came in. The SKUs' rows are locked before.
    """
    while True:
        found: dict[int, int] = {}
        for row in session.execute(_LIES, {"skus": list(skus)}):
            if row.closed_at is None:
                found.setdefault(row.sku_id, row.warehouse_id)
        chosen = set(found.values())
        if not chosen or chosen <= set(session.scalars(_HOLD, {"warehouses": list(chosen)})):
            break  # else one was being closed just now: look again
    if len(found) < len(skus) and (first := first_warehouse(session)):
        found |= {sku: first for sku in skus if sku not in found}
    return found


def first_warehouse(session: Session) -> int | None:
    """The open warehouse that is asked first, if there is one; it stays open until the end."""
    return session.scalar(_FIRST)


def pick_from(
    session: Session, quantities: Mapping[int, int], warehouse_id: int | None
) -> dict[int, list[tuple[int, int]]]:
    """Which warehouses so many pieces of SKUs leave, and how many pieces each of them."""
    lies: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in session.execute(_LIES, {"skus": list(quantities)}):
        lies[row.sku_id].append((row.warehouse_id, row.pieces))
    places: dict[int, list[tuple[int, int]]] = {}
    for sku, quantity in quantities.items():
        if warehouse_id is not None:
            if dict(lies[sku]).get(warehouse_id, 0) < quantity:
                raise not_there(session, sku, warehouse_id)
            places[sku] = [(warehouse_id, quantity)]
            continue
        whole = next((at for at, pieces in lies[sku] if pieces >= quantity), None)
        places[sku] = [(whole, quantity)] if whole is not None else _spread(lies[sku], quantity)
    return places


def _spread(lies: list[tuple[int, int]], quantity: int) -> list[tuple[int, int]]:
    """So many pieces out of several warehouses, in their order."""
    taken = []
    for at, pieces in lies:
        if part := min(pieces, quantity):
            taken.append((at, part))
            quantity -= part
    return taken
