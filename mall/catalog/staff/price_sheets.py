"""Prices as a spreadsheet: the template, bringing a file in, taking the list out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import Flask, Response
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.catalog.actions.batches.readers import READERS
from mall.catalog.queries import price_sheet, priced
from mall.catalog.rules.bulk import Asked
from mall.catalog.rules.sheets.price_columns import PRICES, STEPS, TIERS
from mall.catalog.rules.sheets.words import said
from mall.catalog.staff.desk import MAY_PRICE, desk_catalog, zone
from mall.catalog.staff.prices import asked
from mall.catalog.staff.sheet_form import MOST_MB
from mall.catalog.staff.sheet_pages import SheetPages, file_of, show, take_in, template_file, today
from mall.catalog.staff.sheet_template import headings, language, offered, row
from mall.dealers.models import OutsideScope
from mall.dealers.queries.seen_as import regions
from mall.web import guards
from mall.web.db import now, reading
from mall.web.tables import Table

RULES = (
    N_("一行一个价格：哪个规格，给哪个等级、哪个区域，从什么时候到什么时候。等级和区域不填就是所有人。"),
    N_("写了截止的是活动价，盖在长期价格上面，到期自动退回长期价格；同一规格、等级和区域的活动价时间不能重叠。"),
    N_("按规格货号、兑换方式、等级、区域和时间对应：有这个价格就修改，没有就新增。表里没有写到的价格不会动。"),
    N_("空着的格子不改动原来的内容；截止写“清空”变成长期价格。要撤下一个价格，到这个规格的价格页。"),
    N_("改动大，或者有价格低于成本，要另一个人复核。只负责一个区域的，只能写这个区域的行，要在品牌给的幅度之内。"),
    N_("一行不对只是那一行不导入。改好错误行再传一次就行，重复导入不会出错。"),
    N_("上传后先试运行，逐行告诉你结果，确认之后才写入；写入后可以整批撤销。"),
)
"""How a file is read, in the words of whoever fills it in."""
PAGES = SheetPages(
    layout=PRICES,
    side="prices",
    home="desk_catalog.prices",
    home_name=N_("价格"),
    title=N_("用表格导入价格"),
    sub=N_("一次新增或修改很多价格，可以写明从哪天起。先试运行，看过每一行的结果再写入。"),
    take=N_("模板里每个表头都有说明，另有填写说明和可选的内容。要改已有的价格，先在价格列表里导出，改好再传回来。"),
    everything=N_("导出全部价格"),
    example=N_("例如“双十二活动价”，写给复核的人看，可以不填。"),
    new=N_("新价格"),
    needed=N_("必填"),
    rules=RULES,
    bring="desk_catalog.bring_prices",
    template="desk_catalog.price_template",
    export="desk_catalog.export_prices",
)


def install(_app: Flask) -> None:
    """Say who reads files of prices; the list of prices leads to the pages."""
    READERS[PRICES.key] = _read


@desk_catalog.get("/prices/import", endpoint="price_sheet")
@guards.staff_required(*MAY_PRICE)
def ask() -> Response:
    """An empty form, how a file is filled in, and the template."""
    if guards.staff().scope.supplier_id is not None:
        raise OutsideScope
    return show(PAGES)


@desk_catalog.post("/prices/import", endpoint="bring_prices")
@guards.staff_required(*MAY_PRICE)
@guards.body_limit((MOST_MB + 1) * 1024 * 1024)
def bring_in() -> Response:
    """Take a file in; a region's people are told of each row that is not theirs."""
    return take_in(PAGES)


@desk_catalog.get("/prices/import/template.<any(xlsx,csv):ext>", endpoint="price_template")
@guards.staff_required(*MAY_PRICE)
def template(ext: str) -> Response:
    """The template: as a workbook with help and choices, or its headings alone."""
    scope, of = guards.staff().scope, PRICES.by_key
    theirs = [region for region in regions(reading()) if scope.covers(region)]
    steps, tiers = ([said(word, language()) for word in each.values()] for each in (STEPS, TIERS))
    choices = offered([(of["region"].heading, theirs), (of["tier"].heading, tiers), (of["step"].heading, steps)])
    return template_file(PAGES, ext, choices)


@desk_catalog.get("/prices/export.<any(xlsx,csv):ext>", endpoint="export_prices")
@guards.staff_required(*MAY_PRICE)
def export(ext: str) -> Response:
    """The prices of the SKUs that the list shows; a region's people get the region's own."""
    session, at, scope = reading(), now(), guards.staff().scope
    skus = priced.all_priced(session, at, **asked(), scope=scope)
    cells = price_sheet.rows(session, at, skus, language=language(), zone=zone(), scope=scope)
    columns = (*PRICES.columns, *PRICES.beside)
    sheet = Table(
        name=said(PRICES.name, language()), headings=headings(columns), rows=(row(one, columns) for one in cells)
    )
    return file_of(ext, f"prices-{today(at)}", sheet)


def _read(session: Session, at: datetime, raw: bytes) -> Iterator[Asked]:
    return price_sheet.read(session, at, raw, zone=zone())
