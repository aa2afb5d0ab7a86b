"""The trial balance: what was there, what came and went, what is there; told by lines, held against accounts and lots.

Opening and closing are all lines there are less those posted since; the accounts' own balances less the changes of
their entries since must say the same, and so must the lots now. What does not tie is told as a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Table, case, func, select
from sqlalchemy.orm import Session

from mall.points.models import Account, Entry, Lot
from mall.points.queries.moves import moves
from mall.points.rules.buckets import MOVED
from mall.points.rules.movements import EFFECTS, RECLASSIFIED, Movement

COLUMNS = ("pending", "available", "held", "debt")
Balances = dict[str, int]
Sums = Mapping[tuple[int, int], int]
"""Points by move."""

_account = cast(Table, Account.__table__)
_entry = cast(Table, Entry.__table__)
_lot = cast(Table, Lot.__table__)


class Against(StrEnum):
    """With what the lines were compared."""

    OPENING = "opening"
    CLOSING = "closing"
    LOTS = "lots"
    MOVED = "moved"


@dataclass(frozen=True)
class Difference:
    """What does not tie: by lines so many points, by the other so many."""

    against: Against
    balance: str
    lines: int
    other: int


@dataclass(frozen=True)
class TrialBalance:
    """A period of the ledger. Balances by column; `net` is what dealers have less what they owe."""

    opening: Balances
    movements: dict[Movement, Balances]
    closing: Balances
    accounts: Balances
    """The closing as accounts and entries tell it."""
    reclassified: int
    """Points of the period that had expired unused and were then taken back: no balance changed."""
    differences: list[Difference]

    @property
    def ties(self) -> bool:
        """Whether everything that was compared is the same."""
        return not self.differences

    @property
    def quiet(self) -> bool:
        """Whether nothing happened in the period."""
        return not any(any(change.values()) for change in self.movements.values())


def net(balances: Mapping[str, int]) -> int:
    """What dealers have less what they owe."""
    return balances["pending"] + balances["available"] + balances["held"] - balances["debt"]


def changes(sums: Sums) -> dict[Movement, Balances]:
    """What these moves mean: by movement, by balance."""
    found = {movement: dict.fromkeys(COLUMNS, 0) for movement in Movement}
    for move, points in sums.items():
        for effect in EFFECTS[move]:
            found[effect.movement][effect.balance] += effect.sign * points
    return found


def balances(sums: Sums) -> Balances:
    """What these moves, from nothing, leave behind."""
    total = dict.fromkeys(COLUMNS, 0)
    for change in changes(sums).values():
        for name, points in change.items():
            total[name] += points
    return total


def less(sums: Sums, *later: Sums) -> dict[tuple[int, int], int]:
    """These moves without the later ones."""
    left = dict(sums)
    for other in later:
        for move, points in other.items():
            left[move] = left.get(move, 0) - points
    return left


def all_lines(session: Session) -> dict[tuple[int, int], int]:
    """Points by move since the ledger began: one pass over the lines."""
    return {(one.src, one.dst): one.points for one in moves(session)}


def trial_balance(session: Session, since: datetime, until: datetime) -> TrialBalance:
    """What was posted from `since` (included) to `until` (excluded), between its opening and its closing."""
    ever = all_lines(session)
    spans: dict[int, dict[tuple[int, int], int]] = {1: {}, 2: {}}
    for one in moves(session, moments=(since, until)):
        spans[one.span][one.src, one.dst] = one.points
    within, later = spans[1], spans[2]
    opening, closing, today = balances(less(ever, within, later)), balances(less(ever, later)), balances(ever)
    by_entries = _entries(session, since, until)
    accounts = _accounts(session)
    closing_told = {name: accounts[name] - by_entries[2][name] for name in COLUMNS}
    opening_told = {name: closing_told[name] - by_entries[1][name] for name in COLUMNS}
    found = [
        *_compared(Against.OPENING, opening, opening_told),
        *_compared(Against.CLOSING, closing, closing_told),
        *_compared(Against.LOTS, today, lots_now(session)),
    ]
    gone = sum(points for (_src, dst), points in ever.items() if dst == MOVED)
    come = sum(points for (src, _dst), points in ever.items() if src == MOVED)
    if gone != come:
        found.append(Difference(Against.MOVED, "net", come, gone))
    return TrialBalance(
        opening=opening,
        movements=changes(within),
        closing=closing,
        accounts=closing_told,
        reclassified=within.get(RECLASSIFIED, 0),
        differences=found,
    )


def lots_now(session: Session) -> Balances:
    """What the lots have at this moment."""
    row = session.execute(select(*(func.sum(_lot.c[name]) for name in COLUMNS[:3]))).one()
    return dict(zip(COLUMNS, (int(points or 0) for points in row), strict=False))


def _compared(against: Against, lines: Balances, other: Balances) -> Iterable[Difference]:
    for name, points in other.items():
        if lines[name] != points:
            yield Difference(against, name, lines[name], points)


def _accounts(session: Session) -> Balances:
    row = session.execute(select(*(func.sum(_account.c[name]) for name in COLUMNS))).one()
    return dict(zip(COLUMNS, (int(points or 0) for points in row), strict=True))


def _entries(session: Session, since: datetime, until: datetime) -> dict[int, Balances]:
    """The entries' changes from `since`: in the period (1) and after it (2)."""
    found = {span: dict.fromkeys(COLUMNS, 0) for span in (1, 2)}
    deltas: list[Any] = [_entry.c[f"d_{name}"] for name in COLUMNS]
    rows = (
        select(case((_entry.c.posted_at >= until, 2), else_=1).label("span"), *deltas)
        .where(_entry.c.posted_at >= since)
        .subquery()
    )
    sums = select(rows.c.span, *(func.sum(rows.c[f"d_{name}"]) for name in COLUMNS)).group_by(rows.c.span)
    for span, *points in session.execute(sums):
        found[span] = {name: int(value) for name, value in zip(COLUMNS, points, strict=True)}
    return found
