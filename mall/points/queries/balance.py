"""What a dealer has at a moment: one key read and one index range, whether or not any sweep has run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from mall.base.time import civil_day, last_day
from mall.points.models import Account, AccountStatus, Lot, Programme

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
    .order_by(_lot.c.expires_at)
)

# Asked only while something is pending.
_PENDING = (
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
    wants = {"dealer_id": dealer_id}
    usable: dict[datetime, int] = {
        at: int(points) for at, points in session.execute(_ENDING, wants | {"until": now + SOON})
    }
    available, pending, debt = account.available, account.pending, account.debt
    arrives_at: datetime | None = None
    for active_at, expires_at, points in session.execute(_PENDING, wants) if pending else ():
        if active_at > now:
            arrives_at = active_at
            break
        # A debt is paid at the moment of arrival, even by points whose own day is over by now.
        paid = min(debt, int(points))
        pending, debt, available = pending - int(points), debt - paid, available + int(points) - paid
        usable[expires_at] = usable.get(expires_at, 0) + int(points) - paid
    available -= sum(points for at, points in usable.items() if at <= now)
    soon_at = min((at for at, points in usable.items() if points and now < at <= now + SOON), default=None)
    return Balance(
        pending=pending,
        available=available,
        held=account.held,
        debt=debt,
        as_of=now,
        soon_points=usable[soon_at] if soon_at else 0,
        soon_on=last_day(soon_at, account.zone) if soon_at else None,
        arrives_on=civil_day(arrives_at, account.zone) if arrives_at else None,
        stopped=account.status != AccountStatus.ACTIVE,
    )
