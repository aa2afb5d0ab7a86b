"""Judgements of a redemption: numbers and facts in, a number or a refusal out. No database, no request."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from mall.base.time import civil_day
from mall.base.types import canonical
from mall.catalog.models import Delivery, Kind, SoldOut
from mall.orders.models import MOST, AddressNeeded, BadQuantity, OffShelf, OverLimit, PriceChanged

PROMISED: dict[Delivery, timedelta] = {
    Delivery.TWO_DAYS: timedelta(hours=48),
    Delivery.A_WEEK: timedelta(days=7),
    Delivery.INSTANT: timedelta(hours=2),
}
"""How long after it was placed an order may wait, by the promise on the item's page. What is handed out
"at once" has two hours: a person may have to do it."""

SOON = timedelta(hours=4)
"""From here on an order's time limit is near."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the dealer asks for, as the form said it; `points_seen` is the price of one that the person saw."""

    sku_id: int
    quantity: int
    points_seen: int
    address_id: int | None
    remark: str

    def hash(self) -> bytes:
        """A hash of all that was asked: the same form sent again gives the same bytes."""
        words = [self.sku_id, self.quantity, self.points_seen, self.address_id, self.remark]
        return sha256(canonical(words).encode()).digest()


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What is true of a choice now, for one dealer. `had` counts the pieces redeemed before and kept."""

    item_id: int
    item_code: str
    kind: Kind
    names: dict[str, str]
    sku_id: int
    sku_code: str
    attributes: list[dict[str, Any]]
    picture: str
    delivery: Delivery
    points_each: int
    on_shelf: bool
    on_hand: int
    limit: int | None
    had: int
    address_sealed: dict[str, bytes] | None
    """The chosen address as it lies in the address book: recipient, phone, street; none where it is not theirs."""
    region: str

    @property
    def has_address(self) -> bool:
        """Whether the address asked for is there and this dealer's own."""
        return self.address_sealed is not None


def judge(wish: Wish, offer: Offer) -> None:
    """Refuse a wish that cannot be met: quantity, shelf, price, limit, stock, address, in this order."""
    if not 1 <= wish.quantity <= MOST:
        raise BadQuantity(most=MOST)
    if not offer.on_shelf:
        raise OffShelf
    if wish.points_seen != offer.points_each:
        raise PriceChanged(points=offer.points_each)
    if offer.limit is not None and offer.had + wish.quantity > offer.limit:
        raise OverLimit(limit=offer.limit, had=offer.had, left=left_of_limit(offer.limit, offer.had))
    if wish.quantity > offer.on_hand:
        raise SoldOut(left=offer.on_hand)
    if offer.kind.shipped and not offer.has_address:
        raise AddressNeeded


class Hindrance(StrEnum):
    """Why a choice cannot be redeemed as asked, for the button to say."""

    OFF_SHELF = "off_shelf"
    SOLD_OUT = "sold_out"
    OVER_LIMIT = "over_limit"
    TOO_FEW_POINTS = "too_few_points"


def hindrance(offer: Offer, quantity: int, available: int) -> Hindrance | None:
    """What stands in the way before anything is sent, if anything does; the verb judges again under the lock."""
    if not offer.on_shelf:
        return Hindrance.OFF_SHELF
    if quantity > offer.on_hand:
        return Hindrance.SOLD_OUT
    if offer.limit is not None and offer.had + quantity > offer.limit:
        return Hindrance.OVER_LIMIT
    return Hindrance.TOO_FEW_POINTS if offer.points_each * quantity > available else None


def left_of_limit(limit: int, had: int) -> int:
    """How many more the dealer may have; a limit lowered later never makes it negative."""
    return max(limit - had, 0)


def most_for(offer: Offer, available: int) -> int:
    """The largest quantity that stock, limit and points allow; 0 when there is none."""
    allowed = [MOST, offer.on_hand, available // offer.points_each]
    if offer.limit is not None:
        allowed.append(left_of_limit(offer.limit, offer.had))
    return max(min(allowed), 0)


def numbers(order_id: int, placed_at: datetime, zone: str) -> list[str]:
    """Four candidates for an order's number, the first free one wins: civil day, then eight digits.

    Digits alone, so that it can be told on the phone; scattered, so that it does not tell how much is sold.
    """
    day = civil_day(placed_at, zone).strftime("%y%m%d")
    digest = sha256(b"order number %d" % order_id).digest()
    return [f"{day}{int.from_bytes(digest[i : i + 8]) % 10**8:08d}" for i in range(0, 32, 8)]


def first_free(candidates: list[str], taken: Collection[str]) -> str:
    """The first number not in use at this dealer. All four in use is one chance in 10^32 for each earlier order."""
    return next(no for no in candidates if no not in taken)


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
