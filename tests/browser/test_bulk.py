"""Many rewards changed at a real desk: chosen, looked at while the page asks by itself, agreed to, taken back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mall.dealers.models import StaffRole
from tests.browser.conftest import DESK, OfTheDesk, Served, Visit
from tests.browser.dialogs import agreed_to

WIDE: dict[str, Any] = DESK | {"viewport": {"width": 1440, "height": 900}, "is_mobile": False, "has_touch": False}


@pytest.fixture
def merchandiser(of_the_desk: OfTheDesk) -> dict[str, Any]:
    return of_the_desk(StaffRole.MERCHANDISER)


@pytest.fixture
def administrator(of_the_desk: OfTheDesk) -> dict[str, Any]:
    return of_the_desk(StaffRole.ADMINISTRATOR)


def choose(page: Page, rows: int) -> None:
    """From the list to the form, with the first rewards on the shelf."""
    page.goto("/desk/items?state=on")
    for nth in range(rows):
        page.locator("tbody input[name=codes]").nth(nth).check()
    page.get_by_role("button", name="批量修改").click()
    page.wait_for_url("**/desk/items/bulk")


def work(page: Page, mall_at: Served) -> None:
    """The worker's turn, while the page asks by itself."""
    expect(page.locator("#batch progress")).to_be_visible()
    mall_at.flask("jobs", "run", "batches")
    expect(page.locator("#batch[hx-trigger]")).to_have_count(0)


def test_rewards_are_changed_and_changed_back(visit: Visit, merchandiser: dict[str, Any], mall_at: Served) -> None:
    page = visit(**merchandiser, **WIDE)
    choose(page, 3)
    expect(page.locator("main")).to_contain_text("已选 3 件")
    page.get_by_label("品牌").fill("换季品牌")
    page.get_by_role("button", name="试运行").first.click()
    page.wait_for_url("**/desk/batches/PC*")
    work(page, mall_at)
    expect(page.locator("ins").filter(has_text="换季品牌")).to_have_count(3)
    page.get_by_role("button", name="执行，写入 3 件").click()
    work(page, mall_at)
    expect(page.locator("#batch")).to_contain_text("已完成")
    page.get_by_role("button", name="撤销这个批次").click()
    work(page, mall_at)
    page.get_by_role("button", name="执行，写入 3 件").click()
    work(page, mall_at)
    page.get_by_role("link", name="看原批次").click()
    expect(page.locator("#batch")).to_contain_text("已撤销")


def test_what_was_typed_and_not_sent_is_asked_about(visit: Visit, merchandiser: dict[str, Any]) -> None:
    page = visit(**merchandiser, **WIDE)
    choose(page, 1)
    page.get_by_label("品牌").fill("没有发出去")
    asked = agreed_to(page)
    page.get_by_role("link", name="批次").first.click()
    page.wait_for_url("**/desk/batches")
    assert asked == ["beforeunload"]


def test_prices_changed_much_wait_for_another_person(
    visit: Visit, merchandiser: dict[str, Any], administrator: dict[str, Any], mall_at: Served
) -> None:
    page, other = visit(**merchandiser, **WIDE), visit(**administrator, **WIDE)
    choose(page, 2)
    page.get_by_label("数值").fill("600")
    page.get_by_role("button", name="试运行").last.click()
    page.wait_for_url("**/desk/batches/PC*")
    work(page, mall_at)
    page.get_by_role("button", name="提交复核").click()
    expect(page.locator("#batch")).to_contain_text("等另一个人复核")
    other.goto(page.url)
    other.get_by_role("button", name="不同意").click()
    expect(other.locator("#batch")).to_contain_text("已放弃")


def test_the_same_without_script(visit: Visit, merchandiser: dict[str, Any], mall_at: Served) -> None:
    page = visit(java_script_enabled=False, **merchandiser, **WIDE)
    choose(page, 2)
    page.get_by_label("每个经销商限兑（件）").fill("7")
    page.get_by_role("button", name="试运行").first.click()
    mall_at.flask("jobs", "run", "batches")
    page.get_by_role("link", name="再看一次").click()
    expect(page.locator("#batch")).to_contain_text("待执行")
    page.get_by_role("button", name="放弃").click()
    expect(page.locator("#batch")).to_contain_text("已放弃")
