"""WeChat Pay's client, against real signatures checked and made by the public wechatpayv3 library."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha1
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from wechatpayv3 import WeChatPay as PublicLibrary
from wechatpayv3 import WeChatPayType
from wechatpayv3.utils import rsa_verify

from mall.payments.gateways.wechat import WechatPay
from mall.payments.gateways.wechat_login import WechatLogin
from mall.payments.models import (
    BadSignature,
    GatewayDeclined,
    GatewaySilent,
    LineKind,
    RefundState,
    RefundTold,
    StaleNotice,
    There,
    Told,
    ToPay,
    Way,
)
from tests.conftest import Clock
from tests.payments.counterpart import (
    APIV3,
    APPID,
    MCHID,
    PLATFORM,
    SERIAL,
    Counterpart,
    admitted,
    certificate,
    key,
    private,
    public,
    transaction,
    wechat_json,
    wechat_notice,
)

NO = "P0000000007001000000000ABCD"


def to_pay(clock: Clock, way: Way) -> ToPay:
    return ToPay(
        no=NO, way=way, fen=9900, currency="CNY", what="积分商城 兑换", closes_at=clock() + timedelta(minutes=15),
        back="https://mall.example/orders/1/payment?back=1", openid="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", address="192.0.2.7",
    )  # fmt: skip


def test_every_request_is_signed_as_the_rules_say_over_what_was_sent(
    network: Counterpart, wechat: WechatPay, clock: Clock
) -> None:
    network.says = lambda *_: (200, {"prepay_id": "wx261153585405162d4d02642eabe7000000"})
    wechat.prepay(to_pay(clock, Way.JSAPI))
    network.says = lambda *_: (200, transaction(NO, 9900, clock()))
    wechat.ask(NO)
    assert [(method, target) for method, target, _, _ in network.heard] == [
        ("POST", "/v3/pay/transactions/jsapi"),
        ("GET", f"/v3/pay/transactions/out-trade-no/{NO}?mchid={MCHID}"),
    ]
    assert all(admitted(*heard) for heard in network.heard)
    method, target, headers, body = network.heard[0]
    assert not admitted(method, target, headers, body.replace(b"9900", b"9901"))
    assert headers["Wechatpay-Serial"] == PLATFORM
    said = json.loads(body)
    assert said["amount"] == {"total": 9900, "currency": "CNY"}
    assert (said["mchid"], said["appid"], said["out_trade_no"]) == (MCHID, APPID, NO)
    assert said["time_expire"] == "2026-11-12T12:15:00+00:00"
    assert said["payer"] == {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}


def test_what_the_bridge_is_called_with_is_signed_over_its_four_lines(wechat: WechatPay, clock: Clock) -> None:
    asked = wechat.bridge("wx26")
    assert asked["package"] == "prepay_id=wx26"
    assert asked["timeStamp"] == str(int(clock().timestamp()))
    signed = f"{APPID}\n{asked['timeStamp']}"
    assert rsa_verify(signed, asked["nonceStr"], asked["package"], asked["paySign"], key("merchant").public_key())


def test_h5_gives_a_link_with_the_way_back_and_native_a_code(
    network: Counterpart, wechat: WechatPay, clock: Clock
) -> None:
    network.says = lambda *_: (200, {"h5_url": "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1"})
    ticket = wechat.prepay(to_pay(clock, Way.H5))
    query = parse_qs(urlsplit(ticket.holds["link"]).query)
    assert query["redirect_url"] == ["https://mall.example/orders/1/payment?back=1"]
    assert ticket.until == clock() + timedelta(minutes=4)
    assert json.loads(network.heard[-1][3])["scene_info"]["h5_info"] == {"type": "Wap"}
    network.says = lambda *_: (200, {"code_url": "weixin://wxpay/bizpayurl/up?pr=NwY5Mz9"})
    ticket = wechat.prepay(to_pay(clock, Way.NATIVE))
    assert ticket.holds == {"code_url": "weixin://wxpay/bizpayurl/up?pr=NwY5Mz9"}
    assert ticket.until == clock() + timedelta(minutes=15), "no longer than the order itself waits"


def test_a_link_to_elsewhere_in_plain_text_is_not_followed(
    network: Counterpart, wechat: WechatPay, clock: Clock
) -> None:
    network.says = lambda *_: (200, {"h5_url": "http://evil.example/pay"})
    with pytest.raises(GatewaySilent):
        wechat.prepay(to_pay(clock, Way.H5))


@pytest.mark.parametrize(
    ("state", "means"),
    [("SUCCESS", There.PAID), ("NOTPAY", There.OPEN), ("USERPAYING", There.OPEN), ("CLOSED", There.CLOSED),
     ("REVOKED", There.CLOSED), ("PAYERROR", There.OPEN), ("REFUND", There.REFUNDED)],
)  # fmt: skip
def test_each_state_of_the_network_has_its_meaning(
    network: Counterpart, wechat: WechatPay, clock: Clock, state: str, means: There
) -> None:
    network.says = lambda *_: (200, transaction(NO, 9900, clock(), trade_state=state))
    told = wechat.ask(NO)
    assert (told.state, told.no, told.fen, told.currency) == (means, NO, 9900, "CNY")
    assert (told.merchant, told.app) == (wechat.merchant, wechat.app)
    assert told.at == clock()


def test_what_the_network_never_heard_of_is_unknown_and_closes_at_once(wechat: WechatPay) -> None:
    assert wechat.ask(NO).state is There.UNKNOWN
    assert wechat.close(NO).state is There.CLOSED
    assert wechat.ask_refund(NO, "R1").state is RefundState.WANTED


def test_closing_what_was_paid_tells_that_it_is_paid(network: Counterpart, wechat: WechatPay, clock: Clock) -> None:
    def says(method: str, *_: Any) -> tuple[int, Any]:
        if method == "POST":
            return 400, {"code": "ORDERPAID", "message": "该订单已支付"}
        return 200, transaction(NO, 9900, clock())

    network.says = says
    assert wechat.close(NO).paid
    network.says = lambda *_: (204, None)
    assert wechat.close(NO).state is There.CLOSED


@pytest.mark.parametrize("spoil", ["tamper", "stranger", "serial"])
def test_an_answer_that_the_platform_did_not_sign_is_no_answer(
    network: Counterpart, wechat: WechatPay, clock: Clock, spoil: str
) -> None:
    network.says = lambda *_: (200, transaction(NO, 9900, clock()))
    if spoil == "tamper":
        network.tamper = True
    elif spoil == "stranger":
        network.signer = "stranger"
    else:
        wechat = WechatPay(wechat_json(network.url, platform={"ABCDEF": public("platform")}), clock, 3.0)
    with pytest.raises(GatewaySilent):
        wechat.ask(NO)


@pytest.mark.parametrize("says", [(500, {"code": "SYSTEM_ERROR"}), (429, {"code": "FREQUENCY_LIMITED"}), (200, b"{")])
def test_trouble_there_leaves_the_end_unknown(network: Counterpart, wechat: WechatPay, says: Any) -> None:
    network.says = lambda *_: says
    with pytest.raises(GatewaySilent):
        wechat.ask(NO)


def test_a_network_that_is_away_or_trickles_is_silent_in_time(clock: Clock) -> None:
    with pytest.raises(GatewaySilent):
        WechatPay(wechat_json("http://127.0.0.1:9"), clock, 1.0).ask(NO)


def test_a_refusal_is_told_in_the_networks_words(network: Counterpart, wechat: WechatPay, clock: Clock) -> None:
    network.says = lambda *_: (400, {"code": "PARAM_ERROR", "message": "参数错误"})
    with pytest.raises(GatewayDeclined, match="参数错误"):
        wechat.prepay(to_pay(clock, Way.NATIVE))


@pytest.mark.parametrize(
    ("status", "means"),
    [("SUCCESS", RefundState.DONE), ("PROCESSING", RefundState.SENT), ("ABNORMAL", RefundState.FAILED)],
)
def test_a_refund_is_asked_for_once_under_its_own_number(
    network: Counterpart, wechat: WechatPay, clock: Clock, status: str, means: RefundState
) -> None:
    network.says = lambda *_: (200, {
        "refund_id": "50000000382019052709732678859", "out_refund_no": "R1", "out_trade_no": NO, "status": status,
        "success_time": "2026-11-12T20:00:00+08:00", "amount": {"total": 9900, "refund": 4000, "currency": "CNY"},
    })  # fmt: skip
    told = wechat.refund(NO, "R1", fen=4000, of=9900, reason="仅退款")
    assert (told.state, told.fen, told.refund_no) == (means, 4000, "R1")
    assert (told.trouble == "ABNORMAL") == (means is RefundState.FAILED)
    assert json.loads(network.heard[-1][3])["amount"] == {"refund": 4000, "total": 9900, "currency": "CNY"}
    assert wechat.ask_refund(NO, "R1").state is means


def test_a_notice_is_opened_alike_by_us_and_by_the_public_library(wechat: WechatPay, clock: Clock) -> None:
    headers, body = wechat_notice(clock(), transaction(NO, 9900, clock()))
    told = wechat.notice(headers, body, clock())
    assert isinstance(told, Told)
    assert (told.no, told.fen, told.paid, told.notice_id) == (NO, 9900, True, "EV-1")
    library = PublicLibrary(
        wechatpay_type=WeChatPayType.JSAPI, mchid=MCHID, private_key=private("merchant"), cert_serial_no=SERIAL,
        apiv3_key=APIV3, appid=APPID, public_key=public("platform"), public_key_id=PLATFORM,
    )  # fmt: skip
    theirs = library.callback(headers, body)
    assert theirs["resource"]["out_trade_no"] == told.no
    assert theirs["resource"]["amount"]["total"] == told.fen
    assert theirs["id"] == told.notice_id


def test_a_notice_signed_with_a_certificates_key_is_taken_whatever_the_case_of_its_serial(
    network: Counterpart, clock: Clock
) -> None:
    pem, serial = certificate("platform")
    wechat = WechatPay(wechat_json(network.url, platform={serial.lower(): pem}), clock, 3.0)
    headers, body = wechat_notice(clock(), transaction(NO, 9900, clock()))
    assert wechat.notice(headers | {"Wechatpay-Serial": serial}, body, clock()) is not None
    assert wechat.notice(headers | {"Wechatpay-Serial": serial.lstrip("0")}, body, clock()) is not None


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda h, b: (h, b.replace(b"EV-1", b"EV-2")), BadSignature),
        (lambda h, b: (h | {"Wechatpay-Signature": h["Wechatpay-Signature"][:-8] + "AAAAAA=="}, b), BadSignature),
        (lambda h, b: (h | {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/not base64"}, b), BadSignature),
        (lambda h, b: (h | {"Wechatpay-Timestamp": str(int(h["Wechatpay-Timestamp"]) + 1)}, b), BadSignature),
        (lambda h, b: (h | {"Wechatpay-Nonce": "another"}, b), BadSignature),
        (lambda h, b: (h | {"Wechatpay-Serial": "ABCDEF"}, b), BadSignature),
        (lambda h, b: ({}, b), BadSignature),
    ],
)  # fmt: skip
def test_a_notice_that_was_touched_is_refused(
    wechat: WechatPay, clock: Clock, spoil: Callable[..., Any], code: type[Exception]
) -> None:
    headers, body = wechat_notice(clock(), transaction(NO, 9900, clock()))
    with pytest.raises(code):
        wechat.notice(*spoil(headers, body), clock())


@pytest.mark.parametrize("minutes", [-6, 6, -60])
def test_a_notice_outside_five_minutes_is_stale_though_the_public_library_takes_it(
    wechat: WechatPay, clock: Clock, minutes: int
) -> None:
    headers, body = wechat_notice(clock() + timedelta(minutes=minutes), transaction(NO, 9900, clock()))
    with pytest.raises(StaleNotice):
        wechat.notice(headers, body, clock())


def test_a_notice_sealed_with_another_key_is_refused(wechat: WechatPay, clock: Clock) -> None:
    headers, body = wechat_notice(clock(), transaction(NO, 9900, clock()), apiv3="another key of thirty-two signs!")
    with pytest.raises(BadSignature):
        wechat.notice(headers, body, clock())


def test_a_refund_notice_tells_its_refund_and_another_kind_nothing(wechat: WechatPay, clock: Clock) -> None:
    content = {
        "mchid": MCHID, "out_trade_no": NO, "transaction_id": "42", "out_refund_no": "R1", "refund_id": "50",
        "refund_status": "SUCCESS", "success_time": "2026-11-12T20:00:00+08:00",
        "amount": {"total": 9900, "refund": 4000, "payer_total": 9900, "payer_refund": 4000},
    }  # fmt: skip
    told = wechat.notice(*wechat_notice(clock(), content, kind="REFUND.SUCCESS"), clock())
    assert isinstance(told, RefundTold)
    assert (told.state, told.refund_no, told.fen) == (RefundState.DONE, "R1", 4000)
    assert wechat.notice(*wechat_notice(clock(), content, kind="COUPON.USE"), clock()) is None


HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)
PAID = (
    "`2026-11-11 20:00:00,`wx,`1900,`0,`,`4200001,`P1,`o,`JSAPI,`SUCCESS,`OTHERS,`CNY,`99.00,`0.00,`0,`0,`0.00,`0.00,"
    "`,`,`积分商城,`,`0.59400,`0.60%,`99.00,`0.00,`"
)
BACK = (
    "`2026-11-11 21:00:00,`wx,`1900,`0,`,`4200001,`P1,`o,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5000001,`R1,`40.00,"
    "`0.00,`ORIGINAL,`SUCCESS,`积分商城,`,`-0.24000,`0.60%,`0.00,`40.00,`"
)
SUMS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额",
    "`2,`99.00,`40.00,`0.00,`0.35400,`99.00,`40.00",
)


def test_a_bill_is_fetched_checked_and_read(network: Counterpart, wechat: WechatPay) -> None:
    table = "\ufeff" + "\r\n".join([HEAD, PAID, BACK, *SUMS]) + "\r\n"

    def says(_method: str, target: str, _body: bytes) -> tuple[int, Any]:
        if target.startswith("/v3/bill/tradebill"):
            where = f"{network.url}/v3/billdownload/file?token=abc"
            return 200, {"hash_type": "SHA1", "hash_value": sha1(table.encode()).hexdigest(), "download_url": where}
        return 200, table.encode()

    network.says = says
    paid, back = wechat.bill(date(2026, 11, 11))
    assert (paid.kind, paid.no, paid.fen, paid.gateway_no) == (LineKind.PAID, "P1", 9900, "4200001")
    assert (back.kind, back.refund_no, back.fen, back.about) == (LineKind.REFUNDED, "R1", 4000, "R1")
    assert all(admitted(*heard) for heard in network.heard)
    where = f"{network.url}/v3/billdownload/file?token=a"
    asked = {"hash_type": "SHA1", "hash_value": "0" * 40, "download_url": where}
    network.says = lambda _method, target, _body: (200, b"another" if "file" in target else asked)
    with pytest.raises(BadSignature):
        wechat.bill(date(2026, 11, 11))


def test_a_day_without_a_payment_has_no_bill(network: Counterpart, wechat: WechatPay) -> None:
    network.says = lambda *_: (400, {"code": "NO_STATEMENT_EXIST", "message": "账单文件不存在"})
    assert wechat.bill(date(2026, 11, 11)) == []
    network.says = lambda *_: (400, {"code": "STATEMENT_CREATING", "message": "账单生成中"})
    with pytest.raises(GatewayDeclined):
        wechat.bill(date(2026, 11, 11))


def test_a_code_becomes_an_openid_once(network: Counterpart) -> None:
    login = WechatLogin(wechat_json(network.url), 3.0)
    there = urlsplit(login.address("https://mall.example/orders/1/payment/wechat", "a-state"))
    assert parse_qs(there.query)["scope"] == ["snsapi_base"]
    assert there.fragment == "wechat_redirect"
    network.says = lambda *_: (200, {"access_token": "A", "openid": "o-payer"})
    assert login.openid("code") == "o-payer"
    assert parse_qs(urlsplit(network.heard[-1][1]).query)["grant_type"] == ["authorization_code"]
    network.says = lambda *_: (200, {"errcode": 40029, "errmsg": "invalid code"})
    with pytest.raises(GatewayDeclined, match="invalid code"):
        login.openid("code")
