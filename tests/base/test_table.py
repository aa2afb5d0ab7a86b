"""A table that comes in as a file is told apart by its content, and what is none is refused in clear words."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from mall.base import table
from mall.base.package import UnreadableFile
from mall.base.refused import Refused
from mall.base.sheet import TooManyColumns, TooManyRows
from mall.base.table import BrokenLine, EmptyTable, HasMacros, NotATable, OldWorkbook
from mall.base.written import encoding_of
from tests.base.xlsx import book, parts, zipped


def read(raw: bytes, most: int = 100) -> list[table.Row]:
    return list(table.rows(raw, most=most))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_csv_is_read_in_the_encodings_of_this_country(encoding: str) -> None:
    raw = "货号,名称\r\nTB-750,钛合金保温杯\r\n".encode(encoding)
    if encoding.endswith("e"):  # without its mark nobody can tell UTF-16 from noise
        raw = ("\ufeff" + raw.decode(encoding)).encode(encoding)
    assert read(raw) == [(1, ["货号", "名称"]), (2, ["TB-750", "钛合金保温杯"])]


def test_signs_beyond_gbk_survive_in_gb18030() -> None:
    assert read("货号,名称\nA,𠮷野\n".encode("gb18030"))[1] == (2, ["A", "𠮷野"])


@pytest.mark.parametrize("separator", [",", "\t", ";", "；", "|"])
def test_what_parts_the_cells_is_seen(separator: str) -> None:
    assert read(f"a{separator}b\n1{separator}2\n".encode()) == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_a_line_that_names_the_separator_is_no_row_and_rows_are_numbered_as_programs_do() -> None:
    assert read(b'sep=;\na;b\n\n"1\n1";2\n') == [(2, ["a", "b"]), (4, ["1\n1", "2"])]


def test_cells_are_bare_of_spaces_that_nobody_sees_and_blank_ends_are_cut() -> None:
    assert read("a,　b\u200b ,,\n ,,\n".encode()) == [(1, ["a", "b"])]


def test_a_workbook_is_read_by_its_content_whatever_it_is_called() -> None:
    assert read(book([["a", "b"], [1, "2"]])) == [(1, ["a", "b"]), (2, ["1", "2"])]


def macros() -> bytes:
    raw = io.BytesIO(book([["a"]]))
    with zipfile.ZipFile(raw, "a") as file:
        file.writestr("xl/vbaProject.bin", b"\xd0\xcf")
    return raw.getvalue()


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        (b"", EmptyTable),
        (b" \r\n\t ", EmptyTable),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OldWorkbook),
        (b"%PDF-1.7", NotATable),
        (b"\x89PNG\r\n\x1a\n", NotATable),
        (b"\x1f\x8b\x08\x00", NotATable),
        (b"\xff\xfe\x00\xd8", NotATable),
        (b"a,b\n\x00,\x01\n", NotATable),
        (b"\x81\xff\xfe\xff", NotATable),
        (b"PK\x03\x04 and no more", UnreadableFile),
        (zipped({"word/document.xml": "<document/>"}), UnreadableFile),
        (book([["a"]])[:-200], UnreadableFile),
        (macros(), HasMacros),
        (b'a,b\n"1,2\n', BrokenLine),
        (b'a,b\n"1"2,3\n', BrokenLine),
        (b"a,b\n" + b"x" * 40_000 + b",1\n", BrokenLine),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", BrokenLine),
        (b"a,b\n" + b"1,2\n" * 100, TooManyRows),
        (b"a" + b",a" * 1_000_000, TooManyColumns),
        (book([["a"] * 65]), TooManyColumns),
        (parts('<row r="1">' + '<c r="XFD1" t="str"><v>x</v></c>' * 50 + "</row>"), TooManyColumns),
        (zipped({"xl/workbook.xml": b"0" * 300_000_000}), UnreadableFile),
    ],
)
def test_what_is_no_table_or_does_harm_is_refused_in_words(raw: bytes, refusal: type[Refused]) -> None:
    tracemalloc.start()
    with pytest.raises(refusal) as told:
        read(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert told.value.status == 422
    assert told.value.text % told.value.params if told.value.params else told.value.text
    assert peak < 120_000_000


def test_a_formula_is_told_as_one_and_never_calculated() -> None:
    assert read(b'a,b\n=1+1,"=HYPERLINK(""http://x"")"\n')[1] == (2, ["=1+1", '=HYPERLINK("http://x")'])


def test_a_large_file_is_decoded_piece_by_piece() -> None:
    raw = ("货" * 2_000_000).encode("gb18030")
    tracemalloc.start()
    assert encoding_of(raw) == "gb18030"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
