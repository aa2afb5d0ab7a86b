"""Which SKU a choice of attributes is, and what can still be chosen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mall.catalog.rules.choice import Off, Sku, choose, most, pick
from mall.catalog.rules.plans import Plan


def plan(number: int, step: int, points: int, cash_fen: int = 0) -> Plan:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    facts: dict[str, Any] = {"tier": None, "region": "", "starts_at": since, "ends_at": None}
    return Plan(id=number, sku_id=1, step=step, points=points, cash_fen=cash_fen, **facts)


def sku(code: str, colour: str, size: str, left: int = 5, plans: tuple[Plan, ...] = (plan(1, 0, 100),)) -> Sku:
    attributes: list[dict[str, Any]] = [
        {"name": {"zh_Hans": "颜色"}, "value": {"zh_Hans": colour}},
        {"name": {"zh_Hans": "容量"}, "value": {"zh_Hans": size}},
    ]
    return Sku(id=1, code=code, plans=plans, left=left, picture=None, attributes=attributes)


THERMOS = [
    sku("grey-750", "钛灰", "750ml"),
    sku("grey-500", "钛灰", "500ml"),
    sku("pine-750", "松绿", "750ml"),
    sku("white-750", "暖白", "750ml", left=0),
    sku("pine-1000", "松绿", "1L"),
]


def offs(asked: list[str | None]) -> dict[str, Off | None]:
    return {option.value: option.off for group in choose(THERMOS, asked).groups for option in group.options}


def test_nothing_asked_gives_the_first_that_is_in_stock() -> None:
    assert choose(THERMOS).sku.code == "grey-750"
    assert choose([sku("a", "红", "S", left=0), sku("b", "蓝", "S")]).sku.code == "b"
    assert choose([sku("a", "红", "S", left=0)]).sku.code == "a"


def test_a_combination_gives_its_sku() -> None:
    chosen = choose(THERMOS, ["松绿", "1L"])
    assert (chosen.sku.code, chosen.exact) == ("pine-1000", True)


def test_a_combination_that_does_not_exist_gives_the_nearest_and_says_so() -> None:
    chosen = choose(THERMOS, ["松绿", "500ml"])
    assert (chosen.sku.code, chosen.exact) == ("pine-750", False)
    assert not choose(THERMOS, ["彩虹"]).exact


def test_what_cannot_be_chosen_says_why() -> None:
    assert offs(["钛灰"]) == {
        "钛灰": None, "松绿": None, "暖白": Off.SOLD_OUT, "750ml": None, "500ml": None, "1L": Off.NO_SUCH,
    }
    assert offs(["松绿"])["500ml"] is Off.NO_SUCH


def test_a_choice_on_the_right_never_locks_one_on_the_left() -> None:
    assert offs(["松绿", "1L"])["钛灰"] is None


COMBINATIONS = st.dictionaries(
    st.tuples(st.sampled_from("红蓝绿"), st.sampled_from("SML")), st.integers(0, 2), min_size=1, max_size=9
)


@given(COMBINATIONS)
def test_every_sku_in_stock_can_be_reached_from_the_first_page(stock: dict[tuple[str, str], int]) -> None:
    skus = [sku(colour + size, colour, size, left) for (colour, size), left in stock.items()]
    for wanted in skus:
        if wanted.left:
            colours, _sizes = choose(skus).groups
            assert next(option for option in colours.options if option.value == wanted.values[0]).off is None
            _colours, sizes = choose(skus, [wanted.values[0]]).groups
            assert next(option for option in sizes.options if option.value == wanted.values[1]).off is None
            assert choose(skus, wanted.values).sku is wanted


def test_a_price_is_the_one_asked_for_and_stays_on_its_step_when_the_sku_changes() -> None:
    grey = sku("grey", "钛灰", "750ml", plans=(plan(1, 0, 5_000), plan(2, 1, 2_000, 9_900)))
    pine = sku("pine", "松绿", "750ml", plans=(plan(3, 0, 6_000), plan(4, 1, 3_000, 9_900)))
    skus = [grey, pine]
    assert pick(skus, grey, asked=2, available=9_000).id == 2
    assert pick(skus, pine, asked=2, available=9_000).id == 4


def test_nobody_asked_for_a_price_gets_the_first_that_the_points_are_enough_for() -> None:
    grey = sku("grey", "钛灰", "750ml", plans=(plan(1, 0, 5_000), plan(2, 1, 2_000, 9_900)))
    assert pick([grey], grey, asked=None, available=5_000).id == 1
    assert pick([grey], grey, asked=None, available=4_999).id == 2
    assert pick([grey], grey, asked=None, available=0).id == 2
    assert pick([grey], grey, asked=77, available=9_000).id == 1


def test_a_quantity_is_bounded_by_stock_limit_and_points() -> None:
    assert most(left=9, points=100, available=10_000, remaining=None) == 9
    assert most(left=9, points=100, available=450, remaining=None) == 4
    assert most(left=9, points=100, available=10_000, remaining=2) == 2
    assert most(left=0, points=100, available=10_000, remaining=2) == 0
    assert most(left=9, points=100, available=-50, remaining=2) == 0
