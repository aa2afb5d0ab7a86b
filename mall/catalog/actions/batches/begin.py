"""Beginning a batch: what is asked, of which rewards. Nothing changes yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, literal, select
from sqlalchemy.orm import Session

from mall.audit.actions import note as note_down
from mall.base import bulk
from mall.base.ids import new_id
from mall.base.refused import N_, Refused
from mall.base.time import civil_day
from mall.base.types import EPOCH, Instant
from mall.catalog.models import (
    MOST_ROWS,
    Batch,
    BatchFile,
    BatchKind,
    BatchRow,
    BatchState,
    Item,
    NoSuchBatch,
    NothingAsked,
    NothingChosen,
    Outcome,
    RowState,
    SelectionMoved,
    TooManyChosen,
)
from mall.catalog.queries.desk_filters import ItemFilters, matching
from mall.catalog.rules.bulk import Asked, Parts, Told
from mall.catalog.rules.bulk import told as words
from mall.dealers.models import Scope

_row = cast(Table, BatchRow.__table__)
_item = cast(Table, Item.__table__)
LONGEST_CODE = 80
PRICES = "prices"
"""The reader of files of prices."""


def begin(
    session: Session,
    now: datetime,
    *,
    kind: BatchKind,
    asked: Mapping[str, Any],
    key: str,
    zone: str,
    actor: str,
    scope: Scope,
    codes: Sequence[str] = (),
    file: tuple[str, bytes] | None = None,
    note: str = "",
    address: str = "",
) -> Batch:
    """Begin a batch and give it back. The same `key` sent again is the same batch.

    EDIT and PRICES name their rewards by `codes` (`chosen` reads them off a list); an IMPORT brings its file (name,
    bytes) and gets its rows from `fill_some`. `asked` for EDIT is {"parts": {path: value}}, for PRICES {"prices":
    `Repricing.asked`}, for IMPORT {"sheet": which reader}. Refused: whoever does not look after the whole brand, but
    for prices of the own region; no reward, more than a batch takes, nothing asked.
    """
    _must_cover(scope, kind, asked)
    known = session.scalar(select(Batch).where(Batch.key == key))
    if known is not None:
        return known
    if file is None and not codes:
        raise NothingChosen
    if len(codes) > MOST_ROWS:
        raise TooManyChosen(most=MOST_ROWS, n=len(codes))
    if kind is BatchKind.EDIT and not asked.get("parts"):
        raise NothingAsked
    batch = Batch(
        id=new_id(now),
        no=number(session, now, zone),
        key=key,
        kind=kind,
        state=BatchState.READING,
        asked=dict(asked),
        region=scope.region,
        supplier_id=scope.supplier_id,
        total=len(codes),
        note=note[:200],
        address=address[:64],
        made_by=actor,
        made_at=now,
        filled_at=None if file else now,
    )
    session.add(batch)
    session.flush()
    if file is not None:
        session.add(BatchFile(batch_id=batch.id, name=file[0][:120], data=file[1]))
    bulk.add(session, _row, [fresh(batch.id, no, code) for no, code in enumerate(codes, 1)])
    detail = {"no": batch.no, "kind": kind.value, "rows": len(codes), "asked": dict(asked)}
    detail |= {"file": file[0][:120]} if file else {}
    note_down(session, now, actor=actor, act="batch.begin", subject=f"batch:{batch.id}", address=address, detail=detail)
    session.flush()
    return batch


def _must_cover(scope: Scope, kind: BatchKind, asked: Mapping[str, Any]) -> None:
    """A region's people change the prices of their region; rows of a file tell their regions themselves."""
    if kind is BatchKind.PRICES and not scope.whole:
        scope.must_cover(asked["prices"]["region"])
    elif not (scope.regional and asked.get("sheet") == PRICES):
        scope.must_be_whole()


def chosen(session: Session, now: datetime, *, filters: ItemFilters, scope: Scope, seen: int | None) -> list[str]:
    """The codes of all rewards that a list's filters let through, in their order. `seen` is how many the list showed.

    Refused: others than were seen, or more than a batch takes.
    """
    fitting = matching(now, filters, scope)
    many = session.scalar(select(func.count()).select_from(fitting.subquery())) or 0
    if seen is not None and many != seen:
        raise SelectionMoved(n=many, seen=seen)
    if many > MOST_ROWS:
        raise TooManyChosen(most=MOST_ROWS, n=many)
    return list(session.scalars(select(_item.c.code).where(_item.c.id.in_(fitting)).order_by(_item.c.code)))


