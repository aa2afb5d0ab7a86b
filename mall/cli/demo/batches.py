"""A batch of the demo that was looked at and waits for somebody to say that it be written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.actions.batches import begin, check_some
from mall.catalog.models import BatchKind, Item, Kind
from mall.dealers.models import WHOLE, Staff, StaffRole

REWARDS = 8
NOTE = "年底换季"


def look_at_some(session: Session, now: datetime) -> None:
    """Ask that some rewards be limited and marked as new, and look at it; asked again it is the same batch."""
    by = session.scalar(select(Staff.id).where(Staff.role == StaffRole.MERCHANDISER).order_by(Staff.id).limit(1))
    things = select(Item.code).where(Item.kind == Kind.PHYSICAL).order_by(Item.code).limit(REWARDS)
    batch = begin(
        session,
        now,
        kind=BatchKind.EDIT,
        asked={"parts": {"limit_per_dealer": 2, "tags+": ["new"]}},
        key="demo-batch",
        zone="Asia/Shanghai",
        codes=session.scalars(things).all(),
        note=NOTE,
        actor=f"staff:{by}",
        scope=WHOLE,
    )
    while check_some(session, now, batch_id=batch.id, unit_value=0):
        continue
