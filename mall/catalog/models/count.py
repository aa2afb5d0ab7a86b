"""Stock taking (盘点): what was counted in a warehouse, beside what the movements say lay there at that moment."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Id, Instant, Int, Name, Word

SECOND_PERSON_OVER = 100_000
"""Differences worth more than so many fen (¥1,000), more and fewer added up, are posted by a second person."""


class CountState(StrEnum):
    """Where a count stands."""

    OPEN = "open"
    COUNTED = "counted"
    POSTED = "posted"
    CALLED_OFF = "called_off"


COUNT_STATES: dict[CountState, str] = {
    CountState.OPEN: N_("清点中"),
    CountState.COUNTED: N_("待过账"),
    CountState.POSTED: N_("已过账"),
    CountState.CALLED_OFF: N_("已作废"),
}


class StockCount(Base):
    """A count of a warehouse. `value_fen` is what its differences were worth when it was posted."""

    __tablename__ = "stock_count"
    __table_args__ = (
        CheckConstraint(
            f"value_fen <= {SECOND_PERSON_OVER} OR posted_by IS NULL OR posted_by <> counted_by", name="second_person"
        ),
        CheckConstraint("(state = 'posted') = (posted_at IS NOT NULL)", name="posted"),
        Index("ix_stock_count_warehouse_id_state", "warehouse_id", "state"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    no: Mapped[str] = mapped_column(Name(40), unique=True)
    key: Mapped[str] = mapped_column(Name(60), unique=True)
    warehouse_id: Mapped[int] = mapped_column(Id, ForeignKey("warehouse.id"))
    state: Mapped[CountState] = mapped_column(Word(CountState))
    remark: Mapped[str] = mapped_column(Name(200))
    revision: Mapped[int] = mapped_column(Int, default=1)
    value_fen: Mapped[int] = mapped_column(Int, default=0)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    opened_by: Mapped[str] = mapped_column(Name(80))
    counted_at: Mapped[datetime | None] = mapped_column(Instant)
    counted_by: Mapped[str | None] = mapped_column(Name(80))
    posted_at: Mapped[datetime | None] = mapped_column(Instant)
    posted_by: Mapped[str | None] = mapped_column(Name(80))

    @property
    def open(self) -> bool:
        """Whether numbers are being entered."""
        return self.state is CountState.OPEN

    @property
    def counted(self) -> bool:
        """Whether all is entered, and the differences wait for being posted."""
        return self.state is CountState.COUNTED

    @property
    def over(self) -> bool:
        """Whether nothing will become of it any more: it was posted, or called off."""
        return self.state in (CountState.POSTED, CountState.CALLED_OFF)

    @property
    def posted(self) -> bool:
        """Whether its differences are in the stock."""
        return self.state is CountState.POSTED


class StockCountLine(Base):
    """One SKU of a count. `counted` pieces lay there at `counted_at`; none: nobody has looked yet, which is not nought.

    `seq` is the SKU's last movement at that moment: what moved later is no difference. `difference` is what was posted.
    """

    __tablename__ = "stock_count_line"
    __table_args__ = (
        CheckConstraint("counted >= 0", name="counted"),
        CheckConstraint(
            "(counted IS NULL) = (counted_at IS NULL) AND (counted IS NULL) = (seq IS NULL)", name="moment"
        ),
        strict(),
    )
    count_id: Mapped[int] = mapped_column(Id, ForeignKey("stock_count.id"), primary_key=True, autoincrement=False)
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("stock.sku_id"), primary_key=True, autoincrement=False)
    counted: Mapped[int | None] = mapped_column(Int)
    counted_at: Mapped[datetime | None] = mapped_column(Instant)
    counted_by: Mapped[str | None] = mapped_column(Name(80))
    seq: Mapped[int | None] = mapped_column(Int)
    difference: Mapped[int | None] = mapped_column(Int)