def fill_some(session: Session, now: datetime, *, batch_id: int, rows: Sequence[Asked]) -> int:
    """Take rows of a batch's file in, in their order; those that are there already are left out. Gives how many.

    A code that an earlier row has is told and not written. Refused: more rows than a batch takes.
    """
    batch = locked(session, batch_id)
    if batch.filled_at is not None or not batch.reading:
        return 0
    last = session.scalar(select(func.max(_row.c.no)).where(_row.c.batch_id == batch_id)) or 0
    rows = [row for row in rows if row.no > last]
    if batch.total + len(rows) > MOST_ROWS:
        raise TooManyChosen(most=MOST_ROWS, n=batch.total + len(rows))
    there = select(_row.c.code, func.min(_row.c.no).label("no")).where(
        _row.c.batch_id == batch_id, bulk.among(_row.c.code, "codes")
    )
    codes = [row.code[:LONGEST_CODE] for row in rows]
    first = {row.code: row.no for row in session.execute(there.group_by(_row.c.code), {"codes": codes})}
    fill: list[bulk.Row] = []
    for row, code in zip(rows, codes, strict=True):
        wrong = list(row.wrong)
        repeats = bool(code) and not row.again and first.setdefault(code, row.no) != row.no
        if repeats and not wrong:  # a reader that knows its file tells it better
            wrong.append(words(N_("货号 %(code)s 在第 %(no)s 行已经有了"), code=code, no=first[code]))
        fill.append(fresh(batch_id, row.no, code, row.parts, wrong))
    bulk.add(session, _row, fill)
    failed = sum(1 for row in fill if row["told"])
    batch.total, batch.failed, batch.looked = batch.total + len(fill), batch.failed + failed, batch.looked + failed
    session.flush()
    return len(fill)


def filled(session: Session, now: datetime, *, batch_id: int) -> None:
    """Say that all rows of a batch's file are there."""
    batch = locked(session, batch_id)
    if batch.filled_at is None and batch.reading:
        batch.filled_at = now
        if not batch.total:
            batch.state, batch.fault = BatchState.DROPPED, words(N_("表里没有内容，请从第二行起填写。"))
        session.flush()


def not_readable(session: Session, now: datetime, *, batch_id: int, refusal: Refused) -> None:
    """Give a batch up whose file cannot be read to its end, and say why."""
    batch = locked(session, batch_id)
    if batch.filled_at is None and batch.reading:
        params = {name: value for name, value in refusal.params.items() if isinstance(value, str | int)}
        give_up(session, now, batch, words(refusal.text, **params))


def give_up(session: Session, now: datetime, batch: Batch, why: Told) -> None:
    """Let a batch be over of which nothing is written and that nobody is asked about any more, and say why."""
    batch.state, batch.fault = BatchState.DROPPED, dict(why)
    session.flush()
    detail = {"no": batch.no, "fault": batch.fault}
    note_down(session, now, actor="worker", act="batch.drop", subject=f"batch:{batch.id}", detail=detail)
    session.flush()


@dataclass(frozen=True)
class TakenUp:
    """A batch that the worker has taken up: whether it is to be written, and who reads its file, where that is due."""

    id: int
    running: bool
    sheet: str


def take_up(session: Session, now: datetime) -> TakenUp | None:
    """The batch that is to be worked at next: the one that has waited longest, and that nobody else is at."""
    batch = session.scalars(
        select(Batch)
        .where(Batch.state.in_((BatchState.READING, BatchState.RUNNING)))
        .order_by(func.coalesce(Batch.taken_at, literal(EPOCH, Instant)), Batch.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if batch is None:
        return None
    batch.taken_at = now
    session.flush()
    return TakenUp(batch.id, batch.running, batch.asked.get("sheet", "") if batch.filled_at is None else "")


def file_of(session: Session, batch_id: int) -> bytes:
    """A batch's file as it came."""
    return session.get_one(BatchFile, batch_id).data


def locked(session: Session, batch_id: int) -> Batch:
    """A batch under its lock: whoever works at it does so alone. Refused: no such batch."""
    batch = session.get(Batch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None:
        raise NoSuchBatch
    return batch


def number(session: Session, now: datetime, zone: str) -> str:
    """The next number of a batch of today."""
    today = f"PC{civil_day(now, zone):%Y%m%d}"
    nth = session.scalar(select(func.count()).where(Batch.no.like(f"{today}-%"))) or 0
    return f"{today}-{nth + 1:02d}"


def fresh(batch_id: int, no: int, code: str, parts: Parts | None = None, wrong: Sequence[Told] = ()) -> bulk.Row:
    """A row that is asked for, or told to be wrong already."""
    return {
        "batch_id": batch_id,
        "no": no,
        "code": code,
        "outcome": Outcome.ERROR if wrong else None,
        "state": RowState.CHECKED if wrong else RowState.ASKED,
        "item_id": None,
        "seen": 0,
        "version": 0,
        "before": {},
        "after": dict(parts or {}),
        "told": [dict(one) for one in wrong],
        "below_cost": 0,
    }
