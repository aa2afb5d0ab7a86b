"""Staff's verbs of prices: added, withdrawn, written down; lists follow; nothing below cost by accident."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from mall.audit.models import AuditEntry
from mall.base.refused import Malformed
from mall.catalog.actions import PlanToPut, add_plan, follow_dates, put_item, set_cost, withdraw_plan
from mall.catalog.models import BelowCost, Item, LastPrice, NoSuchPlan, NoSuchSku, PricePlan, Sku
from mall.catalog.queries.plans import open_plans, plans_of
from mall.catalog.rules.plans import Plan
from mall.catalog.rules.pricing import Costs
from mall.dealers.models import Tier
from mall.web.db import now, reading, transact
from tests.catalog.conftest import statements, thermos
from tests.conftest import Clock
from tests.processes import at_once

PINE = "TB-750-PINE"
WORTH = Costs(cost_fen=0, tax_bps=1_300, unit_value=10_000)


def add(code: str = PINE, *, checker: str = "", costs: Costs | None = None, **plan: Any) -> int:
    put = PlanToPut(**plan)
    return transact(add_plan, sku_code=code, put=put, costs=costs, checker=checker, actor="staff:1")


def offered(code: str = PINE, *, tier: Tier = Tier.BASE, region: str = "华东/浙江") -> list[tuple[int, int]]:
    session = reading()
    sku = session.scalars(select(Sku.id).where(Sku.code == code)).one()
    plans = open_plans(session, sku_ids=[sku], tier=tier, region=region, at=now())[sku]
    session.rollback()
    return [(plan.points, plan.cash_fen) for plan in plans]


def kept(code: str = PINE) -> list[Plan]:
    session = reading()
    sku = session.scalars(select(Sku.id).where(Sku.code == code)).one()
    found = list(plans_of(session, [sku])[sku])
    session.rollback()
    return found


def told() -> tuple[int, int, int]:
    """What the thermos costs in lists."""
    wanted = select(Item.lowest_points, Item.lowest_cash_fen, Item.highest_points).where(Item.code == "TB-750-TI")
    row = reading().execute(wanted).one()
    reading().rollback()
    return tuple(row)


def test_a_first_price_holds_since_the_reward_came_on_the_shelf(stocked: Flask) -> None:
    [plan] = kept()
    assert (plan.step, plan.points, plan.cash_fen, plan.for_everybody) == (0, 28_600, 0, True)
    assert plan.starts_at == now() - timedelta(days=30)


def test_a_step_with_cash_is_offered_beside_and_lists_tell_the_fewest_points(stocked: Flask) -> None:
    add(points=9_900, step=1, cash_fen=19_900)
    assert offered() == [(28_600, 0), (9_900, 19_900)]
    assert told() == (9_900, 19_900, 28_600)


def test_a_new_standing_price_takes_the_place_of_the_old_one(stocked: Flask, clock: Clock) -> None:
    old = kept()[0].id
    clock.tick(hours=1)
    new = add(points=30_000)
    assert [plan.id for plan in kept()] == [new]
    assert offered() == [(30_000, 0)]
    session = reading()
    assert session.scalars(select(PricePlan.withdrawn_at).where(PricePlan.id == old)).one() == now()


def test_the_same_price_asked_for_twice_is_one_row(stocked: Flask) -> None:
    first = add(points=9_900, step=1, cash_fen=19_900)
    assert add(points=9_900, step=1, cash_fen=19_900) == first
    assert len(kept()) == 2


def test_a_price_for_a_tier_is_nobody_elses_and_not_in_lists(stocked: Flask) -> None:
    add(points=18_000, tier=Tier.CORE)
    assert offered(tier=Tier.CORE) == [(18_000, 0)]
    assert offered() == [(28_600, 0)]
    assert told() == (18_600, 0, 28_600)


def test_a_sale_begins_and_ends_by_itself_and_lists_follow(stocked: Flask, clock: Clock) -> None:
    begins, ends = now() + timedelta(days=1), now() + timedelta(days=3)
    add("TB-500-GREY", points=9_000, starts_at=begins, ends_at=ends)
    assert told()[0] == 18_600
    assert transact(follow_dates) == 0
    clock.tick(days=1)
    assert offered("TB-500-GREY") == [(9_000, 0)]
    assert transact(follow_dates) == 1
    assert told()[0] == 9_000
    clock.tick(days=2)
    assert offered("TB-500-GREY") == [(18_600, 0)]
    assert transact(follow_dates) == 1
    assert told()[0] == 18_600
    clock.tick(days=3)
    assert transact(follow_dates) == 0


def test_a_price_below_cost_needs_to_be_meant(stocked: Flask) -> None:
    transact(set_cost, sku_code=PINE, cost_fen=20_000, actor="staff:1")
    with pytest.raises(BelowCost) as refusal:
        add(points=12_699, step=1, cash_fen=9_900, costs=WORTH)
    assert refusal.value.params == {"floor": 12_700}
    add(points=12_700, step=1, cash_fen=9_900, costs=WORTH)
    add(points=100, step=2, cash_fen=9_900, costs=WORTH, checker="staff:2")
    assert offered() == [(28_600, 0), (12_700, 9_900), (100, 9_900)]
    notes = reading().scalars(select(AuditEntry.detail).where(AuditEntry.act == "plan.add").order_by(AuditEntry.id))
    assert [detail["below_cost"] for detail in notes] == [False, True]


def test_a_cost_that_nobody_knows_judges_nothing(stocked: Flask) -> None:
    add(points=1, step=1, cash_fen=1, costs=WORTH)
    assert offered()[1] == (1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": 0}, {"points": -5}, {"points": 5, "step": 1}, {"points": 5, "cash_fen": 100},
        {"points": 5, "step": 1, "cash_fen": -1}, {"points": 10**12}, {"points": 5, "step": 99, "cash_fen": 5},
    ],
)  # fmt: skip
def test_what_is_no_price_is_refused(stocked: Flask, wrong: dict[str, int]) -> None:
    with pytest.raises(Malformed):
        add(**wrong)
    with pytest.raises(Malformed):
        add(points=5, ends_at=now())
    with pytest.raises(NoSuchSku):
        add("NOTHING", points=5)
    assert len(kept()) == 1


def test_the_last_price_for_everybody_stays(stocked: Flask) -> None:
    add(points=18_000, tier=Tier.CORE)
    add(points=9_000, starts_at=now() + timedelta(days=1))
    standing = next(plan for plan in kept() if plan.points == 28_600)
    with pytest.raises(LastPrice):
        transact(withdraw_plan, plan_id=standing.id, actor="staff:1")
    cash = add(points=9_900, step=1, cash_fen=19_900)
    transact(withdraw_plan, plan_id=standing.id, actor="staff:1")
    transact(withdraw_plan, plan_id=standing.id, actor="staff:1")
    assert offered() == [(9_900, 19_900)]
    with pytest.raises(LastPrice):
        transact(withdraw_plan, plan_id=cash, actor="staff:1")
    with pytest.raises(NoSuchPlan):
        transact(withdraw_plan, plan_id=7, actor="staff:1")
    notes = reading().scalar(select(func.count()).where(AuditEntry.act == "plan.withdraw"))
    assert notes == 1


def withdraw(plan_id: int) -> str:
    """For processes."""
    transact(withdraw_plan, plan_id=plan_id, actor="staff:1")
    return "withdrawn"


def test_two_people_cannot_withdraw_the_last_two_prices(stocked: Flask, database_url: str) -> None:
    cash = add(points=9_900, step=1, cash_fen=19_900)
    standing = next(plan.id for plan in kept() if plan.step == 0)
    answers = at_once(database_url, now(), withdraw, [(cash,), (standing,)])
    assert sorted(answers) == ["last_price", "withdrawn"]
    assert len(offered()) == 1


def test_an_item_put_again_keeps_the_prices_that_are_the_same(stocked: Flask, clock: Clock) -> None:
    before = kept()
    clock.tick(days=1)
    put = thermos(now() - timedelta(days=1))
    transact(put_item, put)
    assert kept() == before
    skus = [replace(sku, plans=[PlanToPut(points=9_000, step=1, cash_fen=9_900)]) for sku in put.skus]
    transact(put_item, replace(put, skus=skus))
    assert kept()[0] == before[0]
    assert offered() == [(28_600, 0), (9_000, 9_900)]
    transact(put_item, put)
    assert kept() == before
    assert told() == (18_600, 0, 28_600)


def test_prices_of_many_skus_are_read_in_one_statement(stocked: Flask) -> None:
    session = reading()
    skus = session.scalars(select(Sku.id)).all()
    with statements() as seen:
        found = open_plans(session, sku_ids=skus, tier=Tier.BASE, region="华东", at=now())
    assert len(seen) == 1
    assert set(found) == set(skus)
    assert open_plans(session, sku_ids=[], tier=Tier.BASE, region="", at=now()) == {}
    assert plans_of(session, [7]) == {7: ()}
