"""The dealer has it: confirmed by a press, or by time; later the order is completed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from mall.dealers.models import MayNotRedeem, MemberRole
from mall.orders.actions.happened import happened
from mall.orders.actions.let_go import follow
from mall.orders.actions.loading import lines_of, locked_order, parts_of
from mall.orders.models import Claim, ClaimState, Happening, NotNow, OrderPart, OrderState, PartState, RedemptionOrder
from mall.points.actions import open_book, open_books

RECEIVED_AFTER = timedelta(days=10)
"""A parcel that nobody confirmed counts as received after so long on the road."""
COMPLETED_AFTER = timedelta(days=15)
"""After-sales can be asked for until so long after everything was received; then the order is completed."""

_SHIPPED = (
    select(OrderPart.dealer_id, OrderPart.order_id)
    .where(OrderPart.state == PartState.SHIPPED, OrderPart.shipped_at <= bindparam("since"))
    .order_by(OrderPart.shipped_at)
    .limit(bindparam("limit"))
)
_RECEIVED = (
    select(RedemptionOrder.dealer_id, RedemptionOrder.id)
    .where(
        RedemptionOrder.state == OrderState.RECEIVED,
        RedemptionOrder.received_at <= bindparam("since"),
        ~exists().where(
            Claim.dealer_id == RedemptionOrder.dealer_id,
            Claim.order_id == RedemptionOrder.id,
            or_(
                Claim.ended_at.is_(None),
                and_(
                    Claim.ended_at > bindparam("since"),
                    or_(Claim.resent_waybill.is_not(None), Claim.state == ClaimState.LAPSED),
                ),
            ),
        ),
    )
    .limit(bindparam("limit"))
)


def receive(
    session: Session, now: datetime, *, dealer_id: int, member_id: int, role: MemberRole, no: str
) -> RedemptionOrder:
    """Confirm that everything which is on the road has arrived. A second press gives the same order.

    Refused: a clerk; an order of which nothing is on the road.
    """
    if not role.may_redeem:
        raise MayNotRedeem
    open_book(session, now, dealer_id)
    order = locked_order(session, dealer_id, no=no)
    if order.arrived:
        return order
    if not _arrive(session, now, order, actor=f"member:{member_id}", since=now):
        raise NotNow
    return order


def receive_due(session: Session, now: datetime, *, limit: int = 50) -> int:
    """Count parcels as received that were confirmed by nobody in time; gives how many orders, nought means done."""
    since = now - RECEIVED_AFTER
    over = session.connection().execute(_SHIPPED, {"since": since, "limit": limit}).all()
    keys = {(row.dealer_id, row.order_id) for row in over}
    open_books(session, now, {dealer_id for dealer_id, _ in keys})
    for dealer_id, order_id in sorted(keys):
        order = locked_order(session, dealer_id, order_id=order_id)
        _arrive(session, now, order, actor="system", since=since)
    return len(keys)


def complete_due(session: Session, now: datetime, *, limit: int = 50) -> int:
    """Complete orders whose time for after-sales is over; gives how many there were, nought means done.

    One of which something is claimed waits for its end, and as long again for what was sent in exchange, or may
    have been sent back late.
    """
    over = session.connection().execute(_RECEIVED, {"since": now - COMPLETED_AFTER, "limit": limit}).all()
    open_books(session, now, {row.dealer_id for row in over})
    for dealer_id, order_id in over:
        order = locked_order(session, dealer_id, order_id=order_id)
        if order.may_become(OrderState.COMPLETED) and not _claimed(session, order):
            order.state = OrderState.COMPLETED
            happened(session, now, order, Happening.COMPLETED, actor="system")
    return len(over)


def _claimed(session: Session, order: RedemptionOrder) -> bool:
    """Whether something of it is claimed: asked anew, since the list was made before the lock was taken."""
    of_order = (Claim.dealer_id == order.dealer_id, Claim.order_id == order.id, Claim.ended_at.is_(None))
    return session.scalar(select(Claim.id).where(*of_order).limit(1)) is not None


def _arrive(session: Session, now: datetime, order: RedemptionOrder, *, actor: str, since: datetime) -> list[int]:
    parts = parts_of(session, order)
    lines = lines_of(session, order)
    arrived = [part for part in parts if part.shipped and part.shipped_at is not None and part.shipped_at <= since]
    for part in arrived:
        part.state, part.done_at = PartState.DONE, now
    for line in lines:
        if line.part_no in {part.part_no for part in arrived}:
            line.done_at = now
    numbers = [part.part_no for part in arrived]
    if numbers:
        follow(session, now, order, parts, lines, actor=actor)
        happened(session, now, order, Happening.RECEIVED, actor=actor, act="order.receive", detail={"parts": numbers})
    return numbers
