"""Lots as a dealer reads them: where each came from, when it ends, and where its points are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, or_, select, tuple_
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.base.types import NEVER
from mall.points.models import Allocation, Lot, LotKind

NAMES: dict[LotKind, str] = {
    LotKind.BASE: N_("进货积分"),
    LotKind.BONUS: N_("奖励积分"),
    LotKind.GRACE: N_("宽限积分"),
    LotKind.TRANSFER: N_("转入积分"),
    LotKind.ADJUST: N_("调整积分"),
    LotKind.REINSTATED: N_("恢复的积分"),
}

PLACES: dict[str, str] = {
    "pending": N_("在途"),
    "held": N_("冻结"),
    "redeemed": N_("已兑换"),
    "expired": N_("已过期"),
    "clawed": N_("已扣回"),
    "settled": N_("已抵扣"),
    "moved": N_("已转出"),
}


@dataclass(frozen=True)
class LotSeen:
    """A lot at a moment. Its nine places always add up to `points`."""

    lot_no: int
    kind: LotKind
    origin_lot: int | None
    source: str
    source_ref: str
    rule_version: str
    points: int
    pending: int
    available: int
    held: int
    redeemed: int
    expired: int
    clawed: int
    settled: int
    moved: int
    earned_at: datetime
    active_at: datetime
    expires_at: datetime

    @property
    def left(self) -> int:
        """What can still be spent of it, now or later."""
        return self.pending + self.available

    @property
    def lasting(self) -> bool:
        """It never ends."""
        return self.expires_at >= NEVER

    @property
    def given_grace(self) -> bool:
        """It holds points that came back after their own lot had ended."""
        return self.kind is LotKind.GRACE

    @property
    def adjusted(self) -> bool:
        """A person credited it: no document stands behind it."""
        return self.kind is LotKind.ADJUST

    @property
    def name_shown(self) -> str:
        """What kind of points these are, to be translated when told."""
        return NAMES[self.kind]

    @property
    def document(self) -> str:
        """The number of the document it came from, without the partner's prefix: invoice/536365 gives 536365.

        Empty where no document stands behind it: a person credited it, another dealer gave it, or it had been owed.
        """
        bare = self.kind in (LotKind.ADJUST, LotKind.TRANSFER) or self.source == "reinstate"
        return "" if bare else document_no(self.source_ref)

    @property
    def places(self) -> list[tuple[str, int]]:
        """Where its points are that cannot be spent now, in words to be translated when told."""
        counted = ((name, getattr(self, counter)) for counter, name in PLACES.items())
        return [(name, points) for name, points in counted if points]

    @property
    def turn(self) -> tuple[datetime, int]:
        """Its place in the order of spending."""
        return (self.expires_at, self.lot_no)


@dataclass(frozen=True)
class Taken:
    """What a spend or a hold took from one lot, and how much of it has been given back since."""

    ord: int
    points: int
    open: int
    redeemed: int
    voided: int
    refunded: int
    lot: LotSeen


def lot_of(row: Sequence[Any]) -> LotSeen:
    """A lot from a row of LOT_COLUMNS."""
    return LotSeen(*row)


def document_no(reference: str) -> str:
    """The number people know a document by: the part after the last slash."""
    return reference.rsplit("/", 1)[-1]


_lot = cast(Table, Lot.__table__)
_allocation = cast(Table, Allocation.__table__)

LOT_COLUMNS = (
    _lot.c.lot_no,
    _lot.c.kind,
    _lot.c.origin_lot,
    _lot.c.source,
    _lot.c.source_ref,
    _lot.c.rule_version,
    _lot.c.points,
    _lot.c.pending,
    _lot.c.available,
    _lot.c.held,
    _lot.c.redeemed,
    _lot.c.expired,
    _lot.c.clawed,
    _lot.c.settled,
    _lot.c.moved,
    _lot.c.earned_at,
    _lot.c.active_at,
    _lot.c.expires_at,
)
"""What a LotSeen is made of, in its order."""

_mine = (_lot.c.dealer_id == bindparam("dealer_id"), _lot.c.account_no == 0)
_now = bindparam("now", type_=_lot.c.expires_at.type)

_OPEN = (
    select(*LOT_COLUMNS)
    .where(
        *_mine,
        _lot.c.is_open == 1,
        _lot.c.expires_at > _now,
        tuple_(_lot.c.expires_at, _lot.c.lot_no)
        > tuple_(bindparam("after_end", type_=_lot.c.expires_at.type), bindparam("after_no", type_=_lot.c.lot_no.type)),
    )
    .order_by(_lot.c.expires_at, _lot.c.lot_no)
    .limit(bindparam("limit"))
)

# Newest first along the primary key. A lot that is over counts as closed although no sweep has touched it yet.
_CLOSED = (
    select(*LOT_COLUMNS)
    .where(*_mine, _lot.c.lot_no < bindparam("before_no"), or_(_lot.c.is_open == 0, _lot.c.expires_at <= _now))
    .order_by(_lot.c.lot_no.desc())
    .limit(bindparam("limit"))
)

_TAKEN = (
    select(
        _allocation.c.ord,
        _allocation.c.points,
        _allocation.c.open,
        _allocation.c.redeemed,
        _allocation.c.voided,
        _allocation.c.refunded,
        *LOT_COLUMNS,
    )
    .join(
        _lot,
        (_lot.c.dealer_id == _allocation.c.dealer_id)
        & (_lot.c.account_no == _allocation.c.account_no)
        & (_lot.c.lot_no == _allocation.c.lot_no),
    )
    .where(_allocation.c.dealer_id == bindparam("dealer_id"), _allocation.c.journal_id == bindparam("journal_id"))
    .order_by(_allocation.c.ord)
)

_LAST = 2**62


def lots(
    session: Session, dealer_id: int, now: datetime, after: tuple[datetime, int] | None = None, limit: int = 20
) -> list[LotSeen]:
    """Lots that can be spent now or later, in the order in which they will be; `after` is the last one's `turn`."""
    after_end, after_no = after or (now, 0)
    wants = {"dealer_id": dealer_id, "now": now, "after_end": after_end, "after_no": after_no, "limit": limit}
    return [lot_of(row) for row in session.execute(_OPEN, wants)]


def closed_lots(
    session: Session, dealer_id: int, now: datetime, before: int | None = None, limit: int = 20
) -> list[LotSeen]:
    """Lots of which nothing is left, newest first; `before` is the last one's number."""
    wants = {"dealer_id": dealer_id, "now": now, "before_no": before or _LAST, "limit": limit}
    return [_as_over(lot_of(row), now) for row in session.execute(_CLOSED, wants)]


def allocations(session: Session, dealer_id: int, journal_id: int) -> list[Taken]:
    """Which lots a spend or a hold took, in the order in which it took them."""
    wants = {"dealer_id": dealer_id, "journal_id": journal_id}
    return [Taken(*row[:6], lot_of(row[6:])) for row in session.execute(_TAKEN, wants)]


def _as_over(lot: LotSeen, now: datetime) -> LotSeen:
    """A lot whose day is over, told as the sweep will leave it."""
    if lot.expires_at > now or not lot.left:
        return lot
    values: dict[str, Any] = {**vars(lot), "pending": 0, "available": 0, "expired": lot.expired + lot.left}
    return LotSeen(**values)
