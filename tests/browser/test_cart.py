"""The cart and the wish list in a real browser: filled, changed by a finger or by a form, and ordered."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import faults
from tests.browser.conftest import Visit
from tests.browser.test_road import Hand, sign_in

pytestmark = pytest.mark.usefixtures("nobody_knocked")

RICE = "/catalog?q=大米"


def put_two_in(page: Page) -> None:
    """Rice and whatever else can be had stand in the cart, each once, and both are wished for."""
    page.goto("/cart")
    while page.get_by_role("button", name="删除").count():
        left = page.get_by_role("button", name="删除").count()
        page.get_by_role("button", name="删除").first.click()
        expect(page.get_by_role("button", name="删除")).to_have_count(left - 1)
        page.goto("/cart")
    for shelf in (RICE, "/catalog?category=food&affordable=1&in_stock=1&sort=dearest"):
        page.goto(shelf)
        page.locator(".entry__name a").first.click()
        page.locator("#to-cart button").click()
        expect(page.get_by_text("已加入兑换车")).to_be_visible()
        heart = page.locator(".item-main .reward__heart")
        if heart.get_attribute("aria-pressed") == "false":
            heart.click()
            expect(heart).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_cart_is_changed_and_ordered(visit: Visit, script: bool) -> None:
    page = visit(java_script_enabled=script)
    sign_in(page, Hand(page))
    put_two_in(page)
    page.goto("/cart")
    expect(page.get_by_role("checkbox")).to_have_count(2)
    number = page.get_by_role("spinbutton").first
    if script:
        page.get_by_role("button", name="加一件").first.click()
    else:
        number.fill("2")
        page.get_by_role("button", name="更新兑换车").click()
    expect(page.get_by_text("选中 2 种 3 件")).to_be_visible()
    page.locator("label.cart-line__choose").last.click()
    if not script:
        page.get_by_role("button", name="更新兑换车").click()
    expect(page.get_by_text("选中 1 种 2 件")).to_be_visible()
    page.get_by_role("button", name="去兑换").click()
    expect(page.get_by_role("button", name="提交兑换")).to_be_visible()
    page.get_by_role("textbox", name="备注").fill("放门卫")
    page.get_by_role("button", name="提交兑换").click()
    expect(page.get_by_role("heading", name="兑换成功")).to_be_visible()
    page.goto("/cart")
    expect(page.get_by_role("checkbox")).to_have_count(1)


def test_filled_they_have_no_fault_in_light_or_dark(visit: Visit, results: Path) -> None:
    page = visit(bypass_csp=True)
    sign_in(page, Hand(page))
    put_two_in(page)
    for path in ("/cart", "/wishes", "/orders/new?cart=1"):
        page.goto(path)
        found = [*faults.accessibility(page), *faults.overflow(page), *faults.missing_icons(page)]
        found += faults.small_targets(page)
        found += faults.in_the_dark(page, results / f"{path.strip('/').partition('?')[0].replace('/', '-')}-dark.png")
        assert not found, f"{path}\n" + "\n".join(found)


def test_filled_they_fit_a_small_phone_with_doubled_text(visit: Visit, large_text_browser: Browser) -> None:
    page = visit(large_text_browser, viewport={"width": 320, "height": 640})
    sign_in(page, Hand(page))
    put_two_in(page)
    for path in ("/cart", "/wishes", "/orders/new?cart=1"):
        page.goto(path)
        assert faults.overflow(page) == [], path
