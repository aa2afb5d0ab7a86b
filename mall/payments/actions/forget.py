"""Forgetting what has served its time: notices that nobody sends again, differences that went away by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, select, tuple_
from sqlalchemy.orm import Session

from mall.payments.actions.reconcile import BY_ITSELF
from mall.payments.models import BillDifference, PaymentNotice

NOTICES = timedelta(days=90)
"""WeChat Pay sends a notice again for a day, Alipay for 25 hours; and what is older than five minutes is refused."""
DIFFERENCES = timedelta(days=400)
AT_ONCE = 500
_notice, _difference = cast(Table, PaymentNotice.__table__), cast(Table, BillDifference.__table__)


def forget_callbacks(session: Session, now: datetime) -> int:
    """Remove some notices that were taken more than 90 days ago; for the worker. Gives back how many."""
    key = tuple_(_notice.c.gateway, _notice.c.notice_id)
    old = select(_notice.c.gateway, _notice.c.notice_id).where(_notice.c.received_at < now - NOTICES).limit(AT_ONCE)
    gone = [tuple(row) for row in session.execute(old)]
    if gone:
        session.execute(delete(_notice).where(key.in_(gone)))
    return len(gone)


def forget_differences(session: Session, now: datetime) -> int:
    """Remove some differences that resolved themselves more than 400 days ago; for the worker. Gives back how many.

    What is open stays, and so does what a person wrote a remark to: it belongs to the year's papers, as the bill of
    each day does.
    """
    old = (
        select(_difference.c.id)
        .where(_difference.c.resolved_at < now - DIFFERENCES, _difference.c.resolved_by == BY_ITSELF)
        .limit(AT_ONCE)
    )
    gone = list(session.scalars(old))
    if gone:
        session.execute(delete(_difference).where(_difference.c.id.in_(gone)))
    return len(gone)
