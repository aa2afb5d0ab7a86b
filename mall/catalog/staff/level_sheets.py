"""Stock levels as a spreadsheet: the template, bringing a file in, taking the list out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import Flask, Response
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.catalog.actions.batches.readers import READERS
from mall.catalog.queries import level_sheet
from mall.catalog.queries.stock import all_in_stock
from mall.catalog.rules.bulk import Asked
from mall.catalog.rules.sheets.level_columns import LEVELS
from mall.catalog.rules.sheets.words import said
from mall.catalog.staff.sheet_form import MOST_MB
from mall.catalog.staff.sheet_pages import SheetPages, file_of, show, take_in, template_file, today
from mall.catalog.staff.sheet_template import headings, language, row
from mall.catalog.staff.stock import asked
from mall.catalog.staff.stock_desk import SEERS, SUPPLIERS, desk_stock, zone
from mall.web import guards
from mall.web.db import now, reading
from mall.web.tables import Table

RULES = (
    N_("一行一个规格：预警线、安全库存、补货天数、每箱件数。水位是所有仓库加在一起的，不分仓库。"),
    N_("空着的格子不改动原来的数；预警线和安全库存写“清空”就是 0，不再提醒。表里没有写到的规格不会动。"),
    N_("这里只改水位，不改库存：到货请用“到货入库”，数目不对请盘点。"),
    N_("一行不对只是那一行不导入。改好错误行再传一次就行，重复导入不会出错。"),
    N_("上传后先试运行，逐行告诉你结果，确认之后才写入；写入后可以整批撤销。"),
)
"""How a file is read, in the words of whoever fills it in."""
PAGES = SheetPages(
    layout=LEVELS,
    side="stock",
    home="desk_stock.stock",
    home_name=N_("库存"),
    title=N_("用表格导入水位"),
    sub=N_("一次设好很多规格的预警线和安全库存。先试运行，看过每一行的结果再写入。"),
    take=N_("模板里每个表头都有说明，另有填写说明。要改已有的水位，先在库存列表里导出，改好再传回来。"),
    everything=N_("导出全部水位"),
    example=N_("例如“旺季前调高”，可以不填。"),
    new=N_("必填"),
    needed=N_("必填"),
    rules=RULES,
    bring="desk_stock.bring_levels",
    template="desk_stock.level_template",
    export="desk_stock.export_levels",
)


def install(_app: Flask) -> None:
    """Say who reads files of levels; the list of stock leads to the pages."""
    READERS[LEVELS.key] = _read


@desk_stock.get("/import", endpoint="level_sheet")
@guards.staff_required(*SUPPLIERS)
def ask() -> Response:
    """An empty form, how a file is filled in, and the template."""
    guards.staff().scope.must_be_whole()
    return show(PAGES)


@desk_stock.post("/import", endpoint="bring_levels")
@guards.staff_required(*SUPPLIERS)
@guards.body_limit((MOST_MB + 1) * 1024 * 1024)
def bring_in() -> Response:
    """Take a file in; the worker reads it, and nothing changes before somebody has seen what would."""
    return take_in(PAGES)


@desk_stock.get("/import/template.<any(xlsx,csv):ext>", endpoint="level_template")
@guards.staff_required(*SUPPLIERS)
def template(ext: str) -> Response:
    """The template: as a workbook with help, or its headings alone."""
    return template_file(PAGES, ext)


@desk_stock.get("/export.<any(xlsx,csv):ext>", endpoint="export_levels")
@guards.staff_required(*SEERS, suppliers=True)
def export(ext: str) -> Response:
    """The levels of the SKUs that the list shows, as far as who is here looks after them."""
    session, at = reading(), now()
    cells = level_sheet.rows(session, all_in_stock(session, asked()), language=language())
    columns = (*LEVELS.columns, *LEVELS.beside)
    sheet = Table(
        name=said(LEVELS.name, language()), headings=headings(columns), rows=(row(one, columns) for one in cells)
    )
    return file_of(ext, f"levels-{today(at)}", sheet)


def _read(session: Session, at: datetime, raw: bytes) -> Iterator[Asked]:
    return level_sheet.read(session, at, raw, zone=zone())
