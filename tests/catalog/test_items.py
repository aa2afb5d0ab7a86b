"""Lists of rewards: filters, orders, pages without gaps, and few statements."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from mall.catalog.models import Item
from mall.catalog.queries import (
    PAGE,
    Entry,
    Filters,
    Sort,
    categories,
    items,
    newest,
    own_prices,
    picks,
    within,
    within_reach,
)
from mall.web.db import now, reading
from tests.catalog.conftest import ANYWHERE, statements


def listed(filters: Filters, available: int = 10**9, page: int = 1) -> list[str]:
    return [entry.code for entry in found(filters, available=available, page=page)]


def found(filters: Filters, available: int = 0, page: int = 1) -> list[Entry]:
    return items(reading(), now(), filters, available=available, page=page, **ANYWHERE).entries


def every_page(filters: Filters, available: int = 10**9) -> list[str]:
    codes: list[str] = []
    page: int | None = 1
    while page:
        listing = items(reading(), now(), filters, available=available, page=page, **ANYWHERE)
        codes += [entry.code for entry in listing.entries]
        page = listing.next_page
    assert len(codes) == listing.total
    return codes


def test_pages_neither_repeat_nor_skip(looked: Flask, subtests: pytest.Subtests) -> None:
    for sort in Sort:
        for q, total in (("", 47), ("办公", 45)):
            with subtests.test(sort=sort, q=q):
                codes = every_page(Filters(sort=sort, q=q))
                assert len(codes) == len(set(codes)) == total


def test_equal_rows_keep_one_order_over_the_pages(looked: Flask) -> None:
    session = reading()
    same = {"lowest_points": 100, "highest_points": 200, "shelved_at": now(), "pick_position": None}
    session.execute(update(Item).where(Item.shelved_at.is_not(None)).values(same))
    for sort in Sort:
        codes = every_page(Filters(sort=sort))
        assert len(set(codes)) == 47


def test_orders_are_what_they_say(looked: Flask) -> None:
    prices = [entry.lowest_points for entry in found(Filters(sort=Sort.CHEAPEST))]
    assert prices == sorted(prices)
    prices = [entry.lowest_points for entry in found(Filters(sort=Sort.DEAREST))]
    assert prices == sorted(prices, reverse=True)
    ages = [entry.shelved_at for entry in found(Filters(sort=Sort.NEWEST))]
    assert ages == sorted(ages, reverse=True)
    assert listed(Filters())[:3] == ["TB-750-TI", "OF-007", "OF-014"]
    assert [entry.gone for entry in found(Filters(), page=3)] == [True] * 7


def test_filters_narrow_the_list(looked: Flask) -> None:
    assert listed(Filters(category="virtual")) == ["CARD-500"]
    assert listed(Filters(category="no such")) == []
    assert set(listed(Filters(at_least=44_000))) == {"CARD-500", "OF-044", "OF-045"}
    assert set(listed(Filters(at_least=2000, at_most=3000))) == {"OF-002", "OF-003"}
    assert set(listed(Filters(affordable=True), available=2999)) == {"OF-001", "OF-002"}
    assert set(listed(Filters(affordable=True, at_most=1500), available=2999)) == {"OF-001"}
    assert listed(Filters(affordable=True), available=0) == []
    assert "OF-005" not in every_page(Filters(in_stock=True))
    assert len(every_page(Filters(in_stock=True))) == 47 - 9


def test_shelves_count_what_fits_the_filters(looked: Flask) -> None:
    listing = items(reading(), now(), Filters(category="office", affordable=True), available=20_000, **ANYWHERE)
    assert {shelf.code: shelf.count for shelf in listing.shelves} == {"home": 1, "office": 20, "virtual": 0, "empty": 0}
    assert listing.total == 20
    assert [shelf.code for shelf in categories(reading(), now())] == ["home", "office", "virtual", "empty"]


def test_an_entry_says_what_a_dealer_asks(looked: Flask) -> None:
    [thermos] = items(reading(), now(), Filters(q="保温"), available=0, **ANYWHERE).entries
    assert (thermos.lowest_points, thermos.several_prices, thermos.left) == (18_600, True, 9)
    assert (thermos.short_by(10_000), thermos.short_by(18_600)) == (8_600, 0)
    [gone] = items(reading(), now(), Filters(q="OF-005"), available=0, **ANYWHERE).entries
    assert gone.gone
    assert not gone.several_prices


def test_a_page_costs_two_statements_and_a_shelf_one_beside_that_of_own_prices(looked: Flask) -> None:
    session, at = reading(), now()
    with statements() as seen:
        assert len(items(session, at, Filters(in_stock=True), available=0, **ANYWHERE).entries) == PAGE
    assert len(seen) == 3
    own = own_prices(session, at, **ANYWHERE)
    with statements() as seen:
        picks(session, at, own, limit=6)
        within(session, at, own, points=20_000, limit=4)
        within_reach(session, at, own, points=20_000, limit=4)
        newest(session, at, own, limit=4)
    assert len(seen) == 4


def test_shelves_of_other_pages(looked: Flask) -> None:
    session, at = reading(), now()
    own = own_prices(session, at, **ANYWHERE)
    assert [entry.code for entry in picks(session, at, own, limit=3)] == ["TB-750-TI", "OF-007", "OF-014"]
    near = within(session, at, own, points=6500, limit=3)
    assert [entry.code for entry in near] == ["OF-006", "OF-004", "OF-003"]
    assert [entry.code for entry in within_reach(session, at, own, points=4000, limit=2)] == ["OF-006", "OF-007"]
    assert newest(session, at, own, limit=1)[0].shelved_at == at


def test_a_page_beyond_either_end_is_no_mistake(looked: Flask) -> None:
    assert [len(listed(Filters(), page=page)) for page in (-1, 0, 99, 10**12)] == [PAGE, PAGE, 0, 0]
