"""Writing a batch: some rows a transaction, each under its reward's lock; a row that cannot be written fails alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base import bulk
from mall.base.refused import N_
from mall.catalog.actions.batches.begin import give_up, locked
from mall.catalog.actions.batches.check import AT_ONCE, NOTHING_LEFT
from mall.catalog.actions.batches.items import Written, put_items
from mall.catalog.actions.batches.judge import judge
from mall.catalog.actions.batches.judged import Judged
from mall.catalog.actions.batches.of_skus import OF_SKUS
from mall.catalog.models import Batch, BatchRow, BatchState, Outcome, RowState
from mall.catalog.rules.bulk import told

_row = cast(Table, BatchRow.__table__)
NOW_BELOW = N_("成本在试运行之后变了，价格现在低于成本，没有写入")
TO_WRITE = (Outcome.CREATE, Outcome.CHANGE)


def write_some(session: Session, now: datetime, *, batch_id: int, unit_value: int, most: int = AT_ONCE) -> int:
    """Write the next rows of a batch and give how many were looked at; none when there are no more: it is done then.

    A row whose reward was changed since the dry run, or that fails a check by now, is told and left out.
    """
    batch = locked(session, batch_id)
    if not batch.running:
        return 0
    bulk.by_keys_alone(session)  # tables that a batch has just filled would be read whole for each of its steps
    rows = session.execute(
        select(_row)
        .where(_row.c.batch_id == batch_id, _row.c.state == RowState.CHECKED, _row.c.outcome.in_(TO_WRITE))
        .order_by(_row.c.no)
        .limit(most)
    ).all()
    if not rows:
        _end(session, now, batch)
        return 0
    judged, put = _looked_at(session, now, batch, rows, unit_value)
    was = {row.no: row for row in rows}
    for each in judged:
        if each.below_cost > was[each.no].below_cost:
            each.fail(told(NOW_BELOW))  # a cost or a point's worth has changed since: nobody has agreed to this
    done = put([each for each in judged if each.writes])
    bulk.change(session, _row, ("batch_id", "no"), [_kept(batch, each, done) for each in judged])
    for each in judged:
        if each.outcome is not was[each.no].outcome:
            _recount(batch, was[each.no].outcome, each.outcome)
    batch.written += len(rows)
    session.flush()
    return len(rows)


def _looked_at(
    session: Session, now: datetime, batch: Batch, rows: Sequence[Row[Any]], unit_value: int
) -> tuple[Sequence[Judged], Callable[[Sequence[Judged]], Written]]:
    """What becomes of rows, whatever they are of, and who writes them."""
    if not batch.sheet:
        judged, about = judge(session, now, batch, rows, unit_value=unit_value, writing=True)
        return judged, lambda found: put_items(session, now, batch, found, about)
    of = OF_SKUS[batch.sheet]

    def put(found: Sequence[Judged]) -> Written:
        of.put(session, now, batch, found)
        return Written((), now)

    return of.judge(session, now, batch, rows, unit_value=unit_value, writing=True), put


def _end(session: Session, now: datetime, batch: Batch) -> None:
    if batch.undoes and not batch.to_write:
        give_up(session, now, batch, told(NOTHING_LEFT))
        return
    batch.state, batch.done_at = BatchState.DONE, now
    if batch.undo_of is not None:
        locked(session, batch.undo_of).state = BatchState.UNDONE
    session.flush()
    detail = {"no": batch.no, "created": batch.created, "changed": batch.changed, "failed": batch.failed}
    note(session, now, actor=batch.made_by, act="batch.done", subject=f"batch:{batch.id}", detail=detail)
    session.flush()


def _recount(batch: Batch, before: Outcome, after: Outcome) -> None:
    """A row has come out otherwise than the dry run had said."""
    for outcome, by in ((before, -1), (after, 1)):
        name = {"create": "created", "change": "changed", "skip": "skipped", "error": "failed"}[outcome.value]
        setattr(batch, name, getattr(batch, name) + by)


def _kept(batch: Batch, judged: Judged, done: Written) -> dict[str, Any]:
    return {
        "batch_id": batch.id,
        "no": judged.no,
        "outcome": judged.outcome,
        "state": RowState.DONE,
        "item_id": done.ids.get(judged.no) or judged.item_id,
        "version": done.versions.get(judged.no, 0),
        "before": judged.before,
        "after": judged.after,
        "told": judged.told,
    }
