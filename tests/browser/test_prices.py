"""Prices on a phone: the tile pressed is what the sheet, the bar and checkout speak of, with script and without."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from mall.cli.demo.people import MEMBERS, PASSWORD
from mall.dealers.models import StaffRole
from tests.browser.conftest import DESK, OfTheDesk, Visit, Watched

pytestmark = pytest.mark.usefixtures("nobody_knocked")

COOKER = "/catalog/AP-1001"


def shown(page: Page, address: str) -> Page:
    """A page of the owner's, who signs in on the way."""
    page.goto(f"/sign-in?next={address}")
    page.get_by_label("手机号").fill(MEMBERS[0].phone)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"**{address}")
    return page


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_price_pressed_on_the_page_is_the_one_that_checkout_gets(visit: Visit, script: bool) -> None:
    page = shown(visit(java_script_enabled=script), COOKER)
    tiles = page.locator("#item-price .plan")
    assert tiles.count() == 3
    tiles.nth(1).click()
    if not script:
        page.locator("#item-price").get_by_role("button", name="更新选择").click()
    price = page.locator("#item-price .plan__input:checked")
    chosen = price.input_value()
    assert tiles.nth(1).locator("input").input_value() == chosen
    if script:
        page.wait_for_selector(f"#choice input[name=plan][value='{chosen}']:checked", state="attached")
    page.get_by_role("link", name="立即兑换").click()
    sheet = page.get_by_role("dialog")
    assert "¥149" in (sheet.locator(".sheet__top .points").text_content() or "")
    assert "+ ¥149.00" in (sheet.locator(".after").text_content() or "")
    sheet.get_by_role("button", name="确认兑换").click()
    page.wait_for_url("**/orders/new?*")
    assert parse_qs(urlsplit(page.url).query)["plan"] == [chosen]


def test_another_colour_keeps_the_step(visit: Visit) -> None:
    page = shown(visit(), COOKER)
    page.get_by_role("link", name="立即兑换").click()
    sheet = page.get_by_role("dialog")
    sheet.locator(".plan").nth(2).click()
    page.wait_for_selector("#item-price .plan:nth-child(3) input:checked", state="attached")
    sheet.get_by_text("曜石黑", exact=True).click()
    page.wait_for_selector("text=11,600 >> visible=true")
    assert "¥299" in (sheet.locator(".sheet__top .points").text_content() or "")


def test_the_helper_answers_beside_the_form(
    visit: Visit, watched: Watched, of_the_desk: OfTheDesk
) -> None:
    watched.expected = ("409",)
    page = visit(**of_the_desk(StaffRole.MERCHANDISER), **DESK | {"is_mobile": False})
    page.goto("/desk/prices/AP-1001-B")
    page.fill("#helper-margin", "30")
    page.press("#helper-margin", "Tab")
    page.wait_for_selector("#helper >> text=30%")
    page.locator("#helper").get_by_role("link", name="用这个价").nth(1).click()
    page.wait_for_url("**step=1**")
    assert page.locator("#add select[name=step]").input_value() == "1"
    assert page.locator("#add input[name=cash]").input_value()
    page.fill("#add input[name=points]", "10")
    page.locator("#add").get_by_role("button", name="加上").click()
    page.get_by_role("alert").first.wait_for()
    assert "低于成本" in (page.get_by_role("alert").first.text_content() or "")
