"""The money has come, or will not: an order is let go of, closes, or gives back what came too late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.dealers.actions.notices import tell
from mall.orders.actions.give_back import give_back
from mall.orders.actions.happened import happened
from mall.orders.actions.let_go import let_go
from mall.orders.actions.loading import locked_order
from mall.orders.models import Ended, Happening, RedemptionOrder
from mall.payments.actions import settle, shut, want_refund
from mall.payments.models import Payment, Told
from mall.payments.queries import payments_of
from mall.points.actions import Book, capture, open_book, write


@dataclass(frozen=True)
class Confirmed:
    """What a gateway's word did to an order. `late` is set where the payment came too late and is given back."""

    order: RedemptionOrder
    payment: Payment
    news: bool
    late: bool = False


def confirm(session: Session, now: datetime, *, dealer_id: int, told: Told, seal: Seal) -> Confirmed:
    """Take in what a gateway said of a payment: the order it pays is let go of, once, whoever brings the news.

    A payment of an order that is closed, or that was paid before, is given back whole by itself. Refused as `settle`
    refuses: another amount, merchant, app or currency.
    """
    book = open_book(session, now, dealer_id)
    settled = settle(session, now, dealer_id=dealer_id, told=told)
    payment = settled.payment
    order = locked_order(session, dealer_id, order_id=payment.order_id)
    if not (settled.news and payment.paid):
        return Confirmed(order, payment, news=settled.news)
    if order.awaiting_payment and payment.fen == order.pay_fen:
        paid(session, now, book, order, payment, actor="system", seal=seal)
        return Confirmed(order, payment, news=True)
    want_refund(
        session,
        now,
        dealer_id=dealer_id,
        payment_id=payment.id,
        fen=payment.fen,
        key=f"late/{payment.id}",
        reason="late",
        actor="system",
    )
    happened(
        session, now, order, Happening.PAID_LATE, actor="system", act="order.paid_late", detail={"fen": payment.fen}
    )
    tell(
        session,
        now,
        dealer_id=dealer_id,
        member_id=order.member_id,
        what="paid_late",
        facts={"no": order.no, "fen": payment.fen},
        href=f"/orders/{order.no}",
    )
    return Confirmed(order, payment, news=True, late=True)


def paid(
    session: Session, now: datetime, book: Book, order: RedemptionOrder, payment: Payment, *, actor: str, seal: Seal
) -> None:
    """Let a payment pay its order: redeem what is held, shut its other payments, let its parts go."""
    redeem(session, book, order, actor=actor)
    order.payment_id = payment.id
    for other in payments_of(session, order.dealer_id, order.id):
        if other.open and other.id != payment.id:
            shut(session, now, dealer_id=order.dealer_id, payment_id=other.id)
    happened(
        session,
        now,
        order,
        Happening.PAID,
        actor=actor,
        act="order.paid",
        detail={"fen": payment.fen, "gateway": payment.gateway.value},
    )
    let_go(session, now, order, actor=actor, seal=seal)


def redeem(session: Session, book: Book, order: RedemptionOrder, *, actor: str) -> None:
    """Turn the points that an undecided order holds into redeemed ones."""
    capture(
        book,
        hold_journal=order.spend_journal,
        source="mall",
        key=f"order/{order.id}/capture",
        actor=actor,
        why={"what": "redemption", "order": order.no},
    )
    write(session, book)


def close_unpaid(session: Session, now: datetime, *, dealer_id: int, order_id: int) -> RedemptionOrder:
    """Close an order whose time to be paid is over, and give everything back. A second time changes nothing."""
    book = open_book(session, now, dealer_id)
    order = locked_order(session, dealer_id, order_id=order_id)
    if order.awaiting_payment and order.close_at is not None and order.close_at <= now:
        give_back(session, now, book, order, ended=Ended.UNPAID, actor="system", act="order.close")
        tell(
            session,
            now,
            dealer_id=dealer_id,
            member_id=order.member_id,
            what="unpaid_closed",
            facts={"no": order.no},
            href=f"/orders/{order.no}",
        )
    return order
