"""A lot and an allocation in memory, and as the rows they become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mall.points.models import LotKind
from mall.points.rules.buckets import AVAILABLE, PENDING
from mall.points.rules.chain import Birth


@dataclass(slots=True)
class LotState:
    """A lot in memory. `at[bucket]` is how many of its points are there. `birth` is set while it is not written."""

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
    earned_at: datetime
    active_at: datetime
    expires_at: datetime
    expiry_month: int
    reversed: int
    at: list[int]
    birth: Birth | None = None
    changed: bool = False

    @property
    def open(self) -> bool:
        """Whether any of it can still be spent, now or later."""
        return self.at[PENDING] + self.at[AVAILABLE] > 0

    @property
    def turn(self) -> tuple[datetime, int]:
        """Its place in the order of spending: earliest expiry first."""
        return (self.expires_at, self.lot_no)


@dataclass(slots=True)
class Allocation:
    """So many points that a spend or a hold took of a lot. Of a hold they are `open` until it is resolved."""

    journal_id: int
    ord: int
    lot_no: int
    points: int
    open: int
    redeemed: int
    voided: int
    refunded: int
    held_until: datetime | None
    new: bool = False
    changed: bool = False

    @property
    def refundable(self) -> int:
        """What can still be given back of it."""
        return self.redeemed - self.refunded
