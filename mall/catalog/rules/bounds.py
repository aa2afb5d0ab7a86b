"""How far a region's prices may lie from the brand's. Pure: prices and bounds in, moments out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mall.base.money import BPS, Rounding, divide
from mall.catalog.models import Said
from mall.catalog.rules.plans import Plan, applicable
from mall.dealers.models import Tier, beneath

USUAL_BPS = 1_000
"""Where the brand has said nothing regions have ten per cent either way."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What regions may say differently, and how far their prices may lie below and above the brand's."""

    down_bps: int = USUAL_BPS
    up_bps: int = USUAL_BPS
    parts: frozenset[Said] = frozenset(Said)
    revision: int = 0

    def least(self, amount: int) -> int:
        """The least that a region may ask where the brand asks so much: points, or fen of cash."""
        return max(min(amount, 1), divide(amount * (BPS - self.down_bps), BPS, Rounding.CEILING))

    def most(self, amount: int) -> int:
        """The most."""
        return amount * (BPS + self.up_bps) // BPS

    def allow(self, mine: int, brands: int) -> bool:
        """Whether an amount is near enough to the brand's."""
        return self.least(brands) <= mine <= self.most(brands)

    def hold(self, plan: Plan, brands: Plan) -> bool:
        """Whether a region's price is near enough to the brand's: points and cash each."""
        return self.allow(plan.points, brands.points) and self.allow(plan.cash_fen, brands.cash_fen)


def brands_prices(plan: Plan, brand: Sequence[Plan], at: datetime) -> list[Plan | None]:
    """What those dealers who would pay a region's price at a moment would pay without it; none where nothing.

    `brand` are the SKU's prices that no region wrote. Dealers for whom the brand has a closer one pay that.
    """
    tiers = [plan.tier] if plan.tier else list(Tier)
    regions = {plan.region, *(one.region for one in brand if beneath(one.region, plan.region))}
    found = []
    for tier in tiers:
        for region in sorted(regions):
            without = applicable(brand, tier=tier, region=region, at=at)
            theirs = applicable((*brand, plan), tier=tier, region=region, at=at)
            if any(one is plan for one in theirs):
                found.append(next((one for one in without if one.step == plan.step), None))
    return found


def fits(plan: Plan, brand: Sequence[Plan], bounds: Bounds, at: datetime) -> bool:
    """Whether everybody who would pay a region's price at a moment would pay nearly as much without it."""
    return all(one is not None and bounds.hold(plan, one) for one in brands_prices(plan, brand, at))


def outside_from(plan: Plan, brand: Sequence[Plan], bounds: Bounds, since: datetime) -> datetime | None:
    """The first moment, from one on, at which a region's price lies outside; none where it never does.

    The brand's prices begin and end by their dates, so each of these is looked at. One that is over lies nowhere.
    """
    begins = max(plan.starts_at, since)
    if plan.ends_at is not None and plan.ends_at <= begins:
        return None
    if Said.PRICE not in bounds.parts:
        return begins
    turns = sorted({begins, *(turn for turn in _turns(brand) if turn > begins)})
    ahead = (turn for turn in turns if plan.ends_at is None or turn < plan.ends_at)
    return next((turn for turn in ahead if not fits(plan, brand, bounds, turn)), None)


def _turns(plans: Iterable[Plan]) -> Iterable[datetime]:
    for plan in plans:
        yield plan.starts_at
        if plan.ends_at is not None:
            yield plan.ends_at
