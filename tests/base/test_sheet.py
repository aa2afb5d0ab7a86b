"""A spreadsheet is read as people see it, what it has lost shows, and none can do harm."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mall.base import package, sheet
from mall.base.package import TooLargeInside, UnreadableFile
from mall.base.sheet import TooManyRows
from mall.base.sheet_parts import NoSheet
from tests.base.xlsx import MAIN, book, parts, zipped


def read(raw: bytes, most: int = 1000, bounds: package.Bounds = package.USUAL) -> list[sheet.Row]:
    return list(sheet.rows(raw, most=most, bounds=bounds))


def test_texts_numbers_and_days_are_what_people_see() -> None:
    def write(made: Any, page: Any) -> None:
        day, moment = made.add_format({"num_format": "yyyy/m/d"}), made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        noughts, built_in = made.add_format({"num_format": "00000000"}), made.add_format({"num_format": 14})
        page.write_string("A1", "00123")
        page.write_number("B1", 45.5)
        page.write_datetime("C1", date(2027, 12, 31), day)
        page.write_number("D1", 46752 + 8.5 / 24, moment)
        page.write_number("E1", 1234, noughts)
        page.write_datetime("F1", date(2026, 1, 2), built_in)
        page.write_boolean("G1", True)
        page.write_rich_string("H1", "粗", made.add_format({"bold": True}), "体")
        page.write_string("B4", " 空两行 ")

    assert read(book(write)) == [
        (1, ["00123", "45.5", "2027-12-31", "2027-12-31 08:30:00", "00001234", "2026-01-02", "TRUE", "粗体"]),
        (4, ["", " 空两行 "]),
    ]


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("123456789012345", "123456789012345"),
        ("1234567890123456789", "1.23456789012346E+18"),
        ("1.2345678901234568E+18", "1.23456789012346E+18"),
        ("6.0E+3", "6000"),
        ("-0.5", "-0.5"),
        ("1E+400", "1.00000000000000E+400"),
        ("0.1", "0.1"),
        ("199.99000000000001", "199.99"),
    ],
)
def test_a_number_with_more_digits_than_are_kept_shows_it(value: str, seen: str) -> None:
    assert read(parts(f'<row r="1"><c r="A1"><v>{value}</v></c></row>')) == [(1, [seen])]


def test_a_formula_is_told_and_never_what_it_came_to() -> None:
    def write(_made: Any, page: Any) -> None:
        page.write_formula("A1", "=B1&C1", value="ABCD-1234")
        page.write_formula("A2", '="0012"', value="0012")
        page.write_formula("A3", "=1/0", value="#DIV/0!")

    assert read(book(write)) == [(1, ["=B1&C1"]), (2, ['="0012"']), (3, ["=1/0"])]
    shared = '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1"><f t="shared" si="0"/><v>7</v></c></row>'
    assert read(parts(shared)) == [(1, ["=#N/A", "=7"])]


def test_the_first_sheet_that_is_not_hidden_is_read() -> None:
    assert read(book([["藏"]], [["见"]], [["后"]], hidden=[0])) == [(1, ["见"])]


def test_cells_without_places_stand_one_after_the_other_and_phonetics_are_no_text() -> None:
    rows = '<row><c t="inlineStr"><is><t>甲</t><rPh sb="0" eb="1"><t>jia</t></rPh></is></c><c t="s"><v>0</v></c></row>'
    texts = f'<sst xmlns="{MAIN}"><si><r><t>乙</t></r><r><t>_x0041_</t></r><rPh><t>yi</t></rPh></si></sst>'
    assert read(parts(rows, sharedStrings=texts)) == [(1, ["甲", "乙A"])]


def test_a_sign_that_no_column_holds_is_told_as_one_that_could_not_be_read() -> None:
    rows = '<row><c t="inlineStr"><is><t>TB_x0000_750_xD800__x0007_</t></is></c></row>'
    assert read(parts(rows)) == [(1, ["TB\ufffd750\ufffd\a"])]


def test_rows_beyond_the_last_that_is_wanted_are_refused_and_empty_ones_are_none() -> None:
    assert len(read(book([["x"]] * 10), most=10)) == 10
    with pytest.raises(TooManyRows):
        read(book([["x"]] * 11), most=10)
    styled = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576" s="3"/></row>'
    assert read(parts(styled), most=10) == [(1, ["1"])]


def bomb(kind: str) -> bytes:
    """Small files that would be large, or never end, or lie."""
    if kind == "zip":
        return parts("<row>" + " " * (80 * 1024 * 1024) + "</row>")
    if kind == "cells":
        return parts('<row r="1">' + "<c/>" * 8_000_000 + "</row>")
    if kind == "rows":
        return parts("<row/>" * 4_000_000)
    if kind == "deep":
        return parts("<a>" * 1_000_000)
    if kind == "attribute":
        return parts('<row r="' + "1" * 40_000_000 + '"/>')
    if kind == "text":
        return parts('<row r="1"><c t="inlineStr"><is><t>' + "x" * 40_000_000 + "</t></is></c></row>")
    if kind == "many parts":
        return zipped({f"xl/{n}.xml": "" for n in range(2000)})
    return parts("", sharedStrings=f'<sst xmlns="{MAIN}">' + "<si/>" * 5_000_000 + "</sst>")


@pytest.mark.parametrize("kind", ["zip", "cells", "rows", "deep", "attribute", "text", "many parts", "texts"])
def test_what_is_made_to_do_harm_is_refused_in_words_and_in_flat_memory(kind: str) -> None:
    few = package.Bounds(elements=100_000)  # watching memory makes the walk slow
    raw = bomb(kind)
    assert len(raw) < 400_000
    tracemalloc.start()
    with pytest.raises(UnreadableFile) as refusal:
        read(raw, bounds=few)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refusal.value.status == 422
    assert peak < 40_000_000


def test_one_cell_far_away_costs_nothing() -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>'
    assert read(parts(far)) == [(1, ["1"])]
    with pytest.raises(TooManyRows):
        read(parts('<row r="1048576"><c r="XFD1048576"><v>1</v></c><c r="A1048576"><v>1</v></c></row>'))


ENTITIES = f'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst xmlns="{MAIN}"><si><t>&b;</t></si></sst>'


@pytest.mark.parametrize(
    "raw",
    [
        b"PK\x03\x04 and nothing",
        zipped({"word/document.xml": "<w/>"}),
        zipped({"xl/workbook.xml": "no xml"}),
        book([["x"]])[:-200],
        parts("<row><c></row>"),
        parts('<row r="x"/>'),
        parts('<row r="2"/><row r="1"/>'),
        parts('<row r="1048577"/>'),
        parts('<row><c t="s"><v>3</v></c></row>'),
        parts("<row><c><v>1e</v></c></row>"),
        parts("<row><c><v>NaN</v></c></row>"),
        parts("<row/>", sharedStrings=ENTITIES),
        parts("<row/>", method=zipfile.ZIP_LZMA),
    ],
)
def test_what_is_no_spreadsheet_or_a_broken_one_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read(raw)


def test_a_file_without_a_sheet_that_people_see_is_refused() -> None:
    hidden = book([["x"]])
    with zipfile.ZipFile(io.BytesIO(hidden)) as made:
        written = {name: made.read(name) for name in made.namelist()}
    written["xl/workbook.xml"] = written["xl/workbook.xml"].replace(b"<sheet ", b'<sheet state="veryHidden" ')
    with pytest.raises(NoSheet):
        read(zipped(written))


def test_a_part_that_says_it_is_smaller_than_it_is_is_cut_there() -> None:
    raw = bytearray(parts("<row/>" * 100_000))
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as made:
        size = made.getinfo("xl/worksheets/sheet1.xml").file_size
    lied = bytes(raw).replace(size.to_bytes(4, "little"), (500).to_bytes(4, "little"))
    with pytest.raises(UnreadableFile):
        read(lied)


@settings(deadline=None)  # a busy machine is slow, and no damage
@given(st.binary(max_size=200), st.integers(0, 3000))
def test_no_damage_breaks_the_reader(noise: bytes, at: int) -> None:
    whole = book([["6001", "PW-0001"]])
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    with suppress(UnreadableFile, TooManyRows):
        read(damaged)


def test_too_much_inside_is_told_apart() -> None:
    with pytest.raises(TooLargeInside):
        read(bomb("zip"))


def one_text(signs: int, rows: int, columns: int = 64) -> bytes:
    """A spreadsheet whose cells all refer to the same text."""
    text = f'<sst xmlns="{MAIN}"><si><t>{"A" * signs}</t></si></sst>'
    return parts(("<row>" + '<c t="s"><v>0</v></c>' * columns + "</row>") * rows, sharedStrings=text)


def test_one_long_text_in_every_cell_is_refused_before_it_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooLargeInside):
        read(one_text(32_767, 9))
    monkeypatch.setattr(sheet, "SIGNS", 640)
    assert len(read(one_text(10, 1))) == 1
    with pytest.raises(TooLargeInside):
        read(one_text(10, 2))
