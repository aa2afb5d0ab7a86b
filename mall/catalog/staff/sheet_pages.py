"""What the pages of all spreadsheets share: a form with its help, the template, a file that comes in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, current_app, url_for

from mall.base.refused import Refused
from mall.base.time import civil_day
from mall.catalog.actions.sheets import bring
from mall.catalog.queries.sheet_reader import opened
from mall.catalog.rules.sheets.columns import MOST_ROWS
from mall.catalog.rules.sheets.layout import Layout
from mall.catalog.rules.sheets.words import said
from mall.catalog.staff.desk import signed, zone
from mall.catalog.staff.sheet_form import MOST_MB, SheetForm
from mall.catalog.staff.sheet_template import headings, language, tables
from mall.dealers.models import OutsideScope
from mall.web.db import now, transact
from mall.web.pages import go, page, refused
from mall.web.tables import Table, comma_separated, workbook

FORM = "catalog/desk_sheet.html"


@dataclass(frozen=True, kw_only=True)
class SheetPages:
    """A kind of spreadsheet on the desk: its columns, its words, the list it belongs to, the names of its routes."""

    layout: Layout
    side: str
    """The link of the desk's side that it stands beneath."""
    home: str
    home_name: str
    title: str
    sub: str
    take: str
    """What is said above the template."""
    everything: str
    """What takes all of the list out."""
    example: str
    """An example of a word on a file."""
    new: str
    """What is new by a row: the column of the help that says what it needs."""
    needed: str
    rules: Sequence[str]
    bring: str
    template: str
    export: str


def asked(pages: SheetPages, form: SheetForm | None = None) -> dict[str, Any]:
    """What the page wants."""
    return {
        "pages": pages,
        "form": form or SheetForm(None),
        "refusal": None,
        "rules": pages.rules,
        "columns": pages.layout.columns,
        "most_rows": MOST_ROWS,
        "most_mb": MOST_MB,
    }


def show(pages: SheetPages) -> Response:
    """An empty form, how a file is filled in, and the template."""
    return page(FORM, **asked(pages))


def take_in(pages: SheetPages) -> Response:
    """Take a file in; the worker reads it, and nothing changes before somebody has seen what would."""
    form = SheetForm()
    try:
        source = form.source()
        if source is None:
            return refused(FORM, **asked(pages, form))
        name, raw = source
        given: dict[str, Any] = {"key": form.key.data, "note_": form.note.data or "", "zone": zone()}
        given |= {"layout": pages.layout, "heading": opened(raw, pages.layout)}
        batch = transact(bring, name=name, raw=raw, **given, **signed())
    except OutsideScope:
        raise
    except Refused as refusal:
        return refused(FORM, **asked(pages, form) | {"refusal": refusal})
    current_app.extensions["wake"]("batches")
    return go(url_for("desk_catalog.batch", no=batch.no))


def template_file(pages: SheetPages, ext: str, choices: Table | None = None) -> Response:
    """The template: as a workbook with help and choices, or its headings alone."""
    layout, name = pages.layout, f"{pages.layout.key}-template"
    if ext == "csv":
        return comma_separated(name, Table(name=said(layout.name, language()), headings=headings(layout.columns)))
    return workbook(name, tables(layout, pages.rules, pages.new, choices), at=now())


def file_of(ext: str, name: str, sheet: Table) -> Response:
    """A sheet as a download."""
    return comma_separated(name, sheet) if ext == "csv" else workbook(name, [sheet], at=now())


def today(at: datetime) -> str:
    """The day as names of files have it."""
    return f"{civil_day(at, zone()):%Y%m%d}"
