"""A table that came in as a file, .xlsx or CSV, row by row as text; what is none of both is refused in clear words."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from mall.base import sheet
from mall.base.package import Bounds, Package
from mall.base.refused import N_, Refused
from mall.base.sheet import COLUMNS, Row, TooManyColumns, TooManyRows
from mall.base.sheet_parts import LONGEST
from mall.base.written import encoding_of

SEPARATORS = "\t;，；|,"
"""What may part the cells of a CSV; the comma is it where none of the others stands in the first line more often."""
NAMED = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""A first line that says what parts the cells, as spreadsheets write it; it is no row."""
OLD = b"\xd0\xcf\x11\xe0"
MACROS = "xl/vbaProject.bin"
MANY = Bounds(unpacked=256 * 1024 * 1024, elements=6_000_000)
"""Twenty thousand rows of forty cells, each written out in full, unpack to 120 MB; they are read as a stream."""


class NotATable(Refused):
    """The file is neither a spreadsheet nor text, whatever it is called."""

    code = "not_a_table"
    status = 422
    text = N_("这不是表格文件。请上传 Excel（.xlsx）或 CSV。")


class OldWorkbook(NotATable):
    """A workbook of before 2007, or one under a password: the two begin alike."""

    code = "old_workbook"
    text = N_("这是旧版 .xls，或者设了打开密码的文件。请在 Excel 里去掉密码，另存为 .xlsx 再上传。")


class HasMacros(NotATable):
    """A workbook with programs in it."""

    code = "has_macros"
    text = N_("文件里带有宏，没有读。请另存为不带宏的 .xlsx 再上传。")


class EmptyTable(NotATable):
    """There is nothing in it."""

    code = "empty_table"
    text = N_("文件里没有内容。")


class BrokenLine(NotATable):
    """A line of a CSV whose quotes do not close, or a cell longer than spreadsheets can hold."""

    code = "broken_line"
    text = N_("第 %(no)s 行读不出来：引号没有成对，或一格里的字太多。请改好，或另存为 .xlsx。")


def rows(raw: bytes, *, most: int) -> Iterator[Row]:
    """The rows up to number `most` that hold anything, numbered as people see them, their cells as text.

    Refused: NotATable and its kin, UnreadableFile and its kin, TooManyRows, TooManyColumns.
    """
    if not raw or raw.isspace():
        raise EmptyTable
    if sheet.is_one(raw):
        if MACROS in Package(raw, MANY):
            raise HasMacros
        yield from _trimmed(sheet.rows(raw, most=most, bounds=MANY, narrow=True))
        return
    if raw.startswith(OLD):
        raise OldWorkbook
    encoding = encoding_of(raw)
    if encoding is None:
        raise NotATable
    yield from _trimmed(_of_csv(raw, encoding, most))


def _trimmed(found: Iterator[Row]) -> Iterator[Row]:
    for no, cells in found:
        bare = [_bare(cell) for cell in cells]
        while bare and not bare[-1]:
            bare.pop()
        if len(bare) > COLUMNS:
            raise TooManyColumns(most=COLUMNS)
        if bare:
            yield no, bare


def _of_csv(raw: bytes, encoding: str, most: int) -> Iterator[Row]:
    text = io.TextIOWrapper(io.BytesIO(raw), encoding, newline="")
    first = text.readline()
    named = NAMED.fullmatch(first)
    separator = named[1] if named else max(SEPARATORS, key=lambda sign: (first.count(sign), sign == ","))
    before = 1 if named else 0
    if not named:
        text.seek(0)
    lines = csv.reader(text, delimiter=separator, strict=True)
    no = before
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            raise BrokenLine(no=no + 1) from error
        no += 1
        if any(len(cell) > LONGEST for cell in cells):
            raise BrokenLine(no=no)
        if no > most and any(cell.strip() for cell in cells):
            raise TooManyRows(most=f"{most:,}")
        yield no, cells


def _bare(cell: str) -> str:
    """A cell without the spaces around it, those of full width and of no width too."""
    return cell.strip().strip("\u200b\u200c\u200d\u2060\ufeff\u00a0").strip()

__all__ = ["Row", "TooManyColumns", "TooManyRows", "rows"]
