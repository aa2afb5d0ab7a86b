"""Orders whose time to be paid is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.orders.models import OrderState, RedemptionOrder


def unpaid_due(session: Session, now: datetime, *, limit: int) -> list[tuple[int, int, datetime]]:
    """Dealer, id and closing moment of orders that nobody paid in time, longest over first."""
    asked = (
        select(RedemptionOrder.dealer_id, RedemptionOrder.id, RedemptionOrder.close_at)
        .where(RedemptionOrder.state == OrderState.AWAITING_PAYMENT, RedemptionOrder.close_at <= now)
        .order_by(RedemptionOrder.close_at)
        .limit(limit)
    )
    return [(row.dealer_id, row.id, row.close_at or now) for row in session.execute(asked)]
