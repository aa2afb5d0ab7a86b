"""Keeping what a gateway said that cannot be: for finance to look into, since the refusal itself wrote nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.base.time import civil_day
from mall.payments.models import BillDifference, DifferenceKind, LineKind, Payment, Refund, RefundTold, Told

ZONE = "Asia/Shanghai"
"""The zone of the gateways' own days."""


def note_trouble(session: Session, now: datetime, *, dealer_id: int | None, told: Told | RefundTold, code: str) -> None:
    """List a callback or an answer that was refused, once a day."""
    refund = isinstance(told, RefundTold)
    about = (told.refund_no if isinstance(told, RefundTold) else told.no) or told.gateway_no
    day = civil_day(now, ZONE)
    known = select(BillDifference.id).where(
        BillDifference.gateway == told.gateway,
        BillDifference.day == day,
        BillDifference.kind == DifferenceKind.NOTICE,
        BillDifference.about == about[:64],
    )
    if session.scalars(known).first() is not None:
        return
    noun: Any = Refund if refund else Payment
    ours = session.scalars(select(noun).where(noun.dealer_id == dealer_id, noun.no == about)).one_or_none()
    session.add(
        BillDifference(
            id=new_id(now),
            gateway=told.gateway,
            day=day,
            kind=DifferenceKind.NOTICE,
            about=about[:64],
            line=LineKind.REFUNDED if refund else LineKind.PAID,
            code=code,
            dealer_id=ours.dealer_id if ours else None,
            order_no=ours.order_no if ours else "",
            our_fen=ours.fen if ours else None,
            their_fen=told.fen,
            our_state=ours.state.value if ours else "",
            gateway_no=told.gateway_no[:64],
            found_at=now,
            remark="",
        )
    )
    session.flush()
