"""The one door through which stock changes.

Lock order everywhere: the dealer's account first, then stock, SKUs in rising order of id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from mall.catalog.models import Sku, SoldOut, Stock

_stock = cast(Table, Stock.__table__)
_TAKE = (
    update(_stock)
    .where(_stock.c.sku_id == bindparam("sku"), _stock.c.on_hand >= bindparam("quantity"))
    .values(on_hand=_stock.c.on_hand - bindparam("quantity"))
)
_ADD = (
    update(_stock).where(_stock.c.sku_id == bindparam("sku")).values(on_hand=_stock.c.on_hand + bindparam("quantity"))
)
_SUPPLY = _ADD.values(supplied=_stock.c.supplied + bindparam("quantity"))
_WITHDRAW = _TAKE.values(supplied=_stock.c.supplied - bindparam("quantity"))
_WRITE_OFF = (
    update(_stock).where(_stock.c.sku_id == bindparam("sku")).values(supplied=_stock.c.supplied - bindparam("quantity"))
)
_LEFT = select(_stock.c.on_hand).where(_stock.c.sku_id == bindparam("sku"))


def take(session: Session, now: datetime, quantities: Mapping[int, int]) -> None:
    """Take pieces of SKUs out of stock, by SKU id; refused whole with SoldOut where fewer are left."""
    connection = session.connection()
    for sku, quantity in _in_order(quantities):
        if connection.execute(_TAKE, {"sku": sku, "quantity": quantity}).rowcount != 1:
            raise SoldOut(left=connection.execute(_LEFT, {"sku": sku}).scalar() or 0)


def put_back(session: Session, now: datetime, quantities: Mapping[int, int]) -> None:
    """Give pieces of SKUs back to stock, by SKU id: an order was cancelled, or its lines never left."""
    connection = session.connection()
    for sku, quantity in _in_order(quantities):
        connection.execute(_ADD, {"sku": sku, "quantity": quantity})


def write_off(session: Session, now: datetime, quantities: Mapping[int, int]) -> None:
    """Pieces of SKUs that an order gave up and that did not come back into stock: lost, broken, or let go of."""
    connection = session.connection()
    for sku, quantity in _in_order(quantities):
        connection.execute(_WRITE_OFF, {"sku": sku, "quantity": quantity})


def supply(session: Session, now: datetime, quantities: Mapping[int, int]) -> None:
    """Pieces of SKUs come in from outside, by SKU id."""
    connection = session.connection()
    for sku, quantity in _in_order(quantities):
        connection.execute(_SUPPLY, {"sku": sku, "quantity": quantity})


def withdraw(session: Session, now: datetime, quantities: Mapping[int, int]) -> None:
    """Pieces of SKUs leave stock without an order, by SKU id; refused whole with SoldOut where fewer are left."""
    connection = session.connection()
    for sku, quantity in _in_order(quantities):
        if connection.execute(_WITHDRAW, {"sku": sku, "quantity": quantity}).rowcount != 1:
            raise SoldOut(left=connection.execute(_LEFT, {"sku": sku}).scalar() or 0)


def restock(session: Session, now: datetime, *, sku_code: str, by: int) -> int:
    """Change a SKU's stock by a difference, never to a number: what was sold meanwhile stays sold.

    Gives back what is left then; refused with SoldOut where more is taken away than is there.
    """
    sku_id = session.execute(select(Sku.id).where(Sku.code == sku_code)).scalar_one()
    connection = session.connection()
    if connection.execute(_SUPPLY if by >= 0 else _WITHDRAW, {"sku": sku_id, "quantity": abs(by)}).rowcount != 1:
        raise SoldOut(left=connection.execute(_LEFT, {"sku": sku_id}).scalar() or 0)
    return int(connection.execute(_LEFT, {"sku": sku_id}).scalar_one())


def _in_order(quantities: Mapping[int, int]) -> list[tuple[int, int]]:
    if any(quantity < 1 for quantity in quantities.values()):
        raise ValueError("stock moves by whole pieces, one at least")
    return sorted(quantities.items())
