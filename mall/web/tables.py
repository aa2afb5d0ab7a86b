"""Tables that come in again: a workbook or CSV of rows under headings, written as they come, in flat memory.

Codes and order numbers are text in the workbook, amounts are numbers, and nothing that came from data is a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from flask import Response, send_file, stream_with_context

from mall.base.spreadsheet import plain
from mall.web.spreadsheet import TYPE, Is, Value

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What tells a spreadsheet that this is UTF-8."""
PIECE = 500
"""Rows of a CSV that go out together."""
DEEP = 20_000
"""Rows in which a column's choices are offered."""
MOST_CHOICES = 250
"""Signs of choices that stand in a cell's own rule; a program takes no more."""
FORMATS = {Is.TEXT: "@", Is.MONEY: "0.00", Is.POINTS: "0"}


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A column of a table: its heading, what it holds, a note beside the heading, and what may be chosen in it."""

    text: str
    holds: Is = Is.TEXT
    note: str = ""
    choices: Sequence[str] = ()
    needed: bool = False
    width: int = 14


@dataclass(frozen=True, kw_only=True)
class Table:
    """A sheet: its name, its columns, and its rows in their order. `reads` wraps what is long, for people to read."""

    name: str
    headings: Sequence[Heading]
    rows: Iterable[Sequence[Value]] = ()
    reads: bool = False


def workbook(name: str, tables: Sequence[Table], *, at: datetime) -> Response:
    """A download called `name`.xlsx with these sheets. It is written to a file first, a row at a time."""
    file: Any = TemporaryFile()  # noqa: SIM115 - the answer closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"created": at.replace(tzinfo=None)})
        for table in tables:
            _sheet(book, table)
    file.seek(0)
    answer = send_file(file, mimetype=TYPE, as_attachment=True, download_name=f"{name}.xlsx")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def comma_separated(name: str, table: Table) -> Response:
    """A download called `name`.csv: it goes out while it is read."""
    answer = Response(stream_with_context(_pieces(table)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _pieces(table: Table) -> Iterator[str]:
    file = io.StringIO()
    writer = csv.writer(file)
    file.write(MARK)
    writer.writerow([plain(heading.text) for heading in table.headings])
    for nth, row in enumerate(table.rows, 1):
        writer.writerow([_said(heading, value) for heading, value in zip(table.headings, row, strict=True)])
        if nth % PIECE == 0:
            yield file.getvalue()
            file.seek(0)
            file.truncate()
    yield file.getvalue()


def _said(heading: Heading, value: Value) -> str | int:
    if value is None:
        return ""
    if heading.holds is Is.MONEY:
        return f"{int(value) // 100}.{int(value) % 100:02d}".removesuffix(".00")
    return plain(str(value)) if heading.holds is Is.TEXT else int(value)


def _sheet(book: Any, table: Table) -> None:
    page = book.add_worksheet(table.name[:31])
    wraps = {"text_wrap": True, "valign": "top"} if table.reads else {}
    formats = {holds: book.add_format({"num_format": shape, **wraps}) for holds, shape in FORMATS.items()}
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EBE9E4", "num_format": "@"})
    needed = book.add_format(
        {"bold": True, "bottom": 1, "bg_color": "#14473B", "font_color": "#FFFFFF", "num_format": "@"}
    )
    for at, heading in enumerate(table.headings):
        page.set_column(at, at, heading.width, formats[heading.holds])
        page.write_string(0, at, heading.text, needed if heading.needed else head)
        if heading.note:
            page.write_comment(0, at, heading.note, {"x_scale": 2, "y_scale": 1.4, "font_size": 10})
        if heading.choices and len(",".join(heading.choices)) <= MOST_CHOICES:
            rule = {"validate": "list", "source": list(heading.choices), "error_type": "warning"}
            page.data_validation(1, at, DEEP, at, rule)
    page.freeze_panes(1, 0 if table.reads else min(2, len(table.headings)))
    for row, values in enumerate(table.rows, 1):
        for at, (heading, value) in enumerate(zip(table.headings, values, strict=True)):
            if value is None or value == "":
                continue
            if heading.holds is Is.TEXT:
                page.write_string(row, at, _no_formula(str(value)), formats[Is.TEXT])
            else:
                amount = int(value) / 100 if heading.holds is Is.MONEY else int(value)
                page.write_number(row, at, amount, formats[heading.holds])


def _no_formula(text: str) -> str:
    """A text of a workbook is never a formula; one that looks like it keeps a sign in front, for whoever reads it."""
    return f"'{text}" if text.startswith("=") else text
