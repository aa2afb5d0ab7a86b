"""Paying an order from end to end, against the sandbox's real protocols, and each way in which a network misbehaves."""

from __future__ import annotations

import json
import re
import time
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from mall.dealers.actions import add_staff, begin_member, begin_staff
from mall.dealers.models import SignInStage, StaffRole
from mall.orders.models import NotNow
from mall.payments.models import BillDay, BillDifference, GatewayName, Payment, Way
from mall.points.queries.proof import faults
from mall.web.db import reading, transact
from tests.cast import DEVICE
from tests.orders import scene
from tests.orders.scene import DEALER, points_of, stock_of
from tests.payments.road import BROWSER, CASH, PHONE, POINTS, WECHAT, Road, fresh, order_with_cash
from tests.sandbox.merchant import send


def paid_one(way: Road, gateway: str = "wechat") -> tuple[str, Payment]:
    """An order whose payer has paid at the network, the callback not yet sent."""
    no = order_with_cash().no
    assert way.press(no, gateway).status_code == 303
    [payment] = way.payments(no)
    way.pay(payment)
    return no, payment


def came_through(no: str) -> None:
    order = fresh(no)
    assert order.state_shown == "待发货"
    assert order.paid_at is not None
    assert (points_of(), stock_of()) == (100_000 - POINTS, 49)
    assert list(faults(reading())) == []


def came_to_nothing(no: str) -> None:
    assert fresh(no).cancelled
    assert (points_of(), stock_of()) == (100_000, 50)
    assert list(faults(reading())) == []


@pytest.mark.parametrize("gateway", ["wechat", "alipay"])
def test_a_phone_pays_and_the_callback_lets_the_order_go(way: Road, gateway: str) -> None:
    no = order_with_cash().no
    page = way.see(no).text
    assert "还需支付" in page
    assert "¥99.00" in page
    assert way.press(no, gateway).status_code == 303
    page = way.see(no).text
    link = re.search(r'<a class="button button--main[^>]*href="([^"]+)"', page)
    assert link is not None
    assert unescape(link[1]).startswith(way.url)
    assert 'referrerpolicy="origin"' in page, "WeChat's H5 asks from which site one comes"
    [payment] = way.payments(no)
    assert payment.unsure
    way.pay(payment)
    assert way.post() == [200]
    came_through(no)
    answer = way.see(no)
    assert answer.status_code == 303
    assert answer.location.endswith(f"/orders/{no}?placed=1")


