"""What came and went in a civil month, from the entries of that month alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.base.time import add_months, start_of_day
from mall.points.models import Entry, Kind
from mall.points.queries.borders import first_posted

MOST = 5_000
"""A month of more entries than this is not added up for a page's head; its statement tells it."""

EARNED = frozenset({Kind.EARN, Kind.REINSTATE})
USED = frozenset({Kind.SPEND, Kind.CAPTURE})
RETURNED = frozenset({Kind.REFUND})
LOST = frozenset({Kind.EXPIRE, Kind.CLAWBACK})


@dataclass(frozen=True)
class MonthTotal:
    """A civil month in four figures, none negative; adjustments and transfers are told by their rows."""

    earned: int
    used: int
    returned: int
    lost: int

    @property
    def told(self) -> list[tuple[str, int]]:
        """The figures that are not nought, with their names to be translated when told."""
        named = (
            (N_("获得"), self.earned),
            (N_("使用"), self.used),
            (N_("退回"), self.returned),
            (N_("失效"), self.lost),
        )
        return [(name, points) for name, points in named if points]


_entry = cast(Table, Entry.__table__)


def month_totals(session: Session, dealer_id: int, months: list[date], zone: str) -> dict[date, MonthTotal]:
    """The figures of these civil months by their first day; a month of very many entries is left out."""
    if not months:
        return {}
    starts = [start_of_day(month, zone) for month in months]
    ends = [start_of_day(add_months(month, 1), zone) for month in months]
    first = first_posted(session, dealer_id, starts + ends)
    ranges = [
        (month, first[start], first[end])
        for month, start, end in zip(months, starts, ends, strict=True)
        if first[end] - first[start] <= MOST
    ]
    sums: dict[date, dict[Kind, int]] = {month: {} for month, _, _ in ranges}
    if ranges:
        wants: dict[str, Any] = {"dealer_id": dealer_id}
        for n, (_, low, high) in enumerate(ranges):
            wants |= {f"low{n}": low, f"high{n}": high}
        for n, kind, worth in session.execute(_sums(len(ranges)), wants):
            sums[ranges[n][0]][kind] = int(worth)
    return {month: _total(by_kind) for month, by_kind in sums.items()}


@lru_cache(maxsize=64)
def _sums(count: int) -> Select[Any]:
    """What the entries of `count` ranges were worth, by kind."""
    worth = _entry.c.d_pending + _entry.c.d_available + _entry.c.d_held - _entry.c.d_debt
    parts = union_all(
        *(
            select(literal(n).label("n"), _entry.c.kind, func.sum(worth).label("worth"))
            .where(
                _entry.c.dealer_id == bindparam("dealer_id"),
                _entry.c.account_no == 0,
                _entry.c.seq >= bindparam(f"low{n}"),
                _entry.c.seq < bindparam(f"high{n}"),
            )
            .group_by(_entry.c.kind)
            for n in range(count)
        )
    ).subquery()
    return select(parts.c.n, parts.c.kind, parts.c.worth)


def _total(worth: dict[Kind, int]) -> MonthTotal:
    def of(kinds: frozenset[Kind]) -> int:
        return abs(sum(points for kind, points in worth.items() if kind in kinds))

    return MonthTotal(earned=of(EARNED), used=of(USED), returned=of(RETURNED), lost=of(LOST))
