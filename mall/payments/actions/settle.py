"""What a gateway said of a payment becomes so, once, whoever brings the news and however often."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mall.payments.actions.locking import lock_payment
from mall.payments.models import (
    AmountDiffers,
    AnotherTransaction,
    Payment,
    PaymentNotice,
    PaymentState,
    RefundedElsewhere,
    RefundTold,
    Settled,
    There,
    Told,
    WrongCurrency,
    WrongMerchant,
)

_notice = cast(Table, PaymentNotice.__table__)


def settle(session: Session, now: datetime, *, dealer_id: int, told: Told) -> Settled:
    """Take in what a gateway said of a payment. A closed payment can still turn out paid; nothing unpays it.

    Refused, and then nothing is written: another amount, currency, merchant or app than it was opened with, another
    transaction than the one that paid it, a payment that was given back before we knew it to be paid.
    """
    payment = lock_payment(session, dealer_id, no=told.no)
    if told.notice_id and not first_told(session, now, dealer_id=dealer_id, told=told):
        return Settled(payment, news=False)
    if told.paid:
        compare(payment, told)
        if payment.paid:
            return Settled(payment, news=False)
        payment.state, payment.paid_at = PaymentState.PAID, told.at or now
        payment.gateway_no, payment.ask_at = told.gateway_no, None
    elif told.state is There.REFUNDED and not payment.paid:
        raise RefundedElsewhere
    elif told.state is There.CLOSED and not payment.paid:
        known = payment.state is PaymentState.CLOSED and payment.ask_at is None
        payment.state, payment.shut_at, payment.ask_at = PaymentState.CLOSED, payment.shut_at or now, None
        session.flush()
        return Settled(payment, news=not known)
    else:
        return Settled(payment, news=False)
    session.flush()
    return Settled(payment, news=True)


def compare(payment: Payment, told: Told) -> None:
    """Hold what was paid against what was asked for."""
    if told.gateway is not payment.gateway or (told.merchant, told.app) != (payment.merchant, payment.app):
        raise WrongMerchant
    if told.currency != payment.currency:
        raise WrongCurrency
    if told.fen != payment.fen:
        raise AmountDiffers(ours=payment.fen, theirs=told.fen or 0)
    if payment.paid and payment.gateway_no != told.gateway_no:
        raise AnotherTransaction


def shut(session: Session, now: datetime, *, dealer_id: int, payment_id: int) -> Payment:
    """Nothing more is expected of an open payment: its order was paid otherwise, cancelled or closed.

    Where somebody was sent to pay it, it is closed at its gateway, too, and asked about until that is certain.
    """
    payment = lock_payment(session, dealer_id, id=payment_id)
    if payment.open:
        payment.state, payment.shut_at = PaymentState.CLOSED, now
        if payment.pressed_at is not None:
            payment.asks, payment.ask_at = 0, now
        session.flush()
    return payment


def first_told(session: Session, now: datetime, *, dealer_id: int, told: Told | RefundTold) -> bool:
    """Keep a notice; false when it was kept before. Two that come at once: the database lets one of them in."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {
        "gateway": told.gateway,
        "notice_id": told.notice_id,
        "dealer_id": dealer_id,
        "about": told.refund_no if isinstance(told, RefundTold) else told.no,
        "said": told.state.value,
        "fen": told.fen,
        "received_at": now,
    }
    taken = session.execute(dialect.insert(_notice).values(row).on_conflict_do_nothing().returning(_notice.c.notice_id))
    return taken.first() is not None
