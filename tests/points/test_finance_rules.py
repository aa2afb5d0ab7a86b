"""What a move means in a report, breakage by the proportional method, and the periods that can be asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mall.base.money import fen_of
from mall.points.rules.breakage import expected_redemptions, revenue_to_date
from mall.points.rules.buckets import ALLOWED, AVAILABLE, DEBT, HELD, PENDING
from mall.points.rules.movements import BALANCES, EFFECTS
from mall.web.period import BEGINNING, Days, Months

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("move", sorted(ALLOWED))
def test_every_balance_changes_by_what_its_bucket_does(move: tuple[int, int]) -> None:
    src, dst = move
    told = dict.fromkeys(BALANCES.values(), 0)
    for effect in EFFECTS[move]:
        told[effect.balance] += effect.sign
    wanted = {
        "pending": (dst == PENDING) - (src == PENDING),
        "available": (dst == AVAILABLE) - (src == AVAILABLE),
        "held": (dst == HELD) - (src == HELD),
        "debt": (src == DEBT) - (dst == DEBT),  # what leaves the bucket of debts is owed
    }
    assert told == wanted


def test_the_handbooks_figures_come_out() -> None:
    first = revenue_to_date(allocated=9_000, redeemed=4_500, expected=9_700)
    assert first == 4_175
    assert revenue_to_date(allocated=9_000, redeemed=8_500, expected=9_900) - first == 3_552
    assert revenue_to_date(allocated=9_000, redeemed=8_500, expected=9_200) - first == 4_140


def test_the_handbooks_figures_come_out_in_fen() -> None:
    assert revenue_to_date(allocated=900_000, redeemed=4_500, expected=9_700) == 417_526
    assert revenue_to_date(allocated=1, redeemed=1, expected=2) == 1  # half up


def test_all_is_revenue_once_nothing_more_is_expected() -> None:
    assert revenue_to_date(allocated=9_000, redeemed=9_800, expected=9_700) == 9_000
    assert revenue_to_date(allocated=9_000, redeemed=0, expected=0) == 9_000
    assert revenue_to_date(allocated=9_000, redeemed=0, expected=1) == 0


@given(
    some.integers(0, 10**12),
    some.integers(0, 10**12),
    some.integers(0, 10**12),
    some.integers(1, 10_000),
    some.integers(0, 10**14),
)
def test_revenue_never_exceeds_what_was_allocated(
    redeemed: int, expired: int, owed: int, rate: int, allocated: int
) -> None:
    points = redeemed + expired + owed
    expected = expected_redemptions(points=points, redeemed=redeemed, expired=expired, rate_bps=rate)
    assert redeemed <= expected <= max(redeemed, points - expired)
    revenue = revenue_to_date(allocated=allocated, redeemed=redeemed, expected=expected)
    assert 0 <= revenue <= allocated
    if not owed:
        assert revenue == allocated


def test_the_test_figures_follow_from_a_rate() -> None:
    assert expected_redemptions(points=10_000, redeemed=4_500, expired=0, rate_bps=9_700) == 9_700
    assert expected_redemptions(points=10_000, redeemed=9_800, expired=0, rate_bps=9_700) == 9_800
    assert expected_redemptions(points=10_000, redeemed=4_500, expired=2_000, rate_bps=9_700) == 8_000


def test_money_is_rounded_once_and_evenly_about_nought() -> None:
    assert [fen_of(x) for x in (0, 4_999, 5_000, 14_999, -4_999, -5_000)] == [0, 0, 1, 1, 0, -1]


def test_a_period_that_makes_no_sense_is_this_month() -> None:
    usual = Days(date(2026, 11, 1), date(2026, 11, 22), ZONE)
    assert Days.of({}, NOW, ZONE) == usual
    assert Days.of({"since": "soon", "until": "2026-13-40"}, NOW, ZONE) == usual
    assert Days.of({"since": "2026-12-01", "until": "2027-01-01"}, NOW, ZONE).until == date(2026, 11, 22)
    assert Days.of({"since": "0001-01-01", "until": "2026-10-31"}, NOW, ZONE).since == BEGINNING
    assert Days.of({"since": "2026-11-05", "until": "2026-11-03"}, NOW, ZONE).since == date(2026, 11, 3)
    assert Days.of({"until": "0001-01-01"}, NOW, ZONE) == Days(BEGINNING, BEGINNING, ZONE)


def test_a_day_ends_where_the_next_begins_in_the_programmes_zone() -> None:
    asked = Days.of({"since": "2026-10-01", "until": "2026-10-31"}, NOW, ZONE)
    assert (asked.start, asked.end) == (datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC))


def test_months_are_bounded() -> None:
    asked = Months.of({}, NOW, ZONE, usual=12)
    assert (asked.first, asked.last) == (date(2025, 12, 1), date(2026, 11, 1))
    assert Months.of({"first": "1999-01"}, NOW, ZONE, usual=12).first == date(2023, 12, 1)
    assert Months.of({"first": "2026-12", "last": "2026-03"}, NOW, ZONE, usual=1).first == date(2026, 3, 1)
    assert Months.of({"last": "2033-03"}, NOW, ZONE, usual=1).last == date(2026, 11, 1)
    assert Months.of({"last": "0001-01"}, NOW, ZONE, usual=1) == Months(BEGINNING, BEGINNING, ZONE)
