"""An order always ends well: what is held is redeemed or comes back, whatever money, owner or supplier do."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from mall.dealers.models import Dealer, MemberRole, Notice, SecondFactorNeeded
from mall.orders.actions import (
    approve,
    close_unpaid,
    complete_due,
    confirm,
    decline,
    fail_line,
    lapse_due,
    pick,
    receive,
    receive_due,
    ship,
)
from mall.orders.models import (
    Ended,
    GatewayNeeded,
    NotAwaiting,
    NotCancellable,
    NotNow,
    OrderState,
    OwnerDecides,
    PartState,
    RedemptionOrder,
)
from mall.orders.queries import mine
from mall.payments.actions import open_payment, press
from mall.payments.models import AmountDiffers, GatewayName, Payment, PaymentState, Refund, There, Told
from mall.points.queries import balance
from mall.web.db import db, now, reading, transact
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.scene import CARD, COOKER, DEALER, RICE, SEAL, points_of, stock_of

BUYER = DEALER + 2000
OWNER: dict[str, Any] = {"dealer_id": DEALER, "member_id": DEALER, "role": MemberRole.OWNER}
STAFF: dict[str, Any] = {"dealer_code": f"D{DEALER}", "staff_id": 1, "role": "fulfilment"}
WECHAT = GatewayName.WECHAT


@pytest.fixture
def priced(set_up: Flask) -> Flask:
    """The cooker costs 18,800 points, or 2,000 points and ¥99; there is a buyer beside the owner."""
    scene.priced_with_cash()
    scene.add_member_now(DEALER, BUYER)
    return set_up


def order_with_cash(gateway: GatewayName = WECHAT, quantity: int = 1, **said: Any) -> str:
    return scene.order(COOKER, quantity, plan_id=scene.cash_plan(), gateway=gateway, **said).no


def held() -> int:
    db.session.rollback()
    return balance(reading(), DEALER, now()).held


def made(no: str) -> RedemptionOrder:
    db.session.rollback()
    return mine.order_of(reading(), DEALER, no)


def parts(no: str) -> list[PartState]:
    order = made(no)
    return [part.state for part in mine.parts_of(reading(), [order])[DEALER, order.id]]


def opened(no: str, gateway: GatewayName = WECHAT) -> Payment:
    order = made(no)
    payment = transact(
        open_payment,
        dealer_id=DEALER,
        order_id=order.id,
        order_no=no,
        gateway=gateway,
        fen=order.pay_fen,
        closes_at=order.close_at,
        actor="member:1",
    )
    return transact(press, dealer_id=DEALER, payment_id=payment.id, merchant="1900000001", app="wx1")


def told(payment: Payment, **said: Any) -> Told:
    facts: dict[str, Any] = {"gateway": payment.gateway, "no": payment.no, "state": There.PAID, "fen": payment.fen}
    facts |= {"currency": "CNY", "merchant": "1900000001", "app": "wx1", "gateway_no": f"4200{payment.id}"}
    return Told(**(facts | said))


def pay(payment: Payment, **said: Any) -> Any:
    return transact(confirm, dealer_id=DEALER, told=told(payment, **said), seal=SEAL)


def refunds() -> list[tuple[int, str]]:
    db.session.rollback()
    return [(one.fen, one.reason) for one in db.session.scalars(select(Refund).order_by(Refund.id))]


def test_points_are_held_until_the_money_is_there_and_redeemed_then(priced: Flask) -> None:
    no = order_with_cash()
    assert (made(no).state, held(), points_of()) == (OrderState.AWAITING_PAYMENT, 2_000, 98_000)
    assert (parts(no), stock_of()) == ([PartState.HELD], 49)
    first = pay(opened(no))
    assert first.news
    order = made(no)
    assert (order.state, held(), points_of()) == (OrderState.TO_SHIP, 0, 98_000)
    assert (parts(no), order.paid_at is not None) == ([PartState.READY], True)


def test_the_same_news_again_changes_nothing(priced: Flask) -> None:
    no = order_with_cash()
    payment = opened(no)
    pay(payment)
    before = scene.everything()
    assert not pay(payment).news
    assert scene.everything() == before


def test_on_account_it_is_paid_at_once(priced: Flask) -> None:
    no = order_with_cash(GatewayName.ON_ACCOUNT)
    order = made(no)
    assert (order.state, held(), points_of()) == (OrderState.TO_SHIP, 0, 98_000)
    [payment] = db.session.scalars(select(Payment)).all()
    assert (payment.state, payment.fen, order.payment_id) == (PaymentState.PAID, 9_900, payment.id)


def test_money_needs_a_way_to_pay_it(priced: Flask) -> None:
    before = scene.everything()
    with pytest.raises(GatewayNeeded):
        scene.order(COOKER, plan_id=scene.cash_plan())
    assert scene.everything() == before


def test_what_is_not_paid_in_time_closes_and_gives_everything_back(priced: Flask, clock: Clock) -> None:
    no = order_with_cash()
    order = made(no)
    assert transact(close_unpaid, dealer_id=DEALER, order_id=order.id).awaiting_payment, "it is not over yet"
    clock.tick(minutes=15)
    for _ in range(2):
        closed = transact(close_unpaid, dealer_id=DEALER, order_id=order.id)
        assert (closed.state, closed.ended) == (OrderState.CANCELLED, Ended.UNPAID)
    assert (held(), points_of(), stock_of(), parts(no)) == (0, 100_000, 50, [PartState.CANCELLED])
    assert [one.what for one in db.session.scalars(select(Notice))] == ["unpaid_closed"]


def test_a_payment_that_comes_after_the_close_goes_back_by_itself(priced: Flask, clock: Clock) -> None:
    no = order_with_cash()
    payment = opened(no)
    clock.tick(minutes=15)
    transact(close_unpaid, dealer_id=DEALER, order_id=made(no).id)
    late = pay(payment)
    assert late.late
    assert refunds() == [(9_900, "late")]
    assert (made(no).cancelled, points_of()) == (True, 100_000)


def test_a_second_payment_of_the_same_order_goes_back_by_itself(priced: Flask) -> None:
    no = order_with_cash()
    first, second = opened(no), opened(no, GatewayName.ALIPAY)
    pay(first)
    pay(second)
    assert refunds() == [(9_900, "late")]
    assert made(no).payment_id == first.id


def test_another_amount_than_was_asked_for_pays_nothing(priced: Flask) -> None:
    no = order_with_cash()
    payment = opened(no)
    before = scene.everything()
    with pytest.raises(AmountDiffers):
        pay(payment, fen=1)
    assert scene.everything() == before


def test_cancelling_a_paid_order_gives_the_money_back_too_once(priced: Flask) -> None:
    no = order_with_cash()
    pay(opened(no))
    for _ in range(2):
        assert scene.take_back(no).cancelled
    assert (refunds(), points_of(), stock_of()) == ([(9_900, "by_member")], 100_000, 50)
    assert made(no).refunded_fen == 9_900


def test_cancelling_while_unpaid_lets_go_of_what_is_held(priced: Flask) -> None:
    no = order_with_cash()
    payment = opened(no)
    scene.take_back(no)
    assert (held(), points_of(), stock_of(), refunds()) == (0, 100_000, 50, [])
    assert pay(payment).late


def test_lines_of_different_kinds_are_one_order_and_split_for_fulfilment(priced: Flask) -> None:
    placed = scene.order([(COOKER, 1), (CARD, 1), (RICE, 2)])
    order = made(placed.no)
    lines = mine.lines_of(reading(), [order])[DEALER, order.id]
    assert order.points == 18_800 + 50_000 + 2 * 8_600
    assert [line.part_no for line in lines] == [1, 2, 1]


def above(limit: int | None, second_factor: int | None = None) -> None:
    values = {"approval_over": limit, "second_factor_over": second_factor}
    db.session.execute(update(Dealer).where(Dealer.id == DEALER).values(**values))
    db.session.commit()


def test_above_the_limit_the_owner_is_asked_and_agrees(priced: Flask) -> None:
    above(10_000)
    placed = scene.order(COOKER, member_id=BUYER, role=MemberRole.BUYER)
    assert (placed.state, held(), parts(placed.no)) == (OrderState.AWAITING_APPROVAL, 18_800, [PartState.HELD])
    with pytest.raises(OwnerDecides):
        transact(approve, **(OWNER | {"role": MemberRole.BUYER}), no=placed.no, seal=SEAL)
    for _ in range(2):
        agreed = transact(approve, **OWNER, no=placed.no, seal=SEAL)
        assert (agreed.state, agreed.approved_by) == (OrderState.TO_SHIP, DEALER)
    assert (held(), points_of(), parts(placed.no)) == (0, 81_200, [PartState.READY])
    told_of = [one.what for one in db.session.scalars(select(Notice).order_by(Notice.id))]
    assert told_of == ["approval_wanted", "approved"]


def test_agreed_to_an_order_with_money_waits_for_the_money(priced: Flask) -> None:
    above(1_000)
    no = order_with_cash(member_id=BUYER, role=MemberRole.BUYER)
    assert transact(approve, **OWNER, no=no, seal=SEAL).awaiting_payment
    pay(opened(no))
    assert made(no).state is OrderState.TO_SHIP


def test_declined_everything_comes_back(priced: Flask) -> None:
    above(10_000)
    placed = scene.order(COOKER, member_id=BUYER, role=MemberRole.BUYER)
    for _ in range(2):
        assert transact(decline, **OWNER, no=placed.no, reason="先不换").ended is Ended.DECLINED
    assert (held(), points_of(), stock_of()) == (0, 100_000, 50)
    with pytest.raises(NotAwaiting):
        transact(approve, **OWNER, no=placed.no, seal=SEAL)


def test_undecided_for_too_long_it_lapses(priced: Flask, clock: Clock) -> None:
    above(10_000)
    numbers = [scene.order(COOKER, member_id=BUYER, role=MemberRole.BUYER).no for _ in range(2)]
    clock.tick(hours=48)
    while transact(lapse_due):
        pass
    assert [made(no).ended for no in numbers] == [Ended.LAPSED, Ended.LAPSED]
    assert (held(), points_of(), stock_of()) == (0, 100_000, 50)


def test_so_many_points_need_a_second_factor(priced: Flask) -> None:
    above(None, 10_000)
    with pytest.raises(SecondFactorNeeded):
        scene.order(COOKER)
    assert scene.order(COOKER, second_factor_at=now()).state is OrderState.TO_SHIP


def test_what_is_picked_cannot_be_taken_back_and_what_is_shipped_arrives(priced: Flask, clock: Clock) -> None:
    no = scene.order(COOKER).no
    transact(pick, **STAFF, no=no, part_no=1)
    with pytest.raises(NotCancellable):
        scene.take_back(no)
    for _ in range(2):
        sent = transact(ship, **STAFF, no=no, part_no=1, carrier="shunfeng", waybill="SF1234567890")
        assert sent.state is OrderState.SHIPPED
    with pytest.raises(NotNow):
        transact(ship, **STAFF, no=no, part_no=1, carrier="shunfeng", waybill="SF0000000000")
    for _ in range(2):
        assert transact(receive, **OWNER, no=no).state is OrderState.RECEIVED
    clock.tick(days=15)
    assert transact(complete_due) == 1
    assert made(no).state is OrderState.COMPLETED
    assert not transact(complete_due)


def test_a_parcel_that_nobody_confirms_arrives_by_time(priced: Flask, clock: Clock) -> None:
    no = scene.order(COOKER).no
    transact(ship, **STAFF, no=no, part_no=1, carrier="shunfeng", waybill="SF1234567890")
    assert not transact(receive_due)
    clock.tick(days=10)
    assert transact(receive_due) == 1
    assert made(no).state is OrderState.RECEIVED


def test_a_line_that_cannot_be_delivered_comes_back_alone(priced: Flask) -> None:
    placed = scene.order([(COOKER, 1), (RICE, 2)])
    order = made(placed.no)
    for _ in range(2):
        transact(fail_line, dealer_id=DEALER, order_id=order.id, line_no=2, reason="supplier")
    assert (points_of(), stock_of(RICE), stock_of()) == (81_200, 50, 49)
    order = made(placed.no)
    assert (order.refunded_points, order.state) == (17_200, OrderState.TO_SHIP)
    scene.take_back(placed.no)
    assert (points_of(), stock_of(RICE), stock_of()) == (100_000, 50, 50)
