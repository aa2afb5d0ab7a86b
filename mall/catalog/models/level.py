"""How much of a SKU should be there, what of it is on its way, and the alarms."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_
from mall.base.types import Day, Id, Instant, Int, Name, Small, Word


class Alarm(StrEnum):
    """How badly a SKU runs out, the worst first: nothing is left, no more than its safety stock, or its warning."""

    OUT = "out"
    SAFETY = "safety"
    WARNING = "warning"


ALARMS: dict[Alarm, str] = {Alarm.OUT: N_("已无库存"), Alarm.SAFETY: N_("到了安全库存"), Alarm.WARNING: N_("库存预警")}


class StockLevel(Base):
    """How much of a SKU should be there. Nought for both levels: nobody minds, and there is no alarm.

    `demand_30` and `demand_90` are the pieces that orders took in so many days, less those that came back, reckoned
    each night; `alarm` is kept by the worker, and `alarm_at` says since when.
    """

    __tablename__ = "stock_level"
    __table_args__ = (
        CheckConstraint("safety >= 0 AND warning >= safety", name="levels"),
        CheckConstraint("lead_days BETWEEN 0 AND 365 AND pack_size >= 1", name="supply"),
        Index("ix_stock_level_alarm", "alarm"),
        strict(fillfactor=80),
    )
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("stock.sku_id"), primary_key=True, autoincrement=False)
    safety: Mapped[int] = mapped_column(Int, default=0)
    warning: Mapped[int] = mapped_column(Int, default=0)
    lead_days: Mapped[int] = mapped_column(Small, default=7)
    pack_size: Mapped[int] = mapped_column(Int, default=1)
    demand_30: Mapped[int] = mapped_column(Int, default=0)
    demand_90: Mapped[int] = mapped_column(Int, default=0)
    alarm: Mapped[Alarm | None] = mapped_column(Word(Alarm))
    alarm_at: Mapped[datetime | None] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(Int, default=0)


class StockIncoming(Base):
    """Pieces that were ordered from a supplier and are on their way. `arrived` is how many came; nought: called off."""

    __tablename__ = "stock_incoming"
    __table_args__ = (
        CheckConstraint("pieces > 0 AND (arrived IS NULL OR arrived >= 0)", name="pieces"),
        CheckConstraint("(settled_at IS NULL) = (arrived IS NULL)", name="settled"),
        Index("ix_stock_incoming_sku_id_settled_at", "sku_id", "settled_at"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    sku_id: Mapped[int] = mapped_column(Id, ForeignKey("stock.sku_id"))
    warehouse_id: Mapped[int | None] = mapped_column(Id, ForeignKey("warehouse.id"))
    pieces: Mapped[int] = mapped_column(Int)
    reference: Mapped[str] = mapped_column(Name(80))
    expected_on: Mapped[date | None] = mapped_column(Day)
    key: Mapped[str] = mapped_column(Name(60), unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(Name(80))
    arrived: Mapped[int | None] = mapped_column(Int)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str | None] = mapped_column(Name(80))

    @property
    def open(self) -> bool:
        """Whether the pieces are still expected."""
        return self.settled_at is None
