"""Batches as the desk shows them: the list, one with its rows, and all rows of one for a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, or_, select
from sqlalchemy.orm import Session

from mall.catalog.models import (
    FILE_KEPT,
    Batch,
    BatchFile,
    BatchKind,
    BatchRow,
    BatchState,
    Category,
    FreightTemplate,
    Item,
    NoSuchBatch,
    Outcome,
    RowState,
    Sku,
    Supplier,
)
from mall.dealers.models import Scope, StaffRole

ROWS = 50
"""Rows of a batch a page."""
AT_ONCE = 1_000
_row, _item, _sku = (cast(Table, each.__table__) for each in (BatchRow, Item, Sku))


@dataclass(frozen=True)
class Listed:
    """A page of batches, and how many there are in all."""

    rows: list[Batch]
    total: int
    pages: int


@dataclass(frozen=True)
class Rows:
    """A page of a batch's rows, and how many fit in all. `names` are those of the rewards, by the rows' codes."""

    rows: list[BatchRow]
    names: Mapping[str, Mapping[str, str]]
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // ROWS))


@dataclass(frozen=True)
class File:
    """What a batch's file is called, until when it is kept, and whether it still is."""

    name: str
    until: datetime
    kept: bool


@dataclass(frozen=True)
class Named:
    """What codes stand for, where differences are told: names by language, or a name."""

    category: Mapping[str, Mapping[str, str]]
    supplier: Mapping[str, str]
    freight_template: Mapping[str, str]


def sees(scope: Scope, batch: Batch) -> bool:
    """Whether a batch lies within somebody's rights: the whole brand's in all, a region's in its own."""
    return scope.whole or (scope.regional and bool(batch.region) and scope.covers(batch.region))


def may_drop(batch: Batch, actor: str, role: StaffRole) -> bool:
    """Whether a batch within somebody's rights can be given up by them: the own one, one that waits for a second
    person, and by the administrator any; of none is anything written.
    """
    mine = actor == batch.made_by or role is StaffRole.ADMINISTRATOR
    return batch.droppable and (mine or batch.waiting)


def batches(
    session: Session,
    *,
    scope: Scope,
    state: BatchState | None = None,
    kind: BatchKind | None = None,
    by: str = "",
    page: int = 1,
    size: int = 50,
) -> Listed:
    """Batches, the newest first; `by` narrows to those that one person made."""
    fitting = seen_by(select(Batch.id), scope)
    for column, value in ((Batch.state, state), (Batch.kind, kind), (Batch.made_by, by)):
        fitting = fitting.where(column == value) if value else fitting
    total = session.scalar(select(func.count()).select_from(fitting.subquery())) or 0
    ids = fitting.order_by(Batch.id.desc()).limit(size).offset((page - 1) * size)
    found = session.scalars(select(Batch).where(Batch.id.in_(ids.subquery().select())).order_by(Batch.id.desc()))
    return Listed(list(found), total, max(1, -(-total // size)))


def standings(session: Session, scope: Scope) -> dict[BatchState, int]:
    """How many batches stand where; only those that wait for somebody, or are under way."""
    live = (BatchState.READING, BatchState.CHECKED, BatchState.WAITING, BatchState.RUNNING)
    counted = seen_by(select(Batch.state, func.count().label("n")), scope).where(Batch.state.in_(live))
    found = {row.state: row.n for row in session.execute(counted.group_by(Batch.state))}
    return {state: found.get(state, 0) for state in live}


def batch(session: Session, no: str, scope: Scope) -> Batch:
    """One batch by its number. Refused: no such batch, or not within one's rights."""
    found = session.scalar(select(Batch).where(Batch.no == no), execution_options={"populate_existing": True})
    if found is None or not sees(scope, found):
        raise NoSuchBatch
    return found


def file_of(session: Session, found: Batch) -> File | None:
    """The file that a batch came from; none where it came from none."""
    told = select(BatchFile.name, func.length(BatchFile.data).label("size")).where(BatchFile.batch_id == found.id)
    row = session.execute(told).one_or_none()
    return File(row.name, found.made_at + FILE_KEPT, row.size > 0) if row else None


def around(session: Session, found: Batch) -> tuple[str, str]:
    """The number of the batch that one takes back, and of the one that takes it back; nothing for none."""
    back = select(Batch.no).where(Batch.undo_of == found.id, Batch.state != BatchState.DROPPED)
    of = select(Batch.no).where(Batch.id == found.undo_of)
    return session.scalar(of) or "", session.scalar(back) or ""


def rows(session: Session, found: Batch, *, outcome: Outcome | None = None, page: int = 1) -> Rows:
    """A page of a batch's rows in their order, all or of one outcome; those that are not looked at are left out."""
    fitting = select(BatchRow).where(BatchRow.batch_id == found.id, BatchRow.outcome.is_not(None))
    if outcome is not None:
        fitting = fitting.where(BatchRow.outcome == outcome)
    counts = {
        Outcome.CREATE: found.created,
        Outcome.CHANGE: found.changed,
        Outcome.SKIP: found.skipped,
        Outcome.ERROR: found.failed,
    }
    shown = list(session.scalars(fitting.order_by(BatchRow.no).limit(ROWS).offset((page - 1) * ROWS)))
    codes = [row.code for row in shown]
    names = select(_item.c.code, _item.c.names).where(_item.c.code.in_(codes))
    if found.sheet:
        of_skus = select(_sku.c.code, _item.c.names).join(_item, _item.c.id == _sku.c.item_id)
        names = of_skus.where(_sku.c.code.in_(codes))
    total = counts[outcome] if outcome else sum(counts.values())
    return Rows(shown, {row.code: row.names for row in session.execute(names)}, total)


def left_to_write(session: Session, found: Batch) -> int:
    """How many rows of a batch that is being written are still to come."""
    to_come = (_row.c.state == RowState.CHECKED, _row.c.outcome.in_((Outcome.CREATE, Outcome.CHANGE)))
    asked = select(func.count()).select_from(_row).where(_row.c.batch_id == found.id, *to_come)
    return session.scalar(asked) or 0


def all_rows(session: Session, batch_id: int) -> Iterator[Any]:
    """All rows of a batch in their order, with the name of each reward: some hundred at a time, however many."""
    last = 0
    while True:
        some = session.execute(
            select(*_row.c, _item.c.names)
            .outerjoin(_item, _item.c.id == _row.c.item_id)
            .where(_row.c.batch_id == batch_id, _row.c.no > last)
            .order_by(_row.c.no)
            .limit(AT_ONCE)
        ).all()
        if not some:
            return
        yield from some
        last = some[-1].no


def named(session: Session) -> Named:
    """What the codes of categories, suppliers and freight templates stand for."""
    return Named(
        category={row.code: row.names for row in session.execute(select(Category.code, Category.names))},
        supplier={row.code: row.name for row in session.execute(select(Supplier.code, Supplier.name))},
        freight_template={
            row.code: row.name for row in session.execute(select(FreightTemplate.code, FreightTemplate.name))
        },
    )


def seen_by(statement: Any, scope: Scope) -> Any:
    """A statement over batches, narrowed to those within somebody's rights."""
    if scope.whole:
        return statement
    if scope.regional:
        beneath = Batch.region.startswith(f"{scope.region}/", autoescape=True)
        return statement.where(or_(Batch.region == scope.region, beneath))
    return statement.where(Batch.id.is_(None))
