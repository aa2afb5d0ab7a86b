"""Finding rewards by two characters, pinyin, codes and English, on both engines."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from mall.base import found as search
from mall.catalog.queries import Filters, items
from mall.web.db import now, reading
from tests.catalog.conftest import ANYWHERE, statements

ALL = 10**9


def found(q: str) -> list[str]:
    return [entry.code for entry in items(reading(), now(), Filters(q=q), available=ALL, **ANYWHERE).entries]


LOOKED_FOR = [
    ("保温", "TB-750-TI"),
    ("温杯", "TB-750-TI"),
    ("杯", "TB-750-TI"),
    ("保溫杯", "TB-750-TI"),
    ("鈦合金", "TB-750-TI"),
    ("钛合金保温杯", "TB-750-TI"),
    ("保温 真空", "TB-750-TI"),
    ("bao", "TB-750-TI"),
    ("baowenbei", "TB-750-TI"),
    ("BaoWenBei", "TB-750-TI"),
    ("bao wen bei", "TB-750-TI"),
    ("baowenb", "TB-750-TI"),
    ("bwb", "TB-750-TI"),
    ("thjbwb", "TB-750-TI"),
    ("ＢＷＢ", "TB-750-TI"),
    ("TB-750-TI", "TB-750-TI"),
    ("tb750ti", "TB-750-TI"),
    ("ｔｂ－７５０", "TB-750-TI"),
    ("tb-750-pine", "TB-750-TI"),
    ("titanium", "TB-750-TI"),
    ("Titan therm", "TB-750-TI"),
    ("linquan", "TB-750-TI"),
    ("临泉保温杯", "TB-750-TI"),
    ("松绿", "TB-750-TI"),
    ("songlü", "TB-750-TI"),
    ("加油卡500", "CARD-500"),
    ("jyk", "CARD-500"),
    ("卡券", "CARD-500"),
]

NASTY = [
    "%", "%%", "_", "'", "';--", '"', "\\", "🎁", "🎁🎁", "\x00", "a" * 200, "龘" * 200, "龘 " * 100, " OR 1=1",
    "\ud800", "…", "éßøﬁ", "٣", "-" * 200, "a b c d e f g h i j k l m n o p q r s t",
]


def test_a_reward_is_found_as_people_look_for_it(looked: Flask, subtests: pytest.Subtests) -> None:
    for q, code in LOOKED_FOR:
        with subtests.test(q=q):
            assert found(q) == [code]


def test_all_of_a_search_must_be_there(looked: Flask) -> None:
    assert found("保温 加油") == []
    assert found("办公 17") == ["OF-017"]


def test_what_stands_in_the_name_comes_before_what_stands_elsewhere(looked: Flask) -> None:
    assert found("notebook 7")[0] == "OF-007"


def test_what_is_off_the_shelf_is_not_found(looked: Flask) -> None:
    assert found("没上架") == []


def test_nasty_input_finds_nothing_and_breaks_nothing(looked: Flask, subtests: pytest.Subtests) -> None:
    for q in NASTY:
        with subtests.test(q=q):
            assert found(q) == []
    assert found("保\x00温%\u202e") == ["TB-750-TI"]


def test_a_search_costs_the_same_statements_whatever_it_finds(looked: Flask) -> None:
    with statements() as seen:
        found("办公本册")
    assert len(seen) == 3


@given(st.text(max_size=300))
def test_any_text_asks_for_a_bounded_number_of_plain_terms(q: str) -> None:
    wanted = search.wanted(q)
    assert len(wanted) <= search.MOST_TERMS
    assert all(0 < len(want.term) <= search.LONGEST_TERM and "\x00" not in want.term for want in wanted)


@given(st.text(alphabet="钛合金保温杯真空办公abc123 ", min_size=1, max_size=12))
def test_a_name_is_always_found_by_itself(name: str) -> None:
    kept = search.terms([(name, 8)])
    for want in search.wanted(name):
        assert want.term in kept or (want.prefix and any(term.startswith(want.term) for term in kept))


def test_names_are_spelled_for_lists_that_the_database_looks_through() -> None:
    assert search.spelled("华东·临安恒泰商贸") == "huadong hd linanhengtaishangmao lahtsm"
    assert search.spelled("OR-14646") == ""
    assert [search.letters(q) for q in ("lin an", "Lin'an")] == ["linan", "linan"]
    assert not any(search.letters(q) for q in ("LA0571", "临安", "l", "%_"))


def test_short_lists_are_looked_through_by_name_pinyin_and_code() -> None:
    for q in ("杭州", "hangzhou", "hzzxc", "zhongxin", "hz-1", "HZ1"):
        assert search.means(q, ["杭州中心仓"], ["HZ-1"]), q
    for q in ("成都", "chengdu", "angzhou", "%"):
        assert not search.means(q, ["杭州中心仓"], ["HZ-1"]), q
