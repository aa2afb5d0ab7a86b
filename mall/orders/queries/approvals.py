"""Redemptions that wait for an owner of the dealer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select, tuple_
from sqlalchemy.orm import Session

from mall.base.types import Id, Instant
from mall.dealers.models import Member
from mall.orders.models import OrderLine, OrderState, RedemptionOrder
from mall.orders.queries.mine import lines_of

PAGE = 20


class Until(NamedTuple):
    """A place in the list, the most urgent first: the last one that was shown."""

    close_at: datetime
    order_id: int


@dataclass(frozen=True)
class ApprovalShown:
    """A redemption that waits: who asks, for what."""

    order: RedemptionOrder
    name: str
    lines: list[OrderLine]


def approvals(
    session: Session, now: datetime, dealer_id: int, *, after: Until | None = None
) -> tuple[list[ApprovalShown], Until | None]:
    """A page of what the dealer's owners are to decide, the most urgent first, and the place to go on from."""
    wanted = (
        select(RedemptionOrder, Member.name)
        .join(Member, and_(Member.dealer_id == RedemptionOrder.dealer_id, Member.id == RedemptionOrder.member_id))
        .where(*_waiting(now, dealer_id))
    )
    if after:
        place = tuple_(RedemptionOrder.close_at, RedemptionOrder.id)
        wanted = wanted.where(place > tuple_(*after, types=[Instant(), Id]))
    rows = session.execute(wanted.order_by(RedemptionOrder.close_at, RedemptionOrder.id).limit(PAGE + 1)).all()
    page = rows[:PAGE]
    lines = lines_of(session, [row[0] for row in page])
    shown = [ApprovalShown(order, name, lines[order.dealer_id, order.id]) for order, name in page]
    last = page[-1][0] if len(rows) > PAGE else None
    return shown, Until(last.close_at, last.id) if last is not None and last.close_at else None


def _waiting(now: datetime, dealer_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        RedemptionOrder.dealer_id == dealer_id,
        RedemptionOrder.state == OrderState.AWAITING_APPROVAL,
        RedemptionOrder.close_at > now,
    )
