"""A statement on paper: white whatever the theme, no bars, whole rows, an A4 sheet."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page

from mall.cli.demo.people import MEMBERS, PASSWORD
from tests.browser.conftest import Visit

PRESSED = ".tabbar, .button, .more, .noprint"


def open_statement(visit: Visit, **options: Any) -> Page:
    page = visit(**options)
    page.goto("/sign-in")
    page.get_by_label("手机号").fill(MEMBERS[0].phone)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto("/points/statements")
    page.locator("a[href^='/points/statements/']").first.click()
    page.wait_for_url(re.compile(r"/points/statements/20\d\d-\d\d$"))
    return page


def test_a_statement_is_printed_in_ink_on_white_from_a_dark_phone(visit: Visit) -> None:
    page = open_statement(visit, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator(PRESSED).count() > 0
    assert page.locator(PRESSED).filter(visible=True).count() == 0
    colours = page.evaluate(
        """() => [...document.querySelectorAll(".statement, .statement *")].map(one => getComputedStyle(one).color)"""
    )
    light = {colour for colour in colours if min(map(int, re.findall(r"\d+", colour)[:3])) > 150}
    assert not light, "text that no paper shows"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    sheet = page.pdf(prefer_css_page_size=True)
    assert re.findall(rb"/MediaBox ?\[0 0 (59[45])[.\d]* (84[12])[.\d]*\]", sheet), "A4, upright"


def test_the_button_prints_and_one_tap_marks_the_whole_code(visit: Visit) -> None:
    page = open_statement(visit, user_agent="Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile Safari/537.36")
    page.evaluate("window.print = () => { document.body.dataset.printed = '1' }")
    page.locator("[data-print]").click()
    assert page.locator("body[data-printed='1']").count() == 1
    code = page.locator("#statement-hash")
    code.click(click_count=2)
    marked = page.evaluate("getSelection().toString()")
    assert re.sub(r"\s", "", marked) == page.locator("[data-copy]").get_attribute("data-copy")
    assert re.fullmatch(r"[0-9a-f]{64}", re.sub(r"\s", "", marked))


def test_a_statement_needs_no_script(visit: Visit) -> None:
    page = open_statement(visit, java_script_enabled=False)
    assert page.locator("#statement-hash").filter(visible=True).count() == 1
    assert page.locator("[data-print], [data-copy]").filter(visible=True).count() == 0
    assert page.locator(".book tbody tr").count() > 2
