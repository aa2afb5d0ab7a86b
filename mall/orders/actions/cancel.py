"""Taking an order back: points into the lots they came from, pieces into stock. Safe to press twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import NotFound
from mall.catalog.actions import put_back
from mall.dealers.models import MayNotRedeem, MemberRole
from mall.orders.models import (
    Happening,
    NotCancellable,
    OrderEvent,
    OrderLine,
    OrderState,
    RedemptionOrder,
)
from mall.points.actions import open_book, refund, write


def cancel(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    role: MemberRole,
    no: str,
    source_address: str = "",
) -> RedemptionOrder:
    """Cancel a dealer's own order while nothing of it has left. A second press gives the same cancelled order.

    Refused: a clerk, an order that is not this dealer's (as if there were none), one that has left.
    """
    if not role.may_redeem:
        raise MayNotRedeem
    book = open_book(session, now, dealer_id)
    order = session.scalars(
        select(RedemptionOrder)
        .where(RedemptionOrder.dealer_id == dealer_id, RedemptionOrder.no == no)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if order is None:
        raise NotFound
    if order.cancelled:
        return order
    if not order.cancellable:
        raise NotCancellable

    of_order = (OrderLine.dealer_id == dealer_id, OrderLine.order_id == order.id)
    lines = session.execute(select(OrderLine.sku_id, OrderLine.quantity).where(*of_order)).all()
    actor = f"member:{member_id}"
    posting = refund(
        book,
        spend_journal=order.spend_journal,
        points=order.points,
        source="mall",
        key=f"order/{order.id}/cancellation",
        actor=actor,
        why={"what": "cancellation", "order": no},
    )
    write(session, book)

    order.state = OrderState.CANCELLED
    order.cancelled_at = now
    order.refund_journal = posting.journal_id
    session.add(
        OrderEvent(
            dealer_id=dealer_id,
            order_id=order.id,
            event_no=_next_event(session, order),
            at=now,
            what=Happening.CANCELLED,
            actor=actor,
            detail={},
        )
    )
    note(
        session,
        now,
        actor=actor,
        act="order.cancel",
        subject=f"order:{order.id}",
        address=source_address,
        detail={"no": no, "points": order.points},
    )
    session.flush()
    put_back(session, now, {line.sku_id: line.quantity for line in lines})
    return order


def _next_event(session: Session, order: RedemptionOrder) -> int:
    """The placing is the order's own row, so events count from one with what came after."""
    last = select(func.max(OrderEvent.event_no)).where(
        OrderEvent.dealer_id == order.dealer_id, OrderEvent.order_id == order.id
    )
    return int(session.scalar(last) or 0) + 1