def test_who_presses_while_the_order_ends_is_led_to_it(way: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    no = order_with_cash().no

    def meanwhile(*_: object) -> None:
        scene.take_back(no)
        raise NotNow

    monkeypatch.setattr("mall.orders.views.payment._make_ready", meanwhile)
    answer = way.press(no)
    assert (answer.status_code, urlsplit(answer.location).path) == (303, f"/orders/{no}")


def test_each_device_has_its_way(way: Road) -> None:
    no = order_with_cash().no
    way.press(no, agent=BROWSER)
    page = way.see(no, agent=BROWSER).text
    assert "<svg" in page
    assert "paycode" in page
    assert "style=" not in page
    way.press(no, agent=PHONE)
    assert [one.way for one in way.payments(no)] == [Way.NATIVE, Way.H5]
    assert way.press(no, agent=PHONE).status_code == 303
    assert len(way.payments(no)) == 2, "a second press is the same payment"


def test_inside_wechat_the_person_is_asked_for_and_the_sheet_is_signed(way: Road) -> None:
    no = order_with_cash().no
    page = way.see(no, agent=WECHAT).text
    assert "请在浏览器中打开" in page, "Alipay does not open inside WeChat"
    found = re.search(r'<a class="row payway" href="([^"]+)"', page)
    assert found is not None
    there = parse_qs(urlsplit(unescape(found[1])).query)
    assert there["scope"] == ["snsapi_base"]
    back = urlsplit(there["redirect_uri"][0]).path
    assert back == f"/orders/{no}/payment/wechat"
    # Somebody else's way back ends nowhere.
    way.client.get(f"{back}?code=stolen&state=another", headers={"User-Agent": WECHAT})
    assert "data-bridge" not in way.see(no, agent=WECHAT).text

    page = way.see(no, agent=WECHAT).text
    address = unescape(re.search(r'<a class="row payway" href="([^"]+)"', page)[1])  # type: ignore[index]
    sent = code_of(way, address)
    answer = way.client.get(f"{back}?{sent}", headers={"User-Agent": WECHAT})
    assert answer.status_code == 303
    assert way.press(no, agent=WECHAT).status_code == 303
    page = way.see(no, agent=WECHAT).text
    sheet = json.loads(unescape(re.search(r'data-bridge="([^"]+)"', page)[1]))  # type: ignore[index]
    assert set(sheet) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    [payment] = way.payments(no)
    assert payment.way is Way.JSAPI


def code_of(way: Road, address: str) -> str:
    """The query with which the authorisation page sends the person back."""
    status, headers, _body = send("GET", address.partition("#")[0])
    assert status in {302, 303}, "it asks the person nothing"
    return urlsplit(headers["Location"]).query


def test_the_same_callback_three_times_counts_once(way: Road) -> None:
    way.throw(triple=True)
    no, _payment = paid_one(way)
    assert way.post() == [200, 200, 200]
    came_through(no)


@pytest.mark.parametrize("gateway", ["wechat", "alipay"])
@pytest.mark.parametrize("switch", ["tampered", "stale", "probe"])
def test_a_forged_or_stale_callback_is_refused_and_the_true_one_taken(way: Road, gateway: str, switch: str) -> None:
    way.throw(**{switch: True})
    no, _payment = paid_one(way, gateway)
    answers = way.post()
    if (gateway, switch) != ("alipay", "probe"):
        assert answers[0] == 401
    assert answers[-1] == 200
    came_through(no)


def test_a_lost_callback_is_made_up_for_by_asking(way: Road, clock: object) -> None:
    way.throw(lost=True)
    no, _payment = paid_one(way)
    assert way.post() == []
    assert fresh(no).awaiting_payment
    page = way.see(no, query="?back=1").text
    assert "正在确认结果" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    way.clock.tick(seconds=30)
    assert way.work("ask-payments") == 1
    came_through(no)


def test_who_presses_for_the_result_gets_it_at_once(way: Road) -> None:
    way.throw(lost=True)
    no, _payment = paid_one(way)
    answer = way.client.post(f"/orders/{no}/payment/question")
    assert answer.status_code == 303
    assert f"/orders/{no}" in answer.location
    came_through(no)


def test_who_has_not_paid_is_told_so_and_goes_on(way: Road) -> None:
    no = order_with_cash().no
    way.press(no)
    answer = way.client.post(f"/orders/{no}/payment/question")
    assert answer.status_code == 200
    assert "正在确认结果" in answer.text
    assert "还没有付款，继续支付" in answer.text
    assert fresh(no).awaiting_payment


def test_a_callback_with_a_wrong_amount_changes_nothing_is_listed_and_the_truth_is_asked_for(way: Road) -> None:
    way.throw(wrong_amount=True)
    no, _payment = paid_one(way)
    assert way.post()[0] == 409
    assert fresh(no).awaiting_payment
    found = reading().scalars(select(BillDifference)).one()
    assert (found.code, found.our_fen, found.their_fen) == ("amount_differs", CASH, CASH + 1)
    way.clock.tick(seconds=30)
    way.work("ask-payments")
    came_through(no)


def test_an_unpaid_order_is_closed_at_its_gateway_and_gives_everything_back(way: Road) -> None:
    no = order_with_cash().no
    way.press(no)
    way.clock.tick(minutes=16)
    assert way.work("close-unpaid") == 1
    came_to_nothing(no)
    [payment] = way.payments(no)
    assert not payment.unsure
    assert way.call("GET", f"/api/payments/wechat/{payment.no}")["state"] == "closed"
    assert way.work("close-unpaid", "ask-payments", "send-refunds") == 0, "again there is nothing to do"


def test_one_paid_in_the_last_second_is_found_before_it_is_closed(way: Road) -> None:
    way.throw(lost=True)
    no, _payment = paid_one(way)
    way.clock.tick(minutes=16)
    way.work("close-unpaid")
    came_through(no)


def test_what_is_paid_after_all_goes_back_by_itself(way: Road) -> None:
    way.throw(delay=True)
    no, payment = paid_one(way)
    way.throw(delay=False, outage="5xx")
    way.clock.tick(minutes=16)
    assert way.work("close-unpaid") == 0, "a gateway that does not answer is waited for"
    assert fresh(no).awaiting_payment
    way.clock.tick(minutes=11)
    assert way.work("close-unpaid") == 1, "but not for ever"
    came_to_nothing(no)
    way.throw(outage="")
    assert way.post() == [200]
    [refund] = way.refunds(no)
    assert (refund.fen, refund.key) == (CASH, f"late/{payment.id}")
    way.work("send-refunds")
    way.clock.tick(minutes=5)
    way.work("send-refunds")
    assert way.refunds(no)[0].done
    assert way.call("GET", f"/api/payments/wechat/{payment.no}")["refunded_fen"] == CASH
    came_to_nothing(no)


def test_paying_twice_over_two_gateways_gives_the_second_back(way: Road) -> None:
    no = order_with_cash().no
    way.press(no, "wechat")
    way.press(no, "alipay")
    first, second = way.payments(no)
    way.pay(first)
    way.pay(second)
    assert way.post() == [200, 200]
    came_through(no)
    [refund] = way.refunds(no)
    assert refund.payment_id in {first.id, second.id}
    assert refund.payment_id != fresh(no).payment_id
    for _ in range(2):
        way.work("send-refunds")
        way.clock.tick(minutes=5)
    assert way.refunds(no)[0].done
    came_through(no)


def test_a_refund_whose_callback_comes_before_the_payments_confuses_nobody(way: Road) -> None:
    way.throw(refund_first=True)
    no, payment = paid_one(way)
    way.clock.tick(minutes=2)
    way.work("ask-payments")
    came_through(no)
    way.client.post(f"/orders/{no}/cancellation")
    for _ in range(3):
        way.work("send-refunds")
        way.clock.tick(minutes=2)
        assert set(way.post()) <= {200}
    came_to_nothing(no)
    assert way.refunds(no)[0].done
    assert way.payments(no)[0].gateway_no == way.call("GET", f"/api/payments/wechat/{payment.no}")["gateway_no"]


def test_answers_signed_by_nobody_are_no_answers(way: Road) -> None:
    way.throw(lost=True, tampered_answer=True)
    no = order_with_cash().no
    answer = way.press(no)
    assert answer.status_code == 503
    assert "支付渠道暂时没有回应" in answer.text
    assert fresh(no).awaiting_payment
    way.throw(tampered_answer=False)
    assert way.press(no).status_code == 303
    assert len(way.payments(no)) == 1, "the same payment, asked for again"


def test_a_link_whose_answer_was_lost_is_made_anew_when_the_phone_has_another_address(way: Road) -> None:
    no = order_with_cash().no
    way.call("PUT", "/api/pace", {"hang": 1.5})
    way.throw(outage="lost_answer")
    assert way.press(no, environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 503
    way.throw(outage="")
    assert way.press(no, environ_base={"REMOTE_ADDR": "198.51.100.9"}).status_code == 303
    first, second = way.payments(no)
    assert (first.open, second.open) == (False, True)
    way.pay(second)
    assert way.post() == [200]
    came_through(no)
    way.clock.tick(minutes=1)
    way.work("ask-payments")
    assert way.call("GET", f"/api/payments/wechat/{first.no}")["state"] == "closed"


def test_cancelling_while_somebody_pays_gives_the_money_back(way: Road) -> None:
    no, payment = paid_one(way)
    way.client.post(f"/orders/{no}/cancellation")
    came_to_nothing(no)
    assert way.post() == [200]
    for _ in range(2):
        way.work("send-refunds")
        way.clock.tick(minutes=5)
    assert way.refunds(no)[0].done
    came_to_nothing(no)
    assert way.call("GET", f"/api/payments/wechat/{payment.no}")["refunded_fen"] == CASH


@pytest.mark.parametrize("gateway", ["wechat", "alipay"])
def test_the_mornings_bill_ties(way: Road, gateway: str) -> None:
    no, payment = paid_one(way, gateway)
    way.post()
    way.client.post(f"/orders/{no}/cancellation")
    for _ in range(2):
        way.work("send-refunds")
        way.clock.tick(minutes=5)
    way.clock.tick(days=1)
    assert way.work("reconcile") >= 1
    held = reading().get(BillDay, (GatewayName(gateway), (way.clock() - timedelta(days=1)).date()))
    assert held is not None
    assert (held.paid_fen, held.our_paid_fen, held.refunded_fen, held.our_refunded_fen) == (CASH,) * 4
    assert list(reading().scalars(select(BillDifference))) == []
    assert payment.no in {one.no for one in way.payments(no)}
    assert way.work("reconcile") == 0, "what ties is not fetched again"


def test_finance_fetches_a_bill_by_hand_of_a_day_that_is_over(way: Road) -> None:
    no, _payment = paid_one(way)
    way.post()
    person = transact(add_staff, login="caiwu", name="秦知微", role=StaffRole.FINANCE, password_hash="x", issued=False)
    desk = transact(begin_staff, staff_id=person, device=DEVICE, stage=SignInStage.FULL)
    way.client.set_cookie("__Host-desk", desk, secure=True)

    def fetch(day: str, gateway: str = "wechat") -> TestResponse:
        return way.client.post("/desk/payments/bills", data={"gateway": gateway, "day": day})

    today = way.clock().date()
    for wrong in ("", "2026-13-01", today.isoformat()):
        assert fetch(wrong).status_code == 422
    assert fetch(today.isoformat(), "on_account").status_code == 422
    way.clock.tick(days=1)
    desk = transact(begin_staff, staff_id=person, device=DEVICE, stage=SignInStage.FULL)
    way.client.set_cookie("__Host-desk", desk, secure=True)
    answer = fetch(today.isoformat())
    assert answer.status_code == 303
    page = way.client.get(answer.location).text
    assert "¥99.00" in page
    assert "逐笔一致" in page
    came_through(no)


def test_a_payment_of_another_dealers_order_cannot_be_begun_or_seen(way: Road) -> None:
    no = order_with_cash().no
    other = transact(begin_member, dealer_id=DEALER + 1, member_id=DEALER + 1, device=DEVICE)
    way.client.set_cookie("__Host-mall", other, secure=True)
    for answer in (way.see(no), way.press(no), way.client.post(f"/orders/{no}/payment/question")):
        assert answer.status_code == 404
    assert way.payments(no) == []


def test_a_gateway_that_is_not_offered_is_refused_in_words(way: Road) -> None:
    no = order_with_cash().no
    for wrong in ("on_account", "paypal", ""):
        answer = way.press(no, wrong)
        assert answer.status_code == 409
        assert "这种支付方式暂时不可用" in answer.text


def test_a_callback_is_answered_well_within_five_seconds(way: Road) -> None:
    no, _payment = paid_one(way)
    begun = time.monotonic()
    assert way.post() == [200]
    assert time.monotonic() - begun < 5
    came_through(no)
