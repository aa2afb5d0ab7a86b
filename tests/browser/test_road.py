"""The road: sign in, find a reward by two Chinese characters, choose, redeem, and see the points row and its why."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mall.cli.demo.people import MEMBERS, PASSWORD
from tests.browser import faults
from tests.browser.conftest import Served, Visit

pytestmark = pytest.mark.usefixtures("nobody_knocked")

BUYER = MEMBERS[1]
WORD = "大米"
OPTION = "10 kg"


class Hand:
    """A person with a finger on a phone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        target.click()

    def choose(self, target: Locator, _steps: int) -> None:
        target.locator("xpath=ancestor::label").click()

    def write(self, target: Locator, words: str) -> None:
        target.fill(words)

    def send(self, target: Locator) -> None:
        target.press("Enter")


class Keys(Hand):
    """A person with a keyboard alone: what Tab does not reach is not there."""

    def reach(self, target: Locator) -> None:
        for _ in range(120):
            if target.evaluate("wanted => wanted === document.activeElement"):
                outline = target.evaluate(
                    "e => [e, ...e.querySelectorAll('*'), e.closest('label') ?? e, e.parentElement].some(x => {"
                    " const s = getComputedStyle(x); return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; })"
                )
                assert outline, f"the focus cannot be seen on {target}"
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"Tab does not reach {target}")

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def choose(self, target: Locator, steps: int) -> None:
        self.reach(target.locator("xpath=ancestor::fieldset").locator("input:checked"))
        for _ in range(steps):
            self.page.keyboard.press("ArrowRight")

    def write(self, target: Locator, words: str) -> None:
        self.reach(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def send(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")


def available(page: Page) -> int:
    """What the points page says is available."""
    page.goto("/points")
    return int(page.locator(".balance__number").inner_text().replace(",", ""))


def order_count(page: Page) -> int:
    """How many orders of this dealer the list shows, all pages of it."""
    page.goto("/orders")
    seen = page.locator("a.order__no").count()
    while (more := page.get_by_role("link", name="加载更多")).count():
        page.goto(str(more.get_attribute("href")))
        seen += page.locator("a.order__no").count()
    return seen


def sign_in(page: Page, hand: Hand) -> None:
    """From the mall's front door to its home page."""
    page.goto("/")
    hand.write(page.get_by_label("手机号"), BUYER.phone)
    hand.write(page.get_by_label("密码"), PASSWORD)
    hand.send(page.get_by_label("密码"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(BUYER.name)


def to_checkout(page: Page, hand: Hand, script: bool) -> None:
    """From home to the form that redeems: search, reward, SKU sheet."""
    page.goto("/catalog")
    box = page.get_by_role("searchbox")
    hand.write(box, WORD)
    hand.send(box)
    found = page.locator("main").get_by_role("link", name=re.compile(WORD)).first
    expect(found).to_be_visible()
    hand.press(found)
    expect(page.get_by_role("heading", level=1)).to_contain_text(WORD)
    hand.press(page.get_by_role("link", name="立即兑换"))
    sheet = page.get_by_role("dialog", name="选择规格")
    expect(sheet).to_be_visible()
    hand.choose(sheet.get_by_role("radio", name=OPTION), 1)
    if not script:
        hand.press(sheet.get_by_role("button", name="更新选择"))
    expect(sheet.get_by_role("radio", name=OPTION)).to_be_checked()
    expect(sheet).to_contain_text("12,800")
    hand.press(sheet.get_by_role("button", name="确认兑换"))
    expect(page.get_by_role("button", name="提交兑换")).to_be_visible()
    expect(page.locator("main")).to_contain_text(OPTION)


def walk(page: Page, hand: Hand, *, script: bool = True) -> None:
    """The whole road, and what must be true at its end."""
    sign_in(page, hand)
    before = available(page)
    to_checkout(page, hand, script)
    hand.press(page.get_by_role("button", name="提交兑换"))
    expect(page.get_by_role("heading", name="兑换成功")).to_be_visible()
    no = page.url.split("/orders/")[1].split("?")[0]
    expect(page.locator("main")).to_contain_text(f"{before - 12_800:,}")

    assert available(page) == before - 12_800
    row = page.locator("details.move").first
    expect(row).to_contain_text(WORD)
    expect(row).to_contain_text("\N{MINUS SIGN}12,800")
    expect(row).to_contain_text(f"余 {before - 12_800:,}")
    hand.press(row.locator("summary"))
    why = row.locator(".why")
    expect(why).to_be_visible()
    expect(why).to_contain_text("12,800")
    assert faults.overflow(page) == []
    hand.press(why.get_by_role("link", name="查看订单"))
    expect(page).to_have_url(re.compile(rf"/orders/{no}"))
    expect(page.locator("main")).to_contain_text(WORD)


def test_the_road_on_a_phone_inside_wechat(visit: Visit) -> None:
    page = visit()
    walk(page, Hand(page))


def test_the_road_without_script(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    sign_in(page, Hand(page))
    before, orders = available(page), order_count(page)
    to_checkout(page, Hand(page), script=False)
    page.get_by_role("button", name="提交兑换").click()
    expect(page.get_by_role("heading", name="兑换成功")).to_be_visible()
    assert available(page) == before - 12_800
    row = page.locator("details.move").first
    row.locator("summary").click()
    expect(row.locator(".why")).to_contain_text("12,800")
    assert order_count(page) == orders + 1


def test_the_road_by_keyboard_alone(visit: Visit) -> None:
    page = visit(has_touch=False, is_mobile=False)
    walk(page, Keys(page))


def test_the_road_on_a_small_phone_with_doubled_text(visit: Visit, large_text_browser: Browser) -> None:
    page = visit(large_text_browser, viewport={"width": 320, "height": 640})
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    walk(page, Hand(page))


def test_the_road_on_postgresql(visit: Visit, mall_on_postgresql: Served) -> None:
    page = visit(at=mall_on_postgresql)
    walk(page, Hand(page))


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_double_tap_gives_one_order(visit: Visit, script: bool) -> None:
    page = visit(java_script_enabled=script)
    sign_in(page, Hand(page))
    before, orders = available(page), order_count(page)
    to_checkout(page, Hand(page), script)
    button: Any = page.get_by_role("button", name="提交兑换").bounding_box()
    page.mouse.dblclick(button["x"] + button["width"] / 2, button["y"] + button["height"] / 2)
    expect(page.get_by_role("heading", name="兑换成功")).to_be_visible()
    assert available(page) == before - 12_800
    assert order_count(page) == orders + 1


def test_going_back_and_pressing_again_gives_the_same_order(visit: Visit) -> None:
    page = visit()
    sign_in(page, Hand(page))
    to_checkout(page, Hand(page), script=True)
    key = page.locator("[name=key][form=redemption]").input_value()
    page.get_by_role("button", name="提交兑换").click()
    expect(page.get_by_role("heading", name="兑换成功")).to_be_visible()
    first, before = page.url, available(page)
    page.goto(f"/orders/by-key/{key}")
    assert page.url == first
    assert available(page) == before


def test_a_filter_at_the_end_of_its_row_is_seen_when_chosen(visit: Visit) -> None:
    page = visit()
    sign_in(page, Hand(page))
    page.goto("/points?kind=adjusted")
    chosen = page.locator(".chips [aria-current]")
    expect(chosen).to_have_text("调整")
    expect(chosen).to_be_in_viewport(ratio=1)
