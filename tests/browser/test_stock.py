"""Stock taking at a real desk: the sheet by keyboard and by pasting a column, the same without script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from mall.dealers.models import StaffRole
from tests.browser.conftest import DESK, OfTheDesk, Visit


@pytest.fixture
def keeper(of_the_desk: OfTheDesk) -> dict[str, Any]:
    return of_the_desk(StaffRole.FULFILMENT)


def open_count(page: Page, remark: str) -> None:
    """A count of the first warehouse, opened at the desk."""
    page.goto("/desk/stock/counts")
    page.get_by_label("备注", exact=True).fill(remark)
    page.get_by_role("button", name="开单").click()
    page.wait_for_url("**/desk/stock/counts/PD*")


def test_a_sheet_is_filled_in_by_keyboard_and_posted(visit: Visit, keeper: dict[str, Any]) -> None:
    page = visit(**keeper, **DESK)
    open_count(page, "键盘")
    cells = page.locator("input.cell")
    cells.first.focus()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    page.keyboard.type("8")
    page.keyboard.press("ArrowUp")
    assert cells.nth(0).evaluate("cell => cell === document.activeElement")
    assert [cells.nth(at).input_value() for at in (0, 1)] == ["7", "8"]
    cells.nth(2).evaluate(
        """cell => {
          const data = new DataTransfer();
          data.setData("text", "5\\n6\\n");
          cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    assert [cells.nth(at).input_value() for at in (2, 3)] == ["5", "6"]
    page.get_by_role("button", name="保存本页").click()
    assert page.locator(".keyfact__figure").first.inner_text().startswith("4 /")
    page.get_by_text("作废这张单").click()
    page.get_by_role("button", name="确认作废").click()
    assert page.locator("input.cell").count() == 0


def test_the_same_without_script(visit: Visit, keeper: dict[str, Any]) -> None:
    page = visit(java_script_enabled=False, **keeper, **DESK)
    open_count(page, "没有脚本")
    page.locator("input.cell").first.fill("3")
    page.get_by_role("button", name="保存并结束清点").click()
    assert page.get_by_role("button", name="过账").count() == 1
