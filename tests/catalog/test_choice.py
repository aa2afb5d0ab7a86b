"""Which SKU a choice of attributes is, and what can still be chosen."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mall.catalog.rules.choice import Off, Sku, choose, most


def sku(code: str, colour: str, size: str, left: int = 5, points: int = 100) -> Sku:
    attributes: list[dict[str, Any]] = [
        {"name": {"zh_Hans": "颜色"}, "value": {"zh_Hans": colour}},
        {"name": {"zh_Hans": "容量"}, "value": {"zh_Hans": size}},
    ]
    return Sku(id=1, code=code, points=points, left=left, picture=None, attributes=attributes)


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


def test_a_quantity_is_bounded_by_stock_limit_and_points() -> None:
    assert most(left=9, points=100, available=10_000, remaining=None) == 9
    assert most(left=9, points=100, available=450, remaining=None) == 4
    assert most(left=9, points=100, available=10_000, remaining=2) == 2
    assert most(left=0, points=100, available=10_000, remaining=2) == 0
    assert most(left=9, points=100, available=-50, remaining=2) == 0
