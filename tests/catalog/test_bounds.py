"""No dealer is charged a region's price that lies further from the brand's than the brand lets it."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.refused import Refused
from mall.catalog.actions import PlanToPut, add_plan, withdraw_plan
from mall.catalog.actions.edition_prices import put_prices
from mall.catalog.actions.set_bounds import set_bounds
from mall.catalog.models import (
    BoundsCut,
    BrandsPrice,
    CashOutsideBounds,
    EditionMoved,
    NoLibraryPrice,
    OutsideBounds,
    PartNotTheirs,
    PricePlan,
    Said,
    Sku,
)
from mall.catalog.queries import Filters, items
from mall.catalog.queries.bounds import bounds_of
from mall.catalog.queries.edition_prices import prices_in, seen
from mall.catalog.queries.plans import open_plans, plans_of
from mall.catalog.rules.bounds import Bounds
from mall.catalog.rules.plans import Plan, applicable
from mall.dealers.models import OutsideScope, Scope, Tier
from mall.web.db import now, reading, transact
from tests.conftest import Clock

EAST, ZHEJIANG = "华东", "华东/浙江"
MINE = Scope(ZHEJIANG)
SKU = "OF-010-1"
"""Ten thousand points for everybody."""


def brand(sku: str = SKU, **plan: Any) -> int:
    return transact(add_plan, sku_code=sku, put=PlanToPut(**plan), costs=None, actor="staff:1")


def region(sku: str = SKU, region: str = ZHEJIANG, scope: str = "", **plan: Any) -> int:
    put = PlanToPut(region=region, **plan)
    return transact(add_plan, sku_code=sku, put=put, costs=None, actor="staff:2", scope=Scope(scope or region))


def pays(where: str, tier: Tier = Tier.BASE, sku: str = SKU) -> dict[int, tuple[int, int]]:
    """What a dealer pays now, by step."""
    found = reading().scalars(select(Sku.id).where(Sku.code == sku)).one()
    plans = open_plans(reading(), sku_ids=[found], tier=tier, region=where, at=now())[found]
    reading().rollback()
    return {plan.step: (plan.points, plan.cash_fen) for plan in plans}


def test_a_region_asks_ten_per_cent_more_or_less_and_no_point_beyond(stocked: Flask) -> None:
    for points in (8_999, 11_001, 1, 10**9):
        with pytest.raises(OutsideBounds) as refusal:
            region(points=points)
        assert refusal.value.params == {"library": 10_000, "least": 9_000, "most": 11_000}
    for points in (9_000, 11_000, 10_500):
        region(points=points)
        assert pays("华东/浙江/杭州") == {0: (points, 0)}
        [entry] = items(reading(), now(), Filters(q="OF-010"), tier=Tier.BASE, region=ZHEJIANG, available=0).entries
        assert entry.lowest_points == points
        reading().rollback()
    assert pays("华东/上海") == {0: (10_000, 0)}
    assert len([row for row in _rows() if row.bounded and row.withdrawn_at is None]) == 1


def test_cash_is_bound_as_points_are_and_steps_are_the_brands(stocked: Flask) -> None:
    with pytest.raises(NoLibraryPrice):
        region(points=5_000, step=1, cash_fen=9_900)
    brand(points=5_000, step=1, cash_fen=9_900)
    with pytest.raises(CashOutsideBounds):
        region(points=5_000, step=1, cash_fen=8_909)
    region(points=4_500, step=1, cash_fen=8_910)
    assert pays(ZHEJIANG) == {0: (10_000, 0), 1: (4_500, 8_910)}


def test_who_looks_after_a_region_prices_it_and_nothing_else(stocked: Flask) -> None:
    for where in ("", "华北", "华东/上海"):
        with pytest.raises(OutsideScope):
            region(region=where, scope=ZHEJIANG, points=10_000)
    theirs = brand(points=4_000, region=ZHEJIANG)  # the brand itself is bound by nothing
    with pytest.raises(BrandsPrice):
        transact(withdraw_plan, plan_id=theirs, actor="staff:2", scope=Scope(ZHEJIANG))
    region(points=4_400)  # ten per cent of what the brand gave the region
    assert pays(ZHEJIANG) == {0: (4_400, 0)}
    assert [row.withdrawn_at for row in _rows() if row.id == theirs] == [None]
    with pytest.raises(OutsideBounds):
        region(points=4_840)  # and not ten per cent of that again
    mine = next(row.id for row in _rows() if row.bounded and row.withdrawn_at is None)
    transact(withdraw_plan, plan_id=mine, actor="staff:2", scope=Scope(ZHEJIANG))
    assert pays(ZHEJIANG) == {0: (4_000, 0)}


def test_a_price_that_the_brand_moves_away_from_goes_or_ends_in_time(stocked: Flask, clock: Clock) -> None:
    region(points=11_000)
    brand(points=10_400)
    assert pays(ZHEJIANG) == {0: (11_000, 0)}
    sale = clock.at + timedelta(days=2)
    brand(points=6_000, starts_at=sale, ends_at=sale + timedelta(days=1))
    assert pays(ZHEJIANG) == {0: (11_000, 0)}
    assert next(row.ends_at for row in _rows() if row.bounded and row.withdrawn_at is None) == sale
    clock.tick(days=2)
    assert pays(ZHEJIANG) == {0: (6_000, 0)}
    clock.tick(days=1)
    assert pays(ZHEJIANG) == {0: (10_400, 0)}
    region(points=10_000)
    brand(points=20_000)
    assert pays(ZHEJIANG) == {0: (20_000, 0)}
    acts = reading().scalars(select(AuditEntry.act).where(AuditEntry.act == "plan.outside")).all()
    assert len(acts) == 2


def test_a_standing_price_ends_before_a_sale_and_the_same_again_is_the_same(stocked: Flask, clock: Clock) -> None:
    sale = clock.at + timedelta(days=2)
    brand(points=6_000, starts_at=sale, ends_at=sale + timedelta(days=1))
    first = region(points=9_500)
    assert region(points=9_500) == first
    second = region(points=9_600)
    assert second != first
    assert pays(ZHEJIANG) == {0: (9_600, 0)}
    with pytest.raises(OutsideBounds):
        region(points=9_600, starts_at=sale)
    clock.tick(days=2)
    assert pays(ZHEJIANG) == {0: (6_000, 0)}


def test_narrower_bounds_take_prices_back(stocked: Flask) -> None:
    region(points=11_000)
    region("OF-011-1", points=11_100)
    said: dict[str, Any] = {"parts": set(Said), "revision": 0, "actor": "staff:9"}
    with pytest.raises(BoundsCut) as cut:
        transact(set_bounds, down_bps=1_000, up_bps=500, sure=False, **said)
    assert cut.value.params == {"editions": 0, "plans": 1}
    transact(set_bounds, down_bps=1_000, up_bps=500, sure=True, **said)
    assert pays(ZHEJIANG) == {0: (10_000, 0)}
    assert pays(ZHEJIANG, sku="OF-011-1") == {0: (11_100, 0)}
    closed: dict[str, Any] = said | {"parts": set(Said) - {Said.PRICE}, "revision": 1}
    transact(set_bounds, down_bps=1_000, up_bps=500, sure=True, **closed)
    assert pays(ZHEJIANG, sku="OF-011-1") == {0: (11_000, 0)}
    with pytest.raises(PartNotTheirs):
        region(points=10_000)


def test_a_regions_prices_are_written_all_at_once_or_not(stocked: Flask) -> None:
    item_id = reading().scalars(select(Sku.item_id).where(Sku.code == "TB-500-GREY")).one()

    def write(scope: Scope = MINE, seen_: str | None = None, **prices: int | None) -> int:
        there = prices_in(reading(), now(), item_id, ZHEJIANG)
        shown = seen(there) if seen_ is None else seen_
        reading().rollback()
        asked = {(f"TB-{sku.replace('_', '-')}", 0): (n, 0) if n else None for sku, n in prices.items()}
        put: dict[str, Any] = {"prices": asked, "seen_": shown, "costs": {}, "actor": "staff:2", "scope": scope}
        return transact(put_prices, code="TB-750-TI", region=ZHEJIANG, **put)

    grey, large = {"500_GREY": 18_000}, {"750_GREY": 30_000}
    with pytest.raises(OutsideBounds):
        write(**grey, **{"750_GREY": 40_000})
    assert pays(ZHEJIANG, sku="TB-500-GREY") == {0: (18_600, 0)}
    assert write(**grey, **large) == 2
    assert write(**grey, **large) == 0
    assert pays(ZHEJIANG, sku="TB-750-GREY") == {0: (30_000, 0)}
    with pytest.raises(EditionMoved):
        write(seen_="", **{"500_GREY": 19_000})
    assert write(**{"500_GREY": None}) == 1
    assert pays(ZHEJIANG, sku="TB-500-GREY") == {0: (18_600, 0)}
    with pytest.raises(OutsideScope):
        write(scope=Scope("华北"), **grey)
    assert write(scope=Scope(), **{"750_GREY": 29_000}) == 1  # the brand's people write here within the bounds too
    with pytest.raises(OutsideBounds):
        write(scope=Scope(), **{"750_GREY": 99_000})


@pytest.mark.parametrize("seed", range(6))
def test_whatever_everybody_does_no_region_charges_beyond_the_bounds(stocked: Flask, clock: Clock, seed: int) -> None:
    """Days of the brand's and the regions' people pricing one SKU at random, looked at from every dealer's side."""
    chance = Random(seed)
    for _ in range(14):
        for _ in range(3):
            _something(chance, clock)
        _look(now() + timedelta(hours=chance.choice((0, 1, 30))))
        clock.tick(hours=chance.randint(1, 30))


