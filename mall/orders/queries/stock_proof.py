"""The proof of the stock: what is left, what orders keep and what came in, beside the movements that say so."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import cast

from sqlalchemy import Table, and_, func, select
from sqlalchemy.orm import Session

from mall.catalog.models import FOR_ORDERS, Sku, Stock, StockMovement
from mall.catalog.queries import stock_proof as movements
from mall.orders.models import OrderLine, OrderState, RedemptionOrder

Broken = tuple[str, str, object, object]

RULES: dict[str, str] = {
    "stock": "what came in is not what is left and what orders keep",
    "reserved": "the movements reserve another number of pieces than orders keep",
    **movements.RULES,
}

_order, _line = cast(Table, RedemptionOrder.__table__), cast(Table, OrderLine.__table__)
_stock, _sku = cast(Table, Stock.__table__), cast(Table, Sku.__table__)
_movement = cast(Table, StockMovement.__table__)


def skus(session: Session) -> int:
    """How many SKUs have stock."""
    return session.scalar(select(func.count()).select_from(_stock)) or 0


def broken_stock(session: Session) -> Iterator[Broken]:
    """Every SKU whose pieces do not add up: the rule, where, what is found, what is expected. Four statements."""
    return chain(_against_orders(session), movements.broken_movements(session))


def _against_orders(session: Session) -> Iterator[Broken]:
    kept = (
        select(_line.c.sku_id, func.sum(_line.c.quantity - _line.c.returned_quantity).label("kept"))
        .join(_order, and_(_order.c.dealer_id == _line.c.dealer_id, _order.c.id == _line.c.order_id))
        .where(_order.c.state != OrderState.CANCELLED)
        .group_by(_line.c.sku_id)
        .subquery()
    )
    reserved = (
        select(_movement.c.sku_id, (-func.sum(_movement.c.pieces)).label("reserved"))
        .where(_movement.c.kind.in_(FOR_ORDERS))
        .group_by(_movement.c.sku_id)
        .subquery()
    )
    rows = session.execute(
        select(
            _sku.c.code,
            _stock.c.supplied,
            _stock.c.on_hand,
            func.coalesce(kept.c.kept, 0).label("kept"),
            func.coalesce(reserved.c.reserved, 0).label("reserved"),
        )
        .join(_sku, _sku.c.id == _stock.c.sku_id)
        .outerjoin(kept, kept.c.sku_id == _stock.c.sku_id)
        .outerjoin(reserved, reserved.c.sku_id == _stock.c.sku_id)
    )
    for row in rows:
        if row.supplied != row.on_hand + int(row.kept):
            yield "stock", f"SKU {row.code}", f"{row.on_hand} left and {row.kept} kept", row.supplied
        if int(row.reserved) != int(row.kept):
            yield "reserved", f"SKU {row.code}", int(row.reserved), int(row.kept)
