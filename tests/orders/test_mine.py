"""A dealer's own orders on the phone: what each state says comes next, tabs, the receipt, the same again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from mall.catalog.models import Item, Stock
from mall.dealers.models import Dealer, MemberRole, StaffRole
from mall.orders.actions import approve, close_unpaid, hand_over, pick, ship
from mall.orders.actions.pay import pay
from mall.orders.models import CartLine, RedemptionOrder
from mall.payments.models import GatewayName, Payment, Way
from mall.web.db import db, transact
from tests.cast import Cast, Visitor, sign_in
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.conftest import address_of, gathered, visit
from tests.orders.scene import CARD, COOKER, RICE, SEAL, everything


@pytest.fixture
def people(app: Flask) -> Cast:
    """The cooker costs points, or points and cash."""
    everybody = gathered(app, points=1_000_000)
    scene.priced_with_cash()
    return everybody


@pytest.fixture
def phone(app: Flask, people: Cast) -> Visitor:
    """The owner's phone, signed in."""
    return visit(app, people.owner)


Ordered = Callable[..., str]


@pytest.fixture
def ordered(people: Cast) -> Ordered:
    """Place an order as somebody of 临安恒泰商贸, the owner unless said."""

    def placed(code: str | list[tuple[str, int]] = COOKER, quantity: int = 1, **said: Any) -> str:
        who = said.pop("who", people.owner)
        address = address_of(who.dealer_id)
        own = {"dealer_id": who.dealer_id, "member_id": who.id, "address_id": address, "role": who.role}
        return scene.order(code, quantity, **own, **said).no

    return placed


@pytest.fixture
def unpaid(ordered: Ordered) -> str:
    """An order of which ¥99 are to be paid by WeChat."""
    return ordered(plan_id=scene.cash_plan(), gateway=GatewayName.WECHAT)


def act(verb: Any, no: str, part_no: int = 1, **more: Any) -> None:
    staff = {"staff_id": 1, "role": StaffRole.FULFILMENT}
    transact(verb, dealer_code="LA0571", no=no, part_no=part_no, **staff, **more)


def shipped(no: str) -> None:
    act(ship, no, carrier="shunfeng", waybill="SF1390442701860")


def words(phone: Visitor, no: str, rest: str = "") -> str:
    page = phone.get(f"/orders/{no}{rest}")
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text.partition("<main")[2]))


def test_an_order_that_waits_for_money_counts_down_and_leads_to_paying(phone: Visitor, unpaid: str) -> None:
    page = phone.get(f"/orders/{unpaid}").text
    assert f'href="/orders/{unpaid}/payment"' in page
    assert "data-countdown=" in page
    told = words(phone, unpaid)
    for said in ("待支付", "还需支付 ¥99.00", "应付", "积分冻结自", "取消兑换"):
        assert said in told
    for never in ("实付", "电子凭证", "催发货"):
        assert never not in told


def test_a_payment_whose_end_is_unknown_is_told_as_such(phone: Visitor, people: Cast, unpaid: str) -> None:
    order = db.session.scalars(select(RedemptionOrder)).one()
    said = {"dealer_id": people.linan.id, "member_id": people.owner.id, "role": MemberRole.OWNER, "no": unpaid}
    transact(pay, gateway=GatewayName.WECHAT, way=Way.H5, merchant="1900000001", app="wx1", **said)
    db.session.execute(update(Payment).values(pressed_at=order.placed_at, ask_at=order.placed_at))
    db.session.commit()
    assert "正在确认结果" in words(phone, unpaid)


def test_an_order_past_its_time_is_not_called_failed_before_it_is_closed(
    phone: Visitor, people: Cast, unpaid: str, clock: Clock
) -> None:
    clock.tick(minutes=15)
    sign_in(phone, people.owner)
    assert "正在确认结果" in words(phone, unpaid)
    order = db.session.scalars(select(RedemptionOrder)).one()
    transact(close_unpaid, dealer_id=order.dealer_id, order_id=order.id)
    told = words(phone, unpaid)
    assert "超时未支付，自动关闭" in told
    assert "原定" in told
    assert phone.get(f"/orders/{unpaid}/receipt").location.endswith(f"/orders/{unpaid}")


