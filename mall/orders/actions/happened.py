"""Writing down what happened to an order, for its timeline and for the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.orders.models import Happening, OrderEvent, RedemptionOrder


def happened(
    session: Session,
    now: datetime,
    order: RedemptionOrder,
    what: Happening,
    *,
    actor: str,
    act: str = "",
    source_address: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add an event to an order's timeline and, where `act` names one, an entry to the audit log.

    The placing is the order's own row, so events count from one with what came after. `detail` holds no personal data.
    """
    of_order = (OrderEvent.dealer_id == order.dealer_id, OrderEvent.order_id == order.id)
    last = int(session.scalar(select(func.max(OrderEvent.event_no)).where(*of_order)) or 0)
    session.add(
        OrderEvent(
            dealer_id=order.dealer_id,
            order_id=order.id,
            event_no=last + 1,
            at=now,
            what=what,
            actor=actor,
            detail=detail or {},
        )
    )
    if act:
        subject = f"order:{order.id}"
        told = {"no": order.no, **(detail or {})}
        note(session, now, actor=actor, act=act, subject=subject, address=source_address, detail=told)
    session.flush()
