"""A statement in words and figures: its summary as a table whose columns add up, its movements day by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from mall.base.refused import N_
from mall.base.time import civil_day
from mall.points.queries import Amounts, Movement, Statement, Turnover
from mall.points.views.words import _, paper
from mall.web.filters import clock, day, number, signed

COLUMNS: dict[str, str] = {
    "available": N_("可用"),
    "pending": N_("在途"),
    "held": N_("冻结"),
    "debt": N_("待抵扣"),
    "total": N_("合计"),
}
"""The balances of an account and what they are worth in all, in the order in which they are read."""


@dataclass(frozen=True)
class Row:
    """A line of the summary: what, how often, and its figures in the order of the summary's columns."""

    name: str
    count: int
    figures: list[str]


@dataclass(frozen=True)
class Summary:
    """Opening, what each kind of movement did, closing. `ties` says that every column adds up."""

    columns: list[str]
    opening: Row
    kinds: list[Row]
    closing: Row
    change: int
    ties: bool


@dataclass(frozen=True)
class Line:
    """A movement on a statement: its figure and the balance after it are of the account in all, so they add up."""

    movement: Movement
    change: int
    after: int
    facts: list[str]


@dataclass(frozen=True)
class Day:
    """A civil day's lines."""

    on: date
    lines: list[Line]


def summary(told: Statement, moved: Turnover) -> Summary:
    """The table at a statement's head. A balance that was nought all the month has no column."""
    rows = [told.opening, told.closing, *(total.change for total in moved.kinds)]
    shown = [name for name in COLUMNS if name == "available" or any(getattr(row, name) for row in rows)]
    if len(shown) == 2:
        shown.remove("total")  # it would say the same again
    return Summary(
        columns=[_(COLUMNS[name]) for name in shown],
        opening=Row(_("期初"), 0, [number(getattr(told.opening, name)) for name in shown]),
        kinds=[
            Row(_(total.name_shown), total.count, [signed(getattr(total.change, name)) for name in shown])
            for total in moved.kinds
        ],
        closing=Row(_("期末"), 0, [number(getattr(told.closing, name)) for name in shown]),
        change=moved.change.total,
        ties=told.opening + moved.change == told.closing,
    )


def by_day(movements: Iterable[Movement], zone: str) -> list[Day]:
    """Movements under the civil days on which they were booked."""
    days = groupby(movements, key=lambda movement: civil_day(movement.posted_at, zone))
    return [Day(on, [line(movement) for movement in found]) for on, found in days]


def line(movement: Movement) -> Line:
    """One movement as a statement tells it."""
    change, after = changed(movement), stood(movement)
    facts = [clock(movement.posted_at)]
    if what := paper(movement):
        facts.append(what)
    if movement.later_booked:
        facts.append(_("业务日 %(day)s", day=day(movement.effective_at)))
    if change.total != change.available:
        told = ((_(COLUMNS[name]), getattr(change, name)) for name in COLUMNS if name != "total")
        facts += [_("%(balance)s %(change)s", balance=name, change=signed(points)) for name, points in told if points]
    if after.available != max(after.total, 0):
        facts.append(_("可用余额 %(points)s", points=number(after.available)))
    return Line(movement, change.total, after.total, facts)


def changed(movement: Movement) -> Amounts:
    """What a movement changed."""
    return Amounts(movement.d_pending, movement.d_available, movement.d_held, movement.d_debt)


def stood(movement: Movement) -> Amounts:
    """What there was after it."""
    return Amounts(movement.pending, movement.available, movement.held, movement.debt)


def grouped(digest: bytes) -> list[str]:
    """A hash in groups that can be read aloud and compared by eye."""
    text = digest.hex()
    return [text[at : at + 8] for at in range(0, len(text), 8)]