def test_an_order_that_waits_for_the_owner_says_until_when(phone: Visitor, people: Cast, ordered: Ordered) -> None:
    db.session.execute(update(Dealer).where(Dealer.id == people.linan.id).values(approval_over=10_000))
    db.session.commit()
    no = ordered(who=people.buyer)
    assert "批准兑换" in words(phone, no)
    sign_in(phone, people.buyer)
    told = words(phone, no)
    for said in ("待审批", "11月14日", "应付", "取消兑换"):
        assert said in told
    assert "批准兑换" not in told
    assert no in phone.get("/orders?tab=awaiting").text
    own = {"dealer_id": people.linan.id, "member_id": people.owner.id, "role": MemberRole.OWNER}
    transact(approve, no=no, seal=SEAL, **own)
    assert "待发货" in words(phone, no)


def test_each_part_says_where_it_is(phone: Visitor, people: Cast, ordered: Ordered) -> None:
    no = ordered([(COOKER, 1), (CARD, 1)])
    assert "取消兑换" in words(phone, no)
    act(pick, no)
    told = words(phone, no)
    assert "已拣货" in told
    assert "取消兑换" not in told, "somebody has it in hand"
    shipped(no)
    told = words(phone, no)
    for said in ("部分发货", "快递寄送", "顺丰速运", "SF1390442701860", "卡密", "待发放", "11月22日 自动确认收货"):
        assert said in told
    assert f'action="/orders/{no}/arrival"' in phone.get(f"/orders/{no}").text
    act(hand_over, no, 2)
    assert "收到后请确认" in words(phone, no)


def test_arrival_is_confirmed_by_a_press_and_told_in_the_timeline(phone: Visitor, ordered: Ordered) -> None:
    no = ordered()
    assert phone.post(f"/orders/{no}/arrival").status_code == 409
    shipped(no)
    for _ in range(2):
        assert phone.post(f"/orders/{no}/arrival").location.endswith(f"/orders/{no}")
    told = words(phone, no)
    for said in ("已签收", "已签收，沈立诚", "已发货，商城", "前申请售后", "再次兑换"):
        assert said in told


def test_whoever_cancelled_and_why_stands_in_the_timeline(phone: Visitor, ordered: Ordered) -> None:
    no = ordered()
    phone.post(f"/orders/{no}/cancellation")
    told = words(phone, no)
    assert "沈立诚 贵店取消了兑换" in told.replace("沈立诚贵店", "沈立诚 贵店")
    assert "18,800 积分已退回原批次" in told


def test_an_order_is_asked_after_once_a_day(phone: Visitor, people: Cast, ordered: Ordered, clock: Clock) -> None:
    no = ordered()
    assert phone.post(f"/orders/{no}/nudge").status_code == 303
    assert "今天已催过" in words(phone, no)
    assert phone.post(f"/orders/{no}/nudge").status_code == 409
    clock.tick(hours=25)
    sign_in(phone, people.owner)
    assert "今天已催过" not in words(phone, no)


def test_tabs_tell_how_many_and_each_card_its_one_next_step(
    phone: Visitor, people: Cast, ordered: Ordered, unpaid: str
) -> None:
    waits, road, had = ordered([(RICE, 1), (CARD, 1)]), ordered(), ordered(CARD)
    shipped(road)
    act(hand_over, had)
    page = phone.get("/orders").text
    tabs = dict(re.findall(r'<a class="tab"[^>]*>([^<]+)<span class="tab__n">(\d+)</span>', page))
    assert tabs == {"全部": "4", "待支付与审批": "1", "待发货": "1", "待收货": "1", "已完成": "1"}
    steps = {
        unpaid: f'href="/orders/{unpaid}/payment"',
        waits: f'action="/orders/{waits}/nudge"',
        road: f'action="/orders/{road}/arrival"',
        had: f'action="/orders/{had}/repetition"',
    }
    for no, step in steps.items():
        card = next(part for part in page.split('<li class="panel">') if f"/orders/{no}" in part)
        assert step in card
    assert "查看卡密" in page
    assert "共 2 项" in page
    assert "¥99" in page
    for tab, no in (("awaiting", unpaid), ("to-ship", waits), ("shipped", road), ("done", had)):
        assert re.findall(r'class="order__no" href="/orders/(\d+)"', phone.get(f"/orders?tab={tab}").text) == [no]


