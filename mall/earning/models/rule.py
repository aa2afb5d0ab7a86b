"""Earning rules, in versions that are never edited."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.money import Rounding
from mall.base.types import Day, Id, Instant, Int, Json, Name, Small, Word


class EarningRule(Base):
    """One version of a rule: how an order of a civil day becomes points. A change is a new version, a new row."""

    __tablename__ = "earning_rule"
    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("points_per_yuan >= 0 AND points_per_yuan <= 100000000", name="points_per_yuan"),
        CheckConstraint("minimum_fen >= 0", name="minimum_fen"),
        CheckConstraint("cap_points IS NULL OR cap_points >= 0", name="cap_points"),
        CheckConstraint("validity_months > 0", name="validity_months"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="days"),
        strict(),
    )
    programme_id: Mapped[int] = mapped_column(Id, ForeignKey("programme.id"), primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Name(40), primary_key=True)
    version: Mapped[int] = mapped_column(Small, primary_key=True, autoincrement=False)
    source: Mapped[str | None] = mapped_column(Name(32))
    """For documents of this partner alone; null for any. A rule for one partner goes before a rule for all."""
    from_on: Mapped[date] = mapped_column(Day)
    until_on: Mapped[date | None] = mapped_column(Day)
    """First and last civil day of the order, in the programme's zone."""
    points_per_yuan: Mapped[int] = mapped_column(Int)
    """In ten-thousandths: 10,000 gives 1 point per 1.00."""
    minimum_fen: Mapped[int] = mapped_column(Int)
    rounding: Mapped[Rounding] = mapped_column(Word(Rounding))
    cap_points: Mapped[int | None] = mapped_column(Int)
    validity_months: Mapped[int] = mapped_column(Small)
    """To the end of the month so many months after the order's, in the programme's zone."""
    categories: Mapped[dict[str, int]] = mapped_column(Json)
    flags: Mapped[dict[str, int]] = mapped_column(Json)
    """Coefficients in ten-thousandths by product category and by product flag; what is not named counts once."""
    unit_value: Mapped[int] = mapped_column(Int)
    """What a point is worth when earned, in millionths of the currency's unit."""
    fund_code: Mapped[str] = mapped_column(Name(40), default="")
    """Who pays for the points; every lot carries it."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(Name(80))

    @property
    def name(self) -> str:
        """Code and version: what lots and explanations carry."""
        return f"{self.code}/{self.version}"
