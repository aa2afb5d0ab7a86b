"""What batches leave behind is not kept for good: those that nobody had written end, old files lose their content."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from mall.base.ids import first_id
from mall.base.refused import N_
from mall.catalog.actions.batches.begin import give_up
from mall.catalog.models import FILE_KEPT, LEFT_FOR, Batch, BatchFile, BatchState
from mall.catalog.rules.bulk import told

AT_ONCE = 50
"""Batches a transaction."""
LEFT = N_("放了 %(days)s 天没有执行，已自动放弃，什么都没有改变。")
ENDED = (BatchState.DONE, BatchState.UNDONE, BatchState.DROPPED)

_file = cast(Table, BatchFile.__table__)


def drop_left(session: Session, now: datetime) -> int:
    """Give up the next batches that were looked at and then left, and give how many; what a second person is asked
    about waits.
    """
    left = session.scalars(
        select(Batch)
        .where(Batch.state == BatchState.CHECKED, Batch.made_at <= now - LEFT_FOR)
        .order_by(Batch.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for batch in left:
        give_up(session, now, batch, told(LEFT, days=LEFT_FOR.days))
    return len(left)


def empty_files(session: Session, now: datetime) -> int:
    """Take the content out of the next files of batches that ended long ago; gives how many. Names and rows stay."""
    old = (
        select(_file.c.batch_id)
        .join(Batch, Batch.id == _file.c.batch_id)
        .where(Batch.id < first_id(now - FILE_KEPT), Batch.state.in_(ENDED), func.length(_file.c.data) > 0)
        .order_by(_file.c.batch_id)
        .limit(AT_ONCE)
    )
    ids = session.scalars(old).all()
    if ids:
        session.execute(update(_file).where(_file.c.batch_id.in_(ids)).values(data=b""))
    return len(ids)
