"""A refund that its gateway will not bring: noted, tried again, failed in the end, and paid back by bank transfer."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from mall.audit.models import AuditEntry
from mall.dealers.models import StaffRole
from mall.jobs import queue
from mall.jobs.tasks.send_refunds import TRIES
from mall.payments.actions import hold_bill, pay_outside, resend, settle_refund
from mall.payments.models import (
    BillDifference,
    BillLine,
    GatewayDeclined,
    GatewayName,
    GatewaySilent,
    LineKind,
    Refund,
    RefundNotFailed,
    RefundState,
    RefundTold,
)
from mall.web.db import db, reading, transact
from tests.cast import Cast, SomeStaff, sign_in
from tests.conftest import Clock
from tests.payments import scene

WECHAT = GatewayName.WECHAT
DAY = date(2026, 11, 12)


class Network:
    """A gateway outside the house: what it refuses, what it does not answer; all else it gives back at once."""

    def __init__(self) -> None:
        self.declines: set[str] = set()
        self.silent: set[str] = set()

    def offered(self) -> list[GatewayName]:
        return [WECHAT]

    def gateway(self, _name: GatewayName) -> Network:
        return self

    def refund(self, no: str, refund_no: str, **_asked: object) -> RefundTold:
        return self.ask_refund(no, refund_no)

    def ask_refund(self, no: str, refund_no: str) -> RefundTold:
        if refund_no in self.silent:
            raise GatewaySilent
        if refund_no in self.declines:
            raise GatewayDeclined(said="NO_AUTH")
        return RefundTold(gateway=WECHAT, no=no, refund_no=refund_no, state=RefundState.DONE)


@pytest.fixture
def network(app: Flask) -> Network:
    app.extensions["counter"] = network = Network()
    return network


def fresh(refund: Refund) -> Refund:
    db.session.expunge_all()
    db.session.rollback()
    return reading().get_one(Refund, (refund.dealer_id, refund.id))


def work(app: Flask) -> None:
    db.session.expunge_all()
    db.session.rollback()
    queue.run(app, "send-refunds")


def client_of(app: Flask, who: SomeStaff) -> FlaskClient:
    client = app.test_client()
    sign_in(client, who)
    return client


def failed(dealer_id: int) -> Refund:
    payment = scene.paid(dealer_id)
    refund = scene.refund(payment, 4000, f"{payment.no}/a")
    told = RefundTold(
        gateway=WECHAT, no=payment.no, refund_no=refund.no, state=RefundState.FAILED, trouble="USER_ACCOUNT_ABNORMAL"
    )
    return transact(settle_refund, dealer_id=dealer_id, told=told)


def outside(refund: Refund, reference: str = "ICBC-77310") -> Refund:
    return transact(
        pay_outside,
        dealer_id=refund.dealer_id,
        no=refund.no,
        reference=reference,
        remark="原卡已注销",
        actor="staff:1",
    )


def test_what_is_declined_without_a_word_on_its_state_is_noted_tried_again_and_fails_in_the_end(
    app: Flask, people: Cast, clock: Clock, network: Network
) -> None:
    refund = scene.refund(scene.paid(people.linan.id), 4000, "a")
    network.declines.add(refund.no)
    work(app)
    noted = fresh(refund)
    assert (noted.state, noted.trouble) == (RefundState.WANTED, "NO_AUTH")
    assert noted.ask_at is not None
    assert noted.ask_at > clock()
    for _ in range(TRIES):
        clock.tick(hours=1)
        work(app)
    given_up = fresh(refund)
    assert (given_up.failed, given_up.trouble, given_up.ask_at) == (True, "NO_AUTH", None)
    network.declines.clear()
    transact(resend, dealer_id=refund.dealer_id, no=refund.no)
    work(app)
    assert fresh(refund).done


def test_a_refund_that_gets_no_answer_holds_up_no_other(
    app: Flask, people: Cast, clock: Clock, network: Network
) -> None:
    stuck, mute, good = [scene.refund(scene.paid(people.linan.id), 4000, key) for key in "abc"]
    network.declines.add(stuck.no)
    network.silent.add(mute.no)
    work(app)
    assert [fresh(one).done for one in (stuck, mute, good)] == [False, False, True]


def test_finance_says_at_the_desk_that_it_was_paid_back(app: Flask, people: Cast) -> None:
    refund = failed(people.linan.id)
    desk = client_of(app, people.staff[StaffRole.FINANCE])
    door = f"/desk/payments/refunds/{refund.no}/outside"
    assert door in desk.get("/desk/payments?view=failed").text
    wrong = desk.post(door, data={"reference": "", "remark": "原卡已注销"})
    assert wrong.status_code == 422
    assert "请填写这一项" in wrong.text
    assert "原卡已注销" in wrong.text, "what was typed stays"
    said = {"reference": "ICBC-77310", "remark": "原卡已注销"}
    assert [desk.post(door, data=said).status_code for _ in "ab"] == [303, 303]
    seen = desk.get("/desk/payments?view=refunds").text
    assert "线下退款" in seen
    assert "ICBC-77310" in seen
    refusal = desk.post(door, data=said | {"reference": "ICBC-77311"})
    assert (refusal.status_code, "不能记为线下退款" in refusal.text) == (409, True)
    assert client_of(app, people.staff[StaffRole.FULFILMENT]).post(door, data=said).status_code == 403


def test_a_gateway_that_is_away_is_left_alone(app: Flask, people: Cast, clock: Clock, network: Network) -> None:
    refunds = [scene.refund(scene.paid(people.linan.id), 100, f"k{n}") for n in range(5)]
    network.silent.update(one.no for one in refunds)
    work(app)
    assert sorted(fresh(one).asks for one in refunds) == [0, 0, 1, 1, 1]


def test_paid_back_by_bank_transfer_it_is_done_once_and_audited(app: Flask, people: Cast) -> None:
    refund = failed(people.linan.id)
    first, again = outside(refund), outside(refund)
    assert (first.done, first.ended_by, first.reference, first.remark) == (True, "staff:1", "ICBC-77310", "原卡已注销")
    assert again.done_at == first.done_at
    noted = select(func.count()).select_from(AuditEntry).where(AuditEntry.act == "refund.outside")
    assert reading().scalar(noted) == 1
    with pytest.raises(RefundNotFailed):
        outside(refund, "ICBC-77311")
    assert transact(resend, dealer_id=refund.dealer_id, no=refund.no).done, "what is done is not sent again"


def test_what_is_on_its_way_or_has_arrived_is_not_paid_back_by_hand(app: Flask, people: Cast) -> None:
    payment = scene.paid(people.linan.id)
    refund = scene.refund(payment, 4000, "a")
    with pytest.raises(RefundNotFailed):
        outside(refund)
    done = RefundTold(gateway=WECHAT, no=payment.no, refund_no=refund.no, state=RefundState.DONE)
    transact(settle_refund, dealer_id=refund.dealer_id, told=done)
    with pytest.raises(RefundNotFailed):
        outside(refund)


def test_no_bill_is_expected_to_have_it_and_one_that_has_it_is_listed(app: Flask, people: Cast) -> None:
    refund = failed(people.linan.id)
    outside(refund)
    bill = transact(hold_bill, gateway=WECHAT, day=DAY, lines=[])
    assert bill.our_refunds == 0
    kinds = select(BillDifference.kind).where(BillDifference.line == LineKind.REFUNDED)
    assert list(reading().scalars(kinds)) == []
    twice = BillLine(LineKind.REFUNDED, "P1", "50", 4000, refund.no)
    transact(hold_bill, gateway=WECHAT, day=DAY, lines=[twice])
    assert [kind.value for kind in reading().scalars(kinds)] == ["state"]
    assert fresh(refund).ask_at is None, "nobody asks after what has ended"
