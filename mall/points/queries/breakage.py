"""Breakage by cohort of the month or year earned: revenue to date and of a period, with the rates in force then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.money import BPS, fen_of
from mall.base.time import civil_day
from mall.points.models import ExpectedRate
from mall.points.queries.moves import By, earned_months, moves
from mall.points.queries.positions import KEPT, OWED, Position, Positions, all_positions, before
from mall.points.rules.breakage import expected_redemptions, revenue_to_date
from mall.points.rules.buckets import EXPIRED, REDEEMED

PROGRAMME = 1


@dataclass(frozen=True)
class Cohort:
    """Points earned in a month or a year, as they stand at the period's end. Money in fen."""

    points: int
    """Issued, less what was taken back or used up by a debt: redeemed, expired and still owed."""
    redeemed: int
    expired: int
    owed: int
    expected: int
    """Redemptions expected in all."""
    allocated: int
    """The price allocated to the points: what they were worth when earned."""
    to_date: int
    before: int

    @property
    def revenue(self) -> int:
        """Revenue of the period. Negative where an estimate was raised or points were taken back."""
        return self.to_date - self.before

    @property
    def remaining(self) -> int:
        """Contract liability: what is not yet revenue."""
        return self.allocated - self.to_date

    def __add__(self, other: Cohort) -> Cohort:
        """Cohorts together: every figure added, so that the foot is the sum of its rows."""
        return Cohort(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Breakage:
    """A period's breakage. A rate is None where none was in force: all points are expected to be redeemed."""

    cohorts: dict[date, Cohort]
    """By the first day of the month or year earned, newest first."""
    total: Cohort
    rate: ExpectedRate | None
    """In force at the period's end."""
    rate_before: ExpectedRate | None
    """In force at the end of the period before."""


def expected_rates(session: Session) -> list[ExpectedRate]:
    """All estimates ever made, newest day first, those superseded included."""
    rows = select(ExpectedRate).where(ExpectedRate.programme_id == PROGRAMME)
    return list(session.scalars(rows.order_by(ExpectedRate.from_on.desc(), ExpectedRate.no.desc())))


def rate_on(rates: Iterable[ExpectedRate], on: date) -> ExpectedRate | None:
    """The estimate in force on a civil day: of the latest day, the latest number."""
    known = [rate for rate in rates if rate.from_on <= on]
    return max(known, key=lambda rate: (rate.from_on, rate.no), default=None)


def breakage(
    session: Session, now: datetime, zone: str, *, since: datetime, until: datetime, yearly: bool = False
) -> Breakage:
    """What was posted up to `until` (excluded), and what of it before `since`; one pass over all lots.

    The rate of a moment is the one in force on the last civil day before it, or today's while that lies ahead.
    """
    by, months = (By.EARNED,), earned_months(session, now, zone)
    later = list(moves(session, moments=(since, until), by=by, months=months, zone=zone))
    at_end = before(all_positions(session, by, months, zone), [one for one in later if one.span == 2])
    at_start = before(at_end, [one for one in later if one.span == 1])
    rates = expected_rates(session)
    ends_at, starts_at = (min(at - timedelta(microseconds=1), now) for at in (until, since))
    rate, rate_before = (rate_on(rates, civil_day(at, zone)) for at in (ends_at, starts_at))
    ends, starts = _cohorts(at_end, yearly), _cohorts(at_start, yearly)
    cohorts = {
        month: _cohort(ends.get(month, Position()), starts.get(month, Position()), rate, rate_before)
        for month in sorted({*ends, *starts}, reverse=True)
    }
    total = Cohort(0, 0, 0, 0, 0, 0, 0, 0)
    for cohort in cohorts.values():
        total += cohort
    return Breakage(cohorts, total, rate, rate_before)


def _cohorts(positions: Positions, yearly: bool) -> dict[date, Position]:
    found: dict[date, Position] = {}
    for (month,), position in positions.items():
        found.setdefault(month.replace(month=1) if yearly else month, Position()).add(position)
    return found


def _cohort(end: Position, start: Position, rate: ExpectedRate | None, rate_before: ExpectedRate | None) -> Cohort:
    return Cohort(
        points=end.total(KEPT),
        redeemed=end.points[REDEEMED],
        expired=end.points[EXPIRED],
        owed=end.total(OWED),
        expected=_expected(end, rate),
        allocated=fen_of(end.worth(KEPT)),
        to_date=_revenue(end, rate),
        before=_revenue(start, rate_before),
    )


def _expected(position: Position, rate: ExpectedRate | None) -> int:
    return expected_redemptions(
        points=position.total(KEPT),
        redeemed=position.points[REDEEMED],
        expired=position.points[EXPIRED],
        rate_bps=rate.rate_bps if rate else BPS,
    )


def _revenue(position: Position, rate: ExpectedRate | None) -> int:
    return revenue_to_date(
        allocated=fen_of(position.worth(KEPT)),
        redeemed=position.points[REDEEMED],
        expected=_expected(position, rate),
    )
