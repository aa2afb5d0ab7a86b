"""The statements of lists of rewards: built once for each set of conditions and order, whatever the values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Join, Select, Table, and_, bindparam, exists, func, or_, select

from mall.catalog.models import Category, Item, Sku, Stock
from mall.catalog.queries.found import Shape as Terms
from mall.catalog.queries.found import found
from mall.catalog.queries.own import Priced, priced


class Sort(StrEnum):
    """The orders a list can have: recommended (or best found), by points, newest."""

    BEST = "best"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    NEWEST = "newest"


_item, _category = cast(Table, Item.__table__), cast(Table, Category.__table__)
_sku, _stock = cast(Table, Sku.__table__), cast(Table, Stock.__table__)

_offered = and_(_sku.c.item_id == _item.c.id, _sku.c.retired_at.is_(None))
_LEFT = (
    select(func.coalesce(func.sum(_stock.c.on_hand), 0))
    .select_from(_sku.join(_stock, _stock.c.sku_id == _sku.c.id))
    .where(_offered)
    .correlate(_item)
    .scalar_subquery()
)
_IN_STOCK = exists(
    select(1).select_from(_sku.join(_stock, _stock.c.sku_id == _sku.c.id)).where(_offered, _stock.c.on_hand > 0)
).correlate(_item)
_TOLD = (
    "id",
    "code",
    "kind",
    "names",
    "pictures",
    "tags",
    "list_price_fen",
    "limit_per_dealer",
    "delivery",
    "shelved_at",
)
_SHELF = tuple(_category.c[name] for name in ("id", "parent_id", "code", "names", "icon", "position"))
_all = priced()
_ON_SHELF = and_(
    _item.c.shelved_at <= bindparam("now"), or_(_item.c.off_at.is_(None), _item.c.off_at > bindparam("now"))
)
_above, _top = _category.alias("above"), _category.alias("top")
# A category with all beneath it: three deep is as deep as they stand.
WITHIN = (
    select(_category.c.id)
    .outerjoin(_above, _above.c.id == _category.c.parent_id)
    .outerjoin(_top, _top.c.id == _above.c.parent_id)
    .where(or_(*(each.c.code == bindparam("category") for each in (_category, _above, _top))))
)
_KEYS: dict[str, ColumnElement[Any]] = {
    "in_stock": _IN_STOCK,
    "not_picked": _item.c.pick_position.is_(None),
    "pick": _item.c.pick_position,
    "shelved": _item.c.shelved_at,
    "points": _all.lowest,
}
"""What lists are ordered by; a minus before the name is the other way round."""
_ORDERS: dict[Sort, tuple[str, ...]] = {
    Sort.BEST: ("not_picked", "pick", "-shelved"),
    Sort.CHEAPEST: ("points",),
    Sort.DEAREST: ("-points",),
    Sort.NEWEST: ("-shelved",),
}


@dataclass(frozen=True)
class Form:
    """Which conditions a list has, and its order: what its statements depend on."""

    category: bool
    in_stock: bool
    with_cash: bool
    at_least: bool
    at_most: bool
    terms: Terms
    sort: Sort


def _conditions(form: Form) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_ON_SHELF]
    if form.at_least:
        conditions.append(_all.lowest >= bindparam("at_least"))
    if form.at_most:
        conditions.append(_all.lowest <= bindparam("at_most"))
    if form.in_stock:
        conditions.append(_IN_STOCK)
    if form.with_cash:
        conditions.append(_all.cash > 0)
    return conditions


@lru_cache(maxsize=256)
def page_statement(form: Form) -> Select[Any]:
    """A page of the entries that fit, in the order asked for."""
    order, keys, source = _ORDERS[form.sort], _KEYS, _all.items
    conditions = _conditions(form)
    if form.category:
        conditions.append(_item.c.category_id.in_(WITHIN))
    if form.terms:
        hits = found(form.terms)
        source = source.join(hits, hits.c.item_id == _item.c.id)
        if form.sort is Sort.BEST:
            order, keys = ("-score", *order), keys | {"score": hits.c.score}
    if form.sort is Sort.BEST and not form.in_stock:
        order = ("-in_stock", *order)  # what is sold out is shown, behind what can be had
    return _page(_all, source, conditions, order, keys)


def _page(
    own: Priced, source: Join, conditions: list[ColumnElement[bool]], order: tuple[str, ...], keys: Mapping[str, Any]
) -> Select[Any]:
    """The places of a page are found first; what an entry says beside its price is read for these alone."""
    wanted = [(name.lstrip("-"), name.startswith("-")) for name in order]
    place = [keys[name].desc() if turned else keys[name] for name, turned in wanted]
    chosen = (
        select(
            _item.c.id,
            own.lowest.label("lowest_points"),
            own.cash.label("lowest_cash_fen"),
            own.highest.label("highest_points"),
            *(keys[name].label(f"by_{name}") for name, _ in wanted),
        )
        .select_from(source)
        .where(*conditions)
        .order_by(*place, _item.c.id)  # the id makes every order whole: pages neither repeat nor skip
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .subquery("chosen")
    )
    again = [chosen.c[f"by_{name}"] for name, _ in wanted]
    return (
        select(
            *(_item.c[name] for name in _TOLD),
            chosen.c.lowest_points,
            chosen.c.lowest_cash_fen,
            chosen.c.highest_points,
            _LEFT.label("left"),
        )
        .join(chosen, chosen.c.id == _item.c.id)
        .order_by(*(key.desc() if turned else key for key, (_, turned) in zip(again, wanted, strict=True)), _item.c.id)
    )


@lru_cache(maxsize=256)
def shelves_statement(form: Form) -> Select[Any]:
    """All categories in their order, each with how many fit; the category asked for narrows nothing here."""
    source = _all.items
    if form.terms:
        hits = found(form.terms)
        source = source.join(hits, hits.c.item_id == _item.c.id)
    fitting = select(_item.c.id, _item.c.category_id).select_from(source).where(*_conditions(form))
    counted = fitting.subquery("fitting")
    return (
        select(*_SHELF, func.count(counted.c.id).label("count"))
        .outerjoin(counted, counted.c.category_id == _category.c.id)
        .group_by(*_SHELF)
        .order_by(_category.c.position, _category.c.id)
    )


_PICKED = _item.c.pick_position.is_not(None)
_picked = priced(_PICKED)
PICKS = _page(_picked, _picked.items, [_ON_SHELF, _PICKED], ("pick",), _KEYS)
SHELVES = (
    select(*_SHELF, func.count(_item.c.id).label("count"))
    .outerjoin(_item, and_(_item.c.category_id == _category.c.id, _ON_SHELF))
    .group_by(*_SHELF)
    .order_by(_category.c.position, _category.c.id)
)
"""All categories with what is on the shelf in each, at whatever price: what doors to them are shown by."""
