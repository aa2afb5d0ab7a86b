"""Payments and refunds of one order, and a payment by the number that its gateway names."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.payments.models import Payment, Refund
from mall.payments.rules.numbers import dealer_of


def payments_of(session: Session, dealer_id: int, order_id: int) -> list[Payment]:
    """An order's payments, oldest first."""
    asked = select(Payment).where(Payment.dealer_id == dealer_id, Payment.order_id == order_id)
    return list(session.scalars(asked.order_by(Payment.id)))


def refunds_of(session: Session, dealer_id: int, order_id: int) -> list[Refund]:
    """An order's refunds, oldest first."""
    asked = select(Refund).where(Refund.dealer_id == dealer_id, Refund.order_id == order_id)
    return list(session.scalars(asked.order_by(Refund.id)))


def dealer_of_refund(session: Session, no: str) -> int | None:
    """Whose refund a gateway speaks of; none where the number is not ours."""
    dealer_id = dealer_of(no)
    if dealer_id is None:
        return None
    return session.scalar(select(Refund.dealer_id).where(Refund.dealer_id == dealer_id, Refund.no == no))


def payment_by_no(session: Session, no: str) -> Payment | None:
    """The payment that a gateway speaks of; none where the number is not ours."""
    dealer_id = dealer_of(no)
    if dealer_id is None:
        return None
    return session.scalars(select(Payment).where(Payment.dealer_id == dealer_id, Payment.no == no)).one_or_none()
