"""Rewards as a spreadsheet: the template, bringing a file in, taking the list out, and the rows that failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mall.base.refused import N_, Refused
from mall.base.time import civil_day
from mall.catalog.actions.batches.readers import READERS
from mall.catalog.actions.sheets import READER, bring
from mall.catalog.queries import sheet_failed, sheet_reader, sheet_rows
from mall.catalog.queries.batches import batch as batch_of
from mall.catalog.queries.desk_filters import ItemFilters, matching
from mall.catalog.rules.bulk import Asked
from mall.catalog.rules.sheets import words
from mall.catalog.rules.sheets.columns import COLUMNS, MOST_ROWS
from mall.catalog.rules.sheets.words import said
from mall.catalog.staff.batch_words import told_of
from mall.catalog.staff.desk import MAY_PRICE, desk_catalog, signed, zone
from mall.catalog.staff.sheet_form import MOST_MB, SheetForm
from mall.catalog.staff.sheet_template import RULES, headings, language, row, tables
from mall.dealers.models import OutsideScope
from mall.web import guards
from mall.web.assets import own_pictures
from mall.web.db import now, reading, transact
from mall.web.pages import go, page, refused
from mall.web.spreadsheet import Value
from mall.web.tables import Heading, Table, comma_separated, workbook

ELSEWHERE = N_("这件礼品的另一行有误，整件都没有导入")


def install(_app: Flask) -> None:
    """Say who reads files of rewards; the list of rewards leads to the pages."""
    READERS[READER] = _read


@desk_catalog.get("/items/import", endpoint="sheet")
@guards.staff_required(*MAY_PRICE)
def ask() -> Response:
    """An empty form, how a file is filled in, and the template."""
    guards.staff().scope.must_be_whole()
    return page("catalog/desk_sheet.html", form=SheetForm(None), refusal=None, **_wants())


@desk_catalog.post("/items/import", endpoint="bring_sheet")
@guards.staff_required(*MAY_PRICE)
@guards.body_limit((MOST_MB + 1) * 1024 * 1024)
def bring_in() -> Response:
    """Take a file in; the worker reads it, and nothing changes before somebody has seen what would."""
    form = SheetForm()
    try:
        source = form.source()
        if source is None:
            return refused("catalog/desk_sheet.html", form=form, **_wants())
        name, raw = source
        guards.staff().scope.must_be_whole()
        given: dict[str, Any] = {"key": form.key.data, "note_": form.note.data or "", "zone": zone()}
        batch = transact(bring, name=name, raw=raw, heading=sheet_reader.opened(raw), **given, **signed())
    except OutsideScope:
        raise
    except Refused as refusal:
        return refused("catalog/desk_sheet.html", refusal=refusal, form=form, **_wants())
    current_app.extensions["wake"]("batches")
    return go(url_for("desk_catalog.batch", no=batch.no))


@desk_catalog.get("/items/import/template.<any(xlsx,csv):ext>", endpoint="sheet_template")
@guards.staff_required(*MAY_PRICE)
def template(ext: str) -> Response:
    """The template: as a workbook with help and choices, or its headings alone."""
    sheets = tables(reading())
    name = said(words.SHEETS["items"], language())
    if ext == "csv":
        return comma_separated("rewards-template", Table(name=name, headings=headings()))
    return workbook("rewards-template", sheets, at=now())


@desk_catalog.get("/items/export.<any(xlsx,csv):ext>", endpoint="sheet_export")
@guards.staff_required(*MAY_PRICE, suppliers=True)
def export(ext: str) -> Response:
    """The rewards that the list shows, or those that were chosen in it, as far as who is here looks after them."""
    session, at, scope = reading(), now(), guards.staff().scope
    codes = sheet_rows.codes_of(session, matching(at, ItemFilters.read(request.args), scope))
    if chosen := set(request.args.getlist("codes")):
        codes = [code for code in codes if code in chosen]
    speaker = sheet_rows.speaker(session, language=language(), zone=zone())
    cells = sheet_rows.rows(session, at, codes, speaker)
    sheet = Table(name=said(words.SHEETS["items"], language()), headings=headings(), rows=(row(one) for one in cells))
    return _file(ext, f"rewards-{_today(at)}", sheet)


@desk_catalog.get("/batches/<no>/failed.<any(xlsx,csv):ext>", endpoint="sheet_failed")
@guards.staff_required(*MAY_PRICE)
def failed(no: str, ext: str) -> Response:
    """The rows of a batch's file that were not taken, as they came, each with why."""
    session = reading()
    batch = batch_of(session, no, guards.staff().scope)
    columns = sheet_failed.columns_of(session, batch)
    added = [words.ROW, words.REASON]
    heads = [Heading(text=said(word, language()), width=width) for word, width in zip(added, (8, 60), strict=True)]
    heads += [Heading(text=said(words.HEADINGS[one.key], language()), width=one.width) for one in columns]

    def rows() -> Iterator[list[Value]]:
        for one in sheet_failed.failed(session, batch):
            why = _("；").join(told_of(each, {}, rows=False) for each in one.told) or _(ELSEWHERE)
            yield [str(one.line.no), why, *(one.line.cells.get(column.key) for column in columns)]

    name = said(words.SHEETS["items"], language())
    return _file(ext, f"{batch.no}-failed", Table(name=name, headings=heads, rows=rows()))


def _read(session: Session, at: datetime, raw: bytes) -> Iterator[Asked]:
    return sheet_reader.read(session, at, raw, zone=zone(), built_in=own_pictures())


def _wants() -> dict[str, Any]:
    return {
        "rules": RULES,
        "most_rows": MOST_ROWS,
        "most_mb": MOST_MB,
        "columns": COLUMNS,
    }


def _file(ext: str, name: str, sheet: Table) -> Response:
    return comma_separated(name, sheet) if ext == "csv" else workbook(name, [sheet], at=now())


def _today(at: datetime) -> str:
    return f"{civil_day(at, zone()):%Y%m%d}"
