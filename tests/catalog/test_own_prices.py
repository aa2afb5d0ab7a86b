"""Lists go by the price of the dealer who looks: its tier, region and moment; what it cannot have is not there."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.catalog.actions import PlanToPut, add_plan, follow_dates
from mall.catalog.models import NOT_FOR_EVERYBODY, Item, NotOffered, PricePlan, Sku
from mall.catalog.queries import Filters, Own, Sort, item, items, newest, own_prices, picks, within, within_reach
from mall.catalog.queries.plans import open_plans
from mall.dealers.models import Tier
from mall.web.db import now, reading, transact
from tests.catalog.conftest import ANYWHERE, statements
from tests.conftest import Clock

CORE: dict[str, Any] = {"tier": Tier.CORE, "region": "华东/浙江/杭州"}
HEBEI: dict[str, Any] = {"tier": Tier.BASE, "region": "华北/河北"}
ALL = 10**9


def add(code: str, **plan: Any) -> int:
    return transact(add_plan, sku_code=code, put=PlanToPut(**plan), costs=None, actor="staff:1")


def own(who: dict[str, Any]) -> Own:
    """What is this dealer's own."""
    return own_prices(reading(), now(), **who)


def listed(who: dict[str, Any], available: int = ALL, **filters: Any) -> dict[str, int]:
    """What a dealer finds, with its points, in the order of the list; all pages."""
    found: dict[str, int] = {}
    page: int | None = 1
    while page:
        listing = items(reading(), now(), Filters(**filters), available=available, page=page, **who)
        found |= {entry.code: entry.lowest_points for entry in listing.entries}
        page = listing.next_page
    assert len(found) == listing.total
    reading().rollback()
    return found


def test_filters_and_orders_go_by_the_price_of_the_dealer_who_looks(stocked: Flask) -> None:
    add("OF-044-1", points=900, tier=Tier.CORE)
    add("OF-002-1", points=48_000, region="华东/浙江")
    assert list(listed(CORE, sort=Sort.CHEAPEST))[:3] == ["OF-044", "OF-001", "OF-003"]
    assert list(listed(HEBEI, sort=Sort.CHEAPEST))[:3] == ["OF-001", "OF-002", "OF-003"]
    assert list(listed(CORE, sort=Sort.DEAREST))[:2] == ["CARD-500", "OF-002"]
    assert listed(CORE, affordable=True, available=1_000) == {"OF-044": 900, "OF-001": 1_000}
    assert listed(HEBEI, at_least=44_000, at_most=49_000) == {"OF-044": 44_000, "OF-045": 45_000}
    assert listed(CORE, at_least=44_000, at_most=49_000) == {"OF-045": 45_000, "OF-002": 48_000}
    session, at = reading(), now()
    shelves = items(session, at, Filters(at_most=950), available=0, **CORE).shelves
    assert {shelf.code: shelf.count for shelf in shelves}["office"] == 1
    assert [entry.code for entry in within(session, at, own(CORE), points=1_000, limit=9)] == ["OF-001", "OF-044"]
    assert [entry.code for entry in within_reach(session, at, own(CORE), points=500, limit=1)] == ["OF-044"]
    assert [entry.code for entry in within_reach(session, at, own(HEBEI), points=500, limit=1)] == ["OF-001"]


def test_the_cash_that_counts_is_that_of_the_dealers_own_price(stocked: Flask) -> None:
    add("OF-044-1", step=1, points=500, cash_fen=9_900, tier=Tier.CORE)
    assert listed(CORE, with_cash=True) == {"OF-044": 500}
    assert listed(HEBEI, with_cash=True) == {}
    [entry] = items(reading(), now(), Filters(with_cash=True), available=0, **CORE).entries
    assert (entry.lowest_cash_fen, entry.several_prices) == (9_900, False)


def test_a_price_that_began_or_ended_counts_at_once_whether_or_not_the_worker_has_been(
    stocked: Flask, clock: Clock
) -> None:
    at = now()
    add("OF-040-1", points=700, starts_at=at + timedelta(hours=1), ends_at=at + timedelta(hours=3))
    assert listed(HEBEI)["OF-040"] == 40_000
    clock.tick(hours=2)
    assert next(iter(listed(HEBEI, sort=Sort.CHEAPEST).items())) == ("OF-040", 700)
    transact(follow_dates)
    assert listed(HEBEI)["OF-040"] == 700
    clock.tick(hours=1)
    assert listed(HEBEI)["OF-040"] == 40_000


