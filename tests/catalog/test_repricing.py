"""Prices changed alike: in percent, by points, to a number, told in even numbers; and how much that is."""

from __future__ import annotations

import pytest

from mall.base.money import Rounding
from mall.catalog.rules.bulk import Slot, applied, changes, moved, searched
from mall.catalog.rules.document import document
from mall.catalog.rules.repricing import By, Repricing, weight


@pytest.mark.parametrize(
    ("asked", "now", "then"),
    [
        ({"by": By.PERCENT, "amount": 1_000}, 18_600, 20_460),
        ({"by": By.PERCENT, "amount": -500, "unit": 100}, 18_600, 17_700),
        ({"by": By.PERCENT, "amount": -500, "unit": 100, "rounding": Rounding.FLOOR}, 18_600, 17_600),
        ({"by": By.PERCENT, "amount": 1, "unit": 500, "rounding": Rounding.CEILING}, 18_600, 19_000),
        ({"by": By.POINTS, "amount": -500}, 18_600, 18_100),
        ({"by": By.POINTS, "amount": -500}, 300, 1),
        ({"by": By.TO, "amount": 9_900, "unit": 500}, 18_600, 9_900),
        ({"by": By.PERCENT, "amount": -500, "unit": 100}, 10, 10),
        ({"by": By.PERCENT, "amount": 100_000}, 10**9, 10**9),
    ],
)
def test_a_price_becomes_what_was_asked_in_whole_units(asked: dict[str, object], now: int, then: int) -> None:
    repricing = Repricing(**asked)  # type: ignore[arg-type]
    assert repricing.points(now) == then
    assert Repricing.of(repricing.asked) == repricing


def test_how_much_a_price_changes_counts_points_and_cash_by_what_they_are_worth() -> None:
    assert weight((1_000, 0), (1_100, 0), 10_000) == 10
    assert weight((1_000, 0), (1_001, 0), 10_000) == 1
    assert weight((1_000, 1_000), (1_000, 500), 10_000) == 25
    assert weight((1_000, 0), (500, 0), 10_000) == 50


def test_a_slot_is_its_path_whatever_its_region_looks_like() -> None:
    slot = Slot("TB-750", 1, "core", "华东/浙江/杭州")
    assert slot.path == "prices/TB-750/1/core/华东/浙江/杭州"
    assert Slot.of(slot.path) == slot


def test_what_is_put_in_or_taken_out_of_a_list_leaves_the_rest_of_it() -> None:
    live = document({"tags": ["hot"], "skus": [{"code": "A"}, {"code": "B"}], "names": {"zh_Hans": "杯", "en": "Cup"}})
    asked = {"tags+": ["new"], "tags-": ["hot"], "skus+": ["B", "C"], "skus/C/cost_fen": 7, "names/en": None}
    after = applied(live, asked)
    assert (after["tags"], [sku["code"] for sku in after["skus"]]) == (["new"], ["A", "B", "C"])
    assert (after["skus"][2]["cost_fen"], after["names"]) == (7, {"zh_Hans": "杯"})
    before_, after_ = changes(live, after)
    assert set(after_) == {"tags", "skus", "skus/C/attributes", "skus/C/cost_fen", "skus/C/picture", "names/en"}
    assert applied(after, before_) == live
    assert moved({"brand": "x"}, {"brand": "x", "tags": []}) == ["tags"]


def test_what_is_not_searched_by_leaves_the_terms_alone() -> None:
    assert searched(["names/en"])
    assert searched(["skus/A/attributes"])
    assert not searched(["limit_per_dealer", "tags", "skus/A/cost_fen"])
