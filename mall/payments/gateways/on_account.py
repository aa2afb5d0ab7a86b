"""挂账: the cash part goes on the dealer's statement with the brand, and the ERP is told by the outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.outbox.actions import send
from mall.payments.models import Payment, Refund

SYSTEM = "erp"


def charge(session: Session, now: datetime, payment: Payment) -> None:
    """Put a payment on the statement."""
    send(
        session,
        now,
        dealer_id=payment.dealer_id,
        to=SYSTEM,
        topic="statement.charge",
        key=f"payment/{payment.no}",
        body={
            "payment": payment.no,
            "order": payment.order_no,
            "fen": payment.fen,
            "currency": payment.currency,
            "at": payment.opened_at.isoformat(timespec="seconds"),
        },
    )


def credit(session: Session, now: datetime, payment: Payment, refund: Refund) -> None:
    """Take a refund off the statement again."""
    send(
        session,
        now,
        dealer_id=payment.dealer_id,
        to=SYSTEM,
        topic="statement.credit",
        key=f"refund/{refund.no}",
        body={
            "refund": refund.no,
            "payment": payment.no,
            "order": payment.order_no,
            "fen": refund.fen,
            "currency": payment.currency,
            "reason": refund.reason,
            "at": refund.wanted_at.isoformat(timespec="seconds"),
        },
    )
