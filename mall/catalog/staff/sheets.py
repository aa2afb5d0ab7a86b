"""Rewards as a spreadsheet: the template, bringing a file in, taking the list out; and the rows of any that failed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from flask import Flask, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.catalog.actions.batches.readers import READERS
from mall.catalog.queries import sheet_failed, sheet_reader, sheet_rows
from mall.catalog.queries.batches import batch as batch_of
from mall.catalog.queries.desk_filters import ItemFilters, matching
from mall.catalog.rules.bulk import Asked
from mall.catalog.rules.sheets import words
from mall.catalog.rules.sheets.layout import REWARDS
from mall.catalog.rules.sheets.layouts import LAYOUTS
from mall.catalog.rules.sheets.words import said
from mall.catalog.staff.batch_words import told_of
from mall.catalog.staff.bulk import BODY
from mall.catalog.staff.desk import MAY_PRICE, desk_catalog, zone
from mall.catalog.staff.sheet_form import MOST_MB
from mall.catalog.staff.sheet_pages import SheetPages, file_of, show, take_in, template_file, today
from mall.catalog.staff.sheet_template import RULES, choices_of_rewards, headings, language, row
from mall.web import guards
from mall.web.assets import own_pictures
from mall.web.db import now, reading
from mall.web.lists import selection
from mall.web.pages import go
from mall.web.spreadsheet import Value
from mall.web.tables import Heading, Table

ELSEWHERE = N_("这件礼品的另一行有误，整件都没有导入")
PAGES = SheetPages(
    layout=REWARDS,
    side="items",
    home="desk_catalog.items",
    home_name=N_("礼品"),
    title=N_("用表格导入礼品"),
    sub=N_("一次新建或修改很多礼品。先试运行，看过每一行的结果再写入。"),
    take=N_("模板里每个表头都有说明，另有填写说明和可选的内容。要改已有的礼品，先在礼品列表里导出，改好再传回来。"),
    everything=N_("导出全部礼品"),
    example=N_("例如“十二月上新”。会留在每件礼品的版本记录里，可以不填。"),
    new=N_("新礼品"),
    needed=N_("新礼品必填"),
    rules=RULES,
    bring="desk_catalog.bring_sheet",
    template="desk_catalog.sheet_template",
    export="desk_catalog.sheet_export",
)


def install(_app: Flask) -> None:
    """Say who reads files of rewards; the list of rewards leads to the pages."""
    READERS[REWARDS.key] = _read


@desk_catalog.get("/items/import", endpoint="sheet")
@guards.staff_required(*MAY_PRICE)
def ask() -> Response:
    """An empty form, how a file is filled in, and the template."""
    guards.staff().scope.must_be_whole()
    return show(PAGES)


@desk_catalog.post("/items/import", endpoint="bring_sheet")
@guards.staff_required(*MAY_PRICE)
@guards.body_limit((MOST_MB + 1) * 1024 * 1024)
def bring_in() -> Response:
    """Take a file in; the worker reads it, and nothing changes before somebody has seen what would."""
    return take_in(PAGES)


@desk_catalog.get("/items/import/template.<any(xlsx,csv):ext>", endpoint="sheet_template")
@guards.staff_required(*MAY_PRICE)
def template(ext: str) -> Response:
    """The template: as a workbook with help and choices, or its headings alone."""
    return template_file(PAGES, ext, choices_of_rewards(reading()))


@desk_catalog.get("/items/export.<any(xlsx,csv):ext>", endpoint="sheet_export")
@guards.staff_required(*MAY_PRICE, suppliers=True)
def export(ext: str) -> Response:
    """The rewards that the list shows, or of them those that are named, as far as who is here looks after them."""
    return _rewards(ext, ItemFilters.read(request.args), set(request.args.getlist("codes")))


@desk_catalog.post("/items/export.<any(xlsx,csv):ext>", endpoint="export_chosen")
@guards.staff_required(*MAY_PRICE)
@guards.body_limit(BODY)
def export_chosen(ext: str) -> Response:
    """The rewards that were chosen in the list, or all that fit its filters: the same file, in the same order. A
    supplier's people, whose list has nothing to tick, take theirs out whole.
    """
    picked, filters = selection(request.form), ItemFilters.read(request.form)
    if not picked:
        told: dict[str, Any] = filters.told()
        return go(url_for("desk_catalog.items", **told), _("先在列表里勾选礼品。"), "negative")
    return _rewards(ext, filters if picked.all else ItemFilters(), set(picked.codes))


def _rewards(ext: str, filters: ItemFilters, chosen: Collection[str]) -> Response:
    session, at, scope = reading(), now(), guards.staff().scope
    codes = sheet_rows.codes_of(session, matching(at, filters, scope))
    if chosen:
        codes = [code for code in codes if code in chosen]
    speaker = sheet_rows.speaker(session, language=language(), zone=zone())
    cells = sheet_rows.rows(session, at, codes, speaker)
    sheet = Table(name=said(REWARDS.name, language()), headings=headings(), rows=(row(one) for one in cells))
    return file_of(ext, f"rewards-{today(at)}", sheet)


@desk_catalog.get("/batches/<no>/failed.<any(xlsx,csv):ext>", endpoint="sheet_failed")
@guards.staff_required(*MAY_PRICE)
def failed(no: str, ext: str) -> Response:
    """The rows of a batch's file that were not taken, as they came, each with why."""
    session = reading()
    batch = batch_of(session, no, guards.staff().scope)
    columns = sheet_failed.columns_of(session, batch)
    added = [words.ROW, words.REASON]
    heads = [Heading(text=said(word, language()), width=width) for word, width in zip(added, (8, 60), strict=True)]
    heads += [Heading(text=said(one.heading, language()), width=one.width) for one in columns]

    def rows() -> Iterator[list[Value]]:
        for one in sheet_failed.failed(session, batch):
            why = _("；").join(told_of(each, {}, rows=False) for each in one.told) or _(ELSEWHERE)
            yield [str(one.line.no), why, *(one.line.cells.get(column.key) for column in columns)]

    name = said(LAYOUTS[batch.asked["sheet"]].name, language())
    return file_of(ext, f"{batch.no}-failed", Table(name=name, headings=heads, rows=rows()))


def _read(session: Session, at: datetime, raw: bytes) -> Iterator[Asked]:
    return sheet_reader.read(session, at, raw, zone=zone(), built_in=own_pictures())
