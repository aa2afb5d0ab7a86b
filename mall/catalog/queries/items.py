"""Lists of rewards: the catalogue with its filters, and the short shelves of other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from mall.catalog.models import Category, Item, Sku, Stock
from mall.catalog.queries.entry import Entry, entries
from mall.catalog.queries.found import Shape as Terms
from mall.catalog.queries.found import found, shape, values
from mall.catalog.rules.search import Wanted, wanted

PAGE = 20
"""Rewards a page."""
LAST_PAGE = 500
"""Nobody walks further; a machine that tries gets the end of the list."""


class Sort(StrEnum):
    """The orders a list can have: recommended (or best found), by points, newest."""

    BEST = "best"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    NEWEST = "newest"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list is narrowed to. Points are bounds of the lowest price, both inclusive; `with_cash` is what can be
    had for points and cash.
    """

    category: str = ""
    affordable: bool = False
    in_stock: bool = False
    with_cash: bool = False
    at_least: int | None = None
    at_most: int | None = None
    q: str = ""
    sort: Sort = Sort.BEST

    @property
    def narrowed(self) -> bool:
        """Whether anything but the category and the order of the list was asked for."""
        return self != Filters(category=self.category, sort=self.sort)

    @property
    def narrowed_beside_q(self) -> bool:
        """Whether a search may have found nothing for another reason than its words."""
        return bool(self.q) and self != Filters(q=self.q, sort=self.sort)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category with the number of rewards in it that fit the filters."""

    code: str
    names: Mapping[str, str]
    icon: str
    count: int


@dataclass(frozen=True)
class Listing:
    """A page of the catalogue: its entries, how many there are in all, and the shelves with their counts."""

    entries: list[Entry]
    shelves: list[Shelf]
    total: int
    page: int

    @property
    def next_page(self) -> int | None:
        """The number of the page after this one, if there is one."""
        return self.page + 1 if self.page * PAGE < self.total and self.page < LAST_PAGE else None


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
_ENTRY = select(
    _item.c.id,
    _item.c.code,
    _item.c.kind,
    _item.c.names,
    _item.c.pictures,
    _item.c.tags,
    _item.c.list_price_fen,
    _item.c.lowest_points,
    _item.c.lowest_cash_fen,
    _item.c.highest_points,
    _item.c.limit_per_dealer,
    _item.c.delivery,
    _item.c.shelved_at,
    _LEFT.label("left"),
)
_ON_SHELF = _item.c.shelved_at <= bindparam("now")


@dataclass(frozen=True)
class _Shape:
    """Which conditions a list has: statements are built once for each, whatever the values."""

    category: bool
    in_stock: bool
    with_cash: bool
    at_least: bool
    at_most: bool
    terms: Terms
    sort: Sort


def _conditions(form: _Shape) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_ON_SHELF]
    if form.at_least:
        conditions.append(_item.c.lowest_points >= bindparam("at_least"))
    if form.at_most:
        conditions.append(_item.c.lowest_points <= bindparam("at_most"))
    if form.in_stock:
        conditions.append(_IN_STOCK)
    if form.with_cash:
        conditions.append(_item.c.lowest_cash_fen > 0)
    return conditions


@lru_cache(maxsize=256)
def _page_statement(form: _Shape) -> Select[Any]:
    statement = _ENTRY.where(*_conditions(form)).limit(bindparam("limit")).offset(bindparam("offset"))
    orders: dict[Sort, list[ColumnElement[Any]]] = {
        Sort.BEST: [_item.c.pick_position.is_(None), _item.c.pick_position, _item.c.shelved_at.desc()],
        Sort.CHEAPEST: [_item.c.lowest_points.asc()],
        Sort.DEAREST: [_item.c.lowest_points.desc()],
        Sort.NEWEST: [_item.c.shelved_at.desc()],
    }
    order = orders[form.sort]
    if form.category:
        statement = statement.join(_category, _category.c.id == _item.c.category_id).where(
            _category.c.code == bindparam("category")
        )
    if form.terms:
        hits = found(form.terms)
        statement = statement.join(hits, hits.c.item_id == _item.c.id)
        if form.sort is Sort.BEST:
            order = [hits.c.score.desc(), *order]
    if form.sort is Sort.BEST and not form.in_stock:
        order = [_IN_STOCK.desc(), *order]  # what is sold out is shown, behind what can be had
    # The id at the end makes every order whole, so that pages neither repeat nor skip.
    return statement.order_by(*order, _item.c.id)


@lru_cache(maxsize=256)
def _shelves_statement(form: _Shape) -> Select[Any]:
    fitting = select(_item.c.id, _item.c.category_id).where(*_conditions(form))
    if form.terms:
        hits = found(form.terms)
        fitting = fitting.join(hits, hits.c.item_id == _item.c.id)
    counted = fitting.subquery("fitting")
    return (
        select(_category.c.code, _category.c.names, _category.c.icon, func.count(counted.c.id))
        .outerjoin(counted, counted.c.category_id == _category.c.id)
        .group_by(_category.c.id, _category.c.code, _category.c.names, _category.c.icon, _category.c.position)
        .order_by(_category.c.position, _category.c.id)
    )


def items(session: Session, now: datetime, filters: Filters, *, available: int, page: int = 1) -> Listing:
    """A page of the catalogue in two statements. `available` is the dealer's, for what can be redeemed now.

    A search in which nothing can be read, such as a lone %, finds nothing.
    """
    page = min(max(page, 1), LAST_PAGE)
    terms = wanted(filters.q)
    form, given = _reading(filters, terms, now, available)
    shelves = [Shelf(*row) for row in session.execute(_shelves_statement(form), given)]
    if filters.q.strip() and not terms:
        return Listing([], [replace(shelf, count=0) for shelf in shelves], 0, page)
    total = sum(shelf.count for shelf in shelves if filters.category in ("", shelf.code))
    given |= {"limit": PAGE, "offset": (page - 1) * PAGE}
    found = entries(session, _page_statement(form), given) if total > (page - 1) * PAGE else []
    return Listing(found, shelves, total, page)


def _reading(filters: Filters, terms: Sequence[Wanted], now: datetime, available: int) -> tuple[_Shape, dict[str, Any]]:
    bounds = [bound for bound in (filters.at_most, available if filters.affordable else None) if bound is not None]
    form = _Shape(
        category=bool(filters.category),
        in_stock=filters.in_stock,
        with_cash=filters.with_cash,
        at_least=filters.at_least is not None,
        at_most=bool(bounds),
        terms=shape(terms),
        sort=filters.sort,
    )
    given: dict[str, Any] = {"now": now, "category": filters.category, "at_least": filters.at_least}
    return form, given | {"at_most": min(bounds, default=None)} | values(terms)


_PLAIN = _Shape(
    category=False, in_stock=False, with_cash=False, at_least=False, at_most=False, terms=(), sort=Sort.BEST
)
_PICKS = _ENTRY.where(_ON_SHELF, _item.c.pick_position.is_not(None))
_PICKS = _PICKS.order_by(_item.c.pick_position, _item.c.id).limit(bindparam("limit"))
_WITHIN = _page_statement(replace(_PLAIN, in_stock=True, at_most=True, sort=Sort.DEAREST))
_REACH = _page_statement(replace(_PLAIN, in_stock=True, at_least=True, sort=Sort.CHEAPEST))
_NEWEST = _page_statement(replace(_PLAIN, in_stock=True, sort=Sort.NEWEST))


def categories(session: Session, now: datetime) -> list[Shelf]:
    """All categories with the number of rewards on the shelf."""
    return [Shelf(*row) for row in session.execute(_shelves_statement(_PLAIN), {"now": now})]


def picks(session: Session, now: datetime, *, limit: int) -> list[Entry]:
    """What the merchandisers recommend, in their order."""
    return entries(session, _PICKS, {"now": now, "limit": limit})


def within(session: Session, now: datetime, *, points: int, limit: int) -> list[Entry]:
    """The most valuable rewards in stock that so many points are enough for."""
    return entries(session, _WITHIN, {"now": now, "at_most": points, "limit": limit, "offset": 0})


def within_reach(session: Session, now: datetime, *, points: int, limit: int) -> list[Entry]:
    """The next rewards in stock that so many points are not yet enough for."""
    return entries(session, _REACH, {"now": now, "at_least": points + 1, "limit": limit, "offset": 0})


def newest(session: Session, now: datetime, *, limit: int) -> list[Entry]:
    """The rewards that came on the shelf last, in stock."""
    return entries(session, _NEWEST, {"now": now, "limit": limit, "offset": 0})
