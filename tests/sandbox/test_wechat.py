"""WeChat Pay by the wire: signatures both ways, the documented answers and errors, callbacks, refunds, the bill."""

from __future__ import annotations

import gzip
import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.sandbox.conftest import Ear, Sandbox, wait_for
from tests.sandbox.merchant import WeChat, send, sign, verifies

NO = "P20261122000000001"


@pytest.fixture
def merchant(sandbox: Sandbox) -> WeChat:
    return WeChat(sandbox.file("wechat"))


@pytest.fixture
def notify(ear: Ear) -> str:
    return f"{ear.url}/payments/wechat/notifications"


def test_a_payment_is_placed_paid_told_and_found(sandbox: Sandbox, merchant: WeChat, ear: Ear, notify: str) -> None:
    assert merchant.native(NO, notify)["code_url"].startswith(sandbox.url)
    status, before = merchant.ask(NO)
    assert (status, before["trade_state"], before["amount"]["total"]) == (200, "NOTPAY", 9900)

    sandbox.pay("wechat", NO)
    heard = wait_for(lambda: ear.heard)[0]
    assert merchant.trusts(heard.headers, heard.body)
    told = merchant.opened(heard.body)
    assert told["event_type"] == "TRANSACTION.SUCCESS"
    assert told["resource"]["out_trade_no"] == NO
    assert told["resource"]["amount"] == {
        "total": 9900, "payer_total": 9900, "currency": "CNY", "payer_currency": "CNY",
    }  # fmt: skip

    status, after = merchant.ask(NO)
    assert after["trade_state"] == "SUCCESS"
    by_id = merchant.call("GET", f"/v3/pay/transactions/id/{after['transaction_id']}?mchid={merchant.holds['mchid']}")
    assert by_id == (200, after)
    assert [one["state"] for one in sandbox.letters("wechat", NO)] == ["taken"]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"spoil": " "}, "SIGN_ERROR"),
        ({"at": int(time.time()) - 600}, "SIGN_ERROR"),
        ({"mchid": "1900000001"}, "SIGN_ERROR"),
        ({"serial": "ABC"}, "PARAM_ERROR"),
    ],
)
def test_a_request_that_is_not_rightly_signed_does_nothing(
    merchant: WeChat, notify: str, how: dict[str, object], code: str
) -> None:
    status, told = merchant.call("POST", "/v3/pay/transactions/native", merchant.order(NO, notify), **how)  # type: ignore[arg-type]
    assert told is not None
    assert (status, told["code"]) == (400 if code == "PARAM_ERROR" else 401, code)
    assert merchant.ask(NO)[0] == 404


def test_a_request_without_a_signature_is_told_how_to_sign(sandbox: Sandbox) -> None:
    status, headers, body = send("GET", f"{sandbox.url}/v3/certificates")
    assert status == 401
    assert json.loads(body)["code"] == "SIGN_ERROR"
    assert "Request-ID" in headers


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"appid": "wx0"}, 400, "APPID_MCHID_NOT_MATCH"),
        ({"mchid": "1"}, 400, "PARAM_ERROR"),
        ({"out_trade_no": "短"}, 400, "PARAM_ERROR"),
        ({"amount": {"total": 0}}, 400, "PARAM_ERROR"),
        ({"amount": {"total": "9900"}}, 400, "PARAM_ERROR"),
        ({"amount": {"total": 9900, "currency": "USD"}}, 400, "PARAM_ERROR"),
        ({"notify_url": "http://127.0.0.1/a?b=c"}, 400, "PARAM_ERROR"),
        ({"notify_url": "ftp://127.0.0.1/"}, 400, "PARAM_ERROR"),
        ({"time_expire": "2020-01-01T00:00:00+08:00"}, 400, "PARAM_ERROR"),
        ({"time_expire": "soon"}, 400, "PARAM_ERROR"),
        ({"description": ""}, 400, "PARAM_ERROR"),
    ],
)
def test_what_is_misshapen_is_refused_as_documented(
    merchant: WeChat, notify: str, change: dict[str, object], status: int, code: str
) -> None:
    asked = {**merchant.order(NO, notify), **change}
    got, told = merchant.call("POST", "/v3/pay/transactions/native", asked)
    assert told is not None
    assert (got, told["code"]) == (status, code)


