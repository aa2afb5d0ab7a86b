"""Whoever comes at the same moment, on both engines: an order is paid once, or comes back whole, and money ties."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from mall.orders.actions import cancel, close_unpaid, confirm
from mall.orders.actions.pay import pay
from mall.payments.actions import claim, settle_refund, want_refund
from mall.payments.models import GatewayName, Payment, PaymentNotice, Refund, RefundState, RefundTold, There, Told, Way
from mall.payments.queries import payments_of
from mall.points.queries.proof import faults
from mall.web.db import db, reading, transact
from tests.conftest import Clock
from tests.orders.scene import DEALER, SEAL, points_of, stock_of
from tests.payments.counterpart import APPID, MCHID
from tests.payments.road import CASH, POINTS, fresh, order_with_cash, priced
from tests.processes import at_once

pytestmark = pytest.mark.xdist_group("races")


def notice(no: str, at: datetime, notice_id: str) -> str:
    """A callback, as its route writes it."""
    told = Told(
        gateway=GatewayName.WECHAT, no=no, state=There.PAID, fen=CASH, currency="CNY", merchant=MCHID, app=APPID,
        gateway_no="4200001", at=at, notice_id=notice_id,
    )  # fmt: skip
    came = transact(confirm, dealer_id=DEALER, told=told, seal=SEAL)
    return "late" if came.late else "news" if came.news else "known"


def close(order_id: int) -> str:
    return transact(close_unpaid, dealer_id=DEALER, order_id=order_id).state.value


def take_back(no: str) -> str:
    from mall.dealers.models import MemberRole

    return transact(cancel, dealer_id=DEALER, member_id=DEALER, role=MemberRole.OWNER, no=no).state.value


def press(no: str) -> str:
    from mall.dealers.models import MemberRole

    return transact(
        pay, dealer_id=DEALER, member_id=DEALER, role=MemberRole.OWNER, no=no, gateway=GatewayName.WECHAT, way=Way.H5,
        merchant=MCHID, app=APPID,
    ).no  # fmt: skip


def want(payment_id: int, fen: int, key: str) -> str:
    return transact(
        want_refund, dealer_id=DEALER, payment_id=payment_id, fen=fen, key=key, reason="", actor="system"
    ).no


def end(no: str, refund_no: str, notice_id: str) -> bool:
    told = RefundTold(
        gateway=GatewayName.WECHAT, no=no, refund_no=refund_no, state=RefundState.DONE, notice_id=notice_id
    )
    return transact(settle_refund, dealer_id=DEALER, told=told).done


def ask(payment_id: int) -> bool:
    return transact(claim, dealer_id=DEALER, payment_id=payment_id) is not None


def act(what: str, *arguments: Any) -> Any:
    """One runner's act, by name: all kinds of them in one race."""
    acts = {"notice": notice, "close": close, "take_back": take_back, "press": press, "want": want, "end": end}
    return (acts | {"ask": ask})[what](*arguments)


@pytest.fixture
def opened(app: Flask) -> tuple[str, Payment]:
    """An order whose payer was sent to WeChat."""
    priced()
    no = order_with_cash().no
    press(no)
    return no, payments(no)[0]


def payments(no: str) -> list[Payment]:
    order = fresh(no)
    return payments_of(reading(), DEALER, order.id)


def cash_ties(no: str) -> None:
    """What is with the brand is what the order was paid with: all of it, or nothing."""
    order = fresh(no)
    kept = sum(one.fen - one.refunded_fen for one in payments(no) if one.paid)
    if order.cancelled:
        assert (kept, points_of(), stock_of()) == (0, 100_000, 50)
    else:
        assert (kept, points_of(), stock_of()) == (CASH, 100_000 - POINTS, 49)
    db.session.rollback()
    assert list(faults(reading())) == []


def test_ten_callbacks_at_once_pay_once(opened: tuple[str, Payment], database_url: str, clock: Clock) -> None:
    no, payment = opened
    runners = [("notice", payment.no, clock(), f"EV-{n % 3}") for n in range(10)]
    answers = at_once(database_url, clock(), act, runners)
    assert sorted(answers) == ["known"] * 9 + ["news"]
    assert fresh(no).paid_at is not None
    assert reading().scalar(select(func.count()).select_from(PaymentNotice)) == 3
    cash_ties(no)


def test_a_callback_against_the_closing_of_its_order(
    opened: tuple[str, Payment], database_url: str, clock: Clock
) -> None:
    no, payment = opened
    clock.tick(minutes=16)
    order_id = fresh(no).id
    runners: list[tuple[Any, ...]] = [
        ("notice", payment.no, clock() - timedelta(minutes=1), f"EV-{n}") for n in range(4)
    ]
    runners += [("close", order_id)] * 4
    answers = at_once(database_url, clock(), act, runners)
    assert (answers.count("news"), answers.count("late")) in {(1, 0), (0, 1)}
    late = answers.count("late")
    assert fresh(no).cancelled == bool(late)
    assert reading().scalar(select(func.count()).select_from(Refund)) == late
    cash_ties(no)


def test_a_callback_against_the_members_cancelling(
    opened: tuple[str, Payment], database_url: str, clock: Clock
) -> None:
    no, payment = opened
    runners: list[tuple[Any, ...]] = [("notice", payment.no, clock(), f"EV-{n}") for n in range(3)]
    answers = at_once(database_url, clock(), act, [*runners, *[("take_back", no)] * 3])
    assert answers.count("cancelled") == 3, "an order may be taken back before and after it is paid"
    assert fresh(no).cancelled
    cash_ties(no)


def test_ten_presses_open_one_payment(app: Flask, database_url: str, clock: Clock) -> None:
    priced()
    no = order_with_cash().no
    answers = at_once(database_url, clock(), act, [("press", no)] * 8)
    assert len(set(answers)) == 1
    assert len(payments(no)) == 1


def test_a_press_against_the_closing_leaves_nothing_open(
    opened: tuple[str, Payment], database_url: str, clock: Clock
) -> None:
    no, _payment = opened
    clock.tick(minutes=16)
    order_id = fresh(no).id
    answers = at_once(database_url, clock(), act, [*[("press", no)] * 3, *[("close", order_id)] * 3])
    assert answers.count("not_now") == 3
    assert not any(one.open for one in payments(no))
    cash_ties(no)


def test_refunds_at_once_never_exceed_the_payment(opened: tuple[str, Payment], database_url: str, clock: Clock) -> None:
    no, payment = opened
    notice(payment.no, clock(), "EV-1")
    runners = [("want", payment.id, 3_000, f"piece/{n}") for n in range(8)]
    answers = at_once(database_url, clock(), act, runners)
    assert answers.count("refund_too_large") == 5
    [kept] = payments(no)
    assert kept.refunded_fen == 9_000


def test_the_same_refund_at_once_is_one(opened: tuple[str, Payment], database_url: str, clock: Clock) -> None:
    no, payment = opened
    notice(payment.no, clock(), "EV-1")
    answers = at_once(database_url, clock(), act, [("want", payment.id, CASH, "all")] * 8)
    assert len(set(answers)) == 1
    ends = at_once(database_url, clock(), act, [("end", payment.no, answers[0], f"EV-R{n % 2}") for n in range(6)])
    assert ends == [True] * 6
    [kept] = payments(no)
    assert kept.refunded_fen == CASH


def test_a_question_is_asked_by_one_worker(opened: tuple[str, Payment], database_url: str, clock: Clock) -> None:
    _no, payment = opened
    clock.tick(minutes=1)
    answers = at_once(database_url, clock(), act, [("ask", payment.id)] * 6)
    assert answers.count(True) == 1
