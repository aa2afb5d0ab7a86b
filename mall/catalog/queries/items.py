"""Lists of rewards: the catalogue with its filters, and the short shelves of other pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mall.base.found import Wanted, wanted
from mall.catalog.queries.entry import Entry, entries
from mall.catalog.queries.found import shape, values
from mall.catalog.queries.listing import SHELVES, Form, Sort, page_statement, shelves_statement
from mall.catalog.queries.own import Own, own_prices
from mall.dealers.models import Tier

PAGE = 20
"""Rewards a page."""
LAST_PAGE = 500
"""Nobody walks further; a machine that tries gets the end of the list."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list is narrowed to. Points are bounds of the dealer's lowest price, both inclusive; `with_cash` is what
    can be had for points and cash.
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
    """A category with the number of rewards in it and beneath it that fit the filters.

    `path` are the codes from the top down to its own.
    """

    code: str
    names: Mapping[str, str]
    icon: str
    count: int
    path: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """How deep it stands; 1 by itself."""
        return max(1, len(self.path))

    def opened_by(self, path: tuple[str, ...]) -> bool:
        """Whether a list of categories shows it while this one, or one beneath it, is looked at."""
        return self.depth == 1 or self.path[-2] in path


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


def items(
    session: Session,
    now: datetime,
    filters: Filters,
    *,
    tier: Tier,
    region: str,
    available: int,
    page: int = 1,
) -> Listing:
    """A page of the catalogue in three statements, at the prices of a dealer of this tier and region.

    `available` is the dealer's, for what can be redeemed now. A search in which nothing can be read, such as a lone %,
    finds nothing.
    """
    page = min(max(page, 1), LAST_PAGE)
    terms = wanted(filters.q)
    form, given = _reading(filters, terms, available)
    own = own_prices(session, now, tier=tier, region=region)
    form, given = _for(form, own), given | {"now": now} | own.given
    shelves = shelved(session.execute(shelves_statement(form), given).all())
    if filters.q.strip() and not terms:
        return Listing([], [replace(shelf, count=0) for shelf in shelves], 0, page)
    tops = (shelf for shelf in shelves if shelf.depth == 1)
    asked = (shelf for shelf in shelves if shelf.code == filters.category) if filters.category else tops
    total = sum(shelf.count for shelf in asked)
    given |= {"limit": PAGE, "offset": (page - 1) * PAGE}
    found = entries(session, page_statement(form), given) if total > (page - 1) * PAGE else []
    return Listing(found, shelves, total, page)


def _reading(filters: Filters, terms: Sequence[Wanted], available: int) -> tuple[Form, dict[str, Any]]:
    bounds = [bound for bound in (filters.at_most, available if filters.affordable else None) if bound is not None]
    form = Form(
        category=bool(filters.category),
        in_stock=filters.in_stock,
        with_cash=filters.with_cash,
        at_least=filters.at_least is not None,
        at_most=bool(bounds),
        terms=shape(terms),
        sort=filters.sort,
    )
    given: dict[str, Any] = {"category": filters.category, "at_least": filters.at_least}
    return form, given | {"at_most": min(bounds, default=None)} | values(terms)


_PICKS = Form(picked=True)
_WITHIN = Form(in_stock=True, at_most=True, sort=Sort.DEAREST)
_REACH = Form(in_stock=True, at_least=True, sort=Sort.CHEAPEST)
_NEWEST = Form(in_stock=True, sort=Sort.NEWEST)
_OF_CATEGORY = Form(in_stock=True, category=True)
_CHOSEN = Form(codes=True)


def categories(session: Session, now: datetime) -> list[Shelf]:
    """The categories that stand by themselves, with the number of rewards on the shelf in each, at whatever price."""
    return [shelf for shelf in shelved(session.execute(SHELVES, {"now": now}).all()) if shelf.depth == 1]


def shelved(rows: Sequence[Any]) -> list[Shelf]:
    """Categories in the order of the tree, each with the count of all beneath it."""
    counts: dict[int, int] = dict.fromkeys((row.id for row in rows), 0)
    by_id, beneath = {row.id: row for row in rows}, defaultdict(list)
    for row in rows:
        beneath[row.parent_id].append(row)
        above = row
        while above is not None:
            counts[above.id] += row.count
            above = by_id.get(above.parent_id)
    found: list[Shelf] = []

    def walk(parent_id: int | None, path: tuple[str, ...]) -> None:
        for row in beneath[parent_id]:
            here = (*path, row.code)
            found.append(Shelf(row.code, row.names, row.icon, counts[row.id], here))
            walk(row.id, here)

    walk(None, ())
    return found


def picks(session: Session, now: datetime, own: Own, *, limit: int) -> list[Entry]:
    """What the merchandisers recommend, in their order. `own` is what `own_prices` says of the dealer, here and below:
    asked once for all the lists of a page.
    """
    return _first(session, now, _PICKS, own, limit=limit)


def within(session: Session, now: datetime, own: Own, *, points: int, limit: int) -> list[Entry]:
    """The most valuable rewards in stock that so many points are enough for."""
    return _first(session, now, _WITHIN, own, limit=limit, at_most=points)


def within_reach(session: Session, now: datetime, own: Own, *, points: int, limit: int) -> list[Entry]:
    """The next rewards in stock that so many points are not yet enough for."""
    return _first(session, now, _REACH, own, limit=limit, at_least=points + 1)


def newest(session: Session, now: datetime, own: Own, *, limit: int) -> list[Entry]:
    """The rewards that came on the shelf last, in stock."""
    return _first(session, now, _NEWEST, own, limit=limit)


def in_category(session: Session, now: datetime, own: Own, category: str, *, limit: int) -> list[Entry]:
    """The rewards in stock of a category and all beneath it, the recommended first."""
    return _first(session, now, _OF_CATEGORY, own, limit=limit, category=category)


def chosen(session: Session, now: datetime, own: Own, codes: Sequence[str]) -> list[Entry]:
    """The rewards of these codes that are on the shelf, in this order."""
    if not codes:
        return []
    found = {entry.code: entry for entry in _first(session, now, _CHOSEN, own, limit=len(codes), codes=list(codes))}
    return [found[code] for code in codes if code in found]


def _first(session: Session, now: datetime, form: Form, own: Own, **given: Any) -> list[Entry]:
    """The first of a list in one statement."""
    return entries(session, page_statement(_for(form, own)), {"now": now, "offset": 0} | own.given | given)


def _for(form: Form, own: Own) -> Form:
    """The form of a list for a dealer with this of its own."""
    return replace(form, own=bool(own.prices), regional=bool(own.regions), hides=own.hides)
