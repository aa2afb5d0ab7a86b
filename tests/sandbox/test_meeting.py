"""The mall's own clients and the sandbox, written apart, meet at the wire and at the files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from mall.payments.actions.counter import Counter
from mall.payments.gateways.wire import Gateway
from mall.payments.models import BadSignature, GatewayName, GatewaySilent, RefundTold, StaleNotice, Told, ToPay, Way
from mall.payments.models.refund import RefundState
from mall.payments.models.told import There
from tests.sandbox.conftest import Ear, Heard, Sandbox, wait_for
from tests.sandbox.merchant import send
from tests.sandbox.test_wechat import shift_back

NO = "P00000000000000001"


def real_now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def counter(sandbox: Sandbox) -> Counter:
    counter = Counter(sandbox.folder / "gateways", real_now, seconds=1)
    assert counter.offered() == (GatewayName.WECHAT, GatewayName.ALIPAY)
    return counter


def to_pay(way: Way, no: str = NO, fen: int = 9900) -> ToPay:
    return ToPay(
        no=no, way=way, fen=fen, currency="CNY", what="积分商城兑换", closes_at=real_now() + timedelta(minutes=15),
        back="http://127.0.0.1:1/orders/1/payment", openid="o1", address="127.0.0.1",
    )  # fmt: skip


def notice(gateway: Gateway, heard: Heard) -> Told | RefundTold | None:
    return gateway.notice(heard.headers, heard.body, real_now())


def cashier_of(counter: Counter, name: GatewayName, way: Way) -> str:
    """Where the person gets by what the mall hands out."""
    ticket = counter.gateway(name).prepay(to_pay(way)).holds
    if way is Way.JSAPI:
        sheet = counter.wechat.bridge(ticket["prepay_id"])
        address = f"{counter.wechat.sheet_url}?{urlencode(sheet)}"
    else:
        address = ticket.get("link") or ticket["code_url"]
    status, headers, body = send("GET", address)
    assert status == 302, body.decode()
    return headers["Location"]


@pytest.mark.parametrize(
    ("name", "way"),
    [
        (GatewayName.WECHAT, Way.JSAPI), (GatewayName.WECHAT, Way.H5), (GatewayName.WECHAT, Way.NATIVE),
        (GatewayName.ALIPAY, Way.WAP),
    ],
)  # fmt: skip
def test_every_way_is_paid_told_asked_refunded_and_billed(
    sandbox: Sandbox, counter: Counter, ear: Ear, name: GatewayName, way: Way
) -> None:
    gateway = counter.gateway(name)
    assert gateway.ask(NO).state is There.UNKNOWN
    cashier = sandbox.url + cashier_of(counter, name, way)
    assert gateway.ask(NO).state is There.OPEN
    send("POST", f"{urlsplit(cashier)._replace(query='').geturl()}/payment", b"back=")
    told = notice(gateway, wait_for(lambda: ear.heard)[0])
    assert isinstance(told, Told)
    assert (told.paid, told.no, told.fen, told.currency) == (True, NO, 9900, "CNY")
    assert (told.merchant, told.app) == (gateway.merchant, gateway.app)
    asked = gateway.ask(NO)
    assert (asked.paid, asked.fen, asked.gateway_no) == (True, 9900, told.gateway_no)
    assert gateway.close(NO).paid

    back = gateway.refund(NO, "R1", fen=900, of=9900, reason="缺货")
    assert back.state is RefundState.DONE
    assert gateway.refund(NO, "R1", fen=900, of=9900, reason="缺货").state is RefundState.DONE
    assert gateway.ask_refund(NO, "R1").fen == 900
    heard = wait_for(lambda: ear.heard[1:])[0]
    refunded = notice(gateway, heard)
    if name is GatewayName.WECHAT:
        assert isinstance(refunded, RefundTold)
        assert (refunded.refund_no, refunded.fen) == ("R1", 900)
    else:  # Alipay answers refunds at once; its notice of one says nothing new
        assert refunded is None

    shift_back(sandbox, days=1)
    lines = gateway.bill((real_now() + timedelta(hours=8) - timedelta(days=1)).date())
    assert len(lines) == 2


@pytest.mark.parametrize(("name", "way"), [(GatewayName.WECHAT, Way.NATIVE), (GatewayName.ALIPAY, Way.WAP)])
def test_what_is_forged_is_refused_by_the_mall(
    sandbox: Sandbox, counter: Counter, ear: Ear, name: GatewayName, way: Way
) -> None:
    gateway = counter.gateway(name)
    refused: list[type[Exception]] = []

    def answer(heard: Heard) -> tuple[int, bytes]:
        try:
            notice(gateway, heard)
        except (BadSignature, StaleNotice) as refusal:
            refused.append(type(refusal))
            return 401, b"fail"
        return 200, b"success"

    ear.answer = answer
    sandbox.throw(tampered=True, probe=True, stale=True)
    cashier_of(counter, name, way)
    sandbox.pay(name.value, NO)
    wait_for(lambda: not any(one["under_way"] for one in sandbox.letters(name.value, NO)))
    states = {one["trick"]: one["state"] for one in sandbox.letters(name.value, NO)}
    assert states.pop("") == "taken"
    assert set(states.values()) == {"refused"}
    assert StaleNotice in refused
    assert BadSignature in refused


@pytest.mark.parametrize(("name", "way"), [(GatewayName.WECHAT, Way.NATIVE), (GatewayName.ALIPAY, Way.WAP)])
@pytest.mark.parametrize("outage", ["5xx", "timeout", "lost_answer", "tampered_answer"])
def test_an_outcome_that_is_not_known_is_told_as_such(
    sandbox: Sandbox, counter: Counter, ear: Ear, name: GatewayName, way: Way, outage: str
) -> None:
    gateway = counter.gateway(name)
    cashier_of(counter, name, way)
    sandbox.pay(name.value, NO)
    doing: list[Callable[[], object]] = [
        lambda: gateway.ask(NO), lambda: gateway.close(NO),
        lambda: gateway.refund(NO, "R1", fen=900, of=9900, reason="缺货"), lambda: gateway.ask_refund(NO, "R1"),
    ]  # fmt: skip
    sandbox.throw(**({"tampered_answer": True} if outage == "tampered_answer" else {"outage": outage}))
    for one in doing:
        with pytest.raises((GatewaySilent, BadSignature)):
            one()
    sandbox.throw(tampered_answer=False, outage="")
    assert gateway.refund(NO, "R1", fen=900, of=9900, reason="缺货").state is RefundState.DONE
    assert sandbox.payment(name.value, NO)["refunded_fen"] == 900
    assert len(sandbox.payment(name.value, NO)["refunds"]) == 1


def test_close_before_anybody_pays(sandbox: Sandbox, counter: Counter, ear: Ear) -> None:
    for name, way in ((GatewayName.WECHAT, Way.H5), (GatewayName.ALIPAY, Way.WAP)):
        cashier_of(counter, name, way)
        assert counter.gateway(name).close(NO).state is There.CLOSED
        assert counter.gateway(name).ask(NO).state is There.CLOSED


def test_the_mall_learns_who_pays_inside_wechat(sandbox: Sandbox, counter: Counter) -> None:
    address = counter.login.address("http://127.0.0.1:1/back", "s1")
    back = urlsplit(send("GET", address)[1]["Location"])
    assert parse_qs(back.query)["state"] == ["s1"]
    assert counter.login.openid(parse_qs(back.query)["code"][0]).startswith("o")
