"""Lists at the dealer's own prices: what is meant for its tier or region replaces what everybody pays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from sqlalchemy import Table, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from mall.catalog.models import PricePlan, Sku
from mall.catalog.queries.entry import Entry
from mall.catalog.rules.plans import Plan, applicable
from mall.dealers.models import Tier

_plan, _sku = cast(Table, PricePlan.__table__), cast(Table, Sku.__table__)
_other_plan, _other_sku = _plan.alias("narrowed"), _sku.alias("narrowed_sku")
_NARROWED = exists(
    select(1)
    .select_from(_other_plan.join(_other_sku, _other_sku.c.id == _other_plan.c.sku_id))
    .where(
        _other_sku.c.item_id == _sku.c.item_id,
        _other_plan.c.withdrawn_at.is_(None),
        or_(_other_plan.c.tier == bindparam("tier", type_=_plan.c.tier.type), _other_plan.c.region != ""),
    )
).correlate(_sku)
# Few rewards have prices of their own: for all the others nothing is read.
_OWN = (
    select(_sku.c.item_id, *(_plan.c[name] for name in Plan.__dataclass_fields__))
    .join(_sku, _sku.c.id == _plan.c.sku_id)
    .where(
        _sku.c.item_id.in_(bindparam("items", expanding=True)),
        _sku.c.retired_at.is_(None),
        and_(_plan.c.withdrawn_at.is_(None), _plan.c.starts_at <= bindparam("at")),
        or_(_plan.c.ends_at.is_(None), _plan.c.ends_at > bindparam("at")),
        _NARROWED,
    )
)


def as_offered(
    session: Session, lists: Iterable[Sequence[Entry]], *, tier: Tier, region: str, at: datetime
) -> list[list[Entry]]:
    """Lists of rewards as a dealer of this tier and region is offered them, in one statement for all of them."""
    shown = [list(each) for each in lists]
    items = {entry.id for each in shown for entry in each}
    if not items:
        return shown
    plans: dict[int, dict[int, list[Plan]]] = {}
    for row in session.execute(_OWN, {"items": sorted(items), "tier": tier, "at": at}):
        facts = {name: getattr(row, name) for name in Plan.__dataclass_fields__}
        plans.setdefault(row.item_id, {}).setdefault(row.sku_id, []).append(Plan(**facts))
    found = {item: _fewest(skus, tier, region, at) for item, skus in plans.items()}
    return [[_at(entry, found.get(entry.id, [])) for entry in each] for each in shown]


def _fewest(skus: dict[int, list[Plan]], tier: Tier, region: str, at: datetime) -> list[Plan]:
    """Of each SKU that is offered the price with the fewest points, the cheapest SKU first."""
    offered = [applicable(plans, tier=tier, region=region, at=at) for plans in skus.values()]
    return sorted((min(plans, key=_by_points) for plans in offered if plans), key=_by_points)


def _at(entry: Entry, fewest: list[Plan]) -> Entry:
    if not fewest:
        return entry
    low, high = fewest[0], fewest[-1]
    return replace(entry, lowest_points=low.points, lowest_cash_fen=low.cash_fen, highest_points=high.points)


def _by_points(plan: Plan) -> tuple[int, int]:
    return plan.points, plan.cash_fen
