"""Prices: a row is never changed, a new price is a new row and the old one is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.catalog.models import Item, PricePlan, Sku
from mall.catalog.queries.plans import plans_of
from mall.catalog.rules.plans import Plan, cheapest
from mall.dealers.models import Tier


@dataclass(frozen=True, kw_only=True)
class PlanToPut:
    """A price as the back office writes it, per piece; the cash in fen. No start is from now on."""

    points: int
    step: int = 0
    cash_fen: int = 0
    tier: Tier | None = None
    region: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def same_as(self, row: PricePlan) -> bool:
        """Whether this very price is there already."""
        mine = (self.step, self.points, self.cash_fen, self.tier, self.region, self.ends_at)
        theirs = (row.step, row.points, row.cash_fen, row.tier, row.region, row.ends_at)
        return mine == theirs and self.starts_at in (None, row.starts_at)


def put_plans(session: Session, now: datetime, *, sku_id: int, plans: Sequence[PlanToPut], since: datetime) -> None:
    """Make these all the prices of a SKU: the same stay untouched, others are withdrawn, new ones hold from `since`."""
    there = list(
        session.scalars(
            select(PricePlan).where(PricePlan.sku_id == sku_id, PricePlan.withdrawn_at.is_(None)).order_by(PricePlan.id)
        )
    )
    for put in plans:
        known = next((row for row in there if put.same_as(row)), None)
        if known is not None:
            there.remove(known)
        else:
            session.add(row_of(put, now, sku_id=sku_id, since=since))
    for gone in there:
        gone.withdrawn_at = now
    session.flush()


def row_of(put: PlanToPut, now: datetime, *, sku_id: int, since: datetime) -> PricePlan:
    """The row of a price."""
    return PricePlan(
        id=new_id(now),
        sku_id=sku_id,
        step=put.step,
        points=put.points,
        cash_fen=put.cash_fen,
        tier=put.tier,
        region=put.region,
        starts_at=put.starts_at or since,
        ends_at=put.ends_at,
        created_at=now,
    )


def tell_item(session: Session, now: datetime, item_id: int) -> None:
    """Write into an item what its SKUs cost everybody now. Where nothing is for everybody, what it said stays."""
    skus = session.scalars(select(Sku.id).where(Sku.item_id == item_id, Sku.retired_at.is_(None))).all()
    prices = [price for plans in plans_of(session, skus).values() if (price := cheapest(plans, at=now))]
    if not prices:
        return
    lowest = min(prices, key=_by_points)
    session.execute(
        update(Item)
        .where(Item.id == item_id)
        .values(
            lowest_points=lowest.points,
            lowest_cash_fen=lowest.cash_fen,
            highest_points=max(price.points for price in prices),
        )
    )


def _by_points(plan: Plan) -> tuple[int, int]:
    return plan.points, plan.cash_fen
