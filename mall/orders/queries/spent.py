"""How many points a member has redeemed this month."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.base.time import civil_day, start_of_day
from mall.orders.models import OrderState, RedemptionOrder


def spent_this_month(session: Session, dealer_id: int, member_id: int, now: datetime, zone: str) -> int:
    """Points of the orders that a member placed since the month began in the programme's zone.

    What was cancelled or given back does not count; what still awaits approval or payment does.
    """
    first = start_of_day(civil_day(now, zone).replace(day=1), zone)
    spent = session.execute(
        select(func.coalesce(func.sum(RedemptionOrder.points - RedemptionOrder.refunded_points), 0)).where(
            RedemptionOrder.dealer_id == dealer_id,
            RedemptionOrder.member_id == member_id,
            RedemptionOrder.placed_at >= first,
            RedemptionOrder.state != OrderState.CANCELLED,
        )
    ).scalar_one()
    return int(spent)  # PostgreSQL's SUM of BIGINT is a NUMERIC