def _something(chance: Random, clock: Clock) -> None:
    starts = clock.at + timedelta(hours=chance.randint(1, 60)) if chance.random() < 0.4 else None
    ends = (starts or clock.at) + timedelta(hours=chance.randint(1, 60)) if chance.random() < 0.4 else None
    step = chance.choice((0, 0, 1))
    points = chance.choice((7_000, 8_000, 9_000, 9_500, 10_000, 10_500, 11_000))
    tier = chance.choice((None, None, Tier.CORE))
    plan: dict[str, Any] = {"points": points, "step": step, "cash_fen": step * chance.choice((9_000, 9_900, 12_000))}
    plan |= {"tier": tier, "starts_at": starts, "ends_at": ends}
    try:
        match chance.randint(0, 9):
            case 0 | 1:
                brand(**plan)
            case 2:
                brand(region=chance.choice((EAST, ZHEJIANG)), **plan)
            case 3:
                scope = chance.choice((Scope(), Scope(EAST)))
                plan_id = chance.choice([row.id for row in _rows()])
                transact(withdraw_plan, plan_id=plan_id, actor="staff:1", scope=scope)
            case 4:
                down, up = chance.choice((500, 1_000, 2_000)), chance.choice((0, 1_000))
                said: dict[str, Any] = {"parts": set(Said), "sure": True, "actor": "staff:9"}
                revision = bounds_of(reading()).revision
                reading().rollback()
                transact(set_bounds, down_bps=down, up_bps=up, revision=revision, **said)
            case _:
                region(region=chance.choice((EAST, ZHEJIANG, "华东/浙江/杭州")), **plan)
    except Refused:
        reading().rollback()


