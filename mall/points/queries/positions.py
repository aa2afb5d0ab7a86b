"""Where the points of all lots stand, now or at any past moment, by fund, expiry and month earned.

Now is read from the lots' own counters. A past moment is now, less what has been posted since: the same figures as
all lines up to that moment give (the proof holds lots and lines together), at the cost of what came after it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from mall.points.models import Allocation, Lot
from mall.points.queries.moves import By, Moves, columns, keys
from mall.points.rules.buckets import AVAILABLE, EXPIRED, HELD, PENDING, REDEEMED

OWED = (PENDING, AVAILABLE, HELD)
"""What the programme still owes to dealers."""
KEPT = (*OWED, REDEEMED, EXPIRED)
"""What was issued and neither taken back, nor moved on, nor used up by a debt."""
_COUNTERS = {PENDING: "pending", AVAILABLE: "available", HELD: "held", REDEEMED: "redeemed", EXPIRED: "expired"}


@dataclass
class Position:
    """Points by bucket, and their worth in millionths of the currency's unit."""

    points: dict[int, int] = field(default_factory=lambda: dict.fromkeys(KEPT, 0))
    micros: dict[int, int] = field(default_factory=lambda: dict.fromkeys(KEPT, 0))

    def add(self, other: Position, times: int = 1) -> None:
        """Add (or take away) another position."""
        for bucket in KEPT:
            self.points[bucket] += times * other.points[bucket]
            self.micros[bucket] += times * other.micros[bucket]

    def move(self, one: Moves, times: int = 1) -> None:
        """Let a move happen, or undo it (`times` −1)."""
        for bucket, sign in ((one.src, -times), (one.dst, times)):
            if bucket in self.points:
                self.points[bucket] += sign * one.points
                self.micros[bucket] += sign * one.micros

    def total(self, buckets: Iterable[int] = OWED) -> int:
        """Points in these buckets."""
        return sum(self.points[bucket] for bucket in buckets)

    def worth(self, buckets: Iterable[int] = OWED) -> int:
        """What they are worth, in millionths."""
        return sum(self.micros[bucket] for bucket in buckets)

    @property
    def empty(self) -> bool:
        """Whether nothing is left in it."""
        return not any(self.points.values())


Positions = dict[tuple[Any, ...], Position]

_lot = cast(Table, Lot.__table__)
_allocation = cast(Table, Allocation.__table__)


def open_positions(session: Session, by: Sequence[By], months: Sequence[date] = (), zone: str = "UTC") -> Positions:
    """What is owed now by key: open lots by their index, and lots of which points are only held."""
    found = _read(session, by, months, zone, OWED, [_lot.c.is_open == 1])
    group = columns(by, months, zone)
    held = select(*group, _allocation.c.open.label("held"), (_allocation.c.open * _lot.c.unit_value).label("worth"))
    closed = (
        held.select_from(_allocation)
        .join(
            _lot,
            (_lot.c.dealer_id == _allocation.c.dealer_id)
            & (_lot.c.account_no == _allocation.c.account_no)
            & (_lot.c.lot_no == _allocation.c.lot_no),
        )
        .where(_allocation.c.open > 0, _lot.c.is_open == 0)
        .subquery()
    )
    grouped = [closed.c[one.value] for one in by]
    sums = select(*grouped, func.sum(closed.c.held), func.sum(closed.c.worth)).group_by(*grouped)
    for *values, points, micros in session.execute(sums):
        if points is not None:
            position = found.setdefault(keys(by, months, values), Position())
            position.points[HELD] += int(points)
            position.micros[HELD] += int(micros)
    return found


def all_positions(session: Session, by: Sequence[By], months: Sequence[date] = (), zone: str = "UTC") -> Positions:
    """What became of all points ever issued, by key: one pass over all lots."""
    return _read(session, by, months, zone, KEPT, [])


def _read(
    session: Session, by: Sequence[By], months: Sequence[date], zone: str, buckets: Sequence[int], where: list[Any]
) -> Positions:
    counted = [_lot.c[_COUNTERS[bucket]] for bucket in buckets]
    rows = select(*columns(by, months, zone), *counted, _lot.c.unit_value).where(*where).subquery()
    grouped = [rows.c[one.value] for one in by]
    counters = [rows.c[_COUNTERS[bucket]] for bucket in buckets]
    sums = select(
        *grouped, *(func.sum(x) for x in counters), *(func.sum(x * rows.c.unit_value) for x in counters)
    ).group_by(*grouped)
    found: Positions = {}
    for row in session.execute(sums):
        values, figures = row[: len(by)], row[len(by) :]
        if figures[0] is None:  # without a group an empty table gives one row of nothing
            continue
        position = found.setdefault(keys(by, months, values), Position())
        for n, bucket in enumerate(buckets):
            position.points[bucket] += int(figures[n])
            position.micros[bucket] += int(figures[n + len(buckets)])
    return found


def before(positions: Positions, later: Iterable[Moves]) -> Positions:
    """These positions as they were before the later moves; lines without a lot concern none."""
    was: Positions = {}
    for key, position in positions.items():
        was.setdefault(key, Position()).add(position)
    for one in later:
        if one.key and None in one.key:
            continue
        was.setdefault(one.key, Position()).move(one, -1)
    return {key: position for key, position in was.items() if not position.empty}
