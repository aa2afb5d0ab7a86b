"""The roll-forward: from one closing to the next, month by month, or by the months earned and expiring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from mall.base.time import add_months, start_of_day
from mall.points.queries.moves import By, earned_months, moves
from mall.points.queries.positions import OWED, open_positions
from mall.points.queries.trial_balance import Sums, all_lines, balances, changes, less, lots_now
from mall.points.rules.movements import Movement

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Roll:
    """What dealers had (pending, available, held) and owed, and how it changed. Outflows are negative."""

    opening: int = 0
    issued: int = 0
    redeemed: int = 0
    given_back: int = 0
    expired: int = 0
    clawed: int = 0
    """Taken back from what was there."""
    settled: int = 0
    """Points that paid a debt as they came in."""
    moved: int = 0
    closing: int = 0
    debt_opening: int = 0
    debt_incurred: int = 0
    """Taken back beyond what was there."""
    debt_paid: int = 0
    debt_closing: int = 0

    def __add__(self, other: Roll) -> Roll:
        """Rows side by side: every figure added."""
        return Roll(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell."""
        return self == Roll()


@dataclass(frozen=True)
class ByMonth:
    """Civil months of posting in their order, what they make together, and how the end ties to now."""

    months: dict[date, Roll]
    total: Roll
    now: int
    """All lines ever posted leave dealers with so many points…"""
    lots: int
    """… and their lots have so many."""
    debt_now: int


@dataclass(frozen=True)
class ByCohort:
    """A period by (first day of the month earned, expiry month), and how each ties to its lots now."""

    cells: dict[tuple[date, int], Roll]
    total: Roll
    untied: dict[tuple[date, int], tuple[int, int]]
    """Where all lines ever posted and the lots now differ: by lines, by lots."""
    without_lot: int
    """Debts incurred in the period: no lot stands behind them, so they belong to no cell."""


def roll(before: Sums, within: Sums) -> Roll:
    """A row from all moves before it and the moves within it."""
    opening, by, after = balances(before), changes(within), balances(less(before, _negative(within)))

    def points(movement: Movement) -> int:
        return sum(by[movement][name] for name in ("pending", "available", "held"))

    return Roll(
        opening=opening["pending"] + opening["available"] + opening["held"],
        issued=points(Movement.ISSUED),
        redeemed=points(Movement.REDEEMED),
        given_back=points(Movement.GIVEN_BACK),
        expired=points(Movement.EXPIRED),
        clawed=points(Movement.CLAWED),
        settled=points(Movement.SETTLED),
        moved=points(Movement.MOVED),
        closing=after["pending"] + after["available"] + after["held"],
        debt_opening=opening["debt"],
        debt_incurred=by[Movement.CLAWED]["debt"],
        debt_paid=by[Movement.SETTLED]["debt"],
        debt_closing=after["debt"],
    )


def by_month(session: Session, first: date, last: date, zone: str) -> ByMonth:
    """The civil months from `first`'s to `last`'s, both included."""
    months = _months(first, last)
    moments = [start_of_day(month, zone) for month in (*months, add_months(last, 1))]
    ever = all_lines(session)
    spans: dict[int, dict[tuple[int, int], int]] = {n: {} for n in range(1, len(moments) + 1)}
    for one in moves(session, moments=moments):
        spans[one.span][one.src, one.dst] = one.points
    so_far: Sums = less(ever, *spans.values())
    rows = {}
    for n, month in enumerate(months, 1):
        rows[month] = roll(so_far, spans[n])
        so_far = less(so_far, _negative(spans[n]))
    total = _summed(list(rows.values()))
    today = balances(ever)
    owed = today["pending"] + today["available"] + today["held"]
    return ByMonth(rows, total, owed, sum(lots_now(session).values()), today["debt"])


def by_cohort(session: Session, now: datetime, first: date, last: date, zone: str) -> ByCohort:
    """One period, from the month of `first` to that of `last`, by month earned and expiry month; reads all lines."""
    by = (By.EARNED, By.EXPIRY)
    months = earned_months(session, now, zone)
    since, until = start_of_day(first.replace(day=1), zone), start_of_day(add_months(last, 1), zone)
    sums: dict[tuple[Any, ...], dict[int, dict[tuple[int, int], int]]] = {}
    without_lot = 0
    for one in moves(session, moments=(BEGINNING, since, until), by=by, months=months, zone=zone):
        if None in one.key:
            without_lot += one.points if one.span == 2 else 0
            continue
        sums.setdefault(one.key, {1: {}, 2: {}, 3: {}})[one.span][one.src, one.dst] = one.points
    cells, untied = {}, {}
    lots = open_positions(session, by, months, zone)
    for key in sorted({*sums, *lots}):
        spans = sums.get(key, {1: {}, 2: {}, 3: {}})
        ever = balances(less(spans[1], _negative(spans[2]), _negative(spans[3])))
        told = ever["pending"] + ever["available"] + ever["held"]
        there = lots[key].total(OWED) if key in lots else 0
        if told != there:
            untied[key] = (told, there)
        row = replace(roll(spans[1], spans[2]), debt_opening=0, debt_paid=0, debt_closing=0)
        if not row.empty:
            cells[key] = row
    return ByCohort(cells, _summed(list(cells.values()), ends=False), untied, without_lot)


def _summed(rows: Sequence[Roll], *, ends: bool = True) -> Roll:
    """All rows together: months follow each other (`ends`), cells lie side by side."""
    total = Roll()
    for row in rows:
        total += row
    if ends and rows:
        total = replace(
            total,
            opening=rows[0].opening,
            closing=rows[-1].closing,
            debt_opening=rows[0].debt_opening,
            debt_closing=rows[-1].debt_closing,
        )
    return total


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [add_months(first, n) for n in range(count)]


def _negative(sums: Sums) -> Sums:
    return {move: -points for move, points in sums.items()}
