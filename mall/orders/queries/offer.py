"""What a dealer is offered: a choice with its price, its stock, the dealer's limit, and where it would go."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, func, select
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.base.types import Id
from mall.catalog.models import Item, Sku, Stock
from mall.dealers.models import Address
from mall.orders.models import OrderLine, OrderState, RedemptionOrder
from mall.orders.rules import Offer

_order, _line = cast(Table, RedemptionOrder.__table__), cast(Table, OrderLine.__table__)
_item, _sku, _stock = cast(Table, Item.__table__), cast(Table, Sku.__table__), cast(Table, Stock.__table__)
_address = cast(Table, Address.__table__)

_HAD = (
    select(func.coalesce(func.sum(_line.c.quantity), 0))
    .join(_order, and_(_order.c.dealer_id == _line.c.dealer_id, _order.c.id == _line.c.order_id))
    .where(
        _line.c.dealer_id == bindparam("dealer"),
        _line.c.item_id == _item.c.id,
        _order.c.state != OrderState.CANCELLED,
    )
    .correlate(_item)
    .scalar_subquery()
)
# Built once, and one statement for all of it: it is asked while the dealer's account is locked.
_OFFER = (
    select(
        _item.c.id.label("item_id"),
        _item.c.code.label("item_code"),
        _item.c.kind,
        _item.c.names,
        _item.c.pictures,
        _item.c.delivery,
        _item.c.limit_per_dealer,
        _item.c.shelved_at,
        _sku.c.id.label("sku_id"),
        _sku.c.code.label("sku_code"),
        _sku.c.attributes,
        _sku.c.picture,
        _sku.c.retired_at,
        _sku.c.points,
        func.coalesce(_stock.c.on_hand, 0).label("on_hand"),
        _HAD.label("had"),
        _address.c.recipient_sealed,
        _address.c.phone_sealed,
        _address.c.region,
        _address.c.street_sealed,
    )
    .select_from(_sku)
    .join(_item, _item.c.id == _sku.c.item_id)
    .outerjoin(_stock, _stock.c.sku_id == _sku.c.id)
    .outerjoin(
        _address,
        and_(
            _address.c.dealer_id == bindparam("dealer"),
            _address.c.id == bindparam("address", type_=Id),
            _address.c.removed_at.is_(None),
        ),
    )
)
_BY_ID = _OFFER.where(_sku.c.id == bindparam("sku"))
_BY_CODE = _OFFER.where(_sku.c.code == bindparam("sku"))


def offer_by_code(session: Session, now: datetime, *, dealer_id: int, sku_code: str) -> Offer:
    """The offer of a SKU by its code, as pages name it. Refused: a code nobody knows."""
    wants = {"dealer": dealer_id, "sku": sku_code, "address": None}
    return _offer(session.execute(_BY_CODE, wants).one_or_none(), now)


def offer_of(session: Session, now: datetime, *, dealer_id: int, sku_id: int, address_id: int | None) -> Offer:
    """The offer of a SKU, with the address it would go to. Refused: an id nobody knows."""
    wants = {"dealer": dealer_id, "sku": sku_id, "address": address_id}
    return _offer(session.execute(_BY_ID, wants).one_or_none(), now)


def _offer(row: Any, now: datetime) -> Offer:
    if row is None:
        raise NotFound
    sealed = {"recipient": row.recipient_sealed, "phone": row.phone_sealed, "street": row.street_sealed}
    return Offer(
        item_id=row.item_id,
        item_code=row.item_code,
        kind=row.kind,
        names=row.names,
        sku_id=row.sku_id,
        sku_code=row.sku_code,
        attributes=row.attributes,
        picture=row.picture or next(iter(row.pictures), ""),
        delivery=row.delivery,
        points_each=row.points,
        on_shelf=row.shelved_at is not None and row.shelved_at <= now and row.retired_at is None,
        on_hand=row.on_hand,
        limit=row.limit_per_dealer,
        had=int(row.had),  # PostgreSQL's SUM of BIGINT is a NUMERIC
        address_sealed=sealed if row.street_sealed is not None else None,
        region=row.region or "",
    )
