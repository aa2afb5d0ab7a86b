"""The desk's editor of rewards and the tree of categories, in a real browser, with script and without."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mall.dealers.models import StaffRole
from tests.browser import faults
from tests.browser.conftest import DESK, OfTheDesk, Visit
from tests.browser.dialogs import agreed_to


@pytest.fixture
def merchandiser(of_the_desk: OfTheDesk) -> dict[str, Any]:
    return of_the_desk(StaffRole.MERCHANDISER)


def at_desk(visit: Visit, merchandiser: dict[str, Any], address: str, **more: Any) -> Page:
    page = visit(**merchandiser, **DESK | {"is_mobile": False} | more)
    page.goto(address)
    return page


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_reward_is_begun_written_previewed_and_published(
    visit: Visit, merchandiser: dict[str, Any], script: bool
) -> None:
    code = f"KT-{'S' if script else 'P'}"
    page = at_desk(visit, merchandiser, "/desk/items/new", java_script_enabled=script)
    page.fill("[name=name]", "电水壶 1.7L")
    page.fill("[name=code]", code)
    page.select_option("[name=category]", "appliances")
    page.get_by_role("button", name="建草稿，开始写").click()
    page.wait_for_url(f"**/desk/items/{code}")
    expect(page.get_by_role("button", name="发布（2 项未通过）", exact=True)).to_be_disabled()
    page.get_by_role("button", name="加一个规格").click()
    page.fill("[name=sku-0-code]", f"{code}-A")
    page.fill("[name=sku-0-cost]", "88.50")
    if script:
        page.get_by_role("link", name="添加", exact=True).click()
        kettle = page.locator("[data-choose=kettle]")
        expect(page.get_by_text("商城自带的")).to_be_visible()
        if not kettle.is_visible():  # closed where the library has pictures of its own
            page.get_by_text("商城自带的").click()
        kettle.click()
    else:
        page.fill("[name=pictures-add]", "kettle")
        page.get_by_role("button", name="按编号添加").click()
    expect(page.locator("[name=pictures][value=kettle]")).to_have_count(1)
    assert page.input_value("[name=sku-0-cost]") == "88.50"
    page.fill("[name=names-zh_Hans]", "电水壶 1.8L")
    if script:
        preview = page.frame_locator("iframe[data-preview]")
        expect(preview.locator("h1")).to_have_text("电水壶 1.8L")
        assert not faults.accessibility(page)
        page.keyboard.press("Control+s")
        page.wait_for_selector("text=第 2 稿")
    else:
        page.get_by_role("button", name="保存草稿").click()
        page.wait_for_selector("text=第 2 稿")
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_selector("text=线上为第 1 版")
    assert "没有价格" in (page.locator("#prices").text_content() or "")
    page.get_by_role("link", name="历史").click()
    assert "第 1 版" in (page.locator("main").text_content() or "")


def test_leaving_with_something_typed_is_asked_first(
    visit: Visit, merchandiser: dict[str, Any]
) -> None:
    page = at_desk(visit, merchandiser, "/desk/items/AP-1002")
    asked = agreed_to(page)
    page.fill("[name=brand]", "改过的品牌")
    page.goto("/desk/items")
    assert asked == ["beforeunload"]


def test_the_tree_is_ordered_by_keyboard_and_the_handle_keeps_the_focus(
    visit: Visit, merchandiser: dict[str, Any]
) -> None:
    page = at_desk(visit, merchandiser, "/desk/categories")
    rows = page.locator("[data-tree] > li")
    first, second = rows.nth(0).get_attribute("data-code"), rows.nth(1).get_attribute("data-code")
    page.locator(f"#grip-{first}").focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(0)).to_have_attribute("data-code", second or "")
    expect(page.locator(f"#grip-{first}")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"li[data-code={first}]")).to_have_attribute("data-parent", second or "")
    assert not faults.accessibility(page)
    expect(page.locator(f"#grip-{first}")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(f"li[data-code={first}]")).to_have_attribute("data-parent", "")
    page.keyboard.press("ArrowUp")
    expect(rows.nth(0)).to_have_attribute("data-code", first or "")
    page.locator(f"li[data-code={first}]").drag_to(rows.nth(2), target_position={"x": 20, "y": 10})
    expect(rows.nth(1)).to_have_attribute("data-code", first or "")
