"""The lock on a payment's row. Who holds the dealer's account takes it after that, never before."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mall.payments.models import NoSuchPayment, NoSuchRefund, Payment, Refund


def lock_payment(session: Session, dealer_id: int, *, id: int | None = None, no: str = "") -> Payment:  # noqa: A002
    """A dealer's payment by id or number, locked and read anew. Refused: NoSuchPayment."""
    found: Payment | None = _locked(
        session, Payment, Payment.dealer_id == dealer_id, Payment.id == id if id is not None else Payment.no == no
    )
    if found is None:
        raise NoSuchPayment
    return found


def lock_refund(session: Session, dealer_id: int, no: str) -> Refund:
    """A dealer's refund by its number, locked and read anew. Refused: NoSuchRefund."""
    found: Refund | None = _locked(session, Refund, Refund.dealer_id == dealer_id, Refund.no == no)
    if found is None:
        raise NoSuchRefund
    return found


def _locked(session: Session, noun: Any, *where: ColumnElement[bool]) -> Any:
    asked = select(noun).where(*where).with_for_update().execution_options(populate_existing=True)
    return session.scalars(asked).one_or_none()
