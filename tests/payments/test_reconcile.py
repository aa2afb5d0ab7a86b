"""A gateway's bill against our rows: every kind of difference is listed, and heals or is resolved with a remark."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from mall.base.refused import NotFound
from mall.payments.actions import hold_bill, resolve, settle, settle_refund
from mall.payments.models import (
    BillDay,
    BillDifference,
    BillLine,
    DifferenceKind,
    GatewayName,
    LineKind,
    Payment,
    RefundState,
    RefundTold,
)
from mall.payments.queries import payment_by_no
from mall.web.db import db, reading, transact
from tests.cast import Cast
from tests.conftest import Clock
from tests.payments import scene

DAY = date(2026, 11, 12)
WECHAT = GatewayName.WECHAT


def line(payment: Payment, fen: int | None = None) -> BillLine:
    return BillLine(LineKind.PAID, payment.no, payment.gateway_no or "42", payment.fen if fen is None else fen)


def held(*lines: BillLine, day: date = DAY) -> BillDay:
    return transact(hold_bill, gateway=WECHAT, day=day, lines=lines)


def listed(*, open_only: bool = True) -> list[tuple[str, str]]:
    db.session.rollback()
    asked = select(BillDifference).order_by(BillDifference.id)
    if open_only:
        asked = asked.where(BillDifference.resolved_at.is_(None))
    return [(row.kind.value, row.about) for row in reading().scalars(asked)]


def test_a_bill_that_agrees_lists_nothing_and_sums(app: Flask, people: Cast) -> None:
    paid = [scene.paid(people.linan.id), scene.paid(people.ningbo.id, fen=1)]
    refund = scene.refund(paid[0], 4000, "a")
    done = RefundTold(gateway=WECHAT, no=paid[0].no, refund_no=refund.no, state=RefundState.DONE)
    transact(settle_refund, dealer_id=refund.dealer_id, told=done)
    back = BillLine(LineKind.REFUNDED, paid[0].no, "50", 4000, refund.no)
    bill = held(line(paid[0]), line(paid[1]), back)
    assert listed() == []
    assert (bill.payments, bill.paid_fen, bill.refunds, bill.refunded_fen) == (2, 9901, 1, 4000)
    assert (bill.our_payments, bill.our_paid_fen, bill.our_refunds, bill.our_refunded_fen) == (2, 9901, 1, 4000)


def test_each_kind_of_difference_is_listed_once_however_often_it_is_looked_for(app: Flask, people: Cast) -> None:
    here = scene.paid(people.linan.id)
    more = scene.paid(people.linan.id)
    unsure = scene.pressed(people.linan.id)
    nobody = BillLine(LineKind.PAID, "P" + "0" * 25 + "7", "42x", 100)
    nameless = BillLine(LineKind.REFUNDED, "", "50x", 100)
    for _ in range(2):
        held(line(more, 9901), line(unsure), nobody, nameless)
    assert sorted(listed()) == sorted([
        (DifferenceKind.AMOUNT.value, more.no),
        (DifferenceKind.STATE.value, unsure.no),
        (DifferenceKind.MISSING_HERE.value, nobody.no),
        (DifferenceKind.MISSING_HERE.value, "50x"),
        (DifferenceKind.MISSING_THERE.value, here.no),
    ])
    rows = {row.about: row for row in reading().scalars(select(BillDifference))}
    assert (rows[more.no].our_fen, rows[more.no].their_fen) == (9900, 9901)
    assert rows[here.no].order_no == here.order_no


def test_what_the_bill_says_was_paid_is_asked_about_at_once_and_heals(app: Flask, people: Cast, clock: Clock) -> None:
    payment = scene.pressed(people.linan.id)
    clock.tick(seconds=1)
    held(line(payment))
    kept = payment_by_no(reading(), payment.no)
    assert kept is not None
    assert kept.ask_at == clock()
    transact(settle, dealer_id=people.linan.id, told=scene.told(kept))
    held(line(payment))
    assert listed() == []
    gone = reading().scalars(select(BillDifference)).one()
    assert gone.resolved_by == "system"


def test_what_was_paid_around_midnight_is_found_on_the_next_bill(app: Flask, people: Cast) -> None:
    payment = scene.paid(people.linan.id)
    held()
    assert listed() == [("missing_there", payment.no)]
    held(line(payment), day=DAY + timedelta(days=1))
    assert listed() == []
    held()
    assert listed() == [], "and looking at the first day again does not bring it back"


def test_another_gateways_and_another_days_payments_are_left_alone(app: Flask, people: Cast) -> None:
    scene.opened(people.linan.id, gateway=GatewayName.ON_ACCOUNT)
    scene.paid(people.linan.id)
    held(day=DAY - timedelta(days=1))
    assert listed() == []


def test_a_payment_in_two_lines_agrees_with_their_sum(app: Flask, people: Cast) -> None:
    payment = scene.paid(people.linan.id)
    held(line(payment, 9000), line(payment, 900))
    assert listed() == []


def test_a_difference_is_resolved_once_with_a_remark_that_stays(app: Flask, people: Cast) -> None:
    held(BillLine(LineKind.PAID, "P" + "0" * 25 + "7", "42x", 100))
    found = reading().scalars(select(BillDifference.id)).one()
    first = transact(resolve, difference_id=found, remark="手工收款，已记账", actor="staff:1")
    again = transact(resolve, difference_id=found, remark="别的", actor="staff:2")
    assert (first.remark, again.remark, again.resolved_by) == ("手工收款，已记账", "手工收款，已记账", "staff:1")
    held(BillLine(LineKind.PAID, "P" + "0" * 25 + "7", "42x", 100))
    assert listed() == [], "what a person resolved stays resolved"
    with pytest.raises(NotFound):
        transact(resolve, difference_id=1, remark="", actor="staff:1")


def test_a_bill_of_a_thousand_payments_takes_few_statements(mall: Flask) -> None:
    from tests.cast import cast
    from tests.orders.scene import statements

    people = transact(cast, seal=mall.extensions["seal"])
    payment = scene.paid(people.linan.id)
    strangers = [BillLine(LineKind.PAID, f"P{n:026d}", f"42{n}", 100) for n in range(999)]
    held(line(payment), *strangers)
    with statements() as sent:
        held(line(payment), *strangers)
    assert len(sent) < 20, len(sent)