def _look(at: datetime) -> None:
    session: Session = reading()
    sku = session.scalars(select(Sku.id).where(Sku.code == SKU)).one()
    written = {row.id: row for row in session.scalars(select(PricePlan).where(PricePlan.sku_id == sku))}
    every, bounds = plans_of(session, [sku])[sku], bounds_of(session)
    brands = [plan for plan in every if not written[plan.id].bounded]
    for where in ("", EAST, ZHEJIANG, "华东/浙江/杭州", "华东/上海", "华北"):
        for tier in (Tier.BASE, Tier.CORE):
            without = {plan.step: plan for plan in applicable(brands, tier=tier, region=where, at=at)}
            for plan in applicable(every, tier=tier, region=where, at=at):
                if written[plan.id].bounded:
                    assert _within(plan, without.get(plan.step), bounds), (where, tier, plan, without)
    session.rollback()


def _within(plan: Plan, brands: Plan | None, bounds: Bounds) -> bool:
    """Said once more in plain numbers, so that the rule is not held against itself."""
    if brands is None:
        return False
    low, high = 1 - bounds.down_bps / 10_000, 1 + bounds.up_bps / 10_000
    pairs = ((plan.points, brands.points), (plan.cash_fen, brands.cash_fen))
    return all(theirs * low - 1e-6 <= mine <= theirs * high + 1e-6 for mine, theirs in pairs)


def _rows() -> list[PricePlan]:
    reading().rollback()
    found = select(PricePlan).join(Sku, Sku.id == PricePlan.sku_id).where(Sku.code == SKU).order_by(PricePlan.id)
    return list(reading().scalars(found))
