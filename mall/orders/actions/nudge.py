"""The dealer asks fulfilment to hurry."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mall.orders.actions.happened import happened
from mall.orders.actions.loading import locked_order
from mall.orders.models import Happening, NotNow, NudgedAlready, RedemptionOrder
from mall.points.actions import open_book

AGAIN_AFTER = timedelta(hours=24)


def nudge(session: Session, now: datetime, *, dealer_id: int, member_id: int, no: str) -> RedemptionOrder:
    """Mark an order that waits for fulfilment as asked after; anybody of the dealer may, once a day.

    Refused: an order of which nothing waits; a second nudge within a day.
    """
    open_book(session, now, dealer_id)
    order = locked_order(session, dealer_id, no=no)
    if not order.waiting:
        raise NotNow
    if order.nudged_at is not None and now < order.nudged_at + AGAIN_AFTER:
        raise NudgedAlready
    order.nudged_at = now
    happened(session, now, order, Happening.NUDGED, actor=f"member:{member_id}", act="order.nudge")
    return order
