"""The one door through which stock changes. Each change is a movement as well, written in the same transaction.

Lock order everywhere: the dealer's account first, then stock, SKUs in rising order of id. The statement that changes a
SKU's stock locks its row and tells the movement's number and what is left; one more writes the movements of all SKUs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from mall.base import bulk
from mall.catalog.actions.lying import homes, lay, lay_first, lift, move, pick_from, tell
from mall.catalog.models import Because, Move, Sku, SoldOut, Stock

_stock = cast(Table, Stock.__table__)
_OF_SKU = _stock.c.sku_id == bindparam("sku")
_QUANTITY = bindparam("quantity", type_=_stock.c.on_hand.type)
_ENOUGH = _stock.c.on_hand >= _QUANTITY
_NEXT = {"seq": _stock.c.seq + 1}
_FEWER, _MORE = {"on_hand": _stock.c.on_hand - _QUANTITY}, {"on_hand": _stock.c.on_hand + _QUANTITY}
_LESS_CAME, _MORE_CAME = {"supplied": _stock.c.supplied - _QUANTITY}, {"supplied": _stock.c.supplied + _QUANTITY}
_AFTER = (_stock.c.seq, _stock.c.on_hand)
_TAKE = update(_stock).where(_OF_SKU, _ENOUGH).values(_FEWER | _NEXT).returning(*_AFTER)
_ADD = update(_stock).where(_OF_SKU).values(_MORE | _NEXT).returning(*_AFTER)
_SUPPLY = update(_stock).where(_OF_SKU).values(_MORE | _MORE_CAME | _NEXT).returning(*_AFTER)
_WITHDRAW = update(_stock).where(_OF_SKU, _ENOUGH).values(_FEWER | _LESS_CAME | _NEXT).returning(*_AFTER)
_PLACES = bindparam("places", type_=_stock.c.seq.type)
_WRITE_OFF = (
    update(_stock).where(_OF_SKU).values(_LESS_CAME | {"seq": _stock.c.seq + 1 + _PLACES}).returning(*_AFTER)
)
_SEND = update(_stock).where(_OF_SKU).values(seq=_stock.c.seq + _PLACES).returning(*_AFTER)
_LEFT = select(_stock.c.on_hand).where(_OF_SKU)
_LOCK = (
    select(_stock.c.sku_id)
    .where(_stock.c.sku_id.in_(bindparam("skus", expanding=True)))
    .order_by(_stock.c.sku_id)
    .with_for_update()
)


def take(session: Session, now: datetime, quantities: Mapping[int, int], *, because: Because) -> None:
    """Reserve pieces of SKUs for an order, by SKU id; refused whole with SoldOut where fewer are left."""
    rows = [
        move(sku, Move.RESERVE, -quantity, _changed(session, _TAKE, sku, quantity))
        for sku, quantity in _in_order(quantities)
    ]
    tell(session, now, rows, because)


def put_back(
    session: Session, now: datetime, quantities: Mapping[int, int], *, because: Because, arrived: bool = False
) -> None:
    """An order keeps these pieces no more, by SKU id, and others may have them.

    `arrived` says that they had left and are back: they lie in the SKU's first warehouse again. Else they never left.
    """
    if arrived:
        session.execute(_LOCK, {"skus": list(quantities)}).all()
    at = homes(session, quantities) if arrived else {}
    rows = []
    for sku, quantity in _in_order(quantities):
        rows.append(move(sku, Move.RELEASE, quantity, _changed(session, _ADD, sku, quantity), at.get(sku)))
        lay(session, sku, at.get(sku), quantity)
    tell(session, now, rows, because)


def write_off(
    session: Session, now: datetime, quantities: Mapping[int, int], *, because: Because, there: bool = False
) -> None:
    """Pieces of SKUs that an order gave up and that did not come back into stock: lost, broken, or let go of.

    The order's release, and the loss. What can be redeemed stays as it is. `there` says that they had not left: they
    lie no more where they would have been sent from, so that the next count does not miss them once again.
    """
    if there:
        session.execute(_LOCK, {"skus": list(quantities)}).all()
    places = pick_from(session, quantities, None) if there else {}
    rows = []
    for sku, quantity in _in_order(quantities):
        losses: list[tuple[int | None, int]] = [*places.get(sku, [])]
        if nowhere := quantity - sum(pieces for _, pieces in losses):
            losses.append((None, nowhere))
        wants = {"sku": sku, "quantity": quantity, "places": len(losses)}
        seq, left = session.connection().execute(_WRITE_OFF, wants).one()
        seq, left = seq - len(losses), left + quantity
        rows.append(move(sku, Move.RELEASE, quantity, (seq, left)))
        for warehouse, pieces in losses:
            seq, left = seq + 1, left - pieces
            rows.append(move(sku, Move.ADJUST, -pieces, (seq, left), warehouse))
            lift(session, sku, warehouse, pieces)
    tell(session, now, rows, because)


def send_out(
    session: Session,
    now: datetime,
    quantities: Mapping[int, int],
    *,
    because: Because,
    warehouse_id: int | None = None,
) -> None:
    """Pieces that orders keep leave the building, by SKU id: out of the warehouse named, else the SKU's first.

    Without a name it is the first that holds them all, else several in their order; what lies in no warehouse that the
    mall knows of leaves none. Refused with NotThere where the named one holds fewer.
    """
    session.execute(_LOCK, {"skus": list(quantities)}).all()
    places = pick_from(session, quantities, warehouse_id)
    rows = []
    for sku, _quantity in _in_order(quantities):
        if not (own := places.get(sku)):
            continue
        seq, on_hand = session.connection().execute(_SEND, {"sku": sku, "places": len(own)}).one()
        for nth, (warehouse, pieces) in enumerate(own, seq - len(own) + 1):
            rows.append(move(sku, Move.OUT, -pieces, (nth, on_hand), warehouse))
            lift(session, sku, warehouse, pieces)
    tell(session, now, rows, because)


def supply(
    session: Session,
    now: datetime,
    quantities: Mapping[int, int],
    *,
    because: Because,
    warehouse_id: int | None = None,
    kind: Move = Move.IN,
) -> None:
    """Pieces of SKUs come in from outside, by SKU id, into a warehouse where they are things that lie somewhere."""
    rows = []
    for sku, quantity in _in_order(quantities):
        rows.append(move(sku, kind, quantity, _changed(session, _SUPPLY, sku, quantity), warehouse_id))
        lay(session, sku, warehouse_id, quantity)
    tell(session, now, rows, because)


def withdraw(
    session: Session,
    now: datetime,
    quantities: Mapping[int, int],
    *,
    because: Because,
    warehouse_id: int | None = None,
) -> None:
    """Pieces of SKUs leave stock without an order, by SKU id; refused whole with SoldOut where fewer are left, and with
    NotThere where fewer lie in the warehouse.
    """
    rows = []
    for sku, quantity in _in_order(quantities):
        rows.append(move(sku, Move.ADJUST, -quantity, _changed(session, _WITHDRAW, sku, quantity), warehouse_id))
        lift(session, sku, warehouse_id, quantity)
    tell(session, now, rows, because)


def restock(session: Session, now: datetime, *, sku_code: str, by: int, because: Because) -> int:
    """Change a SKU's stock by a difference, never to a number: what was sold meanwhile stays sold.

    Gives back what is left then; refused with SoldOut where more is taken away than is there.
    """
    sku_id = session.execute(select(Sku.id).where(Sku.code == sku_code)).scalar_one()
    if by:
        (supply if by > 0 else withdraw)(session, now, {sku_id: abs(by)}, because=because)
    return int(session.connection().execute(_LEFT, {"sku": sku_id}).scalar_one())


def begin(
    session: Session, now: datetime, *, sku_id: int, pieces: int, because: Because, warehouse_id: int | None
) -> None:
    """The stock of a new SKU, with the pieces there are of it at first."""
    session.add(Stock(sku_id=sku_id, on_hand=0, supplied=0))
    session.flush()
    if pieces:
        supply(session, now, {sku_id: pieces}, because=because, warehouse_id=warehouse_id)


def begin_all(
    session: Session, now: datetime, pieces: Mapping[int, int], *, because: Because, warehouse_id: int | None
) -> None:
    """The stock of new SKUs, by SKU id, with the pieces there are of each at first: written all at once."""
    some = {sku: many for sku, many in _in_order_with_none(pieces) if many}
    rows = [
        {"sku_id": sku, "on_hand": many, "supplied": many, "seq": int(sku in some)} for sku, many in pieces.items()
    ]
    bulk.add(session, _stock, rows)
    tell(session, now, [move(sku, Move.IN, many, (1, many), warehouse_id) for sku, many in some.items()], because)
    if warehouse_id is not None:
        lay_first(session, warehouse_id, some)


def _changed(session: Session, statement: Any, sku: int, quantity: int) -> tuple[int, int]:
    """The number of the movement that a statement makes, and what is left after it; SoldOut where it finds none."""
    connection = session.connection()
    after = connection.execute(statement, {"sku": sku, "quantity": quantity}).one_or_none()
    if after is None:
        raise SoldOut(left=connection.execute(_LEFT, {"sku": sku}).scalar() or 0)
    return after.seq, after.on_hand


def _in_order_with_none(pieces: Mapping[int, int]) -> list[tuple[int, int]]:
    if any(many < 0 for many in pieces.values()):
        raise ValueError("a SKU begins with no piece or some")
    return sorted(pieces.items())


def _in_order(quantities: Mapping[int, int]) -> list[tuple[int, int]]:
    if any(quantity < 1 for quantity in quantities.values()):
        raise ValueError("stock moves by whole pieces, one at least")
    return sorted(quantities.items())
