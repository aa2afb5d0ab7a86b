"""What each reward costs a dealer of a tier and region at a moment: a part of the statements of lists.

An item says itself what everybody pays. The plans are asked only where that may not hold: where a price is meant for
this dealer, or where one for everybody began or ended so lately that the item may not have been told. Which plan is
closest is said here as `rules/plans.py` says it of one SKU; tests hold the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Join, Label, Select, Table, and_, bindparam, func, or_, select

from mall.catalog.models import NOT_FOR_EVERYBODY, Item, PricePlan, Sku
from mall.catalog.rules.plans import LOOKED_BACK, regions_above
from mall.dealers.models import Tier

_item = cast(Table, Item.__table__)
_plan, _sku = cast(Table, PricePlan.__table__), cast(Table, Sku.__table__)

_NARROWED = or_(_plan.c.tier.is_not(None), _plan.c.region != "")
_MEANT = and_(
    or_(_plan.c.tier.is_(None), _plan.c.tier == bindparam("tier", type_=_plan.c.tier.type)),
    _plan.c.region.in_(bindparam("regions", expanding=True)),
)
_OPEN = and_(
    _plan.c.withdrawn_at.is_(None),
    _plan.c.starts_at <= bindparam("now"),
    or_(_plan.c.ends_at.is_(None), _plan.c.ends_at > bindparam("now")),
)
_LATELY = or_(
    _plan.c.ends_at.between(bindparam("lately"), bindparam("now")),
    and_(_plan.c.starts_at.between(bindparam("lately"), bindparam("now")), _plan.c.starts_at > _plan.c.created_at),
)


@dataclass(frozen=True)
class Priced:
    """The items that a dealer may have at any price, each beside its own price."""

    items: Join
    lowest: ColumnElement[int]
    cash: ColumnElement[int]
    highest: ColumnElement[int]


def priced(*only: ColumnElement[bool]) -> Priced:
    """The items as the dealer of `looking` is offered them; `only` spares the plans of those that are not wanted."""
    looked_up = select(_sku.c.item_id).where(
        _sku.c.id.in_(
            select(_plan.c.sku_id).where(_plan.c.withdrawn_at.is_(None), or_(and_(_NARROWED, _MEANT), _LATELY))
        ),
        _sku.c.retired_at.is_(None),
    )
    if only:
        looked_up = looked_up.where(_sku.c.item_id.in_(select(_item.c.id).where(*only)))
    looked_up_once = looked_up.distinct().cte("looked_up")
    found = _fewest(select(looked_up_once.c.item_id))
    told = select(_item.c.id, _item.c.lowest_points, _item.c.lowest_cash_fen, _item.c.highest_points).where(
        _item.c.id.not_in(select(looked_up_once.c.item_id)), _item.c.lowest_points < NOT_FOR_EVERYBODY, *only
    )
    own = found.union_all(told).subquery("own")
    return Priced(_item.join(own, own.c.item_id == _item.c.id), own.c.points, own.c.cash_fen, own.c.highest)


def _fewest(items: Select[tuple[int]]) -> Select[Any]:
    """Of each of these items that is offered: the fewest points of a SKU with their cash, and those of its dearest."""
    of_step = (
        select(
            _sku.c.item_id,
            _plan.c.sku_id,
            _plan.c.points,
            _plan.c.cash_fen,
            _place(
                (_plan.c.sku_id, _plan.c.step),
                # The regions that hold for a dealer lie within each other: the longer one is the closer one.
                (_plan.c.tier.is_(None), func.length(_plan.c.region).desc(), _plan.c.ends_at.is_(None)),
                (_plan.c.starts_at.desc(), _plan.c.id.desc()),
            ),
        )
        .join(_sku, _sku.c.id == _plan.c.sku_id)
        .where(_sku.c.item_id.in_(items), _sku.c.retired_at.is_(None), _MEANT, _OPEN)
        .subquery("of_step")
    )
    step = of_step.c
    of_sku = (
        select(step.item_id, step.points, step.cash_fen, _place((step.sku_id,), (step.points, step.cash_fen)))
        .where(step.place == 1)
        .subquery("of_sku")
    )
    sku = of_sku.c
    highest = func.max(sku.points).over(partition_by=sku.item_id).label("highest")
    of_item = (
        select(sku.item_id, sku.points, sku.cash_fen, highest, _place((sku.item_id,), (sku.points, sku.cash_fen)))
        .where(sku.place == 1)
        .subquery("of_item")
    )
    item = of_item.c
    return select(item.item_id, item.points, item.cash_fen, item.highest).where(item.place == 1)


def _place(within: tuple[Any, ...], *order: tuple[Any, ...]) -> Label[int]:
    return func.row_number().over(partition_by=within, order_by=[key for keys in order for key in keys]).label("place")


def looking(now: datetime, tier: Tier, region: str) -> dict[str, Any]:
    """The parameters of `priced`: who looks, and when."""
    return {"now": now, "lately": now - LOOKED_BACK, "tier": tier, "regions": regions_above(region)}
