"""A region's own prices of a reward, all of them at once: within the brand's bounds, or the brand's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.actions.bounds import held
from mall.catalog.actions.plans import PlanToPut, add_plan, withdraw_plan
from mall.catalog.models import EditionMoved, Item, NoSuchItem, PricePlan
from mall.catalog.queries.edition_prices import prices_in, seen
from mall.catalog.rules.pricing import Costs
from mall.dealers.models import WHOLE, Scope

Price = tuple[int, int]
"""Points, and fen of cash beside them."""


def put_prices(
    session: Session,
    now: datetime,
    *,
    code: str,
    region: str,
    prices: Mapping[tuple[str, int], Price | None],
    seen_: str,
    costs: Mapping[str, Costs],
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Write a region's standing prices for all tiers, by SKU code and step; none follows the brand's again.

    Gives how many changed; the same again changes nothing. `seen_` is what the form showed. Refused: a region outside
    the scope, no such reward, prices that others have changed meanwhile, and whatever a price is refused for.
    """
    scope.must_cover(region)
    held(session, now)
    item_id = session.scalar(select(Item.id).where(Item.code == code).with_for_update())
    if item_id is None:
        raise NoSuchItem
    there = prices_in(session, now, item_id, region)
    by: dict[str, Any] = {"actor": actor, "scope": scope, "address": address}
    wanted = [one for one in there if (one.sku, one.step) in prices]
    changed = [one for one in wanted if prices[one.sku, one.step] != _now(one.mine)]
    if not changed:
        return 0
    if seen(there) != seen_:
        raise EditionMoved
    for one in changed:
        price = prices[one.sku, one.step]
        if price is None and one.mine is not None:
            withdraw_plan(session, now, plan_id=one.mine.id, **by)
        elif price is not None:
            put = PlanToPut(points=price[0], step=one.step, cash_fen=price[1], region=region)
            add_plan(session, now, sku_code=one.sku, put=put, costs=costs.get(one.sku), confined=True, **by)
    return len(changed)


def _now(row: PricePlan | None) -> Price | None:
    return (row.points, row.cash_fen) if row is not None else None
