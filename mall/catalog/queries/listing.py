"""The statements of lists of rewards: built once for each set of conditions and order, whatever the values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Subquery,
    Table,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy import cast as sql_cast

from mall.catalog.models import NOT_FOR_EVERYBODY, Category, Item, Sku, Stock
from mall.catalog.queries.editions import HIDDEN, worn
from mall.catalog.queries.found import Shape as Terms
from mall.catalog.queries.found import found
from mall.catalog.queries.own import OWN


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
_WORN = ("names", "pictures")
_SHELF = tuple(_category.c[name] for name in ("id", "parent_id", "code", "names", "icon", "position"))
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
_ORDERS: dict[Sort, tuple[str, ...]] = {
    Sort.BEST: ("not_picked", "pick", "-shelved"),
    Sort.CHEAPEST: ("points",),
    Sort.DEAREST: ("-points",),
    Sort.NEWEST: ("-shelved",),
}
"""What lists are ordered by; a minus before the name is the other way round."""


@dataclass(frozen=True)
class Priced:
    """Items, each beside its price, and the conditions of their being offered."""

    items: FromClause
    lowest: ColumnElement[int]
    cash: ColumnElement[int]
    highest: ColumnElement[int]
    offered: tuple[ColumnElement[bool], ...]


# Not asked of the lowest points: their index would be taken for a list that has an order of its own.
_everybodys = Priced(
    _item,
    _item.c.lowest_points,
    _item.c.lowest_cash_fen,
    _item.c.highest_points,
    (_item.c.highest_points < NOT_FOR_EVERYBODY,),
)
_BRANCHES: dict[bool, tuple[Priced, ...]] = {
    False: (_everybodys,),
    True: (
        replace(_everybodys, offered=(*_everybodys.offered, _item.c.id.not_in(select(OWN.c.item_id)))),
        Priced(
            OWN.join(_item, _item.c.id == OWN.c.item_id),
            OWN.c.points,
            OWN.c.cash_fen,
            OWN.c.highest,
            (OWN.c.points > 0,),
        ),
    ),
}
"""Where no reward has a price of this dealer's own: all of them as they are, by their indexes. Where some have one: the
others, and those; of each no more than a page needs.
"""


@dataclass(frozen=True)
class Form:
    """Which conditions a list has, and its order: what its statements depend on. `own`: whether there are rewards at
    a price of this dealer's own; `regional`: whether its regions say anything of rewards in their own words, and
    `hides` whether they hide any; `picked`: only what merchandisers recommend; `codes`: only rewards that are named.
    """

    own: bool = False
    regional: bool = False
    hides: bool = False
    category: bool = False
    in_stock: bool = False
    with_cash: bool = False
    at_least: bool = False
    at_most: bool = False
    picked: bool = False
    codes: bool = False
    terms: Terms = ()
    sort: Sort = Sort.BEST


def _conditions(form: Form, priced: Priced) -> list[ColumnElement[bool]]:
    conditions = [_ON_SHELF, *priced.offered]
    if form.hides:
        conditions.append(_item.c.id.not_in(HIDDEN))
    if form.at_least:
        conditions.append(priced.lowest >= bindparam("at_least"))
    if form.at_most:
        conditions.append(priced.lowest <= bindparam("at_most"))
    if form.in_stock:
        conditions.append(_IN_STOCK)
    if form.with_cash:
        conditions.append(priced.cash > 0)
    if form.picked:
        conditions.append(_item.c.pick_position.is_not(None))
    if form.codes:
        conditions.append(_item.c.code.in_(bindparam("codes", expanding=True)))
    return conditions


def _order(form: Form) -> tuple[str, ...]:
    if form.picked:
        return ("pick",)
    order = _ORDERS[form.sort]
    if form.sort is not Sort.BEST:
        return order
    if form.terms:
        order = ("-score", *order)
    return order if form.in_stock else ("-in_stock", *order)  # what is sold out is shown, behind what can be had


def _ordered(order: tuple[str, ...], keys: Mapping[str, Any]) -> list[ColumnElement[Any]]:
    """The id at the end makes every order whole: pages neither repeat nor skip."""
    return [*(keys[name[1:]].desc() if name.startswith("-") else keys[name] for name in order), keys["id"]]


def _places(form: Form, priced: Priced) -> Select[Any]:
    """What of these fits, in order: ids, prices and what they are ordered by."""
    source, conditions = priced.items, _conditions(form, priced)
    keys: dict[str, ColumnElement[Any]] = {
        "id": _item.c.id,
        "in_stock": _IN_STOCK,
        "not_picked": _item.c.pick_position.is_(None),
        "pick": _item.c.pick_position,
        "shelved": _item.c.shelved_at,
        "points": priced.lowest,
    }
    if form.category:
        conditions.append(_item.c.category_id.in_(WITHIN))
    if form.terms:
        hits = found(form.terms, regional=form.regional)
        source = source.join(hits, hits.c.item_id == _item.c.id)
        keys["score"] = hits.c.score
    order = _order(form)
    told = [
        priced.lowest.label("lowest_points"),
        priced.cash.label("lowest_cash_fen"),
        priced.highest.label("highest_points"),
    ]
    by = [keys[name.lstrip("-")].label(f"by_{name.lstrip('-')}") for name in order]
    return select(_item.c.id, *told, *by).select_from(source).where(*conditions).order_by(*_ordered(order, keys))


@lru_cache(maxsize=256)
def page_statement(form: Form) -> Select[Any]:
    """A page of the entries that fit, in the order asked for.

    The places of a page are found first; what an entry says beside its price is read for these alone.
    """
    order = _order(form)
    limit, offset = bindparam("limit", type_=Integer), bindparam("offset", type_=Integer)
    branches = [_places(form, priced) for priced in _BRANCHES[form.own]]
    if len(branches) == 1:
        chosen = branches[0].limit(limit).offset(offset).subquery("chosen")
    else:
        firsts = [select(branch.limit(limit + offset).subquery()) for branch in branches]
        both = union_all(*firsts).subquery("both")
        chosen = select(both).order_by(*_ordered(order, _keys(both))).limit(limit).offset(offset).subquery("chosen")
    prices = (chosen.c.lowest_points, chosen.c.lowest_cash_fen, chosen.c.highest_points)
    told = (worn(name) if form.regional and name in _WORN else _item.c[name] for name in _TOLD)
    return (
        select(*told, *prices, _LEFT.label("left"))
        .join(chosen, chosen.c.id == _item.c.id)
        .order_by(*_ordered(order, _keys(chosen)))
    )


def _keys(places: Subquery) -> dict[str, ColumnElement[Any]]:
    return {name.removeprefix("by_"): column for name, column in places.c.items()}


@lru_cache(maxsize=256)
def shelves_statement(form: Form) -> Select[Any]:
    """All categories in their order, each with how many fit; the category asked for narrows nothing here."""
    branches = []
    for priced in _BRANCHES[form.own]:
        source = priced.items
        if form.terms:
            hits = found(form.terms, regional=form.regional)
            source = source.join(hits, hits.c.item_id == _item.c.id)
        fitting = select(_item.c.category_id, func.count().label("fitting")).select_from(source)
        branches.append(fitting.where(*_conditions(form, priced)).group_by(_item.c.category_id))
    counted = union_all(*branches).subquery("counted")
    count = func.coalesce(func.sum(counted.c.fitting), 0)
    return (
        select(*_SHELF, sql_cast(count, Integer).label("count"))
        .outerjoin(counted, counted.c.category_id == _category.c.id)
        .group_by(*_SHELF)
        .order_by(_category.c.position, _category.c.id)
    )


SHELVES = (
    select(*_SHELF, func.count(_item.c.id).label("count"))
    .outerjoin(_item, and_(_item.c.category_id == _category.c.id, _ON_SHELF))
    .group_by(*_SHELF)
    .order_by(_category.c.position, _category.c.id)
)
"""All categories with what is on the shelf in each, at whatever price: what doors to them are shown by."""
