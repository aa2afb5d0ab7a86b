"""What gateways said is kept as long as it may be said again, and what finance wrote down is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.base.time import civil_day
from mall.jobs import queue
from mall.payments.actions import hold_bill, resolve, settle
from mall.payments.actions.forget import AT_ONCE
from mall.payments.models import BillDay, BillDifference, BillLine, GatewayName, LineKind, PaymentNotice
from mall.web.db import db, now, reading, transact
from tests.cast import Cast
from tests.conftest import Clock
from tests.payments import scene


def count(noun: type) -> int:
    db.session.remove()
    return reading().scalar(select(func.count()).select_from(noun)) or 0


def test_callbacks_are_forgotten_after_90_days_however_many(app: Flask, people: Cast, clock: Clock) -> None:
    payment = scene.pressed(people.linan.id)
    transact(settle, dealer_id=people.linan.id, told=scene.told(payment, notice_id="EV-1"))

    def more(session: Session, at: datetime) -> None:
        session.add_all(
            PaymentNotice(
                gateway=GatewayName.ALIPAY, notice_id=f"n{n}", dealer_id=1, about="P", said="paid", received_at=at
            )
            for n in range(AT_ONCE)
        )

    transact(more)
    clock.tick(days=89)
    assert queue.run(app, "tidy") == 0
    clock.tick(days=2)
    assert queue.run(app, "tidy") == AT_ONCE + 1
    assert count(PaymentNotice) == 0
    settled = transact(settle, dealer_id=people.linan.id, told=scene.told(payment, notice_id="EV-1"))
    assert not settled.news, "what is paid stays paid, whoever says so again"


def test_differences_that_went_away_are_forgotten_and_what_people_wrote_is_not(
    app: Flask, people: Cast, clock: Clock
) -> None:
    day = civil_day(now(), "Asia/Shanghai") - timedelta(days=1)
    strange = [BillLine(LineKind.PAID, f"X{n}", f"42{n}", 100) for n in range(3)]

    def hold(lines: list[BillLine]) -> None:
        transact(hold_bill, gateway=GatewayName.WECHAT, day=day, lines=lines)

    hold(strange)
    ids = list(reading().scalars(select(BillDifference.id).order_by(BillDifference.about)))
    transact(resolve, difference_id=ids[0], remark="收款员误扫", actor="staff:1")
    hold([strange[0], strange[2]])  # the second is gone, the third stays open
    clock.tick(days=399)
    assert queue.run(app, "tidy") == 0
    clock.tick(days=2)
    assert queue.run(app, "tidy") == 1
    db.session.remove()
    assert list(reading().scalars(select(BillDifference.id).order_by(BillDifference.about))) == [ids[0], ids[2]]
    assert count(BillDay) == 1
