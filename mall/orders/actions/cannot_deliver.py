"""The brand cannot deliver a line of an order, and says so: what it cost comes back. Safe to repeat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.dealers.models import StaffRole
from mall.orders.actions.deliver import come_to_nothing
from mall.orders.actions.loading import for_sender, lines_of, parts_of
from mall.orders.models import NotNow, RedemptionOrder
from mall.orders.rules.giving_up import may_give_up
from mall.rewards.queries.top_ups import with_supplier


def cannot_deliver(
    session: Session,
    now: datetime,
    *,
    dealer_code: str,
    no: str,
    line_no: int,
    restock: bool,
    reason: str,
    staff_id: int,
    role: StaffRole,
    source_address: str = "",
) -> RedemptionOrder:
    """Give up a whole line: points into their lots, money to its source. An order of which nothing is left ends so.

    `restock` says whether its pieces are there and go into stock, or are written off. `reason` is told to the dealer.
    A line of which nothing is kept stays as it is. Refused: staff who do not send, an order that is undecided or
    ended, a line that was handed out or has left, one whose end is a supplier's to tell.
    """
    book, order = for_sender(session, now, dealer_code=dealer_code, no=no, role=role)
    lines = lines_of(session, order)
    line = next((one for one in lines if one.line_no == line_no), None)
    if line is None:
        raise NotFound
    if not line.kept:
        return order
    part = next(one for one in parts_of(session, order) if one.part_no == line.part_no)
    if not may_give_up(order, part, line, with_supplier(session, order.dealer_id, order.id)):
        raise NotNow
    come_to_nothing(
        session,
        now,
        book,
        order,
        lines,
        line,
        reason=reason,
        actor=f"staff:{staff_id}",
        act="order.cannot_deliver",
        into_stock=restock,
        source_address=source_address,
    )
    return order
