"""The owner decides about a redemption above the limit: approved, declined, or lapsed when nobody did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.dealers.actions.notices import tell
from mall.dealers.models import MemberRole
from mall.dealers.queries.powers import powers_of
from mall.orders.actions.confirm import paid, redeem
from mall.orders.actions.give_back import give_back
from mall.orders.actions.happened import happened
from mall.orders.actions.let_go import let_go
from mall.orders.actions.loading import locked_order
from mall.orders.models import (
    Ended,
    Happening,
    NotAwaiting,
    OrderState,
    OwnerDecides,
    RedemptionOrder,
)
from mall.orders.rules import Windows
from mall.payments.actions import open_payment
from mall.points.actions import open_book, open_books

_LAPSED = (
    select(RedemptionOrder.dealer_id, RedemptionOrder.id)
    .where(RedemptionOrder.state == OrderState.AWAITING_APPROVAL, RedemptionOrder.close_at <= bindparam("now"))
    .order_by(RedemptionOrder.close_at)
    .limit(bindparam("limit"))
)


def approve(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    role: MemberRole,
    no: str,
    seal: Seal,
    second_factor_at: datetime | None = None,
    windows: Windows | None = None,
    source_address: str = "",
) -> RedemptionOrder:
    """The owner agrees: the order is let go of, or waits for its money. A second press gives the same order.

    Refused: who is no owner; an order that is not this dealer's; one that was declined or has lapsed; without a second
    factor where the dealer asks for one.
    """
    if role is not MemberRole.OWNER:
        raise OwnerDecides
    windows = windows or Windows()
    book = open_book(session, now, dealer_id)
    order = locked_order(session, dealer_id, no=no)
    if order.approved_by is not None:
        return order
    if not order.awaiting_approval or order.close_at is None or order.close_at <= now:
        raise NotAwaiting
    powers_of(session, dealer_id, member_id).judge_second_factor(order.points, second_factor_at, now)
    actor = f"member:{member_id}"
    order.approved_by = member_id
    happened(session, now, order, Happening.APPROVED, actor=actor, act="order.approve", source_address=source_address)
    if order.gateway is None:
        redeem(session, book, order, actor=actor)
        let_go(session, now, order, actor=actor, seal=seal)
    elif order.gateway.outside:
        order.state, order.close_at = OrderState.AWAITING_PAYMENT, now + windows.pay_once_approved
        session.flush()
    else:
        payment = open_payment(
            session,
            now,
            dealer_id=dealer_id,
            order_id=order.id,
            order_no=order.no,
            gateway=order.gateway,
            fen=order.pay_fen,
            actor=actor,
        )
        paid(session, now, book, order, payment, actor=actor, seal=seal)
    _tell(session, now, order, "approved", {"no": order.no})
    return order


def decline(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    role: MemberRole,
    no: str,
    reason: str,
    source_address: str = "",
) -> RedemptionOrder:
    """The owner says no, and why: everything goes back. A second press gives the same order, with the first reason.

    Refused as `approve` refuses.
    """
    if role is not MemberRole.OWNER:
        raise OwnerDecides
    book = open_book(session, now, dealer_id)
    order = locked_order(session, dealer_id, no=no)
    if order.ended is Ended.DECLINED:
        return order
    if not order.awaiting_approval:
        raise NotAwaiting
    actor = f"member:{member_id}"
    give_back(
        session,
        now,
        book,
        order,
        ended=Ended.DECLINED,
        actor=actor,
        act="order.decline",
        source_address=source_address,
        reason=reason,
    )
    _tell(session, now, order, "declined", {"no": order.no, "reason": reason})
    return order


def lapse_due(session: Session, now: datetime, *, limit: int = 50) -> int:
    """Close up to `limit` orders that nobody decided about in time, and give how many there were; nought means done."""
    over = session.connection().execute(_LAPSED, {"now": now, "limit": limit}).all()
    books = open_books(session, now, {row.dealer_id for row in over})
    # A book is written once: a dealer's second order waits for the next call.
    for dealer_id, order_id in {row.dealer_id: row.id for row in over}.items():
        order = locked_order(session, dealer_id, order_id=order_id)
        if not order.awaiting_approval:  # it was decided while we waited for the account
            continue
        give_back(session, now, books[dealer_id], order, ended=Ended.LAPSED, actor="system", act="order.lapse")
        _tell(session, now, order, "approval_lapsed", {"no": order.no})
    return len(over)


def _tell(session: Session, now: datetime, order: RedemptionOrder, what: str, facts: dict[str, str]) -> None:
    href = f"/orders/{order.no}"
    tell(session, now, dealer_id=order.dealer_id, member_id=order.member_id, what=what, facts=facts, href=href)
