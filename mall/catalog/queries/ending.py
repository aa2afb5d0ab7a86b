"""Prices that end soon: which SKUs have one, and which of them cost nobody anything afterwards, for want of a price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, case, distinct, func, or_, select
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.catalog.models import Item, PricePlan, Sku
from mall.dealers.models import WHOLE, Scope

SOON = timedelta(days=7)

_plan, _sku, _item = (cast(Table, each.__table__) for each in (PricePlan, Sku, Item))
_next = _plan.alias("next")


class Ends(StrEnum):
    """What a list of prices is narrowed to: a price ends within a week; and then there is none for everybody."""

    WEEK = "week"
    BARE = "bare"


ENDS: dict[Ends, str] = {Ends.WEEK: N_("7 天内到期"), Ends.BARE: N_("到期后没有价格")}


@dataclass(frozen=True)
class Ending:
    """How many SKUs have a price that ends soon, how many of them no price for everybody then, when the first ends."""

    skus: int
    bare: int
    first_at: datetime | None


def ending_skus(now: datetime, ends: Ends, scope: Scope = WHOLE) -> Select[int]:
    """The ids of SKUs of which a price ends soon, for a list to be narrowed to."""
    asked: Select[Any] = select(_plan.c.sku_id).where(*_ending(now, scope))
    return asked.where(_bare(now)) if ends is Ends.BARE else asked


def ending(session: Session, now: datetime, scope: Scope = WHOLE) -> Ending:
    """Count them, in one statement over the prices that end soon."""
    asked = (
        select(
            func.count(distinct(_plan.c.sku_id)),
            func.count(distinct(case((_bare(now), _plan.c.sku_id)))),
            func.min(_plan.c.ends_at),
        )
        .join(_sku, _sku.c.id == _plan.c.sku_id)
        .where(_sku.c.retired_at.is_(None), *_ending(now, scope))
    )
    skus, bare, first_at = session.execute(asked).one()
    return Ending(skus, bare, first_at)


def _ending(now: datetime, scope: Scope) -> list[ColumnElement[bool]]:
    wanted = [_plan.c.withdrawn_at.is_(None), _plan.c.ends_at > now, _plan.c.ends_at <= now + SOON]
    if scope.region:
        within = _plan.c.region.startswith(f"{scope.region}/", autoescape=True)
        wanted.append(or_(_plan.c.region == scope.region, within))
    if scope.supplier_id is not None:
        theirs = select(_sku.c.id).join(_item, _item.c.id == _sku.c.item_id)
        wanted.append(_plan.c.sku_id.in_(theirs.where(_item.c.supplier_id == scope.supplier_id)))
    return wanted


def _bare(now: datetime) -> ColumnElement[bool]:
    """Whether nothing is everybody's price a week from now: neither one that goes on nor one that begins meanwhile."""
    goes_on = and_(
        _next.c.sku_id == _plan.c.sku_id,
        _next.c.withdrawn_at.is_(None),
        _next.c.tier.is_(None),
        _next.c.region == "",
        _next.c.starts_at <= now + SOON,
        or_(_next.c.ends_at.is_(None), _next.c.ends_at > now + SOON),
    )
    return ~select(1).select_from(_next).where(goes_on).exists()
