"""What people decide of a batch: that it be written, that they agree, that it be given up, that it be taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base import bulk
from mall.base.ids import new_id
from mall.base.refused import Malformed
from mall.catalog.actions.batches.begin import fresh, number
from mall.catalog.actions.batches.check import limit
from mall.catalog.models import (
    BATCH_STATES,
    Batch,
    BatchKind,
    BatchLimit,
    BatchMoved,
    BatchRow,
    BatchState,
    LimitChanged,
    NoSuchBatch,
    NothingToUndo,
    OthersBatch,
    Outcome,
    RowState,
    SecondPersonBatch,
    UndoneAlready,
)
from mall.catalog.queries.batches import may_drop, sees
from mall.catalog.rules.bulk import is_stock
from mall.dealers.models import Scope, StaffRole

_row = cast(Table, BatchRow.__table__)
MOST_LIMIT = 10_000_000


def confirm(session: Session, now: datetime, *, no: str, actor: str, scope: Scope, address: str = "") -> Batch:
    """Have a batch written that was looked at, or ask a second person where it is more than one may do alone.

    Whoever did not make it is the second person by that. Pressed again it stays as it is. Refused: no such batch, one
    that is not looked at to its end or was given up, one that changes nothing.
    """
    batch = _of(session, no, scope)
    if batch.waiting or batch.running or batch.over:
        return batch
    if not batch.checked or not batch.to_write:
        raise _moved(batch)
    if batch.wants_second_person and batch.made_by == actor:
        batch.state = BatchState.WAITING
        _note(session, now, batch, "batch.confirm", actor, address)
        return batch
    if batch.made_by != actor:
        batch.decided_by, batch.decided_at = actor, now
    return _begin(session, now, batch, actor, address)


def agree(session: Session, now: datetime, *, no: str, actor: str, scope: Scope, address: str = "") -> Batch:
    """Agree, as the second person, that a batch be written. Pressed again it stays as it is.

    Refused: whoever made it, a batch that does not wait.
    """
    batch = _of(session, no, scope)
    if batch.decided_by == actor and (batch.running or batch.over):
        return batch
    if batch.made_by == actor:
        raise SecondPersonBatch
    if not batch.waiting:
        raise _moved(batch)
    batch.decided_by, batch.decided_at = actor, now
    return _begin(session, now, batch, actor, address)


def drop(
    session: Session,
    now: datetime,
    *,
    no: str,
    actor: str,
    scope: Scope,
    role: StaffRole = StaffRole.MERCHANDISER,
    address: str = "",
) -> Batch:
    """Give a batch up of which nothing is written: its maker, the second person who does not agree, or the
    administrator.

    One that was given up stays so. Refused: one that is being written or was, anybody else's.
    """
    batch = _of(session, no, scope)
    if batch.dropped:
        return batch
    if not batch.droppable:
        raise _moved(batch)
    if not may_drop(batch, actor, role):
        raise OthersBatch
    if batch.waiting and batch.made_by != actor:
        batch.decided_by, batch.decided_at = actor, now
    batch.state = BatchState.DROPPED
    _note(session, now, batch, "batch.drop", actor, address)
    return batch


def undo(session: Session, now: datetime, *, no: str, zone: str, actor: str, scope: Scope, address: str = "") -> Batch:
    """Begin the batch that takes another one back, and give it back: what nobody touched since becomes as it was.

    It is looked at first, like any other. Asked again it is the same batch. Refused: one that is not done, one that
    wrote nothing, one that somebody else is taking back or has.
    """
    batch = _of(session, no, scope)
    there = session.scalar(select(Batch).where(Batch.undo_of == batch.id, Batch.state != BatchState.DROPPED))
    if there is not None:
        if there.made_by == actor and not there.over:
            return there
        raise UndoneAlready(no=there.no)
    if not batch.done or batch.undoes:
        raise _moved(batch)
    rows = session.execute(
        select(_row)
        .where(
            _row.c.batch_id == batch.id,
            _row.c.state == RowState.DONE,
            _row.c.outcome.in_((Outcome.CREATE, Outcome.CHANGE)),
        )
        .order_by(_row.c.no)
    ).all()
    if not rows:
        raise NothingToUndo
    back = Batch(
        id=new_id(now),
        no=number(session, now, zone),
        key=f"undo/{batch.id}/{new_id(now)}",
        kind=BatchKind.UNDO,
        state=BatchState.READING,
        asked={"sheet": batch.sheet} if batch.sheet else {},
        region=batch.region,
        supplier_id=batch.supplier_id,
        total=len(rows),
        note="",
        address=address[:64],
        made_by=actor,
        made_at=now,
        filled_at=now,
        undo_of=batch.id,
    )
    session.add(back)
    session.flush()
    bulk.add(session, _row, [_taken_back(back.id, row, bool(batch.sheet)) for row in rows])
    _note(session, now, back, "batch.undo", actor, address, {"undo_of": batch.no, "rows": len(rows)})
    return back


def set_limit(
    session: Session, now: datetime, *, weight: int, seen: int, actor: str, scope: Scope, address: str = ""
) -> None:
    """Set how much prices may change before a second person is asked: percents added up over all prices; 0 is always.

    Refused: whoever does not look after the whole brand; a limit that somebody else has set since it was `seen`.
    """
    scope.must_be_whole()
    if not 0 <= weight <= MOST_LIMIT:
        raise Malformed
    row = session.get(BatchLimit, 1, with_for_update=True, populate_existing=True)
    before = limit(session)
    if before == weight:
        return
    if before != seen:
        raise LimitChanged
    if row is None:
        session.add(BatchLimit(id=1, weight=weight, changed_at=now, changed_by=actor))
    else:
        row.weight, row.changed_at, row.changed_by = weight, now, actor
    session.flush()
    detail = {"before": before, "after": weight}
    note(session, now, actor=actor, act="batch.limit", subject="batch:limit", address=address, detail=detail)


def _of(session: Session, no: str, scope: Scope) -> Batch:
    """A batch by its number under its lock, if it lies within one's rights."""
    batch = session.scalars(
        select(Batch).where(Batch.no == no).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if batch is None or not sees(scope, batch):
        raise NoSuchBatch
    return batch


def _begin(session: Session, now: datetime, batch: Batch, actor: str, address: str) -> Batch:
    batch.state, batch.began_at = BatchState.RUNNING, now
    _note(session, now, batch, "batch.run", actor, address)
    return batch


def _moved(batch: Batch) -> BatchMoved:
    return BatchMoved(state=BATCH_STATES[batch.state])


def _note(
    session: Session,
    now: datetime,
    batch: Batch,
    act: str,
    actor: str,
    address: str,
    more: dict[str, Any] | None = None,
) -> None:
    session.flush()
    detail: dict[str, Any] = {"no": batch.no, "created": batch.created, "changed": batch.changed}
    detail |= {"weight": batch.weight, "below_cost": batch.below_cost, **(more or {})}
    note(session, now, actor=actor, act=act, subject=f"batch:{batch.id}", address=address, detail=detail)


def _taken_back(batch_id: int, row: Any, of_sku: bool) -> bulk.Row:
    """The row that takes another one back: what it had written must be there still, and becomes what was before it.

    What was new stays in the library, off the shelf: orders and lists may point at it by now.
    """
    before: dict[str, Any]
    after: dict[str, Any]
    if of_sku:
        after, before = dict(row.before), dict(row.after)
    elif row.outcome is Outcome.CREATE:
        before = {path: row.after.get(path) for path in ("shelved_at", "off_at")}
        after = {"shelved_at": None, "off_at": None}
    else:
        before = {path: value for path, value in row.after.items() if not is_stock(path)}
        after = {path: row.before.get(path) for path in before}
    return {**fresh(batch_id, row.no, row.code, after), "before": before, "seen": row.version}
