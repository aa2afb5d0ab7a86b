"""Which prices a dealer is offered: of each step the one that is meant for it most closely."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mall.catalog.models import CUT
from mall.dealers.models import Tier

LOOKED_BACK = timedelta(days=2)
"""How far back prices that began or ended are looked for: a worker that rested over a day misses nothing."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A price of a SKU, per piece: points, and fen of cash beside them from step 1 on.

    No tier is every tier, an empty region everywhere; a region holds for itself and all beneath it.
    """

    id: int
    sku_id: int
    step: int
    points: int
    cash_fen: int
    tier: Tier | None
    region: str
    starts_at: datetime
    ends_at: datetime | None
    withdrawn_at: datetime | None = None
    bounded: int = 0
    """Who wrote it: 0 the brand, else a region within the brand's bounds (`models/price.py`)."""

    @property
    def stands(self) -> bool:
        """Whether it was written without an end; a region's that the brand's bounds cut short stands all the same."""
        return self.ends_at is None or self.bounded == CUT

    @property
    def for_everybody(self) -> bool:
        """Whether it is narrowed to no tier and no region."""
        return self.tier is None and not self.region

    def open_at(self, at: datetime) -> bool:
        """Whether it holds at this moment: from its start on, up to but not including its end."""
        return (
            self.starts_at <= at
            and (self.ends_at is None or at < self.ends_at)
            and (self.withdrawn_at is None or at < self.withdrawn_at)
        )

    def meant_for(self, tier: Tier, region: str) -> bool:
        """Whether a dealer of this tier in this region may have it."""
        return self.tier in (None, tier) and (not self.region or f"{region}/".startswith(f"{self.region}/"))

    @property
    def closeness(self) -> tuple[bool, int, bool, datetime, int]:
        """How closely it is meant: tier and region, tier, region, everybody, the longer region first; then one that
        ends before one that does not (a sale beats the standing price), then the one that began last.
        """
        depth = len(self.region.split("/")) if self.region else 0
        return self.tier is not None, depth, self.ends_at is not None, self.starts_at, self.id


def followed(plan: Plan, plans: Iterable[Plan], at: datetime) -> bool:
    """Whether another standing price of its place and owner has taken the place of a standing one by this moment: it
    is there still, and nobody is asked for it.
    """
    return outdone(plan, [one for one in plans if (one.bounded > 0) == (plan.bounded > 0)], at)


def outdone(plan: Plan, plans: Iterable[Plan], at: datetime) -> bool:
    """Whether another standing price of its place, whoever wrote it, holds instead of a standing one at this moment."""
    place = (plan.step, plan.tier, plan.region)
    return plan.stands and any(
        (one.step, one.tier, one.region) == place
        and one.stands
        and one.open_at(at)
        and (one.starts_at, one.id) > (plan.starts_at, plan.id)
        for one in plans
    )


def overlaps(plan: Plan, plans: Iterable[Plan]) -> bool:
    """Whether a price with an end would hold at once with another such one of its place."""
    place = (plan.step, plan.tier, plan.region)
    return any(
        (one.step, one.tier, one.region) == place
        and plan.ends_at is not None
        and one.ends_at is not None
        and not (plan.stands or one.stands)
        and plan.starts_at < one.ends_at
        and one.starts_at < plan.ends_at
        for one in plans
    )


def regions_above(region: str) -> list[str]:
    """The regions whose prices hold in this one: everywhere, each that it lies in, and itself."""
    steps = region.split("/") if region else []
    return ["", *("/".join(steps[:depth]) for depth in range(1, len(steps) + 1))]


def applicable(plans: Iterable[Plan], *, tier: Tier, region: str, at: datetime) -> tuple[Plan, ...]:
    """The prices of one SKU that hold for a dealer at a moment, one a step, in order of steps.

    Nothing is no price: then the SKU cannot be redeemed by this dealer.
    """
    best: dict[int, Plan] = {}
    for plan in plans:
        if plan.open_at(at) and plan.meant_for(tier, region):
            known = best.get(plan.step)
            if known is None or plan.closeness > known.closeness:
                best[plan.step] = plan
    return tuple(best[step] for step in sorted(best))


def cheapest(plans: Iterable[Plan], *, at: datetime) -> Plan | None:
    """The price with the fewest points that everybody has at a moment: what a list says of a SKU."""
    best: dict[int, Plan] = {}
    for plan in plans:
        if plan.for_everybody and plan.open_at(at):
            known = best.get(plan.step)
            if known is None or plan.closeness > known.closeness:
                best[plan.step] = plan
    return min(best.values(), key=lambda plan: (plan.points, plan.cash_fen), default=None)
