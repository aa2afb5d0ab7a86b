"""Asking how a payment ended: whose turn it is, and what is written when there was no answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.payments.actions.locking import lock_payment
from mall.payments.actions.settle import settle
from mall.payments.models import Payment, Settled, Told
from mall.payments.rules.pauses import BREATH, LEASE, next_at


def claim(session: Session, now: datetime, *, dealer_id: int, payment_id: int, at_once: bool = False) -> Payment | None:
    """Take the question of a payment that is due; none when somebody else has it, or it is answered.

    Whoever is killed with it in hand loses it after two minutes. A person who waits does not wait for its turn:
    `at_once` takes it now, unless it was asked some seconds ago.
    """
    payment = lock_payment(session, dealer_id, id=payment_id)
    if payment.ask_at is None:
        return None
    if at_once and payment.asked_at is not None and now - payment.asked_at < BREATH:
        return None
    if not at_once and payment.ask_at > now:
        return None
    payment.asks += 0 if at_once else 1
    payment.ask_at, payment.asked_at = now + LEASE, now
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
