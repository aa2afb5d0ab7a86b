"""One reward with all it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, or_, select
from sqlalchemy.orm import Session

from mall.catalog.models import Category, Delivery, Item, Kind, NoSuchItem, NotOffered, Sku, Stock
from mall.catalog.queries.editions import hidden, worn
from mall.catalog.queries.plans import open_plans
from mall.catalog.rules import choice
from mall.catalog.rules.plans import Plan, regions_above
from mall.dealers.models import Tier

_item, _category = cast(Table, Item.__table__), cast(Table, Category.__table__)
_sku, _stock = cast(Table, Sku.__table__), cast(Table, Stock.__table__)

_WORN = ("names", "subtitles", "descriptions", "pictures")
_ITEM = (
    select(
        *(worn(each.name) if each.name in _WORN else each for each in _item.c),
        _category.c.code.label("category_code"),
        _category.c.names.label("category_names"),
    )
    .join(_category, _category.c.id == _item.c.category_id)
    .where(
        _item.c.code == bindparam("code"),
        _item.c.shelved_at <= bindparam("now"),
        or_(_item.c.off_at.is_(None), _item.c.off_at > bindparam("now")),
        ~hidden(),
    )
)
_SKUS = (
    select(_sku.c.id, _sku.c.code, _sku.c.picture, _sku.c.attributes, _stock.c.on_hand)
    .join(_stock, _stock.c.sku_id == _sku.c.id)
    .where(_sku.c.item_id == bindparam("item"), _sku.c.retired_at.is_(None))
    .order_by(_sku.c.position, _sku.c.id)
)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A reward's page: its texts by language, and its SKUs in order, each with what it costs this dealer."""

    id: int
    code: str
    kind: Kind
    brand: str
    names: Mapping[str, str]
    subtitles: Mapping[str, str]
    descriptions: Mapping[str, str]
    pictures: Sequence[str]
    tags: Sequence[str]
    list_price_fen: int
    limit_per_dealer: int | None
    delivery: Delivery
    personal: int
    freight_template_id: int | None
    category_code: str
    category_names: Mapping[str, str]
    skus: Sequence[choice.Sku]

    @property
    def left(self) -> int:
        """Pieces of all SKUs together."""
        return sum(sku.left for sku in self.skus)

    @property
    def fewest(self) -> list[Plan]:
        """Of each SKU the price with the fewest points, the cheapest SKU first."""
        each = [min(sku.plans, key=lambda plan: plan.points) for sku in self.skus]
        return sorted(each, key=lambda plan: (plan.points, plan.cash_fen))


def item(session: Session, now: datetime, code: str, *, tier: Tier, region: str) -> Page:
    """A reward on the shelf, by its code, as a dealer of this tier and region sees it, in three statements.

    Refused with NoSuchItem if there is none or its region hides it, with NotOffered if this dealer is offered it at no
    price.
    """
    row = session.execute(_ITEM, {"code": code, "now": now, "regions": regions_above(region)}).one_or_none()
    if row is None:
        raise NoSuchItem
    rows = session.execute(_SKUS, {"item": row.id}).all()
    plans = open_plans(session, sku_ids=[each.id for each in rows], tier=tier, region=region, at=now)
    skus = [_read(each, plans[each.id]) for each in rows if plans[each.id]]
    if not skus:
        raise NotOffered
    wanted = {name: getattr(row, name) for name in Page.__dataclass_fields__ if name != "skus"}
    return Page(**wanted, skus=skus)


def _read(row: Any, plans: tuple[Plan, ...]) -> choice.Sku:
    return choice.Sku(
        id=row.id,
        code=row.code,
        plans=plans,
        left=row.on_hand,
        picture=row.picture,
        attributes=row.attributes,
    )
