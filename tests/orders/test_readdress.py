"""An order goes elsewhere as long as nobody has begun to pack it, at the freight that was agreed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.base.refused import NotFound
from mall.catalog.actions import put_freight_template, send_by
from mall.catalog.models import NotDelivered
from mall.catalog.rules.freight import Rule
from mall.dealers.actions import add_address, begin_member, remove_address
from mall.dealers.models import MayNotRedeem, MemberRole, StaffRole
from mall.orders.actions import pick, put_back_on_shelf, readdress, ship
from mall.orders.models import (
    FreightDiffers,
    Happening,
    NoParcel,
    OrderEvent,
    OrderPart,
    RedemptionOrder,
    TooLate,
)
from mall.orders.queries.destination import Destination, destination_of
from mall.web.db import db, reading, transact
from tests.cast import DEVICE
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.scene import CARD, COOKER, DEALER, RICE, SEAL, everything
from tests.processes import at_once

ZHEJIANG = "浙江省/杭州市/临安区/锦北街道"
XINJIANG = "新疆维吾尔自治区/自治区直辖县级行政区划/石河子市/新城街道"
OTHER = DEALER + 1
DESK: dict[str, Any] = {"dealer_code": f"D{DEALER}", "part_no": 1, "staff_id": 1, "role": StaffRole.FULFILMENT}


def address(region: str = ZHEJIANG, dealer_id: int = DEALER, **said: str) -> int:
    words = {"recipient": "陶然", "phone": "13605710001", "street": "苕溪南路 9 号", "outlet": "锦北门店", **said}
    return transact(add_address, dealer_id=dealer_id, region=region, seal=SEAL, actor="test", **words)


def move(no: str, address_id: int, *, dealer_id: int = DEALER, role: MemberRole = MemberRole.OWNER) -> RedemptionOrder:
    return transact(
        readdress, dealer_id=dealer_id, member_id=dealer_id, role=role, no=no, address_id=address_id, seal=SEAL,
        source_address="192.0.2.7",
    )  # fmt: skip


def goes_to(no: str) -> Destination | None:
    db.session.rollback()
    return destination_of(db.session.scalars(select(RedemptionOrder).where(RedemptionOrder.no == no)).one(), SEAL)


def sent_by(*rules: Rule) -> None:
    transact(put_freight_template, code="heavy", name="大件", rules=rules, actor="test")
    transact(send_by, item_code="CK-5L", template_code="heavy", actor="test")


def test_an_order_goes_to_another_address_of_the_dealer(set_up: Flask) -> None:
    placed, new = scene.order(), address()
    order = move(placed.no, new)
    assert goes_to(placed.no) == Destination("陶然", "13605710001", ZHEJIANG, "苕溪南路 9 号", "锦北门店")
    assert order.region == ZHEJIANG
    [event] = reading().scalars(select(OrderEvent).where(OrderEvent.what == Happening.READDRESSED)).all()
    assert event.actor == f"member:{DEALER}"
    [noted] = reading().scalars(select(AuditEntry).where(AuditEntry.act == "order.readdress")).all()
    assert noted.detail["to"] == ZHEJIANG
    for words in ("苕溪", "13605710001", "陶然"):
        assert words not in str(noted.detail) + str(event.detail), "no personal data in the log"


def test_a_second_press_writes_nothing(set_up: Flask) -> None:
    placed, new = scene.order(), address()
    move(placed.no, new)
    before = everything()
    assert move(placed.no, new).no == placed.no
    assert everything() == before
    transact(pick, no=placed.no, **DESK)
    before = everything()
    assert move(placed.no, new).no == placed.no, "it goes there already, whatever happened since"
    assert everything() == before


def test_the_address_changed_in_the_book_can_be_taken_anew(set_up: Flask) -> None:
    placed = scene.order()
    same = move(placed.no, DEALER)
    assert same.no == placed.no
    assert reading().scalar(select(OrderEvent.event_no)) is None


def test_what_is_picked_or_has_left_stays_on_its_way(set_up: Flask) -> None:
    placed, new = scene.order(), address()
    transact(pick, no=placed.no, **DESK)
    before = everything()
    with pytest.raises(TooLate):
        move(placed.no, new)
    assert everything() == before
    transact(put_back_on_shelf, no=placed.no, **DESK)
    move(placed.no, new)
    transact(ship, no=placed.no, carrier="shunfeng", waybill="SF1", **DESK)
    with pytest.raises(TooLate):
        move(placed.no, DEALER)
    assert goes_to(placed.no).street == "苕溪南路 9 号"  # type: ignore[union-attr]


def test_what_was_handed_out_beside_it_does_not_hold_the_parcel(set_up: Flask) -> None:
    placed, new = scene.order([(COOKER, 1), (CARD, 1)]), address()
    parts = reading().scalars(select(OrderPart).order_by(OrderPart.part_no)).all()
    card = next(part for part in parts if not part.kind.shipped)
    card.state, card.done_at = type(card.state).DONE, card.due_at
    db.session.commit()
    move(placed.no, new)
    assert goes_to(placed.no).recipient == "陶然"  # type: ignore[union-attr]


def test_an_order_without_a_parcel_goes_nowhere(set_up: Flask) -> None:
    placed = scene.order(CARD, address_id=None)
    with pytest.raises(NoParcel):
        move(placed.no, address())


def test_a_cancelled_order_goes_nowhere(set_up: Flask) -> None:
    placed, new = scene.order(), address()
    scene.take_back(placed.no)
    with pytest.raises(TooLate):
        move(placed.no, new)


def test_what_is_not_ones_own_is_not_there(set_up: Flask) -> None:
    placed, mine, theirs = scene.order(), address(), address(dealer_id=OTHER)
    for no, address_id, dealer_id in (
        (placed.no, theirs, DEALER), (placed.no, theirs, OTHER), ("2611120000", mine, DEALER)
    ):  # fmt: skip
        with pytest.raises(NotFound):
            move(no, address_id, dealer_id=dealer_id)
    with pytest.raises(MayNotRedeem):
        move(placed.no, mine, role=MemberRole.CLERK)
    transact(remove_address, dealer_id=DEALER, address_id=mine, actor="test")
    with pytest.raises(NotFound):
        move(placed.no, mine)
    assert reading().scalar(select(OrderEvent.event_no)) is None


def test_another_freight_is_refused_with_both_figures(set_up: Flask) -> None:
    sent_by(Rule(provinces=("新疆",), first_fen=4_500), Rule(provinces=("西藏",), delivered=False), Rule())
    placed = scene.order()
    with pytest.raises(FreightDiffers) as refused:
        move(placed.no, address(XINJIANG))
    assert str(refused.value) == (
        "寄到新疆维吾尔自治区的运费是 ¥45.00，下单时是 ¥0.00，运费不同不能直接更换。可以取消后重新兑换。"
    )
    with pytest.raises(NotDelivered):
        move(placed.no, address("西藏自治区/拉萨市/城关区"))
    move(placed.no, address("江苏省/南京市/鼓楼区"))
    assert goes_to(placed.no).region == "江苏省/南京市/鼓楼区"  # type: ignore[union-attr]


def test_a_template_changed_since_is_held_against_itself(set_up: Flask) -> None:
    sent_by(Rule())
    placed = scene.order()
    sent_by(Rule(provinces=("新疆",), first_fen=4_500), Rule(first_fen=1_200))
    move(placed.no, address("江苏省/南京市/鼓楼区"))
    with pytest.raises(FreightDiffers):
        move(placed.no, address(XINJIANG))
    sent_by(Rule(provinces=("江苏",), delivered=False), Rule(first_fen=1_200))
    with pytest.raises(FreightDiffers):
        move(placed.no, address())
    sent_by(Rule(provinces=("江苏",), delivered=False), Rule())
    assert move(placed.no, address()).freight_fen == 0, "where it was to go, nothing goes any more"


@pytest.fixture
def owner(set_up: Flask) -> FlaskClient:
    client = set_up.test_client()
    client.set_cookie(
        "__Host-mall", transact(begin_member, dealer_id=DEALER, member_id=DEALER, device=DEVICE), secure=True
    )
    return client


def test_the_page_offers_the_addresses_and_says_what_stands_in_the_way(owner: FlaskClient) -> None:
    sent_by(Rule(provinces=("新疆",), first_fen=4_500), Rule())
    placed, near, far = scene.order(), address(), address(XINJIANG, recipient="何小满")
    page = owner.get(f"/orders/{placed.no}/address").text
    assert f'value="{DEALER}" checked' in page, "where it goes now"
    assert "运费是 ¥45.00" in page
    assert f'value="{far}" disabled' in page
    assert f'value="{near}" checked' in owner.get(f"/orders/{placed.no}/address?address={near}").text
    assert f'value="{DEALER}" checked' in owner.get(f"/orders/{placed.no}/address?address={far}").text
    assert f"next=/orders/{placed.no}/address" in page.replace("%2F", "/")
    answer = owner.post(f"/orders/{placed.no}/address", data={"address": near})
    assert answer.location == f"/orders/{placed.no}"
    assert goes_to(placed.no).outlet == "锦北门店"  # type: ignore[union-attr]
    assert "已更换收货地址" in owner.get(f"/orders/{placed.no}").text


@pytest.mark.parametrize(("typed", "status"), [("", 422), ("x", 422), ("-1", 422), ("9" * 30, 422), ("12", 404)])
def test_what_is_no_address_of_ones_own_is_refused(owner: FlaskClient, typed: str, status: int) -> None:
    placed = scene.order()
    assert owner.post(f"/orders/{placed.no}/address", data={"address": typed}).status_code == status


def test_the_page_of_what_left_leads_back_with_the_reason(owner: FlaskClient) -> None:
    placed, new = scene.order(), address()
    transact(pick, no=placed.no, **DESK)
    for answer in (
        owner.get(f"/orders/{placed.no}/address"),
        owner.post(f"/orders/{placed.no}/address", data={"address": new}),
        owner.post(f"/orders/{placed.no}/address", data={}),
    ):
        assert answer.location == f"/orders/{placed.no}"
    assert "不能再更换收货地址" in owner.get(f"/orders/{placed.no}").text


def test_a_freight_that_differs_is_told_on_the_page(owner: FlaskClient) -> None:
    sent_by(Rule(provinces=("新疆",), first_fen=4_500), Rule())
    placed = scene.order()
    answer = owner.post(f"/orders/{placed.no}/address", data={"address": address(XINJIANG)})
    assert answer.status_code == 409
    assert "运费不同不能直接更换" in answer.text


def test_another_dealers_order_and_address_are_not_found(owner: FlaskClient) -> None:
    theirs, mine = scene.order(dealer_id=OTHER), scene.order()
    assert owner.get(f"/orders/{theirs.no}/address").status_code == 404
    assert owner.post(f"/orders/{theirs.no}/address", data={"address": address()}).status_code == 404
    assert owner.post(f"/orders/{mine.no}/address", data={"address": address(dealer_id=OTHER)}).status_code == 404


def moves(no: str, address_id: int) -> str:
    move(no, address_id)
    return "moved"


def picks(no: str, _address_id: int) -> str:
    transact(pick, no=no, **DESK)
    return "picked"


def test_whoever_picks_at_the_same_moment_packs_for_the_address_that_stands(
    set_up: Flask, database_url: str, clock: Clock
) -> None:
    for _round in range(4):
        placed, new = scene.order(RICE), address()
        before = goes_to(placed.no)
        acts = [(placed.no, new)] * 2
        answers = at_once(database_url, clock(), moves_or_picks, [("moves", *acts[0]), ("picks", *acts[1])] * 2)
        moved = answers.count("moved")
        assert sorted(set(answers)) in (["moved", "picked"], ["picked", "too_late"], ["moved", "picked", "too_late"])
        assert answers.count("picked") == 2, "a second picking finds it picked"
        db.session.rollback()
        order = db.session.scalars(select(RedemptionOrder).where(RedemptionOrder.no == placed.no)).one()
        events = db.session.scalars(
            select(OrderEvent.what).where(OrderEvent.order_id == order.id).order_by(OrderEvent.event_no)
        ).all()
        if moved:
            assert goes_to(placed.no).street == "苕溪南路 9 号"  # type: ignore[union-attr]
            assert events == [Happening.READDRESSED, Happening.PICKED], "moved before it was picked, never after"
        else:
            assert goes_to(placed.no) == before
            assert events == [Happening.PICKED]


def moves_or_picks(which: str, no: str, address_id: int) -> str:
    return {"moves": moves, "picks": picks}[which](no, address_id)
