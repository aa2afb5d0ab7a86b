"""What a gateway says becomes so, once, or is refused whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from mall.outbox.models import Message
from mall.payments.actions import claim, note_silence, note_trouble, press, settle, shut
from mall.payments.models import (
    AmountDiffers,
    AnotherTransaction,
    BillDifference,
    DifferenceKind,
    GatewayName,
    NoSuchPayment,
    PaymentNotice,
    PaymentState,
    RefundedElsewhere,
    There,
    WrongCurrency,
    WrongMerchant,
)
from mall.payments.queries import due_payments, payment_by_no
from mall.payments.rules.numbers import dealer_of, payment_no
from mall.web.db import db, now, reading, transact
from tests.cast import Cast
from tests.conftest import Clock
from tests.payments import scene

WECHAT = [GatewayName.WECHAT]


def test_a_number_carries_its_dealer_and_is_short_enough() -> None:
    for dealer_id, row in ((1, 1), (7001, 2**62), (2**63 - 1, 2**63 - 1)):
        no = payment_no(dealer_id, row)
        assert len(no) == 27
        assert dealer_of(no) == dealer_id
    for wrong in ("", "P", "P" + "0" * 25, "X" + "0" * 26, "P" + "Z" * 26, "P" + "a" * 26, "P" + "0" * 26 + "\n"):
        assert dealer_of(wrong) is None


def test_on_account_is_paid_at_once_and_the_erp_is_told(app: Flask, people: Cast) -> None:
    payment = scene.opened(people.linan.id, gateway=GatewayName.ON_ACCOUNT)
    assert payment.paid
    assert payment.paid_at == now()
    message = reading().scalars(select(Message)).one()
    assert (message.topic, message.body["fen"], message.body["payment"]) == ("statement.charge", 9900, payment.no)


def test_news_is_news_once(app: Flask, people: Cast, clock: Clock) -> None:
    payment = scene.pressed(people.linan.id)
    assert payment.unsure
    told = scene.told(payment, at=clock() - timedelta(seconds=3))
    first = transact(settle, dealer_id=people.linan.id, told=told)
    again = transact(settle, dealer_id=people.linan.id, told=told)
    assert (first.news, again.news) == (True, False)
    assert again.payment.paid_at == clock() - timedelta(seconds=3), "the gateway's own moment"
    assert not again.payment.unsure


def test_the_same_notice_three_times_is_kept_once(app: Flask, people: Cast) -> None:
    payment = scene.pressed(people.linan.id)
    news = [
        transact(settle, dealer_id=people.linan.id, told=scene.told(payment, notice_id="EV-1")).news for _ in range(3)
    ]
    assert news == [True, False, False]
    assert reading().scalar(select(func.count()).select_from(PaymentNotice)) == 1


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"fen": 9901}, AmountDiffers),
        ({"fen": 1}, AmountDiffers),
        ({"fen": None}, AmountDiffers),
        ({"currency": "USD"}, WrongCurrency),
        ({"merchant": "1900000000"}, WrongMerchant),
        ({"app": "wx0"}, WrongMerchant),
        ({"gateway": GatewayName.ALIPAY}, WrongMerchant),
    ],
)
def test_what_does_not_agree_is_refused_and_writes_nothing(
    app: Flask, people: Cast, other: dict[str, object], refusal: type[Exception]
) -> None:
    payment = scene.pressed(people.linan.id)
    with pytest.raises(refusal):
        transact(settle, dealer_id=people.linan.id, told=scene.told(payment, notice_id="EV-1", **other))
    kept = payment_by_no(reading(), payment.no)
    assert kept is not None
    assert kept.unsure
    assert reading().scalar(select(func.count()).select_from(PaymentNotice)) == 0, "so its true repeat is taken"


def test_another_dealers_payment_is_not_found(app: Flask, people: Cast) -> None:
    payment = scene.pressed(people.linan.id)
    with pytest.raises(NoSuchPayment):
        transact(settle, dealer_id=people.ningbo.id, told=scene.told(payment))
    assert payment_by_no(reading(), "P" + "0" * 26) is None
    assert payment_by_no(reading(), "nothing of ours") is None


def test_a_closed_payment_can_turn_out_paid_and_a_paid_one_never_closes(app: Flask, people: Cast) -> None:
    payment = scene.pressed(people.linan.id)
    assert transact(settle, dealer_id=people.linan.id, told=scene.told(payment, There.CLOSED)).news
    settled = transact(settle, dealer_id=people.linan.id, told=scene.told(payment))
    assert settled.news
    assert settled.payment.paid
    settled = transact(settle, dealer_id=people.linan.id, told=scene.told(payment, There.CLOSED))
    assert not settled.news
    assert settled.payment.state is PaymentState.PAID
    with pytest.raises(AnotherTransaction):
        transact(settle, dealer_id=people.linan.id, told=scene.told(payment, gateway_no="another"))


def test_what_was_given_back_before_we_knew_it_paid_is_refused(app: Flask, people: Cast) -> None:
    payment = scene.pressed(people.linan.id)
    with pytest.raises(RefundedElsewhere):
        transact(settle, dealer_id=people.linan.id, told=scene.told(payment, There.REFUNDED))


def test_a_refused_notice_is_listed_for_finance_once_a_day(app: Flask, people: Cast) -> None:
    payment = scene.pressed(people.linan.id)
    for _ in range(2):
        transact(note_trouble, dealer_id=people.linan.id, told=scene.told(payment, fen=1), code="amount_differs")
    found = reading().scalars(select(BillDifference)).one()
    assert (found.kind, found.code, found.our_fen, found.their_fen) == (
        DifferenceKind.NOTICE, "amount_differs", 9900, 1,
    )  # fmt: skip
    assert found.order_no == payment.order_no


def test_one_that_nobody_was_sent_to_is_shut_for_good_and_one_in_hand_is_asked_about(
    app: Flask, people: Cast, clock: Clock
) -> None:
    quiet, busy = scene.opened(people.linan.id), scene.pressed(people.linan.id)
    for payment in (quiet, busy):
        transact(shut, dealer_id=people.linan.id, payment_id=payment.id)
    assert due_payments(reading(), clock(), WECHAT, limit=9) == [(people.linan.id, busy.id)]
    closed = transact(settle, dealer_id=people.linan.id, told=scene.told(busy, There.CLOSED)).payment
    assert not closed.unsure
    db.session.rollback()
    assert due_payments(reading(), clock(), WECHAT, limit=9) == []


def test_questions_are_taken_by_one_and_come_again_ever_later(app: Flask, people: Cast, clock: Clock) -> None:
    payment = scene.pressed(people.linan.id)
    mine = {"dealer_id": people.linan.id, "payment_id": payment.id}
    assert transact(claim, **mine) is None, "not yet"
    clock.tick(seconds=11)
    assert transact(claim, **mine) is not None
    assert transact(claim, **mine) is None, "somebody has it"
    clock.tick(seconds=121)
    assert transact(claim, **mine) is not None, "who had it was killed"
    pauses = []
    for _ in range(18):
        transact(note_silence, **mine)
        kept = payment_by_no(reading(), payment.no)
        assert kept is not None
        assert kept.ask_at is not None
        pauses.append((kept.ask_at - clock()).total_seconds())
        clock.at = kept.ask_at
        db.session.rollback()
        assert transact(claim, **mine) is not None
    assert pauses == sorted(pauses)
    assert pauses[-1] == 86400


def test_who_is_sent_again_is_asked_about_from_the_beginning(app: Flask, people: Cast, clock: Clock) -> None:
    payment = scene.pressed(people.linan.id)
    clock.tick(minutes=5)
    again = transact(press, dealer_id=people.linan.id, payment_id=payment.id, merchant="other", app="other")
    assert again.asks == 0
    assert again.merchant == payment.merchant, "what it was opened with stays"
