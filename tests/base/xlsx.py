"""Spreadsheets for tests: real ones by XlsxWriter, and such as no program writes, part by part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def book(*sheets: Sequence[Sequence[Any]] | Callable[[Any, Any], None], hidden: Sequence[int] = ()) -> bytes:
    """A spreadsheet of these sheets: rows, or a function that writes one. Text is text, numbers are numbers."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_numbers": False}) as made:
        for n, rows in enumerate(sheets):
            page = made.add_worksheet()
            if n in hidden:
                page.hide()
            if callable(rows):
                rows(made, page)
                continue
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    page.write_string(row, column, cell) if isinstance(cell, str) else page.write(row, column, cell)
        if hidden:
            made.worksheets()[max(set(range(len(sheets))) - set(hidden))].activate()
    return file.getvalue()


def parts(rows: str, *, method: int = zipfile.ZIP_DEFLATED, **other: str) -> bytes:
    """A spreadsheet by hand: the rows of its sheet as XML, other parts by name (`styles`, `sharedStrings`)."""
    written = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="rId1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    } | {f"xl/{name}.xml": text for name, text in other.items()}
    return zipped(written, method)


def zipped(written: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, text in written.items():
            made.writestr(name, text)
    return file.getvalue()
