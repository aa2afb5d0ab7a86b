"""Lines added up for reports: by move, by spans of the moment they were posted, and by what is told of their lots.

Every report counts by `posted_at`: what was posted in a span stays in it for ever. Sums are integers (PostgreSQL gives
Decimal); nothing is divided in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, case, func, literal, select
from sqlalchemy.orm import Session

from mall.base.time import add_months, civil_day, start_of_day
from mall.points.models import Entry, Line, Lot

MOST_MONTHS = 120
"""Lots earned longer ago than this are told together, in the first of these months."""

_entry = cast(Table, Entry.__table__)
_line = cast(Table, Line.__table__)
_lot = cast(Table, Lot.__table__)

_THEIR_ENTRY = (
    (_entry.c.dealer_id == _line.c.dealer_id)
    & (_entry.c.account_no == _line.c.account_no)
    & (_entry.c.seq == _line.c.seq)
)
_THEIR_LOT = (
    (_lot.c.dealer_id == _line.c.dealer_id)
    & (_lot.c.account_no == _line.c.account_no)
    & (_lot.c.lot_no == _line.c.lot_no)
)


class By(StrEnum):
    """What of a lot a report is told by."""

    FUND = "fund"
    EXPIRY = "expiry"
    EARNED = "earned"


@dataclass(frozen=True)
class Moves:
    """So many points in one move, and their worth in millionths of the currency's unit; of a debt it has none."""

    span: int
    """How many of the moments asked for lie at or before the posting."""
    key: tuple[Any, ...]
    """As asked for: fund code, expiry month as 202611, first day of the month earned; None without a lot."""
    src: int
    dst: int
    points: int
    micros: int


def earned_months(session: Session, now: datetime, zone: str) -> list[date]:
    """The civil months in which lots were earned, up to now's, oldest first."""
    first, last = session.execute(select(func.min(_lot.c.earned_at), func.max(_lot.c.earned_at))).one()
    end = civil_day(max(now, last or now), zone).replace(day=1)
    start = max(civil_day(first or now, zone).replace(day=1), add_months(end, 1 - MOST_MONTHS))
    count = (end.year - start.year) * 12 + end.month - start.month + 1
    return [add_months(start, n) for n in range(count)]


def columns(by: Sequence[By], months: Sequence[date], zone: str) -> list[ColumnElement[Any]]:
    """The columns to group lots by, in this order; `months` are those of `earned_months`."""
    newest_first = list(enumerate(months))[::-1]
    earned = case(
        *((_lot.c.earned_at >= start_of_day(month, zone), n) for n, month in newest_first), else_=0
    ) if months else literal(0)  # fmt: skip
    known = {By.FUND: _lot.c.fund_code, By.EXPIRY: _lot.c.expiry_month, By.EARNED: earned}
    return [known[one].label(one.value) for one in by]


def keys(by: Sequence[By], months: Sequence[date], values: Sequence[Any]) -> tuple[Any, ...]:
    """A row's key: months earned are dates again."""
    return tuple(months[value] if one is By.EARNED else value for one, value in zip(by, values, strict=True))


def moves(
    session: Session,
    *,
    moments: Sequence[datetime] = (),
    by: Sequence[By] = (),
    months: Sequence[date] = (),
    zone: str = "UTC",
    until: datetime | None = None,
) -> Iterator[Moves]:
    """Points and worth by move, span and key. With `moments` (in their order), only what was posted since the first.

    Without any, all lines there are, by one pass over their table. Lines without a lot have a key of Nones.
    """
    parts: list[ColumnElement[Any]] = [_line.c.src, _line.c.dst, _line.c.points]
    source: Any = _line
    span: ColumnElement[Any] = literal(0)
    conditions = []
    if moments:
        source = source.join(_entry, _THEIR_ENTRY)
        newest_first = list(enumerate(moments, 1))[::-1]
        span = case(*((_entry.c.posted_at >= at, n) for n, at in newest_first), else_=0)
        conditions.append(_entry.c.posted_at >= moments[0])
    if until is not None:
        conditions.append(_entry.c.posted_at < until)
    worth: ColumnElement[Any] = literal(0)
    if by:
        source = source.outerjoin(_lot, _THEIR_LOT)
        worth = _line.c.points * func.coalesce(_lot.c.unit_value, 0)
        # A line without a lot belongs to no fund and no month.
        parts += [case((_line.c.lot_no.is_(None), None), else_=x).label(x.name) for x in columns(by, months, zone)]
    rows = select(span.label("span"), worth.label("worth"), *parts).select_from(source).where(*conditions).subquery()
    grouped = [rows.c.span, rows.c.src, rows.c.dst, *(rows.c[one.value] for one in by)]
    sums = select(*grouped, func.sum(rows.c.points), func.sum(rows.c.worth)).group_by(*grouped)
    for number, src, dst, *values, points, micros in session.execute(sums):
        key = (None,) * len(by) if None in values else keys(by, months, values)
        yield Moves(int(number), key, src, dst, int(points), int(micros))
