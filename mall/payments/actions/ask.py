"""Asking how a payment ended: whose turn it is, and what is written when there was no answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.payments.actions.locking import lock_payment
from mall.payments.actions.settle import settle
from mall.payments.models import Payment, Settled, Told
from mall.payments.rules.pauses import LEASE, next_at


def claim(session: Session, now: datetime, *, dealer_id: int, payment_id: int) -> Payment | None:
    """Take the question of a payment that is due; none when somebody else has it, or it is answered.

    Whoever is killed with it in hand loses it after two minutes.
    """
    payment = lock_payment(session, dealer_id, id=payment_id)
    if payment.ask_at is None or payment.ask_at > now:
        return None
    payment.asks, payment.ask_at = payment.asks + 1, now + LEASE
    session.flush()
    return payment


def note_silence(session: Session, now: datetime, *, dealer_id: int, payment_id: int) -> None:
    """There was no news: ask again after a pause that grows."""
    payment = lock_payment(session, dealer_id, id=payment_id)
    if payment.ask_at is not None:
        payment.ask_at = next_at(now, payment.asks)
        session.flush()


def settle_told(session: Session, now: datetime, *, dealer_id: int, told: Told) -> Settled:
    """Settle what moves no order: a payment that ended unpaid."""
    if told.paid:
        raise ValueError("a payment that was paid is confirmed by its order")
    return settle(session, now, dealer_id=dealer_id, told=told)
