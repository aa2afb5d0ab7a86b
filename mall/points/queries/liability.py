"""What the programme owes to dealers in points, and what it is worth: by expiry, age and fund, at any moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from mall.base.money import fen_of
from mall.base.time import civil_day
from mall.points.models import Account, Entry, Lot
from mall.points.queries.moves import By, earned_months, moves
from mall.points.queries.positions import Position, before, open_positions
from mall.points.rules.buckets import AVAILABLE, HELD, PENDING

AGES = ((0, 3), (3, 6), (6, 12), (12, 24), (24, None))
"""Months since the month earned: from (included) to (excluded)."""

_account = cast(Table, Account.__table__)
_entry = cast(Table, Entry.__table__)
_lot = cast(Table, Lot.__table__)


@dataclass
class Owed:
    """A row of the report. Worth is rounded to the fen once, from the exact sum."""

    position: Position = field(default_factory=Position)

    @property
    def pending(self) -> int:
        return self.position.points[PENDING]

    @property
    def available(self) -> int:
        return self.position.points[AVAILABLE]

    @property
    def held(self) -> int:
        return self.position.points[HELD]

    @property
    def points(self) -> int:
        """All that is owed: pending, available and held."""
        return self.position.total()

    @property
    def fen(self) -> int:
        """What it is worth at the value each lot was earned with."""
        return fen_of(self.position.worth())


@dataclass(frozen=True)
class Liability:
    """What is owed at a moment: three times the same total."""

    at: datetime
    by_expiry: dict[int, Owed]
    """By the stored expiry month (202611), soonest first; 999912 is what does not expire."""
    by_age: dict[int, Owed]
    """By the place in AGES."""
    by_fund: dict[str, Owed]
    """Largest worth first."""
    total: Owed
    debt: int
    """What dealers owe: a receivable, in points; no lot stands behind it, so it has no unit value."""
    overdue: int
    """Of the total, points whose expiry has come and is not yet posted; told only for now."""


def liability(session: Session, now: datetime, zone: str, at: datetime | None = None) -> Liability:
    """What was owed at `at` by what had been posted by then (excluded), or now."""
    by = (By.FUND, By.EXPIRY, By.EARNED)
    months = earned_months(session, now, zone)
    positions = open_positions(session, by, months, zone)
    debt = int(session.scalar(select(func.sum(_account.c.debt))) or 0)
    overdue = 0
    if at is None:
        over = select(func.sum(_lot.c.available)).where(_lot.c.is_open == 1, _lot.c.expires_at <= now)
        overdue = int(session.scalar(over) or 0)
    else:
        positions = before(positions, moves(session, moments=(at,), by=by, months=months, zone=zone))
        since = select(func.sum(_entry.c.d_debt)).where(_entry.c.posted_at >= at)
        debt -= int(session.scalar(since) or 0)
    found = Liability(at or now, {}, {}, {}, Owed(), debt, overdue)
    today = civil_day(at or now, zone)
    for (fund, expiry, earned), position in positions.items():
        row = (
            found.by_expiry.setdefault(expiry, Owed()),
            found.by_age.setdefault(_age(earned, today), Owed()),
            found.by_fund.setdefault(fund, Owed()),
            found.total,
        )
        for owed in row:
            owed.position.add(position)
    return Liability(
        found.at,
        {month: owed for month, owed in sorted(found.by_expiry.items()) if owed.points},
        {place: owed for place, owed in sorted(found.by_age.items()) if owed.points},
        {
            fund: owed
            for fund, owed in sorted(found.by_fund.items(), key=lambda row: (-row[1].position.worth(), row[0]))
            if owed.points
        },
        found.total,
        debt,
        overdue,
    )


def _age(earned: date, today: date) -> int:
    months = max((today.year - earned.year) * 12 + today.month - earned.month, 0)
    return next(n for n, (_from, to) in enumerate(AGES) if to is None or months < to)
