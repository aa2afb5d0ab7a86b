"""An address by phone: from province to street, by a name, pasted; with script and without."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mall.cli.demo.people import MEMBERS, PASSWORD, DemoMember
from tests.browser import faults
from tests.browser.conftest import Visit

pytestmark = pytest.mark.usefixtures("nobody_knocked")

OWNER = MEMBERS[3]
PASTED = "收货人：陶然\n电话：136 0571 0001\n浙江宁波鄞州区下应街道学府路 66 号 2 楼"


def come_in(page: Page, to: str, who: DemoMember = OWNER) -> None:
    page.goto(f"/sign-in?next={to}")
    page.get_by_label("手机号").fill(who.phone)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"**{to}")


def fit(page: Page, results: Path, name: str) -> None:
    """The page as it stands has no fault, in light and dark."""
    faults.picture(page, results / f"{name}-light.png")
    found = [*faults.overflow(page), *faults.small_targets(page), *faults.accessibility(page)]
    found += faults.in_the_dark(page, results / f"{name}-dark.png")
    assert not found, "\n".join(found)


def next_step(page: Page, script: bool) -> None:
    """Without script the next choices come with a button; with it they come by themselves."""
    if not script:
        page.get_by_role("button", name="下一步").click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_an_address_is_chosen_from_province_to_street(visit: Visit, results: Path, script: bool) -> None:
    page = visit(java_script_enabled=script, bypass_csp=True)
    come_in(page, "/me/addresses/new")
    page.get_by_label("收货人").fill("陶然")
    page.get_by_label("电话").fill("0574-87001234")
    for label, choice, then in (("省份", "浙江省", "城市"), ("城市", "宁波市", "区县"), ("区县", "鄞州区", "街道")):
        page.get_by_label(label).focus()
        page.get_by_label(label).select_option(label=choice)
        next_step(page, script)
        expect(page.get_by_label(then)).to_be_enabled()
        if script:
            expect(page.get_by_label(label)).to_be_focused()
    page.get_by_label("街道").select_option(label="下应街道")
    if script:
        fit(page, results, "address-chosen")
        sizes = page.locator("#address .field__input").evaluate_all(
            "all => all.map(e => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert min(sizes) >= 16, "a phone zooms into what is smaller"
    expect(page.get_by_label("收货人")).to_have_value("陶然")
    street = f"学府路 {'1' if script else '2'} 号"
    page.get_by_label("详细地址").fill(street)
    page.get_by_label("门店/网点").fill("下应门店")
    page.get_by_role("button", name="保存").last.click()
    page.wait_for_url("**/me/addresses")
    expect(page.get_by_text("浙江省 宁波市 鄞州区 下应街道").first).to_be_visible()
    if script:
        fit(page, results, "addresses")
    _remove(page, "下应街道")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_pasted_address_is_read_and_mended(visit: Visit, results: Path, script: bool) -> None:
    page = visit(java_script_enabled=script, bypass_csp=True)
    come_in(page, "/me/addresses/new")
    page.get_by_label("标签").fill("仓库")
    page.get_by_label("粘贴整段地址").fill(PASTED)
    page.get_by_role("button", name="识别").click()
    expect(page.get_by_text("已识别：收货人、电话、所在地区、详细地址")).to_be_visible()
    expect(page.get_by_label("收货人")).to_have_value("陶然")
    expect(page.get_by_label("街道")).to_have_value(re.compile("330212"))
    if script:
        fit(page, results, "address-read")
        expect(page.get_by_label("标签")).to_have_value("仓库")
    page.get_by_label("详细地址").fill("学府路 68 号")
    page.get_by_role("button", name="保存").last.click()
    page.wait_for_url("**/me/addresses")
    expect(page.get_by_text("下应街道").first).to_be_visible()
    _remove(page, "下应街道")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_region_is_found_by_its_name(visit: Visit, results: Path, script: bool) -> None:
    page = visit(java_script_enabled=script, bypass_csp=True)
    come_in(page, "/me/addresses/new")
    page.get_by_label("收货人").fill("陶然")
    page.get_by_label("按名称查找地区").fill("yinzhou")
    if not script:
        page.get_by_role("button", name="查找").click()
    hit = page.get_by_role("button", name="浙江省 宁波市 鄞州区")
    expect(hit).to_be_visible()
    if script:
        fit(page, results, "address-found")
    hit.click()
    expect(page.get_by_label("区县")).to_have_value("330212")
    expect(page.get_by_label("收货人")).to_have_value("陶然")
    expect(page.locator(".htmx-added, .htmx-settling")).to_have_count(0)  # it hears what is chosen
    page.get_by_label("省份").select_option(label="北京市")
    next_step(page, script)
    expect(page.get_by_label("城市")).to_have_value("1101")
    expect(page.get_by_label("区县")).to_have_value("")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_an_order_is_sent_to_another_outlet_and_back(visit: Visit, results: Path, script: bool) -> None:
    page = visit(java_script_enabled=script, bypass_csp=True)
    come_in(page, "/orders", MEMBERS[0])
    order = _order_to_move(page)
    for outlet in ("青山湖门店", "总仓"):
        page.goto(f"{order}/address")
        page.locator("label", has_text=outlet).click()
        page.get_by_role("button", name="寄到这里").click()
        page.wait_for_url(f"**{order}")
        page.goto(f"{order}/address")
        chosen = page.locator("label", has=page.locator("input:checked"))
        expect(chosen).to_contain_text(outlet)
        expect(chosen).to_contain_text("现在寄往")
        if script:
            fit(page, results, "order-readdressed")


def test_a_form_with_nothing_in_it_says_what_is_missing(visit: Visit, results: Path, watched: Any) -> None:
    watched.expected = ("422",)
    page = visit(bypass_csp=True)
    come_in(page, "/me/addresses/new")
    page.locator("#address").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="保存").last.click()
    expect(page.get_by_text("请选择所在地区，至少到区县")).to_be_visible()
    fit(page, results, "address-missing")


def _order_to_move(page: Page) -> str:
    """The first of my orders whose page offers another address."""
    links = page.locator("main a[href^='/orders/']")
    for href in links.evaluate_all("all => [...new Set(all.map(a => a.getAttribute('href')))]"):
        page.goto(href)
        if page.locator("a[href$='/address']").count():
            return str(href)
    pytest.fail("no order of the demo can be sent elsewhere")


def _remove(page: Page, words: str) -> None:
    """Leave the dealer's addresses as they were."""
    page.locator("article", has_text=words).get_by_role("link", name="删除").first.click()
    page.get_by_role("button", name="确认删除").click()
    page.wait_for_url("**/me/addresses")
    expect(page.locator("article", has_text=words)).to_have_count(0)
