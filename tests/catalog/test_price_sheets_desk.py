"""The desk's pages of files of prices and of bulk prices, as one of the brand and one of a region use them."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from mall.base import sheet
from mall.catalog.rules.sheets.price_columns import PRICE_COLUMNS
from mall.dealers.models import Staff, StaffRole
from mall.web.db import now, transact
from tests.base.xlsx import book
from tests.cast import Cast
from tests.catalog.conftest import NOVEMBER, words
from tests.catalog.price_sheets import price, table, told
from tests.catalog.sheets import work
from tests.conftest import Clock

HERE, PINE, HANGZHOU = "/desk/prices/import", "TB-750-PINE", "华东/浙江/杭州"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOVEMBER)


@pytest.fixture
def of_hangzhou(desk: FlaskClient, people: Cast) -> FlaskClient:
    """The merchandiser's browser, who looks after Hangzhou alone from now on."""
    mine = people.staff[StaffRole.MERCHANDISER].id
    transact(lambda session, _at: session.execute(update(Staff).where(Staff.id == mine).values(region=HANGZHOU)))
    return desk


def key_of(answer: Any) -> str:
    found = re.search(r'name="key"[^>]*value="([^"]+)"', answer.get_data(as_text=True))
    assert found is not None
    return found[1]


def sent(desk: FlaskClient, *rows: dict[str, str]) -> str:
    """The address of the batch of a file, looked at."""
    raw = (io.BytesIO(book(table(*rows))), "prices.xlsx")
    answer = desk.post(HERE, data={"key": key_of(desk.get(HERE)), "file": raw})
    assert answer.status_code == 303, words(answer, answer.status_code)
    work()
    return str(answer.location)


def of_csv(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_a_file_of_prices_is_looked_at_row_by_row_written_and_what_failed_comes_back(desk: FlaskClient) -> None:
    page = words(desk.get(HERE))
    assert all(column.heading[0] in page and column.help.split("，")[0] in page for column in PRICE_COLUMNS)
    core = price(PINE, "31000", tier="核心级", until="2026-12-31")
    address = sent(desk, price(PINE, "30000"), core, price("NO", "1"))
    said = words(desk.get(address))
    prices = ("28,600 积分", "30,000 积分", "核心级", "31,000 积分，到 2026-12-31")
    for wanted in ("价格导入 PC", "执行，写入 2 行", *prices, "没有规格 NO"):
        assert wanted in said, wanted
    failed = of_csv(desk.get(f"{address}/failed.csv"))
    assert [(row["规格货号"], row["原行号"]) for row in failed] == [("NO", "4")]
    assert desk.post(f"{address}/confirmation").status_code == 303
    work()
    assert [one[1] for one in told(PINE)] == [30_000, 31_000]
    assert "31,000" in words(desk.get(f"/desk/prices/{PINE}"))


def test_a_file_without_the_columns_is_told_which_it_lacks(desk: FlaskClient) -> None:
    raw = (io.BytesIO("货号,价\nA,1\n".encode()), "prices.csv")
    answer = desk.post(HERE, data={"key": key_of(desk.get(HERE)), "file": raw})
    assert "规格货号、积分" in words(answer, 422)


def test_the_template_has_help_and_what_may_be_chosen_and_the_list_goes_out_as_it_is_narrowed(
    desk: FlaskClient,
) -> None:
    template = [cells for _no, cells in sheet.rows(desk.get(f"{HERE}/template.xlsx").get_data(), most=100)]
    assert template == [[column.heading[0] for column in PRICE_COLUMNS]]
    out = of_csv(desk.get("/desk/prices/export.csv?q=TB-750"))
    assert {row["规格货号"] for row in out} == {PINE, "TB-750-GREY", "TB-500-GREY", "TB-500-WHITE"}
    assert of_csv(desk.get("/desk/prices/export.csv?q=没有这样的")) == []


def test_a_regions_person_finds_the_regions_prices_alone(mall: Flask, of_hangzhou: FlaskClient) -> None:
    out = of_csv(of_hangzhou.get("/desk/prices/export.csv?q=TB-750"))
    assert {(row["区域"], row["积分"]) for row in out} == {(HANGZHOU, "")}, "each SKU is there to be filled in"
    said = words(of_hangzhou.get(sent(of_hangzhou, price(PINE, "30000", region=HANGZHOU), price(PINE, "30000"))))
    assert "执行，写入 1 行" in said
    assert f"你只能给 {HANGZHOU} 和它的下级定价" in said
    page = of_hangzhou.post("/desk/items/bulk", data={"codes": "TB-750-TI"})
    assert "修改内容" not in words(page)
    since = f"{now() + timedelta(days=3):%Y-%m-%dT08:00}"
    asked = {"key": key_of(page), "codes": "TB-750-TI", "set-amount": "5", "set-region": HANGZHOU, "set-since": since}
    shut = of_hangzhou.post("/desk/items/bulk/prices", data={**asked, "set-region": ""})
    assert "请选择你负责的区域" in words(shut, 422)
    past = of_hangzhou.post("/desk/items/bulk/prices", data={**asked, "set-since": "2026-11-01T08:00"})
    assert "这个时间已经过了" in words(past, 422)
    begun = of_hangzhou.post("/desk/items/bulk/prices", data=asked)
    work()
    of_hangzhou.post(f"{begun.location}/confirmation")
    work()
    assert told(PINE)[-1] == (0, 30_030, 0, "", HANGZHOU, 3, None)
    assert of_hangzhou.post("/desk/items/bulk/changes", data={**asked, "set-brand": "新"}).status_code == 403
    assert of_hangzhou.get("/desk/stock/import").status_code == 403
