"""What rewards cost a dealer of a tier and region at a moment where that is not what everybody pays, as they say it;
and whether the dealer's regions say anything of rewards in words of their own (`queries/editions.py`).

An item says itself what everybody pays. The plans are asked only where that may not hold: where a price is meant for
this dealer, or where one for everybody began or ended so lately that the item may not have been told. Which plan is
closest is said here as `rules/plans.py` says it of one SKU; tests hold the two against each other.

This is asked once for all the lists of a page, and mostly finds nothing. What it finds is handed to the lists'
statements as a parameter (`OWN`): the plans are not gone through again for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    CompoundSelect,
    Select,
    Table,
    and_,
    bindparam,
    case,
    column,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from mall.catalog.models import NARROWED, Item, PricePlan, Sku
from mall.catalog.queries.editions import ANY, HIDES, REGIONS
from mall.catalog.queries.plans import LATELY
from mall.catalog.rules.plans import LOOKED_BACK, regions_above
from mall.dealers.models import Tier

Prices = Mapping[int, tuple[int, int, int]]
"""By item: the fewest points, the cash beside them, the fewest points of its dearest SKU; nought where there is none
for this dealer.
"""


@dataclass(frozen=True)
class Own:
    """What is a dealer's own in lists of rewards: prices, and the regions whose editions hold, none where these say
    nothing; `hides` is whether any of these takes a reward off the shelf now.
    """

    prices: Prices
    regions: tuple[str, ...] = ()
    hides: bool = False

    @property
    def given(self) -> dict[str, Any]:
        """It as parameters of the lists' statements."""
        return {"own": self.prices, "regions": self.regions}


_item = cast(Table, Item.__table__)
_plan, _sku = cast(Table, PricePlan.__table__), cast(Table, Sku.__table__)

_MEANT = and_(
    _plan.c.region.in_(REGIONS),
    or_(_plan.c.tier.is_(None), _plan.c.tier == bindparam("tier", type_=_plan.c.tier.type)),
)
_OPEN = and_(
    _plan.c.withdrawn_at.is_(None),
    _plan.c.starts_at <= bindparam("now"),
    or_(_plan.c.ends_at.is_(None), _plan.c.ends_at > bindparam("now")),
)


_CASH = 1 << 32
"""More than any price's cash: points and cash told as one number are in order as the two are."""


def _fewest(items: Select[int]) -> Select[Any]:
    """Of each of these items that is offered: the fewest points of a SKU with their cash, and those of its dearest."""
    closest = func.row_number().over(
        partition_by=(_plan.c.sku_id, _plan.c.step),
        # The regions that hold for a dealer lie within each other: the longer one is the closer one.
        order_by=(
            _plan.c.tier.is_(None),
            func.length(_plan.c.region).desc(),
            _plan.c.ends_at.is_(None),
            _plan.c.starts_at.desc(),
            _plan.c.id.desc(),
        ),
    )
    step = (
        select(
            _sku.c.item_id,
            _plan.c.sku_id,
            (_plan.c.points * _CASH + _plan.c.cash_fen).label("price"),
            closest.label("place"),
        )
        .join(_sku, _sku.c.id == _plan.c.sku_id)
        .where(_sku.c.item_id.in_(items), _sku.c.retired_at.is_(None), _MEANT, _OPEN)
        .subquery("step")
        .c
    )
    sku = (
        select(step.item_id, func.min(step.price).label("price"))
        .where(step.place == 1)
        .group_by(step.item_id, step.sku_id)
        .subquery("cheapest")
        .c
    )
    return select(sku.item_id, func.min(sku.price).label("lowest"), func.max(sku.price).label("highest")).group_by(
        sku.item_id
    )


def _others() -> Select[Any]:
    """The items whose price for this dealer is another than the one they say; each way to one has an index."""
    asked = union_all(select(_plan.c.sku_id).where(NARROWED, _MEANT), *LATELY).subquery("asked")
    looked_up = (
        select(_sku.c.item_id)
        .where(_sku.c.id.in_(select(asked.c.sku_id)), _sku.c.retired_at.is_(None))
        .distinct()
        .cte("looked_up")
    )
    fewest = _fewest(select(looked_up.c.item_id)).subquery("fewest")
    lowest, highest = func.coalesce(fewest.c.lowest, 0), func.coalesce(fewest.c.highest, 0)
    own = (lowest // _CASH, lowest % _CASH, highest // _CASH)
    said = (_item.c.lowest_points, _item.c.lowest_cash_fen, _item.c.highest_points)
    return (
        select(_item.c.id, *own)
        .join(looked_up, looked_up.c.item_id == _item.c.id)
        .outerjoin(fewest, fewest.c.item_id == _item.c.id)
        .where(or_(*(mine != everybodys for mine, everybodys in zip(own, said, strict=True))))
    )


_NOUGHT = literal_column("0", BigInteger)
# No reward has the id 0: such a row says that there are editions, and whether one of them hides something.
_EDITED = select(_NOUGHT, case((HIDES, literal_column("1", BigInteger)), else_=_NOUGHT), _NOUGHT, _NOUGHT).where(ANY)
_OTHERS: CompoundSelect[Any] = union_all(_others(), _EDITED)


def own_prices(session: Session, now: datetime, *, tier: Tier, region: str) -> Own:
    """The rewards that cost a dealer of this tier and region another price than they say, and whether its regions
    have editions of any; one statement.

    Lists of one page share what was found: it is kept as long as the session's transaction lasts.
    """
    asked = (session.connection(), now, tier, region)
    known = session.info.get("own_prices")
    if known is None or known[0] != asked:
        regions = regions_above(region)
        given = {"now": now, "lately": now - LOOKED_BACK, "tier": tier, "regions": regions}
        found = {row[0]: (row[1], row[2], row[3]) for row in session.execute(_OTHERS, given)}
        edited = found.pop(0, None)
        own = Own(found, tuple(regions), bool(edited[0])) if edited else Own(found)
        known = session.info["own_prices"] = (asked, own)
    return cast(Own, known[1])


_own = func.json_each(bindparam("own", type_=JSON)).table_valued("key", column("value", JSON))
_price = _own.c.value
OWN = select(
    sql_cast(_own.c.key, BigInteger).label("item_id"),
    _price[0].as_integer().label("points"),
    _price[1].as_integer().label("cash_fen"),
    _price[2].as_integer().label("highest"),
).cte("own")
"""`own_prices` as a part of a statement whose parameter `own` they are."""