def test_what_has_no_price_for_a_dealer_is_not_listed_for_it(stocked: Flask, clock: Clock) -> None:
    """Its last price for everybody ends by its date; one for a region holds on."""
    add("OF-007-1", points=6_000, region="华东")
    ends = {"ends_at": now() + timedelta(hours=1)}
    for sku in ("OF-006-1", "OF-007-1"):
        those = (PricePlan.sku_id == _sku(sku), PricePlan.region == "")
        transact(lambda session, _now, those=those: session.execute(update(PricePlan).where(*those).values(**ends)))
    assert {"OF-006", "OF-007"} <= set(listed(HEBEI))
    clock.tick(hours=1)
    for _ in ("before the worker", "and after it"):
        assert not {"OF-006", "OF-007"} & set(listed(HEBEI))
        assert listed(CORE)["OF-007"] == 6_000
        assert "OF-006" not in listed(CORE)
        assert "OF-007" not in [entry.code for entry in picks(reading(), now(), own(HEBEI), limit=9)]
        assert "OF-007" in [entry.code for entry in picks(reading(), now(), own(CORE), limit=9)]
        with pytest.raises(NotOffered):
            item(reading(), now(), "OF-007", **HEBEI)
        reading().rollback()
        transact(follow_dates)
    clock.tick(days=30)
    assert "OF-006" not in listed(HEBEI)
    told = select(Item.lowest_points).where(Item.code == "OF-006")
    assert reading().scalar(told) == NOT_FOR_EVERYBODY
    reading().rollback()
    add("OF-006-1", points=5_500)
    assert listed(HEBEI)["OF-006"] == 5_500


@pytest.mark.parametrize("seed", range(4))
def test_lists_say_of_whatever_prices_what_the_rule_says_of_one_sku(stocked: Flask, seed: int) -> None:
    chance = Random(seed)
    transact(lambda session, at: _scatter(session, at, chance))
    session, at = reading(), now()
    skus = session.execute(select(Sku.id, Item.code).join(Item, Item.id == Sku.item_id).where(Item.code != "HIDDEN-1"))
    by_item: dict[str, list[int]] = {}
    for row in skus:
        by_item.setdefault(row.code, []).append(row.id)
    every = [sku for ids in by_item.values() for sku in ids]
    for region in ("", "华", "华东", "华东/浙江", "华东/浙江/杭州", "华北/河北"):
        for tier in Tier:
            wanted = {}
            plans = open_plans(session, sku_ids=every, tier=tier, region=region, at=at)
            for code, ids in by_item.items():
                each = [min((plan.points, plan.cash_fen) for plan in plans[sku]) for sku in ids if plans[sku]]
                if each:
                    wanted[code] = (*min(each), max(each)[0])
            found = {
                entry.code: (entry.lowest_points, entry.lowest_cash_fen, entry.highest_points)
                for page in (1, 2, 3)
                for entry in items(session, at, Filters(), tier=tier, region=region, available=0, page=page).entries
            }
            assert found == wanted


def test_however_many_have_prices_of_their_own_they_are_asked_for_once_a_page(stocked: Flask) -> None:
    transact(lambda session, at: _scatter(session, at, Random(1)))
    session, at = reading(), now()
    with statements() as seen:
        items(session, at, Filters(in_stock=True), available=0, **CORE)
    assert len(seen) == 3
    with statements() as seen:
        newest(session, at, own(CORE), limit=4)
    assert len(seen) == 1
    assert listed(ANYWHERE)


def _sku(code: str) -> int:
    found = reading().scalars(select(Sku.id).where(Sku.code == code)).one()
    reading().rollback()
    return found


def _scatter(session: Session, at: Any, chance: Random) -> None:
    """Prices of every sort on every second SKU; the items are not told, as if the worker had rested for a day."""
    rows = []
    for sku in session.scalars(select(Sku.id).order_by(Sku.code)):
        for _ in range(chance.choice((0, 0, 1, 3, 6))):
            step = chance.choice((0, 0, 1, 2))
            starts = at + timedelta(hours=chance.randint(-24, 5))
            tier = chance.choice((None, None, *Tier))
            region = chance.choice(("", "", "华东", "华东/浙江", "华北", "华"))
            ends = chance.choice((None, starts + timedelta(hours=chance.randint(1, 24))))
            if tier is None and not region and ends is None:
                starts = at - timedelta(hours=30)
            rows.append({
                "id": new_id(at), "sku_id": sku, "step": step, "points": chance.randint(1, 20) * 500,
                "cash_fen": step * 990, "tier": tier, "region": region, "starts_at": starts, "ends_at": ends,
                "created_at": at - timedelta(hours=31), "withdrawn_at": chance.choice((None, None, None, at)),
            })  # fmt: skip
    session.execute(insert(PricePlan), rows)
