"""What a dealer has at a moment, whether or not any sweep has run.

One key read while nothing ends or begins soon; else one index range besides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, func, select
from sqlalchemy.orm import Session

from mall.base.time import add_months, civil_day, last_day, start_of_day
from mall.points.models import Account, AccountStatus, Lot, Programme
from mall.points.queries.due import Due, as_swept

SOON = timedelta(days=45)
"""How far ahead an expiry is worth a warning."""


@dataclass(frozen=True)
class Balance:
    """Points of one dealer at `as_of`. `available` can be spent now; `soon_points` of it are lost after `soon_on`."""

    pending: int
    available: int
    held: int
    debt: int
    as_of: datetime
    soon_points: int = 0
    soon_on: date | None = None
    """The last civil day, in the programme's zone, on which the next points to expire can be used."""
    arrives_on: date | None = None
    """The civil day on which the next pending points become usable."""
    stopped: bool = False
    """The account may not spend at present."""


@dataclass(frozen=True)
class MonthEnding:
    """What can be spent now and is lost with the end of a civil month; `month` is its first day."""

    month: date
    points: int


_account = cast(Table, Account.__table__)
_programme = cast(Table, Programme.__table__)
_lot = cast(Table, Lot.__table__)

_ACCOUNT = (
    select(
        _account.c.status,
        _account.c.pending,
        _account.c.available,
        _account.c.held,
        _account.c.debt,
        _account.c.next_due_at,
        _programme.c.zone,
    )
    .join(_programme, _programme.c.id == _account.c.programme_id)
    .where(_account.c.dealer_id == bindparam("dealer_id"), _account.c.account_no == 0)
)

_open = (_lot.c.dealer_id == bindparam("dealer_id"), _lot.c.account_no == 0, _lot.c.is_open == 1)

# What ends before the horizon, what is over already included, one row an expiry: a range of the FIFO index.
_ENDING = (
    select(_lot.c.expires_at, func.sum(_lot.c.available))
    .where(*_open, _lot.c.expires_at <= bindparam("until"))
    .group_by(_lot.c.expires_at)
)

# Asked only while something is pending.
_COMING = (
    select(_lot.c.active_at, _lot.c.expires_at, func.sum(_lot.c.pending))
    .where(*_open, _lot.c.pending > 0)
    .group_by(_lot.c.active_at, _lot.c.expires_at)
    .order_by(_lot.c.active_at, _lot.c.expires_at)
)


def balance(session: Session, dealer_id: int, now: datetime) -> Balance:
    """What the dealer has at `now`, as the next sweep will find it: what is over is not counted, what has arrived is.

    A dealer who never had an account has nought of everything.
    """
    account = session.execute(_ACCOUNT, {"dealer_id": dealer_id}).one_or_none()
    if account is None:
        return Balance(0, 0, 0, 0, now)
    due = _due(session, dealer_id, account, now, until=now + SOON)
    soon_at = min((at for at in due.usable if at <= now + SOON), default=None)
    return Balance(
        pending=due.pending,
        available=due.available,
        held=account.held,
        debt=due.debt,
        as_of=now,
        soon_points=due.usable[soon_at] if soon_at else 0,
        soon_on=last_day(soon_at, account.zone) if soon_at else None,
        arrives_on=civil_day(due.arrives_at, account.zone) if due.arrives_at else None,
        stopped=account.status != AccountStatus.ACTIVE,
    )


def expiring_by_month(session: Session, dealer_id: int, now: datetime, zone: str, months: int = 6) -> list[MonthEnding]:
    """What the dealer loses with the end of this civil month and of each that follows, if nothing is spent.

    A lot that ends at midnight counts for the month it ended, as people say it.
    """
    today = civil_day(now, zone)
    wanted = [add_months(today, offset) for offset in range(months)]
    account = session.execute(_ACCOUNT, {"dealer_id": dealer_id}).one_or_none()
    points = dict.fromkeys(wanted, 0)
    if account is not None:
        due = _due(session, dealer_id, account, now, until=start_of_day(add_months(today, months), zone))
        for at, left in due.usable.items():
            month = last_day(at, zone).replace(day=1)
            if month in points:
                points[month] += left
    return [MonthEnding(month, points[month]) for month in wanted]


def _due(session: Session, dealer_id: int, account: Row[*tuple[Any, ...]], now: datetime, *, until: datetime) -> Due:
    wants = {"dealer_id": dealer_id, "until": until}
    ending = session.execute(_ENDING, wants) if account.next_due_at <= until else ()
    return as_swept(
        pending=account.pending,
        available=account.available,
        debt=account.debt,
        ending=[(at, points) for at, points in ending],
        coming=[(at, ends, points) for at, ends, points in session.execute(_COMING, wants)] if account.pending else (),
        now=now,
    )
