"""The expected redemption rate: an estimate with a history, from which breakage is told."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, Refused
from mall.base.types import Day, Id, Instant, Int, Name, Small


class ExpectedRate(Base):
    """How many of the points issued will be redeemed, as estimated from a day on. Never edited, only superseded.

    Another estimate for the same day is a further row with the next number; the highest one counts.
    """

    __tablename__ = "points_expected_rate"
    __table_args__ = (
        CheckConstraint("no > 0", name="no"),
        CheckConstraint("rate_bps > 0 AND rate_bps <= 10000", name="rate"),
        strict(),
    )
    programme_id: Mapped[int] = mapped_column(Id, ForeignKey("programme.id"), primary_key=True, autoincrement=False)
    from_on: Mapped[date] = mapped_column(Day, primary_key=True)
    """From reports as of this civil day on."""
    no: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    rate_bps: Mapped[int] = mapped_column(Int)
    """In ten-thousandths of the points issued."""
    note: Mapped[str] = mapped_column(Name(200))
    """On what the estimate rests."""
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str] = mapped_column(Name(80))


class RateSet(Refused):
    """That day has another rate already, and nobody said that it is to be superseded."""

    code = "rate_set"
    text = N_("%(on)s 起已有预计兑换率 %(rate)s%%。如要更正，请勾选「取代当日已有的设定」。")