def test_each_way_needs_what_it_needs(merchant: WeChat, notify: str) -> None:
    for way in ("jsapi", "h5"):
        status, told = merchant.call("POST", f"/v3/pay/transactions/{way}", merchant.order(NO, notify))
        assert told is not None
        assert (status, told["code"]) == (400, "PARAM_ERROR")


def test_the_same_number_again_is_the_same_and_another_content_is_refused(merchant: WeChat, notify: str) -> None:
    assert merchant.native(NO, notify) == merchant.native(NO, notify)
    status, told = merchant.call("POST", "/v3/pay/transactions/native", merchant.order(NO, notify, fen=1))
    assert told is not None
    assert (status, told["code"]) == (403, "OUT_TRADE_NO_USED")


def test_close_stops_the_payment_and_a_paid_one_cannot_be_closed(
    sandbox: Sandbox, merchant: WeChat, notify: str
) -> None:
    close = f"/v3/pay/transactions/out-trade-no/{NO}/close"
    content = {"mchid": merchant.holds["mchid"]}
    assert merchant.call("POST", close, content)[0] == 404
    merchant.native(NO, notify)
    assert merchant.call("POST", close, content) == (204, None)
    assert merchant.call("POST", close, content) == (204, None)
    assert merchant.ask(NO)[1]["trade_state"] == "CLOSED"
    assert sandbox.call("POST", f"/api/payments/wechat/{NO}/payment")[0] == 409

    merchant.native(NO + "B", notify)
    sandbox.pay("wechat", NO + "B")
    status, told = merchant.call("POST", close.replace(NO, NO + "B"), content)
    assert told is not None
    assert (status, told["code"]) == (400, "ORDERPAID")


def test_nobody_pays_after_the_merchants_time(sandbox: Sandbox, merchant: WeChat, notify: str) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=1.2)).isoformat()
    merchant.native(NO, notify, time_expire=soon)
    wait_for(lambda: merchant.ask(NO)[1]["trade_state"] == "CLOSED")
    assert sandbox.call("POST", f"/api/payments/wechat/{NO}/payment")[0] == 409


def test_refunds_in_part_never_exceed_what_was_paid(
    sandbox: Sandbox, merchant: WeChat, ear: Ear, notify: str
) -> None:
    merchant.native(NO, notify)
    assert merchant.refund(NO, "R1", 100)[0] == 403
    sandbox.pay("wechat", NO)
    wait_for(lambda: len(ear.heard) == 1)

    status, told = merchant.refund(NO, "R1", 4000, notify_url=notify)
    assert (status, told["status"], told["amount"]["refund"]) == (200, "SUCCESS", 4000)
    heard = wait_for(lambda: ear.heard[1:])[0]
    assert merchant.trusts(heard.headers, heard.body)
    opened = merchant.opened(heard.body)
    assert (opened["event_type"], opened["resource"]["out_refund_no"]) == ("REFUND.SUCCESS", "R1")

    assert merchant.refund(NO, "R1", 4000)[1]["refund_id"] == told["refund_id"]
    assert merchant.refund(NO, "R1", 4001)[1]["code"] == "INVALID_REQUEST"
    assert merchant.refund(NO, "R2", 5901)[1]["code"] == "INVALID_REQUEST"
    assert merchant.refund(NO, "R2", 5900, total=9000)[1]["code"] == "INVALID_REQUEST"
    assert merchant.refund(NO, "R2", 5900)[0] == 200
    assert merchant.ask(NO)[1]["trade_state"] == "REFUND"
    query = merchant.call("GET", "/v3/refund/domestic/refunds/R2")[1]
    assert query is not None
    assert (query["status"], query["out_trade_no"]) == ("SUCCESS", NO)
    assert merchant.call("GET", "/v3/refund/domestic/refunds/R3")[0] == 404
    assert sandbox.payment("wechat", NO)["refunded_fen"] == 9900


