"""What the small scripts promise, tried on the style page, and that nothing is lost without them."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit, Watched

PAGE = "/_styleguide/parts"
ITEM = "/_styleguide/item"


def told_before(page: Page, say: str) -> None:
    """Say one of the page's own words, as a script of a failing request would."""
    page.evaluate("what => void window.mall.say(what)", say)


def test_a_sheet_takes_the_focus_and_gives_it_back(visit: Visit) -> None:
    page = visit()
    page.goto(ITEM)
    opener = page.locator(".actionbar .button--main")
    opener.click()
    sheet = page.locator("#sku")
    expect(sheet).to_be_visible()
    assert sheet.evaluate("sheet => sheet.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_press_outside_closes_the_sheet(visit: Visit) -> None:
    page = visit()
    page.goto(ITEM)
    page.locator(".actionbar .button--main").click()
    page.mouse.click(195, 40)
    expect(page.locator("#sku")).to_be_hidden()


def test_without_script_the_sheet_opens_in_the_page(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    page.goto(ITEM)
    page.locator(".actionbar .button--main").click()
    expect(page.locator("#sku")).to_be_visible()
    expect(page.locator("#sku .sheet__close")).to_be_hidden()


def test_an_engine_without_dialogs_follows_the_link(visit: Visit) -> None:
    page = visit()
    page.add_init_script("delete HTMLDialogElement.prototype.showModal")
    page.goto(ITEM)
    page.locator(".actionbar .button--main").click()
    assert page.url.endswith("#sku")
    expect(page.locator("#sku")).to_be_visible()


def test_a_stepper_stays_within_its_bounds(visit: Visit) -> None:
    page = visit()
    page.goto(PAGE)
    number, more = page.locator("#quantity"), page.locator("[data-stepper]:has(#quantity) [data-step='1']")
    for _ in range(2):
        more.click()
    expect(number).to_have_value("4")
    expect(more).to_be_disabled()
    number.fill("99")
    number.press("Tab")
    expect(number).to_have_value("4")


def test_without_script_a_stepper_is_a_number_field(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    page.goto(PAGE)
    expect(page.locator("#quantity")).to_be_editable()
    expect(page.locator("[data-stepper]:has(#quantity) [data-step='1']")).to_be_hidden()


def test_a_lost_network_is_said_and_its_return_noticed(visit: Visit) -> None:
    page = visit()
    page.goto(PAGE)
    page.wait_for_load_state("networkidle")  # what is still on its way when the network goes is told on the console
    page.context.set_offline(True)
    expect(page.locator(".offline")).to_contain_text("网络已断开")
    page.context.set_offline(False)
    expect(page.locator(".offline")).to_have_count(0)


def test_good_news_goes_by_itself_and_bad_news_waits_for_the_reader(visit: Visit) -> None:
    page = visit()
    page.goto(PAGE)
    page.clock.install()
    told_before(page, "copied")
    expect(page.locator("#toasts .toast")).to_have_count(1)
    page.clock.run_for(8_000)
    expect(page.locator("#toasts .toast")).to_have_count(0)
    told_before(page, "failed")
    page.clock.run_for(60_000)
    expect(page.locator("#toasts [role=alert]")).to_have_count(1)
    page.locator("#toasts [data-close]").click()
    expect(page.locator("#toasts .toast")).to_have_count(0)


def test_a_countdown_runs_by_the_servers_clock_whatever_the_phone_thinks(visit: Visit) -> None:
    page = visit()
    page.add_init_script("Date.now = () => 0")
    page.goto("/_styleguide/home")
    expect(page.locator("[data-countdown]")).to_contain_text(re.compile(r"(00:5\d|01:00|00:59):\d\d"))


def test_a_form_whose_answer_is_lost_is_sent_again_with_the_same_key(visit: Visit, watched: Watched) -> None:
    watched.expected = ("sendError", "ERR_FAILED", "afterRequest")
    page = visit()
    keys: list[str | None] = []

    def answer(route: Route) -> None:
        keys.append(route.request.post_data)
        if len(keys) == 1:
            route.abort()
        else:
            route.fulfill(status=200, content_type="text/html", body="<p id='done'>ok</p>")

    page.route("**/try-this", answer)
    page.goto(PAGE)
    page.evaluate(
        """() => {
          const form = document.createElement("form");
          form.innerHTML = '<input type="hidden" name="key" value="k-1"><button>go</button>';
          for (const [name, value] of Object.entries({"data-key": "", "method": "post", "hx-post": "/try-this"}))
            form.setAttribute(name, value);
          form.id = "money";
          document.querySelector("main").prepend(form);
          htmx.process(form);
        }"""
    )
    page.locator("#money button").click()
    expect(page.locator("#toasts")).to_contain_text("正在确认结果")
    expect(page.locator("#done")).to_be_visible()
    expect(page.locator("#toasts .toast")).to_have_count(0)
    assert keys == ["key=k-1", "key=k-1"]


def test_a_page_brought_back_frozen_asks_for_its_live_parts_anew(visit: Visit) -> None:
    page = visit()
    page.route("**/live-part", lambda route: route.fulfill(content_type="text/html", body="<p id='live'>fresh</p>"))
    page.goto(PAGE)
    page.evaluate(
        """() => {
          const old = '<p id="live" data-live="/live-part">old</p>';
          document.querySelector("main").insertAdjacentHTML("afterbegin", old);
          window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        }"""
    )
    expect(page.locator("#live")).to_have_text("fresh")
