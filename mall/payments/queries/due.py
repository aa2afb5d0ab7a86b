"""What the worker has to ask about or to send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.payments.models import GatewayName, Payment, Refund


def due_payments(
    session: Session, now: datetime, gateways: Sequence[GatewayName], *, limit: int
) -> list[tuple[int, int]]:
    """Dealer and id of payments whose question is due, longest waiting first, at gateways that can be reached."""
    asked = (
        select(Payment.dealer_id, Payment.id)
        .where(Payment.ask_at.is_not(None), Payment.ask_at <= now, Payment.gateway.in_(gateways))
        .order_by(Payment.ask_at)
        .limit(limit)
    )
    return [(row.dealer_id, row.id) for row in session.execute(asked)]


def due_refunds(
    session: Session, now: datetime, gateways: Sequence[GatewayName], *, limit: int
) -> list[tuple[int, str]]:
    """Dealer and number of refunds that are to be sent or asked after, longest waiting first."""
    asked = (
        select(Refund.dealer_id, Refund.no)
        .join(Payment, (Payment.dealer_id == Refund.dealer_id) & (Payment.id == Refund.payment_id))
        .where(Refund.ask_at.is_not(None), Refund.ask_at <= now, Payment.gateway.in_(gateways))
        .order_by(Refund.ask_at)
        .limit(limit)
    )
    return [(row.dealer_id, row.no) for row in session.execute(asked)]