def test_a_refund_is_under_way_for_a_while(sandbox: Sandbox, merchant: WeChat, notify: str) -> None:
    sandbox.call("PUT", "/api/pace", {"refund": 0.5})
    merchant.native(NO, notify)
    sandbox.pay("wechat", NO)
    assert merchant.refund(NO, "R1", 9900)[1]["status"] == "PROCESSING"
    wait_for(lambda: (merchant.call("GET", "/v3/refund/domestic/refunds/R1")[1] or {})["status"] == "SUCCESS")


def test_an_answer_is_signed_with_the_key_that_was_asked_for(merchant: WeChat) -> None:
    for serial in merchant.holds["platform"]:
        _, headers, body = merchant.raw("GET", "/v3/certificates", serial=serial)
        assert headers["Wechatpay-Serial"] == serial
        assert merchant.trusts(headers, body)


def test_in_wechat_the_page_pays_only_with_the_merchants_pay_sign(
    sandbox: Sandbox, merchant: WeChat, notify: str
) -> None:
    asked = merchant.order(NO, notify, payer={"openid": "o123"})
    prepay = (merchant.call("POST", "/v3/pay/transactions/jsapi", asked)[1] or {})["prepay_id"]
    given = {
        "appId": merchant.holds["appid"], "timeStamp": str(int(time.time())), "nonceStr": "n0nce",
        "package": f"prepay_id={prepay}", "signType": "RSA",
    }  # fmt: skip
    lines = f"{given['appId']}\n{given['timeStamp']}\n{given['nonceStr']}\n{given['package']}\n"
    link = {**given, "paySign": sign(merchant.holds["private_key"], lines), "back": "http://127.0.0.1:1/orders/1"}
    status, headers, _ = send("GET", f"{merchant.holds['jsapi_url']}?{urlencode(link)}")
    assert status == 302
    page = send("GET", sandbox.url + headers["Location"])[2].decode()
    assert "不是真钱" in page
    assert "¥99.00" in page
    forged = {**link, "nonceStr": "other"}
    assert send("GET", f"{merchant.holds['jsapi_url']}?{urlencode(forged)}")[0] == 400

    cashier = sandbox.url + urlsplit(headers["Location"]).path
    back = urlencode({"back": link["back"]}).encode()
    assert "没有付款" in send("GET", sandbox.url + send("POST", f"{cashier}/refusal", back)[1]["Location"])[2].decode()
    send("POST", f"{cashier}/payment", back)
    after = merchant.ask(NO)[1]
    assert (after["trade_state"], after["payer"]["openid"]) == ("SUCCESS", "o123")
    done = send("GET", f"{cashier}?{back.decode()}")[2].decode()
    assert "付款成功" in done
    assert 'href="http://127.0.0.1:1/orders/1"' in done


def test_a_browsers_link_leads_to_the_page_and_back(sandbox: Sandbox, merchant: WeChat, notify: str) -> None:
    scene = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    told = merchant.call("POST", "/v3/pay/transactions/h5", merchant.order(NO, notify, scene_info=scene))[1] or {}
    home = urlencode({"redirect_url": "http://127.0.0.1:1/orders/1"})
    _, headers, _ = send("GET", f"{told['h5_url']}&{home}")
    assert parse_qs(urlsplit(headers["Location"]).query)["back"] == ["http://127.0.0.1:1/orders/1"]
    evil = send("GET", f"{told['h5_url']}&{urlencode({'redirect_url': 'javascript:alert(1)'})}")[1]["Location"]
    assert "javascript" not in evil


