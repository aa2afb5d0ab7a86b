"""A spreadsheet with mistakes brought in at a real desk: template, dry run, what failed, writing, undoing; by script
and without.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page

from mall.base import table
from mall.catalog.rules.sheets.words import HEADINGS
from mall.dealers.models import StaffRole
from tests.browser.conftest import DESK, OfTheDesk, Served, Visit, Watched
from tests.catalog.sheets import comma_separated


@pytest.fixture
def merchandiser(of_the_desk: OfTheDesk) -> dict[str, Any]:
    return of_the_desk(StaffRole.MERCHANDISER)


def mug(code: str, nth: int, **more: str) -> dict[str, str]:
    return {
        "item": f"{code}-{nth}", "sku": f"{code}-{nth}-A", "name": f"马克杯 {nth} 号", "category": "家居",
        "kind": "实物", "list_price": "99", "points": "3600", **more,
    }  # fmt: skip


def bring_in(page: Page, raw: bytes) -> None:
    """From the list to the batch."""
    page.goto("/desk/items")
    page.get_by_role("link", name="用表格导入").click()
    page.get_by_label("表格文件").set_input_files({"name": "上新.csv", "mimeType": "text/csv", "buffer": raw})
    page.get_by_role("button", name="试运行").click()
    page.wait_for_url("**/desk/batches/PC*")


def figures(page: Page) -> list[str]:
    """New, changed, skipped, wrong."""
    return [each.strip() for each in page.locator(".keyfact__figure").all_inner_texts()][:4]


def test_a_file_with_mistakes_is_looked_at_written_and_taken_back(
    visit: Visit, merchandiser: dict[str, Any], mall_at: Served, tmp_path: Path
) -> None:
    page = visit(accept_downloads=True, **merchandiser, **DESK)
    page.goto("/desk/items/import")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载模板").click()
    download.value.save_as(tmp_path / "template.xlsx")
    ((_no, heads),) = table.rows((tmp_path / "template.xlsx").read_bytes(), most=9)
    assert heads == [words[0] for words in HEADINGS.values()]

    bring_in(page, comma_separated(mug("BT", 1), mug("BT", 2, list_price="一百"), mug("BT", 3), encoding="gb18030"))
    page.get_by_text("正在读表格").wait_for()
    mall_at.flask("jobs", "run", "batches")
    page.get_by_role("button", name="执行，写入 2 件").wait_for()  # the page asks by itself
    assert figures(page) == ["2", "0", "0", "1"]
    assert "第 3 行“市场价（元）”：要写金额" in page.locator("main").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载有误的行").click()
    download.value.save_as(tmp_path / "failed.xlsx")
    (_head, (_no, row)) = table.rows((tmp_path / "failed.xlsx").read_bytes(), most=9)
    assert row[0] == "3"
    assert "BT-2-A" in row

    page.get_by_role("button", name="执行，写入 2 件").click()
    mall_at.flask("jobs", "run", "batches")
    page.get_by_role("button", name="撤销这个批次").wait_for()
    page.get_by_role("link", name="马克杯 1 号").first.click()
    page.wait_for_url("**/desk/items/BT-1")
    assert (
        page.get_by_label("名称（简体").or_(page.locator("[name=names-zh_Hans]")).first.input_value() == "马克杯 1 号"
    )
    page.go_back()
    page.get_by_role("button", name="撤销这个批次").click()
    page.wait_for_url("**/desk/batches/PC*")
    mall_at.flask("jobs", "run", "batches")


def test_the_same_without_script(visit: Visit, merchandiser: dict[str, Any], mall_at: Served) -> None:
    page = visit(java_script_enabled=False, **merchandiser, **DESK)
    bring_in(page, comma_separated(mug("NS", 1), mug("NS", 1, name="另一个名字", sku="NS-1-B")))
    mall_at.flask("jobs", "run", "batches")
    page.get_by_role("link", name="再看一次").click()
    assert figures(page) == ["0", "0", "0", "1"]
    assert "和第 2 行写的不一样" in page.locator("main").inner_text()
    page.get_by_role("button", name="放弃").click()
    page.get_by_text("已放弃").first.wait_for()


def test_what_is_no_table_is_refused_where_it_was_chosen(
    visit: Visit, merchandiser: dict[str, Any], watched: Watched
) -> None:
    watched.expected = ("422",)
    page = visit(**merchandiser, **DESK)
    page.goto("/desk/items/import")
    file = FilePayload(name="图.xlsx", mimeType="application/octet-stream", buffer=b"\x89PNG\r\n\x1a\n")
    page.get_by_label("表格文件").set_input_files(file)
    page.get_by_role("button", name="试运行").click()
    page.get_by_text("这不是表格文件").wait_for()
