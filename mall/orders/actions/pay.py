"""Sending a person to pay an order: a payment is opened, or the one that is open is used again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.dealers.models import MayNotRedeem, MemberRole
from mall.orders.actions.loading import locked_order
from mall.orders.models import NotNow, RedemptionOrder
from mall.payments.actions import open_payment, press, shut
from mall.payments.models import GatewayName, Payment, Way
from mall.payments.queries import payments_of
from mall.points.actions import open_book


def pay(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    role: MemberRole,
    no: str,
    gateway: GatewayName,
    way: Way,
    merchant: str,
    app: str,
) -> Payment:
    """Open a payment of what an order still asks for, at a gateway outside the house, and note that it is pressed.

    A second press finds the same payment. One whose link is over is shut, and another takes its place; payments at
    other gateways stay open: the first that is paid counts, and a second goes back whole.
    Refused: a clerk, an order that is not this dealer's, one that does not await payment or whose time is over.
    """
    if not role.may_redeem:
        raise MayNotRedeem
    open_book(session, now, dealer_id)
    order = locked_order(session, dealer_id, no=no)
    if not order.awaiting_payment or order.close_at is None or order.close_at <= now:
        raise NotNow
    actor = f"member:{member_id}"
    found = _usable(session, now, order, gateway, way, actor)
    if found is None:
        found = open_payment(
            session,
            now,
            dealer_id=dealer_id,
            order_id=order.id,
            order_no=order.no,
            gateway=gateway,
            fen=order.pay_fen,
            closes_at=order.close_at,
            actor=actor,
            way=way,
        )
    order.gateway = gateway
    return press(session, now, dealer_id=dealer_id, payment_id=found.id, merchant=merchant, app=app)


def _usable(
    session: Session, now: datetime, order: RedemptionOrder, gateway: GatewayName, way: Way, actor: str
) -> Payment | None:
    """The open payment that this press may use. What WeChat prepared for one person's sheet is no other's."""
    found = None
    for one in payments_of(session, order.dealer_id, order.id):
        if not one.open or one.gateway is not gateway:
            continue
        whose = way is not Way.JSAPI or one.actor == actor
        if one.way is way and whose and (one.ticket_until is None or one.usable(now)):
            found = one
        elif one.ticket_until is not None and not one.usable(now):
            shut(session, now, dealer_id=order.dealer_id, payment_id=one.id)
    return found
