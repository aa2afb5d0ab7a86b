"""A list of codes is read as people have it, nothing in a code is guessed, and nothing breaks the reader."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.rewards.models import TooManyCodes, UnreadableCodes, WrongAccount
from mall.rewards.rules.accounts import FUEL_CARD, PHONE, account
from mall.rewards.rules.codes import LONGEST, MOST_ROWS, Column, Fault, read, text_of
from tests.base.xlsx import book

TODAY = date(2026, 11, 19)


def test_one_code_a_line_needs_no_heading() -> None:
    sheet = read("A1B2C3D4\r\n\r\n  E5F6G7H8  \n", earliest=TODAY)
    assert [row.code for row in sheet.rows] == ["A1B2C3D4", "E5F6G7H8"]
    assert [row.no for row in sheet.rows] == [1, 3], "rows are numbered as people see them"


def test_a_heading_says_what_the_columns_are_in_any_order() -> None:
    sheet = read("有效期至,面值,卡密,卡号\n2027-12-31,100,PW-0001,6001\n2027/1/5,100,PW-0002,6002\n", earliest=TODAY)
    assert sheet.headed
    assert sheet.columns == (Column.EXPIRY, Column.OTHER, Column.CODE, Column.SERIAL)
    assert [(row.code, row.serial, row.expires_on) for row in sheet.rows] == [
        ("PW-0001", "6001", date(2027, 12, 31)),
        ("PW-0002", "6002", date(2027, 1, 5)),
    ]


def test_without_a_heading_the_number_stands_before_the_code_and_a_date_is_the_expiry() -> None:
    sheet = read("6001\tPW-0001\t2027年12月31日\n6002\tPW-0002\t20271231", earliest=TODAY)
    assert not sheet.headed
    assert [(row.serial, row.code, row.expires_on) for row in sheet.rows] == [
        ("6001", "PW-0001", date(2027, 12, 31)),
        ("6002", "PW-0002", date(2027, 12, 31)),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("6001,\n", Fault.NO_CODE),
        ("ABC\n", Fault.TOO_SHORT),
        ("A" * (LONGEST + 1), Fault.TOO_LONG),
        ("AB\x01CD12", Fault.BAD_SIGNS),
        ("AB\u202eCD12", Fault.BAD_SIGNS),
        ("1.23457E+18", Fault.SPOILT),
        ("卡密,有效期\nPW-0001,昨天", Fault.BAD_DATE),
        ("卡密,有效期\nPW-0001,2027-02-30", Fault.BAD_DATE),
        ("卡密,有效期\nPW-0001,2026-11-18", Fault.TOO_SOON),
        ("卡号,卡密\n" + "9" * 81 + ",PW-0001", Fault.SERIAL_TOO_LONG),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(text: str, fault: Fault) -> None:
    assert read(text, earliest=TODAY).rows[-1].fault is fault


def test_a_code_that_stands_there_twice_names_the_first_row() -> None:
    rows = read("PW-0001\nPW-0002\nPW-0001\npw-0001", earliest=TODAY).rows
    assert [(row.fault, row.first) for row in rows] == [(None, 0), (None, 0), (Fault.TWICE, 1), (None, 0)]


def test_what_makes_a_spreadsheet_keep_noughts_is_not_part_of_the_code() -> None:
    assert [row.code for row in read('="00012345"\n\'00012346\n', earliest=TODAY).rows] == ["00012345", "00012346"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_way_in_which_a_spreadsheet_writes_text_is_read(encoding: str) -> None:
    text = "卡号,卡密\n6001,密码甲乙丙\n"
    assert text_of(text.encode(encoding)).lstrip("\ufeff") == text


@pytest.mark.parametrize("raw", [b"\xd0\xcf\x11\xe0old", b"%PDF-1.7", b"\x81", b"a\x00b"])
def test_what_is_no_text_is_refused_whole(raw: bytes) -> None:
    with pytest.raises(UnreadableCodes):
        text_of(raw)


def test_a_cell_that_is_far_too_long_is_a_fault_of_its_row_and_costs_no_more_than_others() -> None:
    long = "A" * 32_767
    text = text_of(
        book([["卡号", "卡密", "备注"], ["6001", long, long], [long, "PW-0002", ""], ["6003", "PW-0003", long]])
    )
    assert len(text) < 2_000
    sheet = read(text, earliest=TODAY)
    assert [row.fault for row in sheet.rows] == [Fault.TOO_LONG, Fault.SERIAL_TOO_LONG, None]


@pytest.mark.parametrize("text", ["", " \n\t\r\n", "\ufeff"])
def test_an_empty_list_is_refused(text: str) -> None:
    with pytest.raises(UnreadableCodes):
        read(text, earliest=TODAY)


def test_more_rows_than_a_batch_takes_are_refused() -> None:
    with pytest.raises(TooManyCodes):
        read("\n".join(f"CODE{n}" for n in range(MOST_ROWS + 1)), earliest=TODAY)


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader_and_every_row_has_a_code_or_a_fault(text: str) -> None:
    try:
        sheet = read(text, earliest=TODAY)
    except UnreadableCodes:
        return
    good = [row.code for row in sheet.rows if not row.fault]
    assert all(good)
    assert len(set(good)) == len(good), "a code is never taken twice out of one list"


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(raw: bytes) -> None:
    with suppress(UnreadableCodes):
        read(text_of(raw), earliest=TODAY)


CODE = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789-", min_size=4, max_size=30).filter(
    lambda code: code.strip("-") == code and not code.isdigit()
)


@given(st.lists(CODE, min_size=1, unique=True), st.sampled_from(["\n", "\r\n"]))
def test_what_was_written_is_what_is_read(codes: list[str], end: str) -> None:
    sheet = read("卡密" + end + end.join(codes) + end, earliest=TODAY)
    assert [row.code for row in sheet.rows if not row.fault] == codes


@pytest.mark.parametrize(
    ("typed", "form", "digits"),
    [
        ("138 0013 8000", PHONE, "13800138000"),
        ("+86-13800138000", PHONE, "13800138000"),
        ("8613800138000", PHONE, "13800138000"),
        ("１３８００１３８０００", PHONE, "13800138000"),
        ("1000 1132 0001 8313 897", FUEL_CARD, "1000113200018313897"),
        ("9030 1234 5678 9012", FUEL_CARD, "9030123456789012"),
    ],
)
def test_an_account_is_its_digits_however_it_was_typed(typed: str, form: str, digits: str) -> None:
    assert account(typed, form) == digits


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("", PHONE),
        ("12800138000", PHONE),
        ("1380013800", PHONE),
        ("138001380001", PHONE),
        ("13800138000", FUEL_CARD),
        ("100012" + "0" * 13, FUEL_CARD),
        ("9" * 19, FUEL_CARD),
        ("９" * 15 + "٣", FUEL_CARD),
        ("13800138000", "bank"),
    ],
)
def test_what_is_no_account_is_refused(typed: str, form: str) -> None:
    with pytest.raises(WrongAccount):
        account(typed, form)
