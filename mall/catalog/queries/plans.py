"""Prices of SKUs, as they are read before a redemption: one statement for however many SKUs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, or_, select
from sqlalchemy.orm import Session

from mall.base.types import Instant
from mall.catalog.models import BEGINS_LATER, PricePlan
from mall.catalog.rules.plans import Plan, applicable, regions_above
from mall.dealers.models import Tier

__all__ = ["LATELY", "Plan", "applicable", "open_plans", "plans_of", "regions_above"]

_plan = cast(Table, PricePlan.__table__)

_COLUMNS = [_plan.c[name] for name in Plan.__dataclass_fields__]
_NOT_WITHDRAWN = (
    select(*_COLUMNS)
    .where(_plan.c.sku_id.in_(bindparam("skus", expanding=True)), _plan.c.withdrawn_at.is_(None))
    .order_by(_plan.c.sku_id, _plan.c.step, _plan.c.id)
)
_OPEN = _NOT_WITHDRAWN.where(
    _plan.c.starts_at <= bindparam("at"), or_(_plan.c.ends_at.is_(None), _plan.c.ends_at > bindparam("at"))
)

_lately, _now = bindparam("lately", type_=Instant), bindparam("now", type_=Instant)
LATELY = (
    select(_plan.c.sku_id).where(BEGINS_LATER, _plan.c.starts_at.between(_lately, _now)),
    select(_plan.c.sku_id).where(_plan.c.withdrawn_at.is_(None), _plan.c.ends_at.between(_lately, _now)),
)
"""The SKUs of which a price began, and of which one ended, by its dates between `lately` and `now`."""


def plans_of(session: Session, sku_ids: Collection[int]) -> dict[int, tuple[Plan, ...]]:
    """All prices of SKUs that are not withdrawn, those of other times too, by SKU id; every id asked for is in it."""
    return _read(session, _NOT_WITHDRAWN, sku_ids, {})


def open_plans(
    session: Session, *, sku_ids: Collection[int], tier: Tier, region: str, at: datetime
) -> dict[int, tuple[Plan, ...]]:
    """The prices that a dealer of this tier and region is offered now, in order of steps, by SKU id.

    Every id asked for is in it; a SKU without any price for this dealer has an empty tuple.
    """
    found = _read(session, _OPEN, sku_ids, {"at": at})
    return {sku: applicable(plans, tier=tier, region=region, at=at) for sku, plans in found.items()}


def _read(
    session: Session, statement: Select[Any], sku_ids: Collection[int], given: dict[str, Any]
) -> dict[int, tuple[Plan, ...]]:
    found: dict[int, list[Plan]] = {sku: [] for sku in sku_ids}
    if found:
        for row in session.execute(statement, {"skus": list(found), **given}):
            found[row.sku_id].append(Plan(**row._mapping))
    return {sku: tuple(plans) for sku, plans in found.items()}