def test_yesterdays_bill_holds_what_was_paid_and_what_went_back(
    sandbox: Sandbox, merchant: WeChat, notify: str
) -> None:
    for number in ("A", "B"):
        merchant.native(NO + number, notify)
        sandbox.pay("wechat", NO + number)
    merchant.refund(NO + "B", "RB", 900)
    shift_back(sandbox, days=1)
    day = f"{datetime.now(UTC) + timedelta(hours=8) - timedelta(days=1):%Y-%m-%d}"
    told = merchant.call("GET", f"/v3/bill/tradebill?bill_date={day}&bill_type=ALL&tar_type=GZIP")[1] or {}
    assert told["hash_type"] == "SHA1"
    target = told["download_url"].removeprefix(merchant.holds["base_url"])
    status, _, packed = merchant.raw("GET", target)
    content = gzip.decompress(packed)
    assert status == 200
    assert hashlib.sha1(content).hexdigest() == told["hash_value"]
    lines = content.decode("utf-8-sig").splitlines()
    rows = [dict(zip(lines[0].split(","), (cell[1:] for cell in line.split(",")), strict=True)) for line in lines[1:-2]]
    assert [(row["商户订单号"], row["交易状态"], row["订单金额"], row["退款金额"]) for row in rows] == [
        (NO + "A", "SUCCESS", "99.00", "0.00"), (NO + "B", "SUCCESS", "99.00", "0.00"),
        (NO + "B", "REFUND", "0.00", "9.00"),
    ]  # fmt: skip
    assert lines[-1].split(",")[:3] == ["`3", "`198.00", "`9.00"]

    assert send("GET", told["download_url"])[0] == 401
    earlier = merchant.call("GET", "/v3/bill/tradebill?bill_date=2020-01-01")[1] or {}
    assert earlier["code"] == "NO_STATEMENT_EXIST"
    today = f"{datetime.now(UTC) + timedelta(hours=8):%Y-%m-%d}"
    assert merchant.call("GET", f"/v3/bill/tradebill?bill_date={today}")[0] == 400


def shift_back(sandbox: Sandbox, *, days: int) -> None:
    """Make what happened today have happened so many days ago."""
    import sqlite3

    database = sqlite3.connect(sandbox.folder / "sandbox.db", timeout=10)
    by = days * 86_400_000_000
    database.execute("UPDATE payment SET opened_at = opened_at - ?, ended_at = ended_at - ?", (by, by))
    database.execute("UPDATE refund SET opened_at = opened_at - ?, done_at = done_at - ?", (by, by))
    database.commit()
    database.close()


def test_a_person_has_one_openid_and_a_code_works_once(sandbox: Sandbox, merchant: WeChat) -> None:
    holds = merchant.holds
    asked = urlencode({
        "appid": holds["appid"], "redirect_uri": "http://127.0.0.1:1/pay", "response_type": "code",
        "scope": "snsapi_base", "state": "s1",
    })  # fmt: skip
    _, headers, _ = send("GET", f"{holds['oauth_url']}?{asked}")
    back = urlsplit(headers["Location"])
    code, cookie = parse_qs(back.query)["code"][0], headers["Set-Cookie"].partition(";")[0]
    assert parse_qs(back.query)["state"] == ["s1"]

    def openid(code: str, secret: str = holds["app_secret"]) -> dict[str, object]:
        query = urlencode({"appid": holds["appid"], "secret": secret, "code": code, "grant_type": "authorization_code"})
        return dict(json.loads(send("GET", f"{holds['oauth_base_url']}/sns/oauth2/access_token?{query}")[2]))

    assert openid(code, "wrong")["errcode"] == 40125
    first = openid(code)
    assert openid(code)["errcode"] == 40163
    assert openid("nonsense")["errcode"] == 40029
    _, headers, _ = send("GET", f"{holds['oauth_url']}?{asked}", headers={"Cookie": cookie})
    again = openid(parse_qs(urlsplit(headers["Location"]).query)["code"][0])
    assert first["openid"] == again["openid"]
    wrong = asked.replace(urlencode({"redirect_uri": "http://127.0.0.1:1/pay"}), "redirect_uri=javascript%3A1")
    assert send("GET", f"{holds['oauth_url']}?{wrong}")[0] == 400


def test_the_platforms_certificate_comes_encrypted(merchant: WeChat) -> None:
    told = merchant.call("GET", "/v3/certificates")[1] or {}
    assert told["data"][0]["serial_no"] in merchant.holds["platform"]
    assert not verifies(merchant.holds["platform"][told["data"][0]["serial_no"]], "AAAA", "x")
