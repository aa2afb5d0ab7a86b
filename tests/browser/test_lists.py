"""Lists at a real desk: by keyboard, all that fit at once, views and columns that are kept, wide and narrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Request, expect

from mall.dealers.models import StaffRole
from tests.browser import faults
from tests.browser.conftest import DESK, OfTheDesk, Visit

WIDE: dict[str, Any] = DESK | {"viewport": {"width": 1440, "height": 900}, "is_mobile": False, "has_touch": False}
NARROW: dict[str, Any] = DESK | {"viewport": {"width": 390, "height": 844}}
LISTS = ("items", "prices", "stock", "suppliers", "announcements", "guides")


@pytest.fixture
def merchandiser(of_the_desk: OfTheDesk) -> dict[str, Any]:
    return of_the_desk(StaffRole.MERCHANDISER)


@pytest.fixture
def administrator(of_the_desk: OfTheDesk) -> dict[str, Any]:
    return of_the_desk(StaffRole.ADMINISTRATOR)


def row_of_focus(page: Page) -> int:
    """Which row of the table has the keyboard; none is -1."""
    return int(
        page.evaluate(
            "() => [...document.querySelectorAll('tbody tr')].findIndex(r => r.contains(document.activeElement))"
        )
    )


def test_a_list_is_gone_through_by_keyboard(visit: Visit, merchandiser: dict[str, Any]) -> None:
    page = visit(**merchandiser, **WIDE)
    page.goto("/desk/items?state=on")
    page.keyboard.press("/")
    expect(page.locator("main [type=search]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert row_of_focus(page) == 1
    expect(page.locator("[data-said]")).to_have_text("已选 2 件")
    page.keyboard.press("End")
    assert row_of_focus(page) == page.locator("tbody tr").count() - 1
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    expect(page.locator("main [type=search]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("#chosen")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    page.keyboard.press("Escape")
    assert row_of_focus(page) == 0
    page.keyboard.press("ArrowDown")
    href = page.evaluate("() => document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{href}")


@pytest.mark.parametrize("typed", ["AP-1001", "dianyaliguo", "zndylg", "电压力锅"])
def test_pinyin_initials_and_codes_find(visit: Visit, merchandiser: dict[str, Any], typed: str) -> None:
    page = visit(**merchandiser, **WIDE)
    page.goto("/desk/items")
    page.keyboard.press("/")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    expect(page.locator("tbody a.link").first).to_have_text("智能电压力锅 5L")


def test_shift_chooses_a_span_and_the_head_a_page(visit: Visit, merchandiser: dict[str, Any]) -> None:
    page = visit(**merchandiser, **WIDE)
    page.goto("/desk/items?state=on")
    boxes = page.locator("tbody input[name=codes]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("[data-said]")).to_have_text("已选 4 件")
    head = page.get_by_label("选中本页")
    head.click()
    expect(page.locator("[data-said]")).to_have_text(f"已选 {boxes.count()} 件")
    head.click()
    expect(page.locator("#chosen")).to_be_hidden()


def posted(page: Page) -> dict[str, list[str]]:
    """What the bar of acts sends."""
    seen: list[Request] = []

    def note(route: Any) -> None:
        seen.append(route.request)
        route.fulfill(status=200, content_type="text/html", body="<title>kept</title>")

    page.route("**/desk/items/bulk", note)
    page.get_by_role("button", name="批量修改").click()
    page.wait_for_url("**/desk/items/bulk")
    return parse_qs(seen[0].post_data or "")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_all_that_fit_are_chosen_with_their_number(visit: Visit, merchandiser: dict[str, Any], script: bool) -> None:
    page = visit(java_script_enabled=script, **merchandiser, **WIDE)
    page.goto("/desk/items?state=on&kind=physical&size=25")
    page.locator("tbody input[name=codes]").first.check()
    everything = page.get_by_label("选中符合条件的全部")
    fitting = "".join(filter(str.isdigit, page.locator(".bulk__all").inner_text()))
    everything.check()
    if script:
        expect(page.locator("[data-said]")).to_have_text(f"已选 {fitting} 件")
        assert page.locator("tbody input[name=codes]:not(:checked)").count() == 0
    sent = posted(page)
    assert (sent["all"], sent["seen"], sent["state"], sent["kind"]) == (["1"], [fitting], ["on"], ["physical"])


def test_one_row_let_go_of_is_no_longer_all_that_fit(visit: Visit, merchandiser: dict[str, Any]) -> None:
    page = visit(**merchandiser, **WIDE)
    page.goto("/desk/items?state=on&size=25")
    boxes = page.locator("tbody input[name=codes]")
    boxes.first.check()
    page.get_by_label("选中符合条件的全部").check()
    boxes.nth(2).uncheck()
    others = boxes.count() - 1
    expect(page.locator("[data-said]")).to_have_text(f"已选 {others} 件")
    sent = posted(page)
    assert "all" not in sent
    assert len(sent["codes"]) == others


def save_view(page: Page, name: str, *, shared: bool) -> None:
    page.get_by_text("存为视图").click()
    page.get_by_label("视图名称").fill(name)
    if shared:
        page.get_by_label("同事也能看到").check()
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("视图已保存。").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_view_is_kept_shared_and_given_up(
    visit: Visit, merchandiser: dict[str, Any], administrator: dict[str, Any], script: bool
) -> None:
    name = f"卡券在架 {script}"
    page = visit(java_script_enabled=script, **merchandiser, **WIDE)
    page.goto("/desk/items?state=on&kind=card_code&sort=-points")
    rows = page.locator("tbody tr").count()
    save_view(page, name, shared=True)
    colleague = visit(java_script_enabled=script, **administrator, **WIDE)
    colleague.goto("/desk/items")
    colleague.get_by_role("link", name=name).click()
    colleague.wait_for_url("**kind=card_code**")
    expect(colleague.locator("tbody tr")).to_have_count(rows)
    expect(colleague.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
    colleague.get_by_text("存为视图").click()
    expect(colleague.get_by_role("button", name="删除视图")).to_have_count(0)
    page.get_by_text("存为视图").click()
    page.get_by_role("button", name="删除视图").click()
    page.get_by_text("视图已删除。").wait_for()
    expect(page.get_by_role("link", name=name)).to_have_count(0)


def test_columns_are_chosen_by_one_person_alone(
    visit: Visit, merchandiser: dict[str, Any], administrator: dict[str, Any]
) -> None:
    page = visit(**merchandiser, **WIDE)
    page.goto("/desk/items")
    page.locator("summary", has_text="列").first.click()
    page.locator(".listmenu").get_by_label("品牌").check()
    page.locator(".listmenu").get_by_label("草稿").uncheck()
    page.get_by_role("button", name="用这些列").click()
    expect(page.get_by_role("columnheader", name="品牌")).to_have_count(1)
    expect(page.get_by_role("columnheader", name="草稿")).to_have_count(0)
    colleague = visit(**administrator, **WIDE)
    colleague.goto("/desk/items")
    expect(colleague.get_by_role("columnheader", name="品牌")).to_have_count(0)
    page.locator("summary", has_text="列").first.click()
    page.get_by_role("button", name="恢复默认").click()
    expect(page.get_by_role("columnheader", name="品牌")).to_have_count(0)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "390"])
@pytest.mark.parametrize("key", LISTS)
def test_a_list_has_no_fault_with_its_menus_open_and_rows_chosen(
    visit: Visit, merchandiser: dict[str, Any], results: Path, key: str, size: dict[str, Any]
) -> None:
    page = visit(bypass_csp=True, **merchandiser, **size)
    page.goto(f"/desk/{key}")
    wide = size["viewport"]["width"]
    for menu in ("列", "存为视图"):
        page.locator("summary", has_text=menu).first.click()
        page.screenshot(path=results / f"list-{key}-{wide}-{'columns' if menu == '列' else 'views'}.png")
        found = [*faults.accessibility(page), *faults.overflow(page)]
        assert not found, f"{menu}:\n" + "\n".join(found)
        page.keyboard.press("Escape")
    if key == "items":
        page.locator("tbody input[name=codes]").nth(1).check()
        page.locator("tbody input[name=codes]").nth(2).check()
    page.screenshot(path=results / f"list-{key}-{wide}.png")
    found = [*faults.accessibility(page), *faults.overflow(page), *faults.missing_icons(page)]
    assert not found, "\n".join(found)
