"""A lot in memory, and as the row it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mall.points.models import LotKind
from mall.points.rules.buckets import AVAILABLE, COUNTERS, PENDING

BORN = (
    "lot_no", "journal_id", "kind", "origin_lot", "source", "source_ref", "fund_code", "rule_version",
    "multiplier_bps", "unit_value", "points", "earned_at", "active_at", "expires_at", "expiry_month",
)  # fmt: skip
"""What of a lot never changes."""


@dataclass(slots=True)
class LotState:
    """A lot in memory. `at[bucket]` is how many of its points are there."""

    lot_no: int
    journal_id: int
    kind: LotKind
    origin_lot: int | None
    source: str
    source_ref: str
    fund_code: str
    rule_version: str
    multiplier_bps: int
    unit_value: int
    points: int
    at: list[int]
    reversed: int
    earned_at: datetime
    active_at: datetime
    expires_at: datetime
    expiry_month: int
    new: bool = False
    changed: bool = False

    @property
    def open(self) -> bool:
        """Whether any of it can still be spent, now or later."""
        return self.at[PENDING] + self.at[AVAILABLE] > 0

    @property
    def turn(self) -> tuple[datetime, int]:
        """Its place in the order of spending: earliest expiry first."""
        return (self.expires_at, self.lot_no)

    def counters(self) -> dict[str, Any]:
        """The columns that change as its points move."""
        moved = {name: self.at[bucket] for bucket, name in COUNTERS.items()}
        return moved | {"reversed": self.reversed, "is_open": int(self.open)}

    def born(self) -> dict[str, Any]:
        """The columns that never change."""
        return {name: getattr(self, name) for name in BORN}
