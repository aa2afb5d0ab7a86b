"""Opening a payment, and sending the person to pay it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.payments.actions.locking import lock_payment
from mall.payments.gateways import on_account
from mall.payments.models import GatewayName, Payment, PaymentState, Ticket, Way
from mall.payments.rules.numbers import payment_no
from mall.payments.rules.pauses import next_at

CURRENCY = "CNY"
USUAL = {GatewayName.ON_ACCOUNT: Way.ACCOUNT, GatewayName.WECHAT: Way.H5, GatewayName.ALIPAY: Way.WAP}


def open_payment(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    order_id: int,
    order_no: str,
    gateway: GatewayName,
    fen: int,
    closes_at: datetime | None = None,
    actor: str,
    way: Way | None = None,
) -> Payment:
    """Open a payment of `fen` for an order, in the transaction that holds the dealer's account.

    On account it is paid at once: the brand's ERP is told to put it on the dealer's statement.
    """
    at_once = not gateway.outside
    payment_id = new_id(now)
    payment = Payment(
        dealer_id=dealer_id,
        id=payment_id,
        order_id=order_id,
        order_no=order_no,
        no=payment_no(dealer_id, payment_id),
        gateway=gateway,
        way=way or USUAL[gateway],
        fen=fen,
        currency=CURRENCY,
        state=PaymentState.PAID if at_once else PaymentState.OPEN,
        actor=actor,
        opened_at=now,
        closes_at=None if at_once else closes_at,
        merchant="",
        app="",
        ticket={},
        paid_at=now if at_once else None,
        refunded_fen=0,
        asks=0,
    )
    session.add(payment)
    session.flush()
    if at_once:
        on_account.charge(session, now, payment)
    return payment


def press(session: Session, now: datetime, *, dealer_id: int, payment_id: int, merchant: str, app: str) -> Payment:
    """The person is about to be sent to pay, to our `merchant` and `app` there: from now on the end is unknown.

    Written before the gateway is talked to, so that a server killed in between leaves a payment that is asked about.
    """
    payment = lock_payment(session, dealer_id, id=payment_id)
    if payment.open:
        if payment.pressed_at is None:
            payment.pressed_at, payment.merchant, payment.app = now, merchant, app
        payment.asks, payment.ask_at = 0, next_at(now, 0)
        session.flush()
    return payment


def keep_ticket(session: Session, now: datetime, *, dealer_id: int, payment_id: int, ticket: Ticket) -> Payment:
    """What the gateway gave to send the person with."""
    payment = lock_payment(session, dealer_id, id=payment_id)
    payment.ticket, payment.ticket_until = dict(ticket.holds), ticket.until
    session.flush()
    return payment
