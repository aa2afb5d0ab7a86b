"""Redeeming the same again: an earlier order's lines go into the member's cart, as far as they can still be had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.orders.actions.cart import put
from mall.orders.models import MOST, CartFull, OffShelf, OrderLine, RedemptionOrder
from mall.orders.queries.offer import offers_of
from mall.orders.rules.judgement import left_of_limit


@dataclass(frozen=True)
class Again:
    """What came of it: names by language of what is in the cart, of what is there in smaller number, of what is not."""

    put: list[dict[str, str]]
    fewer: list[dict[str, str]]
    left: list[dict[str, str]]


def again(session: Session, now: datetime, *, dealer_id: int, member_id: int, no: str, key: str) -> Again:
    """Put an order's lines into the cart at today's prices, each as far as stock and limit allow.

    `key` is the form's: sent again it adds nothing. Refused: an order that is not this dealer's.
    """
    order_id = session.scalar(
        select(RedemptionOrder.id).where(RedemptionOrder.dealer_id == dealer_id, RedemptionOrder.no == no)
    )
    if order_id is None:
        raise NotFound
    lines = session.scalars(
        select(OrderLine)
        .where(OrderLine.dealer_id == dealer_id, OrderLine.order_id == order_id)
        .order_by(OrderLine.line_no)
    ).all()
    offers = offers_of(session, now, dealer_id=dealer_id, sku_ids={line.sku_id for line in lines})
    came = Again([], [], [])
    for line in lines:
        offer = offers[line.sku_id]
        room = MOST if offer.limit is None else left_of_limit(offer.limit, offer.had)
        quantity = min(line.quantity, offer.on_hand, room)
        if quantity < 1:
            came.left.append(line.names)
            continue
        try:
            put(
                session, now, dealer_id=dealer_id, member_id=member_id, sku_id=line.sku_id, plan_id=line.plan_id,
                quantity=quantity, key=f"{key}/{line.line_no}",
            )  # fmt: skip
        except (OffShelf, CartFull):
            came.left.append(line.names)
        else:
            (came.put if quantity == line.quantity else came.fewer).append(line.names)
    return came
