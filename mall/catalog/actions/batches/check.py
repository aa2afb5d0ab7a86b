"""The dry run: each row of a batch is judged, some a transaction; what comes of it is kept, nothing else changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from mall.base import bulk
from mall.base.refused import N_
from mall.catalog.actions.batches.begin import give_up, locked
from mall.catalog.actions.batches.judge import judge
from mall.catalog.actions.batches.judged import Judged
from mall.catalog.actions.batches.of_skus import OF_SKUS
from mall.catalog.models import USUAL_LIMIT, Batch, BatchLimit, BatchRow, BatchState, Outcome, RowState
from mall.catalog.rules.bulk import told

_row = cast(Table, BatchRow.__table__)
NOTHING_LEFT = N_("没有一件能撤销：后来都有人改过，或者已经写不进去。每件的原因在下面，原批次还可以再撤销。")
AT_ONCE = 500
"""Rows a transaction."""


def check_some(session: Session, now: datetime, *, batch_id: int, unit_value: int, most: int = AT_ONCE) -> int:
    """Judge the next rows of a batch and give how many; none when there are no more, and the batch is then looked at.

    `unit_value` is what a point is worth, in millionths of the currency's unit.
    One that would take nothing back any more is given up at once: another try stays open.
    """
    batch = locked(session, batch_id)
    if not batch.reading or batch.filled_at is None:
        return 0
    bulk.by_keys_alone(session)  # tables that a batch has just filled would be read whole for each of its steps
    rows = session.execute(
        select(_row).where(_row.c.batch_id == batch_id, _row.c.state == RowState.ASKED).order_by(_row.c.no).limit(most)
    ).all()
    if not rows:
        batch.state, batch.most_alone = BatchState.CHECKED, limit(session)
        session.flush()
        if batch.undoes and not batch.to_write:
            give_up(session, now, batch, told(NOTHING_LEFT))
        return 0
    judged = looked_at(session, now, batch, rows, unit_value=unit_value)
    bulk.change(session, _row, ("batch_id", "no"), [_kept(batch, each) for each in judged])
    count(batch, judged)
    batch.looked += len(rows)
    batch.below_cost += sum(each.below_cost for each in judged)
    batch.weight += 0 if batch.undoes else sum(each.weight for each in judged)
    session.flush()
    return len(rows)


def looked_at(
    session: Session, now: datetime, batch: Batch, rows: Sequence[Row[Any]], *, unit_value: int
) -> Sequence[Judged]:
    """What becomes of rows, whatever they are of."""
    if batch.sheet:
        return OF_SKUS[batch.sheet].judge(session, now, batch, rows, unit_value=unit_value, writing=False)
    return judge(session, now, batch, rows, unit_value=unit_value, writing=False)[0]


def limit(session: Session) -> int:
    """How much prices may change before a second person is asked: the brand's own, else the usual."""
    own = session.scalar(select(BatchLimit.weight))
    return USUAL_LIMIT if own is None else own


def count(batch: Batch, judged: Iterable[Judged]) -> None:
    """Add what became of rows to the batch's counts."""
    found = Counter(each.outcome for each in judged)
    batch.created += found[Outcome.CREATE]
    batch.changed += found[Outcome.CHANGE]
    batch.skipped += found[Outcome.SKIP]
    batch.failed += found[Outcome.ERROR]


def _kept(batch: Batch, judged: Judged) -> dict[str, Any]:
    return {
        "batch_id": batch.id,
        "no": judged.no,
        "outcome": judged.outcome,
        "state": RowState.CHECKED,
        "item_id": judged.item_id,
        "seen": judged.seen,
        "before": judged.before,
        "after": judged.after,
        "told": judged.told,
        "below_cost": judged.below_cost,
    }
