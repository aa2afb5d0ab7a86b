"""Alipay by the wire: the page, the gateway's methods, notices, the way back, the bill."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, parse_qsl

import pytest

from tests.sandbox.conftest import Ear, Sandbox, wait_for
from tests.sandbox.merchant import Alipay, send, signed_text, verifies
from tests.sandbox.test_wechat import shift_back

NO = "A20261122000000001"


@pytest.fixture
def merchant(sandbox: Sandbox) -> Alipay:
    return Alipay(sandbox.file("alipay"))


@pytest.fixture
def notify(ear: Ear) -> str:
    return f"{ear.url}/payments/alipay/notifications"


def trusted(merchant: Alipay, form: dict[str, str]) -> bool:
    return verifies(merchant.holds["alipay_public_key"], form["sign"], signed_text(form, "sign", "sign_type"))


def test_a_trade_begins_when_the_page_opens_and_not_before(merchant: Alipay, notify: str) -> None:
    link = merchant.link(NO, "88.80", notify, "http://127.0.0.1:1/orders")
    assert merchant.call("alipay.trade.query", {"out_trade_no": NO})["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert merchant.call("alipay.trade.close", {"out_trade_no": NO})["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    send("GET", link)
    told = merchant.call("alipay.trade.query", {"out_trade_no": NO})
    assert (told["code"], told["trade_status"], told["total_amount"]) == ("10000", "WAIT_BUYER_PAY", "88.80")
    by_number = merchant.call("alipay.trade.query", {"trade_no": told["trade_no"]})
    assert by_number == told


def test_a_payment_is_told_by_a_signed_form_and_on_the_way_back(
    sandbox: Sandbox, merchant: Alipay, ear: Ear, notify: str
) -> None:
    cashier = sandbox.url + merchant.open_page(NO, "88.80", notify)
    assert "¥88.80" in send("GET", cashier)[2].decode()
    page = send("POST", f"{cashier}/payment", b"back=")[1]["Location"]
    heard = wait_for(lambda: ear.heard)[0]
    form = dict(parse_qsl(heard.body.decode(), keep_blank_values=True))
    assert trusted(merchant, form)
    assert (form["trade_status"], form["total_amount"], form["out_trade_no"]) == ("TRADE_SUCCESS", "88.80", NO)
    assert (form["app_id"], form["seller_id"]) == (merchant.holds["app_id"], merchant.holds["seller_id"])
    asked = merchant.call("alipay.trade.query", {"out_trade_no": NO})
    assert (asked["trade_status"], asked["trade_no"]) == ("TRADE_SUCCESS", form["trade_no"])

    done = send("GET", sandbox.url + page)[2].decode()
    home = done.split('href="http://127.0.0.1:1/orders?')[1].split('"')[0].replace("&amp;", "&")
    back = {name: values[0] for name, values in parse_qs(home).items()}
    assert trusted(merchant, back)
    assert (back["out_trade_no"], back["total_amount"]) == (NO, "88.80")


def test_a_notice_is_sent_until_the_answer_is_success(
    sandbox: Sandbox, merchant: Alipay, ear: Ear, notify: str
) -> None:
    sandbox.call("PUT", "/api/pace", {"hurry": 4000})
    ear.answer = lambda _: (200, b"success" if len(ear.heard) == 3 else b"fail")
    merchant.open_page(NO, "1", notify)
    sandbox.pay("alipay", NO)
    wait_for(lambda: sandbox.letters("alipay", NO)[0]["state"] == "taken")
    assert len(ear.heard) == 4
    assert len({parse_qs(heard.body.decode())["notify_id"][0] for heard in ear.heard}) == 1


@pytest.mark.parametrize(
    ("change", "sub_code"),
    [
        ({"app_id": "1"}, "isv.invalid-app-id"),
        ({"sign_type": "RSA"}, "isv.invalid-signature-type"),
        ({"charset": "gbk"}, "isv.invalid-charset"),
        ({"biz_content": "[]"}, "isv.invalid-parameter"),
        ({"biz_content": "{}"}, "isv.missing-parameter"),
    ],
)
def test_errors_are_told_as_documented(merchant: Alipay, change: dict[str, str], sub_code: str) -> None:
    told = merchant.call("alipay.trade.query", {"out_trade_no": NO}, **change)
    assert told["sub_code"] == sub_code


def test_what_another_has_signed_is_refused(merchant: Alipay, sandbox: Sandbox, notify: str) -> None:
    merchant.holds["private_key"] = sandbox.file("wechat")["private_key"]
    assert merchant.call("alipay.trade.query", {"out_trade_no": NO})["sub_code"] == "isv.invalid-signature"
    assert send("GET", merchant.link(NO, "1.00", notify, ""))[0] == 400
    assert sandbox.call("GET", f"/api/payments/alipay/{NO}")[0] == 404


@pytest.mark.parametrize("amount", ["0", "0.00", "1.234", "-1", "1e3", "", "01"])
def test_an_amount_that_is_none_opens_nothing(merchant: Alipay, sandbox: Sandbox, notify: str, amount: str) -> None:
    assert send("GET", merchant.link(NO, amount, notify, ""))[0] == 400
    assert sandbox.call("GET", f"/api/payments/alipay/{NO}")[0] == 404


def test_close_and_time_end_a_trade(sandbox: Sandbox, merchant: Alipay, notify: str) -> None:
    link = merchant.link(NO, "1.00", notify, "")
    send("GET", link)
    assert merchant.call("alipay.trade.close", {"out_trade_no": NO})["code"] == "10000"
    assert merchant.call("alipay.trade.query", {"out_trade_no": NO})["trade_status"] == "TRADE_CLOSED"
    assert send("GET", link)[0] == 400
    soon = f"{datetime.now(UTC) + timedelta(hours=8, seconds=2):%Y-%m-%d %H:%M:%S}"
    merchant.open_page(NO + "B", "1.00", notify, time_expire=soon)
    wait_for(
        lambda: merchant.call("alipay.trade.query", {"out_trade_no": NO + "B"})["trade_status"] == "TRADE_CLOSED"
    )
    assert sandbox.call("POST", f"/api/payments/alipay/{NO}B/payment")[0] == 409


def test_refunds_in_part_are_repeat_safe_and_never_too_much(
    sandbox: Sandbox, merchant: Alipay, ear: Ear, notify: str
) -> None:
    merchant.open_page(NO, "88.80", notify)

    def refund(amount: str, no: str) -> dict[str, str]:
        return merchant.call("alipay.trade.refund", {"out_trade_no": NO, "refund_amount": amount, "out_request_no": no})

    assert refund("1.00", "R1")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    sandbox.pay("alipay", NO)
    wait_for(lambda: len(ear.heard) == 1)
    assert merchant.call("alipay.trade.close", {"out_trade_no": NO})["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    first = refund("8.80", "R1")
    assert (first["fund_change"], first["refund_fee"]) == ("Y", "8.80")
    assert refund("8.80", "R1")["fund_change"] == "N"
    assert refund("8.81", "R1")["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert refund("80.01", "R2")["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    form = dict(parse_qsl(wait_for(lambda: ear.heard[1:])[0].body.decode()))
    assert trusted(merchant, form)
    assert (form["out_biz_no"], form["refund_fee"], form["trade_status"]) == ("R1", "8.80", "TRADE_SUCCESS")
    assert refund("80.00", "R2")["refund_fee"] == "88.80"
    assert merchant.call("alipay.trade.query", {"out_trade_no": NO})["trade_status"] == "TRADE_CLOSED"
    query = "alipay.trade.fastpay.refund.query"
    assert merchant.call(query, {"out_trade_no": NO, "out_request_no": "R2"})["refund_status"] == "REFUND_SUCCESS"
    assert "refund_status" not in merchant.call(query, {"out_trade_no": NO, "out_request_no": "R9"})


def test_yesterdays_bill_is_a_zip_with_two_tables(sandbox: Sandbox, merchant: Alipay, notify: str) -> None:
    merchant.open_page(NO, "88.80", notify)
    sandbox.pay("alipay", NO)
    merchant.call("alipay.trade.refund", {"out_trade_no": NO, "refund_amount": "8.80", "out_request_no": "R1"})
    method, yesterday = "alipay.data.dataservice.bill.downloadurl.query", datetime.now(UTC) - timedelta(hours=16)
    asked = {"bill_type": "trade", "bill_date": f"{yesterday:%Y-%m-%d}"}
    assert merchant.call(method, asked)["sub_code"] == "isp.bill_not_exist"
    shift_back(sandbox, days=1)
    status, _, packed = send("GET", merchant.call(method, asked)["bill_download_url"])
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        assert len(file.namelist()) == 2
        details = next(name for name in file.namelist() if "汇总" not in name)
        lines = file.read(details).decode("gbk").splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("支付宝交易号"))
    names = lines[head].split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in lines[head + 1 :] if not line.startswith("#")]
    told = [(row["商户订单号"].strip(), row["业务类型"], row["订单金额（元）"]) for row in rows]
    assert told == [(NO, "交易", "88.80"), (NO, "退款", "-8.80")]
