"""Which of a SKU's prices a dealer is offered: the closest one of each step, at the moment it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.catalog.rules.plans import Plan, applicable, cheapest
from mall.dealers.models import Tier

AT = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
HANGZHOU = "华东/浙江/杭州"
STANDING = Plan(
    id=1, sku_id=1, step=0, points=5_000, cash_fen=0, tier=None, region="",
    starts_at=AT - timedelta(days=90), ends_at=None,
)  # fmt: skip


def chosen(*plans: Plan, tier: Tier = Tier.CORE, region: str = HANGZHOU, at: datetime = AT) -> list[int]:
    return [plan.id for plan in applicable(plans, tier=tier, region=region, at=at)]


TIERED = replace(STANDING, id=2, tier=Tier.CORE)
REGIONAL = replace(STANDING, id=3, region="华东")
LONGER = replace(STANDING, id=4, region="华东/浙江")
BOTH = replace(STANDING, id=5, tier=Tier.CORE, region="华东")


def test_tier_and_region_beat_tier_beats_region_beats_everybody() -> None:
    assert chosen(STANDING, REGIONAL, LONGER, TIERED, BOTH) == [5]
    assert chosen(STANDING, REGIONAL, LONGER, TIERED) == [2]
    assert chosen(STANDING, REGIONAL, LONGER) == [4]
    assert chosen(STANDING, REGIONAL) == [3]
    assert chosen(STANDING, REGIONAL, region="华北/河北") == [1]
    assert chosen(STANDING, TIERED, tier=Tier.BASE) == [1]


def test_a_region_is_no_beginning_of_a_word() -> None:
    assert chosen(replace(STANDING, region="华东/浙")) == []
    assert chosen(replace(STANDING, region=HANGZHOU)) == [1]


def test_a_price_holds_from_its_start_up_to_its_end() -> None:
    sale = replace(STANDING, starts_at=AT, ends_at=AT + timedelta(days=1))
    assert chosen(sale) == [1]
    assert chosen(sale, at=AT - timedelta(microseconds=1)) == []
    assert chosen(sale, at=AT + timedelta(days=1)) == []
    assert chosen(replace(STANDING, withdrawn_at=AT)) == []


def test_a_sale_beats_the_standing_price_even_one_that_was_changed_meanwhile() -> None:
    sale = replace(STANDING, id=2, starts_at=AT - timedelta(days=9), ends_at=AT + timedelta(days=9))
    changed = replace(STANDING, id=3, starts_at=AT - timedelta(days=1))
    assert chosen(STANDING, sale, changed) == [2]
    assert chosen(STANDING, changed) == [3]


def test_each_step_has_its_own_closest_price_in_order() -> None:
    cash = replace(STANDING, id=9, step=1, points=2_000, cash_fen=9_900)
    assert chosen(cash, STANDING, TIERED) == [2, 9]


@pytest.mark.parametrize("narrowed", [TIERED, REGIONAL])
def test_a_list_tells_what_everybody_pays(narrowed: Plan) -> None:
    cash = replace(STANDING, id=9, step=1, points=2_000, cash_fen=9_900)
    assert cheapest([replace(narrowed, points=10), STANDING, cash], at=AT) == cash
    assert cheapest([narrowed], at=AT) is None


MOMENTS = st.integers(-5, 5).map(lambda days: AT + timedelta(days=days))
PLANS = st.builds(
    Plan,
    id=st.integers(1, 10**6),
    sku_id=st.just(1),
    step=st.integers(0, 2),
    points=st.integers(1, 10**6),
    cash_fen=st.just(0),
    tier=st.sampled_from([None, *Tier]),
    region=st.sampled_from(["", "华东", "华东/浙江", HANGZHOU, "华北", "华"]),
    starts_at=MOMENTS,
    ends_at=st.none() | MOMENTS,
    withdrawn_at=st.none() | MOMENTS,
)


@given(
    st.lists(PLANS, max_size=12, unique_by=lambda plan: plan.id),
    st.sampled_from(list(Tier)),
    st.sampled_from([HANGZHOU, "华东", "华北/河北", ""]),
    st.randoms(use_true_random=False),
)
def test_whatever_the_order_each_step_has_one_price_that_is_open_meant_and_closest(
    plans: list[Plan], tier: Tier, region: str, chance: st.DataObject
) -> None:
    found = applicable(plans, tier=tier, region=region, at=AT)
    chance.shuffle(plans)  # type: ignore[attr-defined]
    assert applicable(plans, tier=tier, region=region, at=AT) == found
    assert [plan.step for plan in found] == sorted({plan.step for plan in found})
    fitting = [plan for plan in plans if plan.open_at(AT) and plan.meant_for(tier, region)]
    assert {plan.step for plan in fitting} == {plan.step for plan in found}
    for plan in found:
        assert plan in fitting
        assert all(other.closeness <= plan.closeness for other in fitting if other.step == plan.step)
        assert plan.tier in (None, tier)
        assert region.startswith(plan.region)
