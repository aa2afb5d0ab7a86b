"""How numbers, money and moments are written."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from mall.web import filters

EVENING = datetime(2026, 11, 11, 12, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "written"), [(0, "0"), (999, "999"), (128460, "128,460"), (-18800, "\N{MINUS SIGN}18,800")]
)
def test_numbers_have_commas_and_a_true_minus(value: int, written: str) -> None:
    assert filters.number(value) == written


@pytest.mark.parametrize(("value", "written"), [(10820, "+10,820"), (0, "0"), (-640, "\N{MINUS SIGN}640")])
def test_changes_carry_their_sign(value: int, written: str) -> None:
    assert filters.signed(value) == written


@pytest.mark.parametrize(
    ("value", "paid", "listed"),
    [
        (39800, "¥398.00", "¥398"),
        (19950, "¥199.50", "¥199.50"),
        (5, "¥0.05", "¥0.05"),
        (123456700, "¥1,234,567.00", "¥1,234,567"),
        (-100, "\N{MINUS SIGN}¥1.00", "\N{MINUS SIGN}¥1"),
    ],
)
def test_money_is_exact_where_paid_and_short_in_lists(value: int, paid: str, listed: str) -> None:
    assert (filters.fen(value), filters.fen_short(value)) == (paid, listed)


@pytest.mark.parametrize(
    ("lang", "this_year", "another", "moment", "month"),
    [
        ("zh-CN", "11月11日", "2027年10月31日", "11月11日 20:03", "11月"),
        ("zh-TW", "11月11日", "2027年10月31日", "11月11日 20:03", "11月"),
        ("en", "Nov 11", "Oct 31, 2027", "Nov 11 20:03", "Nov"),
    ],
)
def test_days_are_the_programmes_own_and_name_their_year_only_when_it_is_another(
    face_app: Flask, lang: str, this_year: str, another: str, moment: str, month: str
) -> None:
    with face_app.test_request_context(f"/?lang={lang}"):
        assert filters.day(EVENING) == this_year
        assert filters.day(date(2027, 10, 31)) == another
        assert filters.moment(EVENING) == moment
        assert filters.month(EVENING) == month


def test_an_instant_after_midnight_in_shanghai_is_the_next_day(face_app: Flask) -> None:
    with face_app.test_request_context("/"):
        assert filters.day(datetime(2026, 11, 11, 16, 0, tzinfo=UTC)) == "11月12日"


def test_what_ends_at_midnight_expires_on_the_day_before(face_app: Flask) -> None:
    with face_app.test_request_context("/"):
        assert filters.expiry(datetime(2026, 11, 30, 16, 0, tzinfo=UTC)) == "11月30日"


def test_machines_get_utc() -> None:
    assert filters.iso(EVENING) == "2026-11-11T12:03:00Z"


@pytest.mark.parametrize(
    ("value", "shown"), [("13812346207", "138 **** 6207"), (" 13812346207 ", "138 **** 6207"), ("110", "****")]
)
def test_a_phone_in_a_list_shows_its_ends_alone(value: str, shown: str) -> None:
    assert filters.phone(value) == shown
