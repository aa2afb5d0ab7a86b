"""The brand cancels an order whole, as long as all of it is in its own hands, and tells the dealer why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.dealers.actions.notices import tell
from mall.dealers.models import StaffRole
from mall.orders.actions.give_back import give_back
from mall.orders.actions.loading import for_sender, lines_of, parts_of
from mall.orders.models import Ended, NotCancellable, RedemptionOrder
from mall.orders.rules.giving_up import may_call_off
from mall.rewards.queries.top_ups import with_supplier


def cancel_by_staff(
    session: Session,
    now: datetime,
    *,
    dealer_code: str,
    no: str,
    reason: str,
    staff_id: int,
    role: StaffRole,
    source_address: str = "",
) -> RedemptionOrder:
    """Cancel an order, undecided or paid: everything goes back, and open claims about it are over.

    A second press gives the same order, with the first reason. Refused: staff who do not send; an order of which
    anything has left, was handed out or is with a supplier; one that ended otherwise.
    """
    book, order = for_sender(session, now, dealer_code=dealer_code, no=no, role=role)
    if order.ended is Ended.BY_STAFF:
        return order
    supplied = with_supplier(session, order.dealer_id, order.id)
    if not may_call_off(order, parts_of(session, order), lines_of(session, order), supplied):
        raise NotCancellable
    give_back(
        session,
        now,
        book,
        order,
        ended=Ended.BY_STAFF,
        actor=f"staff:{staff_id}",
        act="order.cancel_by_staff",
        source_address=source_address,
        reason=reason,
    )
    facts, href = {"no": order.no, "reason": reason}, f"/orders/{order.no}"
    tell(
        session,
        now,
        dealer_id=order.dealer_id,
        member_id=order.member_id,
        what="cancelled_by_staff",
        facts=facts,
        href=href,
    )
    return order