def test_the_list_asks_the_database_as_little_for_many_as_for_one(phone: Visitor, ordered: Ordered) -> None:
    ordered()
    phone.get("/orders")  # the brand's colours are read once for many pages
    with scene.statements() as one:
        phone.get("/orders")
    for _ in range(5):
        ordered([(RICE, 1), (CARD, 1)])
    with scene.statements() as many:
        phone.get("/orders")
    assert len(many) == len(one) <= 7, "\n".join(many)


def test_the_receipt_holds_what_an_accountant_asks_for_and_is_a_page(
    phone: Visitor, people: Cast, ordered: Ordered
) -> None:
    no = ordered(plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT)
    page = phone.get(f"/orders/{no}/receipt")
    assert "Content-Disposition" not in page.headers
    assert 'class="receipt__drawing"' in page.text
    told = words(phone, no, "/receipt")
    for said in ("临安恒泰商贸", "LA0571", "智能电压力锅", "CK-5L-BLACK", "2,000 积分", "¥99.00", "挂账", "沈立诚"):
        assert said in told
    assert "电子凭证" in words(phone, no)
    sign_in(phone, people.other_owner)
    assert phone.get(f"/orders/{no}/receipt").status_code == 404


def in_cart(people: Cast) -> dict[int, int]:
    db.session.rollback()
    own = (CartLine.dealer_id == people.linan.id, CartLine.member_id == people.owner.id)
    return {line.sku_id: line.quantity for line in db.session.scalars(select(CartLine).where(*own))}


def test_the_same_again_fills_the_cart_with_what_there_is_and_tells_the_rest(
    phone: Visitor, people: Cast, ordered: Ordered
) -> None:
    no = ordered([(COOKER, 3), (RICE, 1), (CARD, 1)])
    db.session.execute(update(Stock).where(Stock.sku_id == scene.sku_id(COOKER)).values(on_hand=2))
    db.session.execute(update(Item).where(Item.code == "RICE").values(shelved_at=None))
    db.session.commit()
    for _ in range(2):
        answer = phone.post(f"/orders/{no}/repetition", data={"key": "again-0123456789"})
        assert answer.location.endswith("/cart")
    assert in_cart(people) == {scene.sku_id(COOKER): 2, scene.sku_id(CARD): 1}
    told = phone.get("/cart").text
    assert "智能电压力锅 5L 不够原来的数量" in told
    assert "五常大米 10kg 现在换不到了" in told


def test_what_is_all_gone_stays_on_the_orders_page(phone: Visitor, people: Cast, ordered: Ordered) -> None:
    no = ordered()
    db.session.execute(update(Stock).values(on_hand=0))
    db.session.commit()
    before = everything()
    assert phone.post(f"/orders/{no}/repetition").location.endswith(f"/orders/{no}")
    assert in_cart(people) == {}
    assert everything() == before
    sign_in(phone, people.other_owner)
    assert phone.post(f"/orders/{no}/repetition").status_code == 404


def test_another_dealers_order_is_not_hurried_nor_received(phone: Visitor, people: Cast, ordered: Ordered) -> None:
    no = ordered()
    shipped(no)
    sign_in(phone, people.other_owner)
    before = everything()
    for rest in ("nudge", "arrival", "repetition"):
        assert phone.post(f"/orders/{no}/{rest}").status_code == 404
    assert everything() == before
