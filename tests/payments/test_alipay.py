"""Alipay's client, against real RSA2 signatures."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from mall.payments.gateways.alipay import Alipay, raw_node
from mall.payments.gateways.wire import fen, yuan
from mall.payments.models import (
    BadSignature,
    GatewayDeclined,
    GatewaySilent,
    LineKind,
    RefundState,
    StaleNotice,
    There,
    Told,
    ToPay,
    Way,
    WrongMerchant,
)
from tests.conftest import Clock
from tests.payments.counterpart import (
    ALI_APP,
    SELLER,
    Counterpart,
    alipay_answer,
    alipay_notice,
    alipay_signed,
    form_of,
)

NO = "P0000000007001000000000ABCD"


def answers(method: str, said: dict[str, Any], signer: str = "alipay") -> Callable[..., Any]:
    return lambda *_: (200, alipay_answer(method, said, signer))


def test_the_link_to_the_cashier_is_signed_over_all_it_carries(alipay: Alipay, clock: Clock) -> None:
    pay = ToPay(
        no=NO, way=Way.WAP, fen=9905, currency="CNY", what="积分商城 兑换", closes_at=clock() + timedelta(minutes=15),
        back="https://mall.example/orders/1/payment?back=1",
    )  # fmt: skip
    ticket = alipay.prepay(pay)
    asked = dict(parse_qsl(urlsplit(ticket.holds["link"]).query))
    assert alipay_signed(asked)
    assert not alipay_signed(asked | {"notify_url": "https://evil.example/"})
    content = json.loads(asked["biz_content"])
    assert (content["total_amount"], content["out_trade_no"]) == ("99.05", NO)
    assert content["time_expire"] == "2026-11-12 20:15:00", "in China's time"
    assert asked["return_url"] == pay.back
    assert ticket.until == pay.closes_at


@pytest.mark.parametrize(
    ("state", "means"),
    [("WAIT_BUYER_PAY", There.OPEN), ("TRADE_SUCCESS", There.PAID), ("TRADE_FINISHED", There.PAID),
     ("TRADE_CLOSED", There.CLOSED)],
)  # fmt: skip
def test_each_state_of_the_network_has_its_meaning(
    network: Counterpart, alipay: Alipay, clock: Clock, state: str, means: There
) -> None:
    network.says = answers("alipay.trade.query", {
        "code": "10000", "msg": "Success", "out_trade_no": NO, "trade_no": "2026", "trade_status": state,
        "total_amount": "99.05", "send_pay_date": "2026-11-12 20:00:00", "buyer_logon_id": "a{b}\"c***",
    })  # fmt: skip
    told = alipay.ask(NO)
    assert (told.state, told.fen, told.merchant, told.app) == (means, 9905, SELLER, ALI_APP)
    assert told.at == clock()
    assert alipay_signed(form_of(network.heard[-1][3]))


def test_what_the_network_never_heard_of_is_unknown_and_closes_at_once(network: Counterpart, alipay: Alipay) -> None:
    said = {"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.TRADE_NOT_EXIST", "sub_msg": "交易不存在"}
    network.says = answers("alipay.trade.query", said)
    assert alipay.ask(NO).state is There.UNKNOWN
    network.says = answers("alipay.trade.close", said)
    assert alipay.close(NO).state is There.CLOSED
    network.says = answers("alipay.trade.fastpay.refund.query", said)
    assert alipay.ask_refund(NO, "R1").state is RefundState.WANTED


def test_an_answer_that_alipay_did_not_sign_is_no_answer(network: Counterpart, alipay: Alipay) -> None:
    said = {"code": "10000", "out_trade_no": NO, "trade_status": "TRADE_SUCCESS", "total_amount": "99.05"}
    network.says = answers("alipay.trade.query", said, signer="stranger")
    with pytest.raises(GatewaySilent):
        alipay.ask(NO)
    network.says = lambda *_: (200, alipay_answer("alipay.trade.query", said).replace(b"99.05", b"00.01"))
    with pytest.raises(GatewaySilent):
        alipay.ask(NO)
    for nonsense in (b"", b"<html>", b"[]", b'{"sign":"x"}'):
        network.says = lambda *_, said=nonsense: (200, said)
        with pytest.raises(GatewaySilent):
            alipay.ask(NO)


def test_a_refund_is_done_when_the_money_moved_and_a_repeat_is_asked_after(
    network: Counterpart, alipay: Alipay
) -> None:
    network.says = answers("alipay.trade.refund", {"code": "10000", "fund_change": "Y", "trade_no": "2026"})
    told = alipay.refund(NO, "R1", fen=4000, of=9905, reason="仅退款")
    assert told.state is RefundState.DONE
    content = json.loads(form_of(network.heard[-1][3])["biz_content"])
    assert (content["refund_amount"], content["out_request_no"]) == ("40.00", "R1")

    def says(_method: str, _target: str, body: bytes) -> tuple[int, Any]:
        if form_of(body)["method"] == "alipay.trade.refund":
            return 200, alipay_answer("alipay.trade.refund", {"code": "10000", "fund_change": "N"})
        found = {"code": "10000", "out_request_no": "R1", "refund_amount": "40.00", "refund_status": "REFUND_SUCCESS"}
        return 200, alipay_answer("alipay.trade.fastpay.refund.query", found)

    network.says = says
    told = alipay.refund(NO, "R1", fen=4000, of=9905, reason="仅退款")
    assert (told.state, told.fen) == (RefundState.DONE, 4000)
    network.says = answers("alipay.trade.refund", {"code": "40004", "sub_code": "ACQ.SELLER_BALANCE_NOT_ENOUGH",
                                                   "sub_msg": "卖家余额不足"})  # fmt: skip
    with pytest.raises(GatewayDeclined, match="卖家余额不足"):
        alipay.refund(NO, "R1", fen=4000, of=9905, reason="仅退款")
    network.says = answers("alipay.trade.refund", {"code": "20000", "msg": "Service Currently Unavailable"})
    with pytest.raises(GatewaySilent):
        alipay.refund(NO, "R1", fen=4000, of=9905, reason="仅退款")


def test_a_notice_is_taken_from_the_raw_form(alipay: Alipay, clock: Clock) -> None:
    told = alipay.notice({}, alipay_notice(clock(), out_trade_no=NO, total_amount="99.05"), clock())
    assert isinstance(told, Told)
    assert (told.no, told.fen, told.state, told.at) == (NO, 9905, There.PAID, clock())
    assert told.notice_id == "ac05099524730693a8b330c5ecf72da9786"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.replace(b"99.05", b"00.01"),
        lambda body: body + b"&total_amount=0.01",
        lambda body: body.replace(b"RSA2", b"RSA"),
        lambda body: body.replace(b"sign=", b"sign=A"),
        lambda body: body.partition(b"&sign=")[0],
        lambda body: b"",
        lambda body: b"\xff\xfe",
        lambda body: b"&".join(b"a%d=1" % n for n in range(500)),
    ],
)
def test_a_notice_that_was_touched_is_refused(alipay: Alipay, clock: Clock, spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BadSignature):
        alipay.notice({}, spoil(alipay_notice(clock(), out_trade_no=NO, total_amount="99.05")), clock())


def test_a_strangers_notice_a_stale_one_and_one_for_another_seller_are_refused(alipay: Alipay, clock: Clock) -> None:
    facts = {"out_trade_no": NO, "total_amount": "99.05"}
    with pytest.raises(BadSignature):
        alipay.notice({}, alipay_notice(clock(), signer="stranger", **facts), clock())
    for minutes in (-6, 6):
        with pytest.raises(StaleNotice):
            alipay.notice({}, alipay_notice(clock() + timedelta(minutes=minutes), **facts), clock())
    for other in ({"seller_id": "2088000000000000"}, {"app_id": "2014"}):
        with pytest.raises(WrongMerchant):
            alipay.notice({}, alipay_notice(clock(), **facts, **other), clock())


def test_a_notice_of_a_refund_is_about_nothing_new(alipay: Alipay, clock: Clock) -> None:
    body = alipay_notice(clock(), out_trade_no=NO, total_amount="99.05", refund_fee="40.00", out_biz_no="R1")
    assert alipay.notice({}, body, clock()) is None


def packed(**tables: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in tables.items():
            archive.writestr(f"{name}.csv", text.encode("gb18030"))
    return out.getvalue()


TABLE = (
    "#支付宝业务明细查询\r\n#账号：[2088102146225135]\r\n#-----业务明细列表-----\r\n"
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,订单金额（元）,商家实收（元）,退款批次号/请求号,备注\r\n"
    f"2026a\t,{NO}\t,交易,积分商城,2026-11-11 20:00:00,2026-11-11 20:00:30,99.05,99.05,,\r\n"
    f"2026a\t,{NO}\t,退款,积分商城,2026-11-11 20:00:00,2026-11-11 21:00:00,-40.00,-40.00,R1\t,\r\n"
    "#-----业务明细列表结束-----\r\n#交易合计：1笔\r\n"
)


def test_a_bill_is_fetched_unpacked_and_read(network: Counterpart, alipay: Alipay) -> None:
    table = packed(明细=TABLE, 汇总="#汇总\r\n门店编号,交易订单总笔数\r\n合计,1\r\n")

    def says(method: str, *_: Any) -> tuple[int, Any]:
        if method == "POST":
            said = {"code": "10000", "bill_download_url": f"{network.url}/downloadBill.do?id=1"}
            return 200, alipay_answer("alipay.data.dataservice.bill.downloadurl.query", said)
        return 200, table

    network.says = says
    paid, back = alipay.bill(date(2026, 11, 11))
    assert (paid.kind, paid.no, paid.fen) == (LineKind.PAID, NO, 9905)
    assert (back.kind, back.about, back.fen) == (LineKind.REFUNDED, "R1", 4000)
    table = b"no archive"
    with pytest.raises(GatewaySilent):
        alipay.bill(date(2026, 11, 11))
    none = {"code": "40004", "sub_code": "isp.bill_not_exist", "sub_msg": "账单不存在"}
    network.says = answers("alipay.data.dataservice.bill.downloadurl.query", none)
    assert alipay.bill(date(2026, 11, 11)) == []
    away = {"code": "10000", "bill_download_url": "http://evil.example/bill"}
    network.says = answers("alipay.data.dataservice.bill.downloadurl.query", away)
    with pytest.raises(GatewaySilent):
        alipay.bill(date(2026, 11, 11))


def test_the_signed_part_is_taken_as_it_stands() -> None:
    text = '{"a_response" : {"x": "}\\"{", "y":{"z":1}},"sign":"s"}'
    assert raw_node(text, "a_response") == '{"x": "}\\"{", "y":{"z":1}}'


@pytest.mark.parametrize(
    ("text", "means"),
    [("12.34", 1234), ("0.1", 10), ("5", 500), ("-40.00", -4000), ("1,234.50", 123450), ("¥1.00", 100)],
)
def test_money_is_read_to_the_fen(text: str, means: int) -> None:
    assert fen(text) == means
    assert yuan(123405) == "1234.05"


@pytest.mark.parametrize("text", ["", "abc", "1.234", "1.2.3", "٣.00", "--1"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|fen"):
        fen(text)
