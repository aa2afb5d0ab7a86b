"""What a reward should cost: never below what it costs the brand, rounded in the brand's favour."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.base.money import MICROS
from mall.catalog.rules.pricing import LEAST_POINTS, Costs, even, even_cash, suggest

COSTS = st.builds(
    Costs,
    cost_fen=st.integers(0, 10**8),
    freight_fen=st.integers(0, 10**5),
    tax_bps=st.integers(0, 3_000),
    unit_value=st.integers(1, 10**6),
)


def test_an_everyday_reward() -> None:
    costs = Costs(cost_fen=19_900, freight_fen=800, tax_bps=1_300, unit_value=10_000)
    assert costs.full_fen == 23_391
    assert costs.floor() == 23_391
    assert costs.floor(9_900) == 13_491
    plain, some, more = suggest(costs, margin_bps=1_000)
    assert (plain.points, plain.cash_fen) == (26_000, 0)
    assert (some.points, some.cash_fen) == (16_500, 9_900)
    assert (more.points, more.cash_fen) == (9_100, 16_900)
    assert plain.margin.fen == 2_609
    assert plain.margin.bps == 1_003


def test_a_price_below_the_floor_is_seen_and_its_loss_told() -> None:
    costs = Costs(cost_fen=10_000, unit_value=10_000)
    assert costs.undercut_by(9_999, 0)
    assert not costs.undercut_by(10_000, 0)
    assert costs.undercut_by(100, 9_800)
    assert costs.margin(100, 9_800).fen == -100
    assert costs.margin(10_000, 0).fen == 0


@pytest.mark.parametrize(("points", "told"), [(1, 100), (4_321, 4_400), (43_210, 43_500), (143_210, 144_000), (0, 0)])
def test_points_are_told_in_even_numbers(points: int, told: int) -> None:
    assert even(points) == told


@pytest.mark.parametrize(("fen", "told"), [(1, 900), (9_210, 9_900), (9_900, 9_900), (9_901, 10_900)])
def test_cash_ends_in_nine(fen: int, told: int) -> None:
    assert even_cash(fen) == told


@pytest.mark.parametrize("wrong", [{"cost_fen": -1}, {"freight_fen": -1}, {"tax_bps": -1}, {"unit_value": 0}])
def test_nonsense_costs_are_no_costs(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="not negative"):
        Costs(**{"cost_fen": 1, "unit_value": 1, **wrong})


@given(COSTS, st.integers(0, 9_999))
def test_no_suggestion_lies_below_the_floor(costs: Costs, margin_bps: int) -> None:
    suggestions = suggest(costs, margin_bps=margin_bps)
    assert [each.step for each in suggestions] == list(range(len(suggestions)))
    assert [each.cash_fen for each in suggestions] == sorted({each.cash_fen for each in suggestions})
    for each in suggestions:
        assert each.points >= max(each.floor, LEAST_POINTS)
        assert not costs.undercut_by(each.points, each.cash_fen)
        assert each.margin.bps >= margin_bps or not costs.full_fen
        assert (each.step == 0) == (each.cash_fen == 0)


@given(COSTS, st.integers(0, 10**8))
def test_the_floor_is_the_fewest_points_that_bring_in_the_cost(costs: Costs, cash_fen: int) -> None:
    floor = costs.floor(cash_fen)
    worth = floor * costs.unit_value + cash_fen * MICROS
    assert worth >= costs.full_fen * MICROS
    assert floor == 1 or worth - costs.unit_value < costs.full_fen * MICROS
    assert costs.full_fen * 10_000 >= (costs.cost_fen + costs.freight_fen) * (10_000 + costs.tax_bps)


@given(COSTS, st.integers(1, 10**7), st.integers(0, 10**7))
def test_a_margin_is_told_as_less_rather_than_more(costs: Costs, points: int, cash_fen: int) -> None:
    margin = costs.margin(points, cash_fen)
    exact = points * costs.unit_value + (cash_fen - costs.full_fen) * MICROS
    assert margin.fen * MICROS <= exact < (margin.fen + 1) * MICROS
    assert (margin.fen < 0) == costs.undercut_by(points, cash_fen)
