"""The sandbox's pages in a browser: a person pays on a phone, and nothing on any page is wrong for eye or thumb."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PHONE
from tests.browser.faults import accessibility, overflow, small_targets
from tests.sandbox.conftest import Ear, Sandbox, wait_for
from tests.sandbox.merchant import Alipay, WeChat
from tests.sandbox.test_outside import MESSAGE, ORDER, Supplier, call

NO = "B20261122000000001"
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(**PHONE, color_scheme=request.param, bypass_csp=True)
    yield context.new_page()
    context.close()


def told(page: Page, level: str = "error") -> list[str]:
    """What the page complains of from now on."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == level else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def test_a_person_pays_and_goes_home(sandbox: Sandbox, ear: Ear, browser: Browser) -> None:
    merchant = WeChat(sandbox.file("wechat"))
    scene = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    asked = merchant.order(NO, f"{ear.url}/notify", scene_info=scene)
    link = (merchant.call("POST", "/v3/pay/transactions/h5", asked)[1] or {})["h5_url"]
    context = browser.new_context(**PHONE)
    page = context.new_page()
    complaints = told(page)
    page.goto(f"{link}&redirect_url={ear.url}/orders/1")
    assert page.get_by_text("不是真钱").is_visible()
    page.get_by_role("button", name="不付了").click()
    assert page.get_by_role("heading", name="没有付款").is_visible()
    page.get_by_role("button", name="付款 ¥99.00").click()
    assert page.get_by_role("heading", name="付款成功").is_visible()
    assert page.get_by_role("link", name="返回商家").get_attribute("href") == f"{ear.url}/orders/1"
    wait_for(lambda: ear.heard)
    assert merchant.ask(NO)[1]["trade_state"] == "SUCCESS"
    assert not complaints
    context.close()


def test_nothing_is_wrong_with_any_page(sandbox: Sandbox, ear: Ear, page: Page) -> None:
    cashiers = stage(sandbox, ear)
    faults: dict[str, Any] = {}
    for path in (*cashiers, "/", "/payments/1", "/letters", "/outside", "/systems", "/switches"):
        page.goto(sandbox.url + path)
        found = accessibility(page) + overflow(page) + small_targets(page)
        page.set_viewport_size({"width": 320, "height": 700})
        found += overflow(page)
        page.set_viewport_size(PHONE["viewport"])
        if found:
            faults[path] = found
    assert not faults, json.dumps(faults, indent=1, ensure_ascii=False)


def stage(sandbox: Sandbox, ear: Ear) -> list[str]:
    """Something of everything; gives the cashiers' pages."""
    wechat, alipay, supplier = WeChat(sandbox.file("wechat")), Alipay(sandbox.file("alipay")), Supplier(sandbox)
    sandbox.throw(probe=True)
    wechat.native(NO, f"{ear.url}/notify", fen=129900)
    sandbox.pay("wechat", NO)
    wechat.refund(NO, "R1", 900, total=129900, notify_url=f"{ear.url}/notify")
    wechat.native(NO + "L", f"{ear.url}/notify")
    wechat.call("POST", f"/v3/pay/transactions/out-trade-no/{NO}L/close", {"mchid": wechat.holds["mchid"]})
    opened = alipay.open_page(NO, "88.80", f"{ear.url}/notify")
    sandbox.throw(top_up_outcome="unknown")
    supplier.call("POST", "/orders", ORDER)
    sms, dms = sandbox.file("sms"), sandbox.file("dms")
    call("X-Sms", sms["access_key"], sms["secret"], "POST", f"{sms['base_url']}/messages", MESSAGE)
    voucher = {"id": "7", "topic": "voucher.issued", "body": {"no": "V20261122X", "service": "priority_production"}}
    call("X-Mall", dms["key_id"], dms["secret"], "POST", dms["url"], voucher)
    (sandbox.folder / "inbound.json").write_text(json.dumps({"dms": {"key_id": "k1", "secret": "s1"}}))
    paid, closed = (sandbox.payment("wechat", no)["cashier"].removeprefix(sandbox.url) for no in (NO, NO + "L"))
    return [opened, f"{opened}?declined=1&back=http://127.0.0.1:1/", f"{paid}?back=http://127.0.0.1:1/", closed]
