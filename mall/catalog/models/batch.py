"""Many rewards changed at once: a batch, a row for each reward of it, and the file that it came from.

A batch is looked at whole before anything changes (a dry run), and is written some rows a transaction. Where each row
stands is the row's own, so that whoever takes a batch up goes on from where the last one ended.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Id, Instant, Int, Json, Name, Small, Word

MOST_ROWS = 50_000
"""Rewards of one batch."""
LEFT_FOR = timedelta(days=7)
"""How long a batch that was looked at waits for somebody to have it written."""
USUAL_LIMIT = 500
"""Price changes in percent, added up over all prices (fifty by ten percent), above which a second person looks."""


OF_SKUS = ("prices", "levels")
"""The readers of files whose rows are of SKUs."""


class BatchKind(StrEnum):
    """Where a batch came from."""

    EDIT = "edit"
    PRICES = "prices"
    IMPORT = "import"
    UNDO = "undo"


BATCH_KINDS: dict[BatchKind, str] = {
    BatchKind.EDIT: N_("批量修改"),
    BatchKind.PRICES: N_("批量调价"),
    BatchKind.IMPORT: N_("表格导入"),
    BatchKind.UNDO: N_("撤销"),
}


class BatchState(StrEnum):
    """Where a batch stands. READING is the dry run; WAITING is for a second person."""

    READING = "reading"
    CHECKED = "checked"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"
    DROPPED = "dropped"


BATCH_STATES: dict[BatchState, str] = {
    BatchState.READING: N_("试运行中"),
    BatchState.CHECKED: N_("待执行"),
    BatchState.WAITING: N_("待复核"),
    BatchState.RUNNING: N_("执行中"),
    BatchState.DONE: N_("已完成"),
    BatchState.UNDONE: N_("已撤销"),
    BatchState.DROPPED: N_("已放弃"),
}
NEXT_OF_BATCH: dict[BatchState, tuple[BatchState, ...]] = {
    BatchState.READING: (BatchState.CHECKED, BatchState.DROPPED),
    BatchState.CHECKED: (BatchState.WAITING, BatchState.RUNNING, BatchState.DROPPED),
    BatchState.WAITING: (BatchState.RUNNING, BatchState.DROPPED),
    BatchState.RUNNING: (BatchState.DONE, BatchState.DROPPED),
    BatchState.DONE: (BatchState.UNDONE,),
    BatchState.UNDONE: (),
    BatchState.DROPPED: (),
}


class Outcome(StrEnum):
    """What becomes of a row."""

    CREATE = "create"
    CHANGE = "change"
    SKIP = "skip"
    ERROR = "error"


OUTCOMES: dict[Outcome, str] = {
    Outcome.CREATE: N_("新建"),
    Outcome.CHANGE: N_("修改"),
    Outcome.SKIP: N_("跳过"),
    Outcome.ERROR: N_("有误"),
}


class RowState(StrEnum):
    """How far a row has come: asked for, looked at, written."""

    ASKED = "asked"
    CHECKED = "checked"
    DONE = "done"


class Batch(Base):
    """One act upon many rewards.

    `asked` is what was asked for, in the shape of its kind (`rules/bulk.py`). `region` and `supplier_id` are how far
    the maker's rights reached. `created` and `changed` count rows that will be (once it is done: were) written,
    `skipped` those that say what is so already, `failed` those that are not written.

    `weight` are its price changes in percent, added up, `below_cost` the prices below cost; above `most_alone`, or with
    any of the latter, it is run only after a second person has agreed. The database holds that.
    """

    __tablename__ = "batch"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> made_by", name="two_persons"),
        CheckConstraint(
            "state NOT IN ('running', 'done', 'undone') OR (weight <= most_alone AND below_cost = 0)"
            " OR decided_by IS NOT NULL",
            name="second_person",
        ),
        CheckConstraint("(kind = 'undo') = (undo_of IS NOT NULL)", name="undo"),
        Index("ix_batch_state_id", "state", "id"),
        Index(
            "uq_batch_undo_of",
            "undo_of",
            unique=True,
            sqlite_where=text("state <> 'dropped'"),
            postgresql_where=text("state <> 'dropped'"),
        ),
        strict(fillfactor=70),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    no: Mapped[str] = mapped_column(Name(40), unique=True)
    key: Mapped[str] = mapped_column(Name(60), unique=True)
    """The form's own: sent again it is the same batch."""
    kind: Mapped[BatchKind] = mapped_column(Word(BatchKind))
    state: Mapped[BatchState] = mapped_column(Word(BatchState))
    asked: Mapped[dict[str, Any]] = mapped_column(Json)
    region: Mapped[str] = mapped_column(Name(200), default="")
    supplier_id: Mapped[int | None] = mapped_column(Id, ForeignKey("supplier.id"))
    total: Mapped[int] = mapped_column(Int, default=0)
    looked: Mapped[int] = mapped_column(Int, default=0)
    """Rows that the dry run has judged."""
    written: Mapped[int] = mapped_column(Int, default=0)
    """Rows that were written, or failed while they were."""
    created: Mapped[int] = mapped_column(Int, default=0)
    changed: Mapped[int] = mapped_column(Int, default=0)
    skipped: Mapped[int] = mapped_column(Int, default=0)
    failed: Mapped[int] = mapped_column(Int, default=0)
    weight: Mapped[int] = mapped_column(Int, default=0)
    below_cost: Mapped[int] = mapped_column(Int, default=0)
    most_alone: Mapped[int] = mapped_column(Int, default=USUAL_LIMIT)
    """The brand's limit when the dry run ended."""
    fault: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Why it was given up by itself, a file not read to its end for instance: {"text": …, "params": {…}}."""
    note: Mapped[str] = mapped_column(Name(200), default="")
    """What its maker said of it; it stands in the versions that it leaves."""
    address: Mapped[str] = mapped_column(Name(64), default="")
    made_by: Mapped[str] = mapped_column(Name(80))
    made_at: Mapped[datetime] = mapped_column(Instant)
    filled_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when all its rows are there; a file is read after it was taken in."""
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the worker took it up last: of several it takes the one first that has waited longest."""
    decided_by: Mapped[str | None] = mapped_column(Name(80))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    began_at: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    undo_of: Mapped[int | None] = mapped_column(Id, ForeignKey("batch.id"))

    @property
    def sheet(self) -> str:
        """What its rows are, where they are not rewards: `prices` or `levels`, each of a SKU."""
        said = str(self.asked.get("sheet", ""))
        return said if said in OF_SKUS else ""

    @property
    def reading(self) -> bool:
        """Whether the dry run is under way."""
        return self.state is BatchState.READING

    @property
    def checked(self) -> bool:
        """Whether all is looked at, and somebody has to say that it is to be done."""
        return self.state is BatchState.CHECKED

    @property
    def left_until(self) -> datetime:
        """When it is given up by itself, if nobody has it written."""
        return self.made_at + LEFT_FOR

    @property
    def waiting(self) -> bool:
        """Whether it waits for a second person."""
        return self.state is BatchState.WAITING

    @property
    def running(self) -> bool:
        """Whether it is being written."""
        return self.state is BatchState.RUNNING

    @property
    def moving(self) -> bool:
        """Whether the worker is at it."""
        return self.state in (BatchState.READING, BatchState.RUNNING)

    @property
    def done(self) -> bool:
        """Whether it was written, and can be undone."""
        return self.state is BatchState.DONE

    @property
    def over(self) -> bool:
        """Whether it was written, undone since or not."""
        return self.state in (BatchState.DONE, BatchState.UNDONE)

    @property
    def dropped(self) -> bool:
        """Whether it was given up."""
        return self.state is BatchState.DROPPED

    @property
    def droppable(self) -> bool:
        """Whether it can still be given up: nothing of it is written."""
        return self.state in (BatchState.READING, BatchState.CHECKED, BatchState.WAITING)

    @property
    def to_write(self) -> int:
        """Rows that change something."""
        return self.created + self.changed

    @property
    def wants_second_person(self) -> bool:
        """Whether it is more than its maker may do alone."""
        return self.weight > self.most_alone or self.below_cost > 0

    @property
    def undoes(self) -> bool:
        """Whether it takes another one back."""
        return self.kind is BatchKind.UNDO


class BatchRow(Base):
    """One reward of a batch, by its code. `no` is its place; of a file, the number of its (first) row there.

    `before` and `after` are the parts that differ, by path (`rules/bulk.py`); of a row that is only asked for, `after`
    is what was asked of it. `told` are words: [{"text": …, "params": {…}}, …], to be translated when told.
    """

    __tablename__ = "batch_row"
    __table_args__ = (
        Index("ix_batch_row_state", "batch_id", "state", "no"),
        Index("ix_batch_row_outcome", "batch_id", "outcome", "no"),
        Index("ix_batch_row_code", "batch_id", "code"),
        strict(fillfactor=70),
    )
    batch_id: Mapped[int] = mapped_column(Id, ForeignKey("batch.id"), primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(Int, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(80))
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome))
    """None until it was looked at."""
    state: Mapped[RowState] = mapped_column(Word(RowState))
    item_id: Mapped[int | None] = mapped_column(Id)
    seen: Mapped[int] = mapped_column(Int)
    """The reward's version when it was looked at; 0 where there was none."""
    version: Mapped[int] = mapped_column(Int)
    """The version that the batch gave it; 0 where it gave none."""
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    after: Mapped[dict[str, Any]] = mapped_column(Json)
    told: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    below_cost: Mapped[int] = mapped_column(Small, default=0)
    """Prices of it that bring in less than the piece costs."""

    @property
    def written(self) -> bool:
        """Whether it was written."""
        return self.state is RowState.DONE and self.outcome in (Outcome.CREATE, Outcome.CHANGE)

    @property
    def wrong(self) -> bool:
        """Whether it is not written because something is wrong with it."""
        return self.outcome is Outcome.ERROR
