"""Judgements of a redemption: numbers and facts in, a number or a refusal out. No database, no request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from mall.catalog.models import Delivery, Kind, SoldOut
from mall.catalog.queries.plans import Plan, applicable
from mall.dealers.models import Tier
from mall.orders.models import (
    MOST,
    AccountNeeded,
    AddressNeeded,
    BadQuantity,
    GatewayNeeded,
    OffShelf,
    OverLimit,
    PriceChanged,
    QuoteOver,
)
from mall.orders.rules.quote import Asked, Quote, QuotedLine

HELD_FOR = timedelta(days=400)
"""Points of an undecided order are held far beyond its own limits: the order lets go of them, never the clock alone."""


@dataclass(frozen=True, kw_only=True)
class Windows:
    """How long an order waits for what it needs: the money, the owner, and the money once the owner agreed."""

    pay: timedelta = timedelta(minutes=15)
    approve: timedelta = timedelta(hours=48)
    pay_once_approved: timedelta = timedelta(hours=24)


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
    terms: dict[str, Any]
    picture: str
    delivery: Delivery
    personal: bool
    freight_template_id: int | None
    on_shelf: bool
    on_hand: int
    limit: int | None
    had: int
    tier: Tier
    region: str
    """The dealer's own: prices go by it."""
    plans: tuple[Plan, ...] = field(default=())

    def at(self, moment: datetime) -> tuple[Plan, ...]:
        """The prices that this dealer was offered at a moment, one a step."""
        return applicable(self.plans, tier=self.tier, region=self.region, at=moment)

    def plan(self, plan_id: int | None, moment: datetime) -> Plan | None:
        """The chosen price if it was on offer at that moment; without a choice the first; none where it was not."""
        offered = self.at(moment)
        if plan_id is None:
            return offered[0] if offered else None
        return next((plan for plan in offered if plan.id == plan_id), None)


def judge_line(line: QuotedLine, offer: Offer, quoted_at: datetime, *, wanted_of_item: int) -> None:
    """Refuse a line that cannot be met: quantity, shelf, price, limit, stock, in this order.

    `wanted_of_item` counts the pieces of its item in the whole order: the limit is the item's, not the SKU's.
    """
    if not 1 <= line.quantity <= MOST:
        raise BadQuantity(most=MOST)
    if not offer.on_shelf:
        raise OffShelf
    plan = offer.plan(line.plan_id, quoted_at)
    if plan is None or (plan.points, plan.cash_fen) != (line.points_each, line.cash_each_fen):
        raise PriceChanged
    if offer.limit is not None and offer.had + wanted_of_item > offer.limit:
        raise OverLimit(limit=offer.limit, had=offer.had, left=left_of_limit(offer.limit, offer.had))
    if line.quantity > offer.on_hand:
        raise SoldOut(left=offer.on_hand)


def judge_rest(quote: Quote, asked: Asked, offers: list[Offer], *, has_address: bool, freight_fen: int) -> None:
    """Refuse what the whole order lacks: an address, a number to top up, another freight, a way to pay."""
    if any(offer.kind.shipped for offer in offers) and not has_address:
        raise AddressNeeded
    for number, offer in enumerate(offers, 1):
        if offer.kind.needs_account and not asked.accounts.get(number):
            raise AccountNeeded
    if freight_fen != quote.freight_fen:
        raise PriceChanged
    if quote.pay_fen and asked.gateway is None:
        raise GatewayNeeded


def judge_lifetime(quote: Quote, now: datetime) -> None:
    """Refuse a quote that is over."""
    if quote.over(now):
        raise QuoteOver


class Hindrance(StrEnum):
    """Why a choice cannot be redeemed as asked, for the button to say."""

    OFF_SHELF = "off_shelf"
    SOLD_OUT = "sold_out"
    OVER_LIMIT = "over_limit"
    TOO_FEW_POINTS = "too_few_points"


def hindrance(offer: Offer, quantity: int) -> Hindrance | None:
    """What stands in a line's way before anything is sent, if anything does; the verb judges again under the lock."""
    if not offer.on_shelf or not offer.plans:
        return Hindrance.OFF_SHELF
    if quantity > offer.on_hand:
        return Hindrance.SOLD_OUT
    if offer.limit is not None and offer.had + quantity > offer.limit:
        return Hindrance.OVER_LIMIT
    return None


def left_of_limit(limit: int, had: int) -> int:
    """How many more the dealer may have; a limit lowered later never makes it negative."""
    return max(limit - had, 0)


def most_for(offer: Offer, points_each: int, available: int) -> int:
    """The largest quantity that stock, limit and points allow at this price; 0 when there is none."""
    allowed = [MOST, offer.on_hand, available // points_each]
    if offer.limit is not None:
        allowed.append(left_of_limit(offer.limit, offer.had))
    return max(min(allowed), 0)
