"""Paying an order in a real browser: every state of its page, with script and without, and finance's pages of it."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from mall import create_app
from mall.base.time import civil_day
from mall.config import Settings
from mall.dealers.actions import add_staff, begin_member, begin_staff
from mall.dealers.models import SignInStage, StaffRole
from mall.payments.actions import hold_bill, settle_refund
from mall.payments.models import BillLine, GatewayName, LineKind, RefundState, RefundTold
from mall.sandbox import create
from mall.sandbox.app import running
from mall.web.db import db, transact
from tests.browser import faults
from tests.browser.conftest import DESK, PHONE, WECHAT
from tests.cast import DEVICE
from tests.conftest import SECRET, Databases
from tests.orders import scene
from tests.payments import scene as payments
from tests.payments.road import order_with_cash, priced

pytestmark = pytest.mark.usefixtures("nobody_knocked")

SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"


@dataclass
class Till:
    """A mall with the sandbox behind it, and the cookies of a dealer's owner and of finance."""

    url: str
    cookies: list[dict[str, str]]
    orders: list[str]
    day: str


class Quiet(WSGIRequestHandler):
    """Says nothing."""

    def log_request(self, *_args: object) -> None:
        """Nor here."""


@pytest.fixture(scope="module")
def till(databases: Databases) -> Iterator[Till]:
    """Some orders that ask for money, and what finance has to look at."""
    folder, url = Path(tempfile.mkdtemp(prefix="till-")), databases.sqlite()
    settings = Settings(
        database_url=url, secret_key=SECRET, https=False, gateways=folder / "sandbox" / "gateways",
        checkpoint_folder=folder / "checkpoints", checkpoint_key=folder / "key.pem",
    )  # fmt: skip
    app = create_app(settings)
    mall = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    played = make_server("127.0.0.1", 0, app)  # a free port, let go of at once
    port = played.server_port
    played.server_close()
    home = f"http://127.0.0.1:{mall.server_port}"
    sandbox = create(folder / "sandbox", f"http://127.0.0.1:{port}", mall_url=home)
    with app.app_context():
        priced()
        orders = [order_with_cash().no for _ in range(4)]
        token = transact(begin_member, dealer_id=scene.DEALER, member_id=scene.DEALER, device=DEVICE)
        person = transact(
            add_staff, login="caiwu", name="秦知微", role=StaffRole.FINANCE, password_hash="x", issued=False
        )
        desk = transact(begin_staff, staff_id=person, device=DEVICE, stage=SignInStage.FULL)
        day = finance()
        db.session.remove()
    cookies = [{"name": "mall", "value": token, "url": home}, {"name": "desk", "value": desk, "url": home}]
    thread = threading.Thread(target=mall.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    with running(sandbox, "127.0.0.1", port):
        yield Till(home, cookies, orders, day)
    mall.shutdown()
    mall.server_close()
    with app.app_context():
        db.engine.dispose()
    databases.take_back(url)


def finance() -> str:
    """A refund that failed, and a bill that differs; gives the bill's day."""
    wechat = GatewayName.WECHAT
    paid = [payments.paid(scene.DEALER, fen=fen) for fen in (9_900, 19_900)]
    payments.pressed(scene.DEALER + 1)
    refund = payments.refund(paid[0], 4_000, "till/1")
    failed = RefundTold(
        gateway=wechat, no=paid[0].no, refund_no=refund.no, state=RefundState.FAILED, trouble="ABNORMAL"
    )
    transact(settle_refund, dealer_id=refund.dealer_id, told=failed)
    day = civil_day(datetime.now(UTC), "Asia/Shanghai")
    stranger = BillLine(LineKind.PAID, "P" + "0" * 25 + "7", "4200001", 8_800)
    transact(hold_bill, gateway=wechat, day=day, lines=[stranger])
    transact(hold_bill, gateway=wechat, day=day - timedelta(days=1), lines=[])
    return day.isoformat()


@pytest.fixture
def at_till(browser: Browser, till: Till) -> Iterator[Any]:
    """Open a page of that mall as the dealer's owner, and as finance at once; its complaints fail the test."""
    contexts, complaints = [], []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**{**PHONE, "user_agent": SAFARI, "base_url": till.url, **options})
        context.set_default_timeout(15_000)
        context.add_cookies(till.cookies)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def found(page: Page, results: Path, name: str, *, desk: bool = False) -> list[str]:
    """What is wrong with a page in light and dark, with its pictures taken."""
    faults.picture(page, results / f"payment-{name}.png")
    wrong = [*faults.accessibility(page), *faults.overflow(page), *faults.missing_icons(page)]
    wrong += [] if desk else faults.small_targets(page)
    wrong += faults.in_the_dark(page, results / f"payment-{name}-dark.png")
    return [f"{name}: {one}" for one in wrong]


def test_every_state_of_the_page_has_no_fault(at_till: Any, till: Till, results: Path) -> None:
    page = at_till(bypass_csp=True)
    page.goto(f"/orders/{till.orders[0]}/payment")
    wrong = found(page, results, "choose")
    page.get_by_role("button", name="去支付").click()
    page.get_by_role("link", name="打开微信支付付款").wait_for()
    wrong += found(page, results, "link")
    page.get_by_role("button", name="我已付款").click()
    page.get_by_role("heading", name="正在确认结果").wait_for()
    wrong += found(page, results, "waits")
    assert not wrong, "\n".join(wrong)


