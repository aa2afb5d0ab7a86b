"""Reports as a real .xlsx: numbers are numbers, codes are text, and nothing that came from data is ever a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from flask import Response, send_file

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Value = int | str | None


class Is(StrEnum):
    """What a column holds."""

    TEXT = "text"
    POINTS = "points"
    MONEY = "money"
    """Fen; written in the currency's unit."""
    RATIO = "ratio"
    """Ten-thousandths; written as a percentage."""


FORMATS = {
    Is.POINTS: "#,##0;\N{MINUS SIGN}#,##0;0",
    Is.MONEY: "#,##0.00;\N{MINUS SIGN}#,##0.00;0.00",
    Is.RATIO: "0.00%",
}
PARTS = {Is.POINTS: 1, Is.MONEY: 100, Is.RATIO: 10_000}
WIDTHS = {Is.TEXT: 22, Is.POINTS: 15, Is.MONEY: 16, Is.RATIO: 10}


@dataclass(frozen=True)
class Sheet:
    """A table: columns as (heading, what it holds), rows in their order, and a last row that sums them up."""

    name: str
    columns: Sequence[tuple[str, Is]]
    rows: Iterable[Sequence[Value]]
    total: Sequence[Value] | None = None


def spreadsheet(
    name: str, *, title: str, facts: Sequence[tuple[str, str]], sheets: Sequence[Sheet], at: datetime
) -> Response:
    """A download called `name`.xlsx. Each sheet begins with the title and the facts that say what it is and as of when.

    Rows are written as they come (constant memory); money is the one place where fen become a decimal.
    """
    file = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": title, "created": at.replace(tzinfo=None)})
        for sheet in sheets:
            _write(book, sheet, title, facts)
    file.seek(0)
    answer = send_file(file, mimetype=TYPE, as_attachment=True, download_name=f"{name}.xlsx")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _write(book: Any, sheet: Sheet, title: str, facts: Sequence[tuple[str, str]]) -> None:
    page = book.add_worksheet(sheet.name[:31])
    bold = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    head_end = book.add_format({"bold": True, "bottom": 1, "align": "right", "text_wrap": True, "valign": "top"})
    plain = {kind: book.add_format({"num_format": FORMATS.get(kind, "@")}) for kind in Is}
    last = {kind: book.add_format({"num_format": FORMATS.get(kind, "@"), "bold": True, "top": 1}) for kind in Is}
    for n, (_heading, kind) in enumerate(sheet.columns):
        page.set_column(n, n, WIDTHS[kind])
    page.write_string(0, 0, title, bold)
    for n, (what, value) in enumerate(facts, 1):
        page.write_string(n, 0, what)
        page.write_string(n, 1, value)
    top = len(facts) + 2
    for n, (heading, kind) in enumerate(sheet.columns):
        page.write_string(top, n, heading, head if kind is Is.TEXT else head_end)
    page.freeze_panes(top + 1, 1)
    row = top
    for row, values in enumerate(sheet.rows, top + 1):
        _row(page, row, sheet, values, plain)
    if sheet.total is not None:
        _row(page, row + 1, sheet, sheet.total, last)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)


def _row(page: Any, row: int, sheet: Sheet, values: Sequence[Value], formats: dict[Is, Any]) -> None:
    for n, ((_heading, kind), value) in enumerate(zip(sheet.columns, values, strict=True)):
        if value is None:
            page.write_blank(row, n, None, formats[kind])
        elif kind is Is.TEXT:
            page.write_string(row, n, str(value), formats[kind])
        else:
            page.write_number(row, n, int(value) / PARTS[kind] if PARTS[kind] > 1 else int(value), formats[kind])
