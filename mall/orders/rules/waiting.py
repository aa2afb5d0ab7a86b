"""How long an order may wait, and how it stands against that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mall.catalog.models import Delivery

PROMISED: dict[Delivery, timedelta] = {
    Delivery.TWO_DAYS: timedelta(hours=48),
    Delivery.A_WEEK: timedelta(days=7),
    Delivery.INSTANT: timedelta(hours=2),
}
"""How long after it was placed an order may wait, by the promise on the item's page. What is handed out
"at once" has two hours: a person may have to do it."""

SOON = timedelta(hours=4)
"""From here on an order's time limit is near."""


def due_at(placed_at: datetime, delivery: Delivery) -> datetime:
    """By when the order should have left, or been handed out."""
    return placed_at + PROMISED[delivery]


class Haste(StrEnum):
    """How near an order's time limit is."""

    LATE = "late"
    SOON = "soon"
    FINE = "ok"


@dataclass(frozen=True)
class Waiting:
    """How long an order has waited: its haste, the time to (or beyond) its limit, and how much of it is used up."""

    haste: Haste
    time: timedelta
    used_percent: int


def waiting(placed_at: datetime, due_at: datetime, now: datetime) -> Waiting:
    """How an order stands against its promise: late, within four hours of it, or fine."""
    left = due_at - now
    used = int(100 * (now - placed_at) / (due_at - placed_at))
    if left <= timedelta():
        return Waiting(Haste.LATE, -left, 100)
    return Waiting(Haste.SOON if left < SOON else Haste.FINE, left, min(max(used, 0), 100))