def test_the_code_on_a_screen_and_the_sheet_inside_wechat_have_no_fault(
    at_till: Any, till: Till, results: Path
) -> None:
    page = at_till(bypass_csp=True, user_agent="Mozilla/5.0 (X11; Linux x86_64)", is_mobile=False, has_touch=False)
    page.goto(f"/orders/{till.orders[1]}/payment")
    page.get_by_role("button", name="去支付").click()
    page.get_by_role("img", name="微信支付二维码").wait_for()
    wrong = found(page, results, "code")

    page = at_till(bypass_csp=True, user_agent=WECHAT)
    page.goto(f"/orders/{till.orders[1]}/payment")
    page.get_by_role("button", name="复制链接").wait_for()
    wrong += found(page, results, "wechat")
    page.locator("a.payway").click()  # to WeChat for who it is, and back
    page.wait_for_url(f"{till.url}/orders/**")
    page.get_by_role("button", name="去支付").click()
    page.locator("[data-bridge]").wait_for()
    wrong += found(page, results, "sheet")
    assert not wrong, "\n".join(wrong)


def test_wechats_own_sheet_is_called_with_what_the_server_signed(at_till: Any, till: Till) -> None:
    page = at_till(user_agent=WECHAT)
    page.add_init_script(
        "window.WeixinJSBridge = {invoke: (name, what, done) => {"
        " sessionStorage.asked = JSON.stringify([name, what]); done({err_msg: 'get_brand_wcpay_request:ok'}); }}"
    )
    page.goto(f"/orders/{till.orders[2]}/payment")
    page.locator("a.payway").click()
    page.wait_for_url(f"{till.url}/orders/**")
    page.get_by_role("button", name="去支付").click()
    page.locator("[data-bridge]").click()
    page.get_by_role("heading", name="正在确认结果").wait_for()
    name, what = page.evaluate("JSON.parse(sessionStorage.asked)")
    assert name == "getBrandWCPayRequest"
    assert what["package"].startswith("prepay_id=")
    assert what["signType"] == "RSA"


@pytest.mark.parametrize("script", [True, False])
def test_the_road_to_a_paid_order_with_script_and_without(at_till: Any, till: Till, script: bool) -> None:
    page = at_till(java_script_enabled=script)
    no = till.orders[3] if script else till.orders[2]
    page.goto(f"/orders/{no}/payment")
    page.get_by_role("button", name="去支付").click()
    page.get_by_role("link", name="打开微信支付付款").click()
    page.wait_for_url("**/cashier/**")
    page.locator("form[action$='/payment'] button").click()
    page.locator(f"a[href*='{no}']").first.click()
    page.wait_for_url(f"{till.url}/orders/{no}**")
    if not script:
        page.goto(f"/orders/{no}/payment")
    page.wait_for_url(f"{till.url}/orders/{no}?placed=1")
    assert page.title() == "兑换成功"


def test_the_page_holds_doubled_text(large_text_browser: Browser, till: Till) -> None:
    context = large_text_browser.new_context(
        **{**PHONE, "viewport": {"width": 320, "height": 640}, "base_url": till.url, "user_agent": SAFARI}
    )
    context.add_cookies(till.cookies)  # type: ignore[arg-type]
    page = context.new_page()
    for query in ("", "?back=1"):
        page.goto(f"/orders/{till.orders[0]}/payment{query}")
        assert faults.overflow(page) == []
    context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_finances_pages_have_no_fault(at_till: Any, till: Till, results: Path, width: int) -> None:
    page = at_till(**(DESK | {"viewport": {"width": width, "height": 900}, "is_mobile": False, "bypass_csp": True}))
    wrong = []
    bill = f"/desk/payments/bills/wechat/{till.day}"
    lists = {"all": "/desk/payments", "failed": "/desk/payments?view=failed", "none": "/desk/payments?q=nothing"}
    for name, address in (lists | {"bills": "/desk/payments/bills", "bill": bill}).items():
        page.goto(address)
        if name == "failed":
            page.get_by_text("已线下退款…").click()
        wrong += found(page, results, f"desk-{name}-{width}", desk=True)
    assert not wrong, "\n".join(wrong)


def test_finance_resolves_a_difference_and_sends_a_refund_again(at_till: Any, till: Till) -> None:
    page = at_till(**DESK)
    page.goto("/desk/payments/bills")
    page.locator("a[href*='/desk/payments/bills/wechat/']").first.click()
    before = page.locator(".difference__form").count()
    page.locator(".difference__form input[name=remark]").first.fill("门店线下收款，已另行入账")
    page.locator(".difference__form button").first.click()
    page.get_by_text("门店线下收款，已另行入账").wait_for()
    assert page.locator(".difference__form").count() == before - 1
    page.goto("/desk/payments?view=failed")
    page.get_by_text("已线下退款…").click()
    assert page.get_by_label("银行流水号").is_visible()
    page.get_by_role("button", name="重新退款").click()
    page.wait_for_url("**/desk/payments?view=refunds")
    assert page.get_by_text("待退款").count() == 1
