"""Each switch does what it says, and only to what it is thrown for."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qsl

import pytest

from mall.sandbox.switches import SWITCHES, drawn
from tests.sandbox.conftest import QUICK, Ear, Heard, Sandbox, wait_for
from tests.sandbox.merchant import Alipay, WeChat, send, signed_text, verifies

NO = "S20261122000000001"


@pytest.fixture
def merchant(sandbox: Sandbox) -> WeChat:
    return WeChat(sandbox.file("wechat"))


@pytest.fixture
def paid(sandbox: Sandbox, merchant: WeChat, ear: Ear) -> Callable[..., None]:
    """Places a payment and pays it with some switches thrown; the ear refuses what is not rightly signed and fresh."""

    def answer(heard: Heard) -> tuple[int, bytes]:
        fresh = abs(int(heard.headers["Wechatpay-Timestamp"]) - time.time()) < 300
        return (204, b"") if fresh and merchant.trusts(heard.headers, heard.body) else (401, b"{}")

    def pay(no: str = NO, **switches: str | bool) -> None:
        ear.answer = answer
        merchant.native(no, f"{ear.url}/notify")
        assert sandbox.call("PUT", f"/api/payments/wechat/{no}/switches", switches)[0] == 200
        sandbox.pay("wechat", no)

    return pay


def ended(sandbox: Sandbox, no: str = NO) -> list[tuple[str, str]]:
    """The letters in their order, once nothing is under way."""
    wait_for(lambda: not any(one["under_way"] for one in sandbox.letters("wechat", no)))
    return [(one["trick"], one["state"]) for one in reversed(sandbox.letters("wechat", no))]


def test_nothing_thrown_is_one_callback_at_once(sandbox: Sandbox, paid: Callable[..., None], ear: Ear) -> None:
    paid()
    assert ended(sandbox) == [("", "taken")]
    assert len(ear.heard) == 1


def test_delay(sandbox: Sandbox, paid: Callable[..., None], ear: Ear) -> None:
    begun = time.monotonic()
    paid(delay=True)
    assert ended(sandbox) == [("", "taken")]
    assert ear.heard[0].at - begun >= 0.6


def test_triple(sandbox: Sandbox, paid: Callable[..., None], merchant: WeChat, ear: Ear) -> None:
    paid(triple=True)
    assert ended(sandbox) == [("", "taken")] * 3
    assert len({merchant.opened(heard.body)["id"] for heard in ear.heard}) == 1
    assert ear.heard[2].at - ear.heard[0].at < 1


def test_lost(sandbox: Sandbox, paid: Callable[..., None], merchant: WeChat, ear: Ear) -> None:
    paid(lost=True)
    time.sleep(0.4)
    assert ended(sandbox) == [("", "lost")]
    assert not ear.heard
    assert merchant.ask(NO)[1]["trade_state"] == "SUCCESS"


@pytest.mark.parametrize("trick", ["tampered", "probe", "stale"])
def test_a_forged_callback_goes_ahead_of_the_true_one(
    sandbox: Sandbox, paid: Callable[..., None], ear: Ear, trick: str
) -> None:
    paid(**{trick: True})
    assert ended(sandbox) == [(trick, "refused"), ("", "taken")]
    assert len(ear.heard) == 2
    if trick == "probe":
        assert ear.heard[0].headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
    if trick == "stale":
        assert time.time() - int(ear.heard[0].headers["Wechatpay-Timestamp"]) > 500


def test_a_mall_that_takes_what_is_forged_is_shown_to(sandbox: Sandbox, merchant: WeChat, ear: Ear) -> None:
    sandbox.throw(tampered=True)
    merchant.native(NO, f"{ear.url}/notify")
    sandbox.pay("wechat", NO)
    assert ended(sandbox) == [("tampered", "swallowed"), ("", "taken")]
    assert "误收" in send("GET", f"{sandbox.url}/letters")[2].decode()


def test_a_stale_one_is_rightly_signed(sandbox: Sandbox, paid: Callable[..., None], merchant: WeChat, ear: Ear) -> None:
    paid(stale=True)
    ended(sandbox)
    assert merchant.trusts(ear.heard[0].headers, ear.heard[0].body)


def test_wrong_amount_is_in_the_callback_alone(
    sandbox: Sandbox, paid: Callable[..., None], merchant: WeChat, ear: Ear
) -> None:
    paid(wrong_amount=True)
    assert ended(sandbox) == [("wrong_amount", "taken")]
    assert merchant.trusts(ear.heard[0].headers, ear.heard[0].body)
    assert merchant.opened(ear.heard[0].body)["resource"]["amount"]["total"] == 9901
    assert merchant.ask(NO)[1]["amount"]["total"] == 9900


def test_refund_before_pay(sandbox: Sandbox, paid: Callable[..., None], merchant: WeChat, ear: Ear) -> None:
    paid(refund_first=True)
    time.sleep(0.3)
    assert not ear.heard
    merchant.refund(NO, "R1", 9900, notify_url=f"{ear.url}/notify")
    assert ended(sandbox) == [("", "taken"), ("", "taken")]
    events = [merchant.opened(heard.body)["event_type"] for heard in ear.heard]
    assert events == ["REFUND.SUCCESS", "TRANSACTION.SUCCESS"]


def test_what_nobody_refunds_is_told_in_the_end(sandbox: Sandbox, paid: Callable[..., None], ear: Ear) -> None:
    sandbox.call("PUT", "/api/pace", {"hold": 0.5})
    paid(refund_first=True)
    assert ended(sandbox) == [("", "taken")]


def test_callbacks_are_tried_again_with_growing_pauses(sandbox: Sandbox, merchant: WeChat, ear: Ear) -> None:
    ear.answer = lambda _: (500, b"{}") if len(ear.heard) < 4 else (200, b"")
    merchant.native(NO, f"{ear.url}/notify")
    sandbox.pay("wechat", NO)
    assert ended(sandbox) == [("", "taken")]
    pauses = [later.at - sooner.at for sooner, later in zip(ear.heard, ear.heard[1:], strict=False)]
    assert len(pauses) == 4
    assert pauses[3] > 0.55 > pauses[0]  # 3 minutes and 15 seconds, 300 times as fast
    fresh = {heard.headers["Wechatpay-Nonce"] for heard in ear.heard}
    assert len(fresh) == 5


def test_a_mall_that_is_away_is_called_until_it_is_back(sandbox: Sandbox, merchant: WeChat, ear: Ear) -> None:
    merchant.native(NO, "http://127.0.0.1:1/notify")
    sandbox.pay("wechat", NO)
    wait_for(lambda: sandbox.letters("wechat", NO)[0]["tries"] >= 2)
    assert sandbox.letters("wechat", NO)[0]["answers"][0]["status"] == 0


def test_gateway_says_5xx(sandbox: Sandbox, merchant: WeChat, ear: Ear) -> None:
    sandbox.throw(outage="5xx")
    status, told = merchant.call("POST", "/v3/pay/transactions/native", merchant.order(NO, f"{ear.url}/notify"))
    assert told is not None
    assert (status, told["code"]) == (500, "SYSTEM_ERROR")
    assert sandbox.call("GET", f"/api/payments/wechat/{NO}")[0] == 404
    alipay = Alipay(sandbox.file("alipay"))
    with pytest.raises(AssertionError, match="502"):
        alipay.call("alipay.trade.query", {"out_trade_no": NO})


@pytest.mark.parametrize(("kind", "done"), [("timeout", False), ("lost_answer", True)])
def test_gateway_does_not_answer(sandbox: Sandbox, merchant: WeChat, ear: Ear, kind: str, done: bool) -> None:
    sandbox.throw(outage=kind)
    with pytest.raises(TimeoutError):
        merchant.call("POST", "/v3/pay/transactions/native", merchant.order(NO, f"{ear.url}/n"), timeout=0.5)
    sandbox.throw(outage="")
    assert (merchant.ask(NO)[0] == 200) is done


def test_an_outage_of_one_payment_leaves_the_others(sandbox: Sandbox, merchant: WeChat, ear: Ear) -> None:
    merchant.native(NO, f"{ear.url}/notify")
    merchant.native(NO + "B", f"{ear.url}/notify")
    sandbox.call("PUT", f"/api/payments/wechat/{NO}/switches", {"outage": "5xx"})
    assert merchant.ask(NO)[0] == 500
    assert merchant.ask(NO + "B")[0] == 200


def test_answers_signed_wrongly(sandbox: Sandbox, merchant: WeChat, ear: Ear) -> None:
    merchant.native(NO, f"{ear.url}/notify")
    sandbox.throw(tampered_answer=True)
    _, headers, body = merchant.raw(
        "GET", f"/v3/pay/transactions/out-trade-no/{NO}?mchid={merchant.holds['mchid']}"
    )
    assert not merchant.trusts(headers, body)


def test_alipay_has_its_own_forged_notices(sandbox: Sandbox, ear: Ear) -> None:
    alipay = Alipay(sandbox.file("alipay"))
    sandbox.throw(tampered=True, stale=True, wrong_amount=True)
    alipay.open_page(NO, "9.00", f"{ear.url}/notify")
    sandbox.pay("alipay", NO)
    wait_for(lambda: len(ear.heard) == 3)
    forms = [dict(parse_qsl(heard.body.decode())) for heard in ear.heard]
    key = alipay.holds["alipay_public_key"]
    trusted = [verifies(key, form["sign"], signed_text(form, "sign", "sign_type")) for form in forms]
    assert trusted == [False, True, True]
    sent = [datetime.fromisoformat(form["notify_time"]) for form in forms]
    assert (sent[2] - sent[1]).total_seconds() > 500
    assert forms[2]["total_amount"] == "9.01"


def test_chance_throws_the_same_for_the_same_number(sandbox: Sandbox, merchant: WeChat, ear: Ear) -> None:
    assert drawn(NO, 0) == {}
    assert drawn(NO, 100) == drawn(NO, 100)
    assert drawn(NO, 100)["outage"] == "flaky"
    thrown = [drawn(f"{NO}{number}", 25) for number in range(200)]
    assert 30 < sum("lost" in one for one in thrown) < 70
    sandbox.call("PUT", "/api/pace", {"random_percent": 100})
    merchant.native(NO, f"{ear.url}/notify")
    assert sandbox.payment("wechat", NO)["switches"] == drawn(NO, 100)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/api/switches", {"nonsense": True}), ("/api/switches", {"delay": "yes"}), ("/api/switches", {"outage": True}),
        ("/api/switches", []), ("/api/pace", {"hurry": 0}), ("/api/pace", {"hang": -1}), ("/api/pace", {"warp": 9}),
    ],
)  # fmt: skip
def test_what_is_no_switch_is_refused(sandbox: Sandbox, path: str, content: object) -> None:
    assert sandbox.call("PUT", path, content)[0] == 422


def test_the_page_throws_switches_too(sandbox: Sandbox) -> None:
    page = send("GET", f"{sandbox.url}/switches")[2].decode()
    assert all(f'name="{switch.name}"' in page for switch in SWITCHES)
    usual = {**QUICK, "random_percent": 5}
    pace = "".join(f"&pace_{name}={value}" for name, value in usual.items())
    assert send("POST", f"{sandbox.url}/switches", f"triple=1&outage=5xx{pace}".encode())[0] == 303
    told = sandbox.call("GET", "/api/state")[1]
    assert told["switches"] == {"triple": True, "outage": "5xx"}
    assert told["pace"]["random_percent"] == 5
    assert "随机 5%" in send("GET", f"{sandbox.url}/")[2].decode()
    assert send("POST", f"{sandbox.url}/switches", f"outage=weird{pace}".encode())[0] == 422
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert send("POST", f"{sandbox.url}/switches", pace.encode(), headers)[0] == 403
