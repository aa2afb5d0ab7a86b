"""What a reward costs in a region: the brand's price of each SKU and step, how far it may be left, the region's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.models import CUT, PricePlan, Sku
from mall.catalog.queries.bounds import bounds_of, brands_plans, regions_plans
from mall.catalog.rules.bounds import Bounds
from mall.catalog.rules.plans import Plan, applicable
from mall.dealers.models import Tier


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A SKU at a step: what all tiers of the region pay by the brand, and the region's own standing price, if any."""

    sku: str
    attributes: Sequence[Mapping[str, Any]]
    step: int
    brand: Plan
    mine: PricePlan | None
    bounds: Bounds

    @property
    def points(self) -> tuple[int, int]:
        """The fewest and the most points that the region may ask."""
        return self.bounds.least(self.brand.points), self.bounds.most(self.brand.points)

    @property
    def cash(self) -> tuple[int, int]:
        """The least and the most cash, in fen."""
        return self.bounds.least(self.brand.cash_fen), self.bounds.most(self.brand.cash_fen)

    @property
    def until(self) -> datetime | None:
        """When the region's own ends, because the brand's price moves then."""
        return self.mine.ends_at if self.mine else None


def prices_in(session: Session, now: datetime, item_id: int, region: str) -> list[Priced]:
    """Every SKU and step of a reward that the brand has a price of for all tiers in a region, in order."""
    skus = session.scalars(
        select(Sku).where(Sku.item_id == item_id, Sku.retired_at.is_(None)).order_by(Sku.position, Sku.id)
    ).all()
    ids, bounds = [sku.id for sku in skus], bounds_of(session)
    if not ids:
        return []
    brand, own = brands_plans(session, ids), mine(session, now, ids, region)
    found = []
    for sku in skus:
        every = [plan for plan in brand[sku.id] if plan.tier is None]
        steps = applicable(every, tier=Tier.BASE, region=region, at=now)
        said: dict[str, Any] = {"sku": sku.code, "attributes": sku.attributes, "bounds": bounds}
        found += [Priced(**said, step=one.step, brand=one, mine=own.get((sku.id, one.step))) for one in steps]
    return found


def mine(session: Session, now: datetime, sku_ids: Sequence[int], region: str) -> dict[tuple[int, int], PricePlan]:
    """A region's own standing prices for all tiers, by SKU and step: those that hold now."""
    theirs = [row for row in regions_plans(session, now, sku_ids) if row.region == region and row.tier is None]
    standing = (row for row in theirs if row.ends_at is None or row.bounded == CUT)
    return {(row.sku_id, row.step): row for row in standing if row.starts_at <= now}


def seen(prices: Sequence[Priced]) -> str:
    """The region's own prices in short: a form that shows others is stale."""
    return ".".join(str(one.mine.id) for one in prices if one.mine)
