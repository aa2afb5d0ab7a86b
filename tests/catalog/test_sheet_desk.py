"""The desk's pages of the spreadsheet, as a merchandiser uses them: template, file in, list out, what failed."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from mall.base import sheet
from mall.catalog.actions.suppliers import SupplierToPut, put_supplier
from mall.catalog.models import Admission, Batch, Item, Supplier
from mall.catalog.rules.sheets.columns import COLUMNS
from mall.catalog.rules.sheets.words import HEADINGS
from mall.dealers.models import Staff, StaffRole
from mall.web.db import reading, transact
from tests.base.test_table import macros
from tests.cast import Cast
from tests.catalog.conftest import words
from tests.catalog.sheets import FLASK, comma_separated, work, workbook

HERE = "/desk/items/import"


def send(desk: FlaskClient, raw: bytes, name: str = "礼品.xlsx", **more: str) -> Any:
    key = re.search(r'name="key"[^>]*value="([^"]+)"', desk.get(HERE).get_data(as_text=True))
    assert key is not None
    return desk.post(HERE, data={"key": key[1], "file": (io.BytesIO(raw), name), **more})


def of_csv(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def of_workbook(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    return [cells for _no, cells in sheet.rows(answer.get_data(), most=100_000)]


def batch() -> Batch:
    session = reading()
    session.rollback()
    return session.scalars(select(Batch).execution_options(populate_existing=True)).one()


def test_the_page_leads_to_the_template_and_explains_every_column(desk: FlaskClient) -> None:
    page = words(desk.get(HERE))
    for column in COLUMNS:
        assert HEADINGS[column.key][0] in page
        assert column.help.replace("<", "&lt;").replace(">", "&gt;").split("&")[0] in page
    assert "清空" in page
    assert HERE in desk.get("/desk/items").get_data(as_text=True)


@pytest.mark.parametrize(("language", "at"), [("zh_Hans_CN", 0), ("zh_Hant_TW", 1), ("en", 2)])
def test_the_template_has_headings_with_notes_help_and_choices(desk: FlaskClient, language: str, at: int) -> None:
    answer = desk.get(f"{HERE}/template.xlsx?lang={language}")
    assert of_workbook(answer) == [[heads[at] for heads in HEADINGS.values()]]
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    assert sum(name.startswith("xl/worksheets/sheet") for name in parts) == 3
    assert parts["xl/comments1.xml"].count("<comment ") == len(COLUMNS)
    assert "dataValidation" in parts["xl/worksheets/sheet1.xml"]
    assert "生活日用" in parts["xl/worksheets/sheet3.xml"] or "Home" in parts["xl/worksheets/sheet3.xml"]
    assert not any("<f>" in part for part in parts.values())
    assert of_csv(desk.get(f"{HERE}/template.csv?lang={language}")) == [[heads[at] for heads in HEADINGS.values()]]


def test_a_file_that_was_sent_becomes_a_batch_and_sent_again_is_the_same(desk: FlaskClient) -> None:
    key, raw = {"key": "the-forms-own-key"}, workbook(FLASK | {"sku": "TB-750-X"})
    for _again in range(2):
        sent = desk.post(
            HERE,
            data={**key, "note": "十二月上新", "file": (io.BytesIO(raw), "a.xlsx")},
        )
        assert sent.status_code == 303
        assert sent.location == f"/desk/batches/{batch().no}"
    work()
    found = batch()
    assert (found.checked, found.created, found.note) == (True, 1, "十二月上新")


@pytest.mark.parametrize(
    ("raw", "name", "says"),
    [
        (b"", "", "请选择一个文件"),
        (b"", "a.csv", "没有内容"),
        (b"%PDF-1.7", "a.xlsx", "不是表格文件"),
        (b"\xd0\xcf\x11\xe0", "a.xls", "旧版"),
        (macros(), "a.xlsx", "宏"),
        (b"PK\x03\x04", "a.xlsx", "读不了"),
        (b"a,b\n1,2\n", "a.csv", "没有找到表头"),
        ("礼品货号,规格货号,名称,名称\n".encode(), "a.csv", "两列“名称”"),
        (b"a" + b",a" * 100_000, "a.csv", "列太多"),
        (b"x" * (16 * 1024 * 1024 + 1), "a.csv", "超过 16 MB"),
    ],
)
def test_what_is_no_such_file_is_refused_at_the_form_in_clear_words(
    desk: FlaskClient, raw: bytes, name: str, says: str
) -> None:
    assert says in words(send(desk, raw, name), 422)
    assert reading().scalar(select(Batch.id)) is None


def test_rows_that_failed_come_back_as_they_were_with_why_and_can_be_sent_again(desk: FlaskClient) -> None:
    wrong = FLASK | {"list_price": "-20元", "brand": "'=恒岳"}
    raw = comma_separated(wrong, FLASK | {"item": "TB-1", "sku": "TB-1-A"}).decode("utf-8-sig")
    send(desk, raw.replace("\r\n", ",经办人\r\n", 1).encode("gb18030"), "a.csv")
    work()
    no = batch().no
    page = words(desk.get(f"/desk/batches/{no}"))
    assert "第 2 行“市场价（元）”：要写金额" in page
    assert "没有读：经办人" in page
    head, row = of_csv(desk.get(f"/desk/batches/{no}/failed.csv"))
    assert head[:4] == ["原行号", "原因", "礼品货号", "规格货号"]
    assert row[0] == "2"
    assert row[1].startswith("市场价（元）：要写金额")
    told = dict(zip(head, row, strict=True))
    assert told["市场价（元）"] == "'-20元", "no cell is a formula"
    (head, row) = of_workbook(desk.get(f"/desk/batches/{no}/failed.xlsx"))
    assert dict(zip(head, row, strict=False))["市场价（元）"] == "-20元"
    assert desk.get("/desk/batches/PC1/failed.csv").status_code == 404


def test_the_list_goes_out_as_it_is_narrowed_and_comes_in_again_without_a_change(desk: FlaskClient) -> None:
    everything = of_csv(desk.get("/desk/items/export.csv"))
    assert len(everything) == 1 + 51
    head, *rows = of_csv(desk.get("/desk/items/export.csv?q=TB-750-TI"))
    told = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["规格货号"] for row in told] == ["TB-500-GREY", "TB-750-GREY", "TB-750-PINE", "TB-500-WHITE"]
    assert told[0] | {
        "礼品货号": "TB-750-TI", "名称": "钛合金保温杯 轻量真空", "分类": "生活日用", "市场价（元）": "699",
        "每个经销商限兑": "5", "属性 1": "颜色", "属性 1 的值": "钛灰", "积分价": "18600", "图片": "thermos",
    } == told[0]  # fmt: skip
    answer = desk.get("/desk/items/export.xlsx?q=TB-750-TI&lang=en")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as book:
        cells = book.read("xl/worksheets/sheet1.xml").decode()
    assert ">18600</v>" in cells
    assert "<f>" not in cells
    send(desk, answer.get_data())
    work()
    found = batch()
    assert (found.total, found.skipped, found.failed) == (1, 1, 0)
    only = of_csv(desk.get("/desk/items/export.csv?codes=OF-001&codes=OF-002"))
    assert [row[0] for row in only[1:]] == ["OF-001", "OF-002"]


def test_what_was_ticked_goes_out_in_the_lists_order_or_all_that_fits(desk: FlaskClient) -> None:
    page = desk.get("/desk/items?q=OF").get_data(as_text=True)
    assert 'formaction="/desk/items/export.xlsx"' in page

    def codes(**sent: Any) -> list[str]:
        return [row[0] for row in of_csv(desk.post("/desk/items/export.csv", data=sent))[1:]]

    assert codes(codes=["OF-003", "OF-001", "NO-SUCH"], q="OF-001") == ["OF-001", "OF-003"]
    assert codes(all="1", q="TB-750-TI", codes=["OF-001"]) == ["TB-750-TI"] * 4
    book = desk.post("/desk/items/export.xlsx", data={"codes": "OF-001"})
    assert ".xlsx" in book.headers["Content-Disposition"]
    nothing = desk.post("/desk/items/export.csv", data={"q": "OF"})
    assert (nothing.status_code, nothing.location) == (303, "/desk/items?q=OF")


def test_who_looks_after_a_supplier_takes_its_rewards_out_and_brings_none_in(
    mall: Flask, people: Cast, desk: FlaskClient
) -> None:
    put = SupplierToPut(code="SUP-1", name="临安恒泰", admission=Admission.CANDIDATE)
    transact(put_supplier, put=put, revision=0, actor="staff:1")
    supplier = reading().scalars(select(Supplier.id)).one()
    transact(lambda session, _at: session.execute(
        update(Item).where(Item.code == "OF-003").values(supplier_id=supplier)
    ))  # fmt: skip
    transact(lambda session, _at: session.execute(
        update(Staff).where(Staff.id == people.staff[StaffRole.MERCHANDISER].id).values(supplier_id=supplier)
    ))  # fmt: skip
    assert [row[0] for row in of_csv(desk.get("/desk/items/export.csv"))[1:]] == ["OF-003"]
    assert [row[0] for row in of_csv(desk.get("/desk/items/export.csv?codes=OF-001"))[1:]] == []
    assert desk.post("/desk/items/export.csv", data={"codes": ["OF-001", "OF-003"]}).status_code == 403
    assert desk.get(HERE).status_code in (403, 404)
    assert desk.post(HERE, data={"key": "k"}).status_code in (403, 404)
    transact(lambda session, _at: session.execute(
        update(Staff).where(Staff.id == people.staff[StaffRole.MERCHANDISER].id).values(supplier_id=None, region="华东")
    ))  # fmt: skip
    assert desk.get(HERE).status_code == 403
    assert HERE not in desk.get("/desk/items").get_data(as_text=True)
