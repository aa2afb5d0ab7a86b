"""What the next sweep will find: balances with everything counted that is over or has arrived by a moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Due:
    """Balances as if the sweep had just run."""

    pending: int
    available: int
    debt: int
    usable: dict[datetime, int]
    """Points that can be spent, by when they expire, as far ahead as was asked for."""
    arrives_at: datetime | None
    """When the next pending points become usable."""


def as_swept(
    *,
    pending: int,
    available: int,
    debt: int,
    ending: Iterable[tuple[datetime, int]],
    coming: Iterable[tuple[datetime, datetime, int]],
    now: datetime,
) -> Due:
    """Balances at `now`, from the account's own and its lots.

    `ending` holds (expires_at, available points) of open lots, all those that are over included. `coming` holds
    (active_at, expires_at, pending points) in order of arrival.
    """
    usable: dict[datetime, int] = {}
    for expires_at, points in ending:
        usable[expires_at] = usable.get(expires_at, 0) + int(points)
    arrives_at = None
    for active_at, expires_at, waiting in coming:
        if active_at > now:
            arrives_at = active_at
            break
        # A debt is paid at the moment of arrival, even by points whose own day is over by now.
        points = int(waiting)
        paid = min(debt, points)
        pending, debt, available = pending - points, debt - paid, available + points - paid
        usable[expires_at] = usable.get(expires_at, 0) + points - paid
    over = sum(points for at, points in usable.items() if at <= now)
    left = {at: points for at, points in sorted(usable.items()) if at > now and points}
    return Due(pending, available - over, debt, left, arrives_at)
