"""From lines to points, each step by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.base.money import Rounding
from mall.earning.rules.judgement import Rule, choose, coefficient, grouped, judge, judge_return, reclaimed, weigh


def rule(**more: Any) -> Rule:
    facts: dict[str, Any] = {"code": "r", "version": 1, "from_on": date(2026, 1, 1), "points_per_yuan": 10_000}
    return Rule(**facts | {"validity_months": 12} | more)


@pytest.mark.parametrize(
    ("lines", "how", "points"),
    [
        ([(None, (), 10_000)], {}, 100),
        ([(None, (), 10_099)], {}, 100),
        ([(None, (), 99)], {}, 0),
        ([(None, (), 50), (None, (), 50)], {}, 1),  # rounded once an order, never a line
        ([(None, ("custom_made",), 10_000)], {"flags": {"custom_made": 15_000}}, 150),
        ([(None, ("custom_made",), 10_000), (None, (), 10_000)], {"flags": {"custom_made": 15_000}}, 250),
        ([("wine", (), 10_000), ("tea", (), 10_000)], {"categories": {"wine": 20_000}}, 300),
        ([("wine", ("custom_made",), 10_000)], {"categories": {"wine": 20_000}, "flags": {"custom_made": 15_000}}, 300),
        ([(None, ("a", "b"), 10_000)], {"flags": {"a": 12_000, "b": 15_000}}, 180),
        ([(None, ("a", "a"), 10_000)], {"flags": {"a": 12_000}}, 120),  # a flag said twice counts once
        ([(None, ("gift",), 10_000), (None, (), 500)], {"flags": {"gift": 0}}, 5),
        ([(None, (), 10_000)], {"points_per_yuan": 12_500}, 125),
        ([(None, (), 10_000)], {"points_per_yuan": 3_333}, 33),
        ([(None, (), 10_000)], {"points_per_yuan": 3_333, "rounding": Rounding.CEILING}, 34),
        ([(None, (), 150)], {"rounding": Rounding.HALF_UP}, 2),
        ([(None, (), 149)], {"rounding": Rounding.HALF_UP}, 1),
        ([(None, (), 9_999)], {"minimum_fen": 10_000}, 0),
        ([(None, (), 10_000)], {"minimum_fen": 10_000}, 100),
        ([(None, (), 1_000_000)], {"cap_points": 5_000}, 5_000),
        ([(None, (), 10_000)], {"cap_points": 5_000}, 100),
        ([(None, (), 10**12)], {"flags": {}}, 10**10),
        ([], {}, 0),
    ],
)
def test_an_order_is_worth_what_a_person_would_reckon(lines: list[Any], how: dict[str, Any], points: int) -> None:
    assert judge(rule(**how), grouped(lines)).points == points


def test_a_return_without_its_purchase_is_rounded_down_and_knows_no_minimum() -> None:
    strict = rule(minimum_fen=50_000, rounding=Rounding.CEILING, cap_points=20)
    assert judge_return(strict, grouped([(None, (), 1_999)])).points == 19
    assert judge_return(strict, grouped([(None, (), 99_999)])).points == 20


def test_every_step_of_the_explanation_ties_to_the_total() -> None:
    how = rule(categories={"wine": 12_345}, flags={"custom_made": 15_000}, points_per_yuan=11_000, cap_points=200)
    why = judge(how, grouped([("wine", ("custom_made",), 12_345), (None, (), 678), ("wine", (), 90)])).why
    assert why["base_fen"] == sum(group["fen"] for group in why["groups"]) == 13_113
    assert why["weight"] == sum(group["fen"] * group["coefficient"] for group in why["groups"])
    assert why["rounded"] == why["weight"] * why["points_per_yuan"] // 10**10
    assert why["total"] == min(why["rounded"], why["cap_points"])
    assert why["rule"] == "r/1"


@pytest.mark.parametrize(
    ("points", "weight", "returned", "back"),
    [
        (100, 1000, 0, 0),
        (100, 1000, 1, 0),
        (100, 1000, 10, 1),
        (100, 1000, 999, 99),
        (100, 1000, 1000, 100),
        (100, 1000, 5000, 100),
        (0, 0, 500, 0),
        (7, 3, 1, 2),
        (7, 3, 2, 4),
        (7, 3, 3, 7),
    ],
)
def test_returns_take_back_their_share(points: int, weight: int, returned: int, back: int) -> None:
    assert reclaimed(points, weight, returned) == back


@given(st.integers(0, 10**12), st.integers(1, 10**18), st.lists(st.integers(0, 10**18), max_size=6))
def test_no_split_of_returns_takes_more_than_was_earned(points: int, weight: int, parts: list[int]) -> None:
    back = reclaimed(points, weight, sum(parts))
    assert 0 <= back <= points
    assert back >= sum(reclaimed(points, weight, part) for part in parts if sum(parts) <= weight)
    assert (sum(parts) < weight) or back == points


@given(st.integers(0, 10**12), st.lists(st.integers(0, 9_000_000), max_size=4))
def test_the_largest_weight_fits_the_column(fen: int, coefficients: list[int]) -> None:
    how = rule(flags={str(n): value for n, value in enumerate(coefficients)})
    assert weigh(how, [("", tuple(how.flags), fen)]) < 2**63


def test_what_is_not_named_counts_once() -> None:
    assert coefficient(rule(categories={"wine": 20_000}), "tea", ("new",)) == 10_000


def test_the_rule_of_the_day_is_found() -> None:
    first = rule(until_on=date(2026, 6, 30))
    second = rule(version=2, from_on=date(2026, 7, 1), points_per_yuan=20_000)
    newer = rule(version=3, from_on=date(2026, 7, 1))
    own = rule(code="dms", source="dms", until_on=date(2026, 12, 31))
    rules = [newer, first, own, second]
    assert choose(rules, "erp", date(2026, 6, 30)) == first
    assert choose(rules, "erp", date(2026, 7, 1)) == newer
    assert choose(rules, "dms", date(2026, 7, 1)) == own
    assert choose(rules, "dms", date(2027, 1, 1)) == newer
    assert choose(rules, "erp", date(2025, 12, 31)) is None
