"""What fulfilment does with the parts of an order, what the dealer does once they left, and what time does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.refused import Forbidden, NotFound
from mall.dealers.actions import add_staff, begin_member, begin_staff
from mall.dealers.models import MayNotRedeem, MemberRole, Notice, SignInStage, StaffRole
from mall.jobs.tasks import arrive
from mall.orders.actions import hand_over, nudge, pick, put_back_on_shelf, receive, ship
from mall.orders.models import NotCancellable, NotNow, NudgedAlready, OrderPart, OrderState, PartState, RedemptionOrder
from mall.payments.models import GatewayName
from mall.points.queries.proof import faults
from mall.web.db import db, reading, transact
from tests.cast import DEVICE, hashed
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.race import Form, Runners
from tests.orders.scene import CARD, COOKER, DEALER, everything, points_of, stock_of, take_back

CODE = f"D{DEALER}"
SF = {"carrier": "shunfeng", "waybill": "SF1390442701860"}


def act(verb: Any, no: str, part_no: int = 1, *, role: StaffRole = StaffRole.FULFILMENT, **more: Any) -> Any:
    """Staff act on a part."""
    return transact(verb, dealer_code=CODE, no=no, part_no=part_no, staff_id=1, role=role, **more)


def mixed() -> str:
    """An order of a parcel and of something that is handed out."""
    return scene.order([(COOKER, 1), (CARD, 1)]).no


def part(no: str, kind: str) -> OrderPart:
    db.session.rollback()
    order_id = select(RedemptionOrder.id).where(RedemptionOrder.no == no).scalar_subquery()
    found = db.session.scalars(select(OrderPart).where(OrderPart.order_id == order_id)).all()
    return next(one for one in found if one.kind.value == kind)


def state(no: str) -> OrderState:
    db.session.rollback()
    return db.session.scalars(select(RedemptionOrder.state).where(RedemptionOrder.no == no)).one()


def got(no: str) -> RedemptionOrder:
    return transact(receive, dealer_id=DEALER, member_id=DEALER, role=MemberRole.OWNER, no=no)


def test_an_order_follows_its_parts_until_all_have_arrived(set_up: Flask) -> None:
    no = mixed()
    parcel, card = part(no, "physical").part_no, part(no, "card_code").part_no
    assert state(no) is OrderState.TO_SHIP
    act(ship, no, parcel, **SF)
    assert state(no) is OrderState.PARTLY_SHIPPED
    act(hand_over, no, card)
    assert state(no) is OrderState.SHIPPED
    assert got(no).state is OrderState.RECEIVED
    assert got(no).state is OrderState.RECEIVED, "a second press"


def test_what_waits_for_its_money_is_not_let_go_by_putting_it_back(set_up: Flask) -> None:
    scene.priced_with_cash()
    no = scene.order(COOKER, plan_id=scene.cash_plan(), gateway=GatewayName.WECHAT).no
    before = everything()
    for verb in (pick, put_back_on_shelf):
        with pytest.raises(NotNow):
            act(verb, no)
    assert everything() == before


def test_what_was_picked_is_not_cancelled_until_it_is_put_back(set_up: Flask) -> None:
    no = scene.order(COOKER).no
    for _ in range(2):
        act(pick, no)
    before = everything()
    with pytest.raises(NotCancellable):
        take_back(no)
    assert everything() == before
    for _ in range(2):
        act(put_back_on_shelf, no)
    take_back(no)
    assert (points_of(), stock_of()) == (100_000, 50)
    for verb, more in ((pick, {}), (ship, SF)):
        with pytest.raises(NotNow):
            act(verb, no, **more)


def test_the_same_waybill_twice_is_one_parcel_and_another_is_refused(set_up: Flask) -> None:
    no = scene.order(COOKER).no
    act(ship, no, **SF)
    before = everything()
    act(ship, no, **SF)
    assert everything() == before
    with pytest.raises(NotNow):
        act(ship, no, carrier="jd", waybill="JD0001112223334")
    assert part(no, "physical").waybill == SF["waybill"]
    told = db.session.scalars(select(Notice).where(Notice.what == "shipped")).all()
    assert [(one.facts["no"], one.facts["waybill"]) for one in told] == [(no, SF["waybill"])]


def test_a_parcel_is_not_handed_out_and_a_card_is_not_shipped(set_up: Flask) -> None:
    no = mixed()
    before = everything()
    with pytest.raises(NotNow):
        act(hand_over, no, part(no, "physical").part_no)
    with pytest.raises(NotNow):
        act(ship, no, part(no, "card_code").part_no, **SF)
    assert everything() == before


def test_only_those_who_send_may_act_and_only_on_what_is_there(set_up: Flask) -> None:
    no = scene.order(COOKER).no
    before = everything()
    for role in set(StaffRole) - {StaffRole.FULFILMENT, StaffRole.ADMINISTRATOR}:
        with pytest.raises(Forbidden):
            act(pick, no, role=role)
    for said in ({"part_no": 9}, {"dealer_code": "NOBODY"}, {"dealer_code": f"D{DEALER + 1}"}, {"no": "x"}):
        asked: dict[str, Any] = {"dealer_code": CODE, "no": no, "part_no": 1} | said
        with pytest.raises(NotFound):
            transact(pick, staff_id=1, role=StaffRole.FULFILMENT, **asked)
    assert everything() == before


def test_a_dealer_asks_to_hurry_once_a_day(set_up: Flask, clock: Clock) -> None:
    no = scene.order(COOKER).no
    said = {"dealer_id": DEALER, "member_id": DEALER + 1000, "no": no}
    transact(nudge, **said)
    with pytest.raises(NudgedAlready):
        transact(nudge, **said)
    clock.tick(hours=24)
    transact(nudge, **said)
    act(ship, no, **SF)
    clock.tick(hours=24)
    with pytest.raises(NotNow):
        transact(nudge, **said)


def test_a_clerk_does_not_confirm_and_nothing_on_the_road_is_nothing_to_confirm(set_up: Flask) -> None:
    no = scene.order(COOKER).no
    with pytest.raises(NotNow):
        got(no)
    act(ship, no, **SF)
    with pytest.raises(MayNotRedeem):
        transact(receive, dealer_id=DEALER, member_id=DEALER + 1000, role=MemberRole.CLERK, no=no)
    assert state(no) is OrderState.SHIPPED


def test_time_confirms_a_parcel_and_completes_the_order(set_up: Flask, clock: Clock) -> None:
    slow, half = scene.order(COOKER).no, mixed()
    act(ship, slow, **SF)
    act(ship, half, part(half, "physical").part_no, **SF)
    clock.tick(days=9, hours=23)
    assert arrive.run() == 0
    clock.tick(hours=1)
    assert arrive.run() == 2
    assert (state(slow), state(half)) == (OrderState.RECEIVED, OrderState.PARTLY_SHIPPED)
    assert part(half, "physical").state is PartState.DONE
    clock.tick(days=15)
    assert arrive.run() == 1
    assert (state(slow), state(half)) == (OrderState.COMPLETED, OrderState.PARTLY_SHIPPED)
    assert arrive.run() == 0


def test_time_works_through_more_than_one_transaction_takes(set_up: Flask, clock: Clock) -> None:
    transact(scene.give, dealer_id=DEALER, points=2_000_000, days=300)
    nos = [scene.order(COOKER).no for _ in range(5)]
    for no in nos:
        act(ship, no, **SF)
    clock.tick(days=10)
    most, arrive.AT_ONCE = arrive.AT_ONCE, 2
    try:
        assert arrive.run() == 5
    finally:
        arrive.AT_ONCE = most
    assert {state(no) for no in nos} == {OrderState.RECEIVED}


@pytest.fixture(scope="module")
def runners() -> Iterator[Runners]:
    """Four processes: two press cancel, two ship."""
    started = Runners(4)
    yield started
    started.close()


def sender(session: Session, now: datetime) -> int:
    return add_staff(
        session, now, login="lvyue", name="贺长风", role=StaffRole.FULFILMENT, password_hash=hashed(), issued=False
    )


@pytest.mark.xdist_group("races")
def test_cancel_against_ship_has_one_winner_and_nothing_is_lost(
    app: Flask, database_url: str, clock: Clock, runners: Runners
) -> None:
    transact(scene.set_up, points=1_000_000)
    owner = transact(begin_member, dealer_id=DEALER, member_id=DEALER, device=DEVICE)
    staff = transact(begin_staff, staff_id=transact(sender), device=DEVICE, stage=SignInStage.FULL)
    won = []
    for _ in range(6):
        no = scene.order(COOKER).no
        cancels = Form(owner, {}, f"/orders/{no}/cancellation")
        ships = Form(staff, dict(SF), f"/desk/orders/{CODE}/{no}/parts/1/shipment", "__Host-desk")
        answers = [answer.status for answer in runners.race(database_url, clock(), [cancels, ships, cancels, ships])]
        won.append(state(no))
        shipped = won[-1] is OrderState.SHIPPED
        assert answers == ([409, 303, 409, 303] if shipped else [303, 409, 303, 409])
        assert part(no, "physical").state is (PartState.SHIPPED if shipped else PartState.CANCELLED)
    left = won.count(OrderState.SHIPPED)
    assert set(won) <= {OrderState.SHIPPED, OrderState.CANCELLED}
    assert (stock_of(), points_of()) == (50 - left, 1_000_000 - left * scene.PRICES[COOKER])
    reading().rollback()
    assert list(faults(reading())) == []
