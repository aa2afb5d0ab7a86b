"""What a point is worth to the brand, from a day on: what rewards are priced by and held against."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.types import Day, Id, Instant, Int, Name

MOST_VALUE = 100_000_000
"""A hundred yuan a point, in millionths: more is a slip of the finger."""


class PointValue(Base):
    """A value that one person asked for and another agreed to. A row never changes; of a day's the last one holds."""

    __tablename__ = "point_value"
    __table_args__ = (
        CheckConstraint(f"value > 0 AND value <= {MOST_VALUE}", name="value"),
        CheckConstraint("set_by <> checked_by", name="two_persons"),
        Index("ix_point_value_from_on_id", "from_on", "id"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    from_on: Mapped[date] = mapped_column(Day)
    """The first civil day, in the programme's zone."""
    value: Mapped[int] = mapped_column(Int)
    """In millionths of the currency's unit: 10,000 is one fen."""
    note: Mapped[str] = mapped_column(Name(200))
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str] = mapped_column(Name(80))
    checked_by: Mapped[str] = mapped_column(Name(80))
