"""Giving up a line, or an order whole, at the desk: what comes back is told before the press, the dealer reads why."""

from __future__ import annotations

import pytest
from flask import Flask

from mall.dealers.models import StaffRole
from mall.payments.models import GatewayName
from tests.cast import Cast, Visitor, sign_in
from tests.orders import scene
from tests.orders.conftest import gathered, visit
from tests.orders.scene import CARD, COOKER, RICE
from tests.orders.test_desk import back, ordered

WHY = "供应商断货，短期内到不了"


@pytest.fixture
def people(app: Flask) -> Cast:
    return gathered(app, points=1_000_000)


@pytest.fixture
def desk(app: Flask, people: Cast) -> Visitor:
    """Fulfilment's browser, signed in."""
    client = visit(app)
    back(client, people)
    return client


def test_a_line_is_given_up_by_a_press_and_the_dealer_reads_why(
    app: Flask, desk: Visitor, people: Cast, owner: Visitor
) -> None:
    no = ordered(people.owner, [(COOKER, 1), (CARD, 2)]).no
    page = f"/desk/orders/LA0571/{no}"
    before = desk.get(page).text
    for words in ("不能发出：智能电压力锅 5L…", "不能发放：全国通用加油卡 500 元…", "退回 100,000 积分", "取消订单…"):
        assert words in before
    said = {"restock": "0", "reason": WHY}
    assert desk.post(f"{page}/lines/2/failure", data=said).location == page
    after = desk.get(page).text
    for words in ("已退回，已通知经销商", "不能发放，退回", "已退 2", WHY):
        assert words in after
    assert f"{page}/lines/2" not in after
    assert f"{page}/lines/1" in after
    assert scene.stock_of(CARD) == 48
    assert WHY in owner.get(f"/orders/{no}").text
    assert "有一项没能送达" in owner.get("/me/notices").text


def test_an_order_is_called_off_by_a_press_and_the_dealer_reads_why(
    desk: Visitor, people: Cast, owner: Visitor
) -> None:
    scene.priced_with_cash()
    no = ordered(people.owner, plan_id=scene.cash_plan(), gateway=GatewayName.ON_ACCOUNT).no
    page = f"/desk/orders/LA0571/{no}"
    shown = desk.get(page).text.partition('id="call-off"')[2]
    for words in ("退回 2,000 积分", "退回 ¥99.00", "礼品全部放回库存"):
        assert words in shown
    assert desk.post(f"{page}/cancellation", data={"reason": WHY}).location == page
    after = desk.get(page).text
    for words in ("已取消，已通知经销商", "商城取消了兑换", "商城取消兑换", WHY):
        assert words in after
    for gone in (f"{page}/cancellation", f"{page}/lines"):
        assert gone not in after
    for address in (f"/orders/{no}", "/me/notices"):
        assert WHY in owner.get(address).text, address


def test_without_a_reason_or_a_word_about_stock_nothing_happens(desk: Visitor, people: Cast) -> None:
    no = ordered(people.owner, [(COOKER, 1), (RICE, 1)]).no
    page, before = f"/desk/orders/LA0571/{no}", scene.everything()
    for where, said, words in (
        ("lines/2/failure", {"restock": "1", "reason": " "}, "请写明原因，经销商会看到"),
        ("lines/2/failure", {"reason": WHY}, "请选择放回库存还是报损"),
        ("lines/2/failure", {"restock": "2", "reason": WHY}, "请选择放回库存还是报损"),
        ("lines/2/failure", {"restock": "1", "reason": "长" * 101}, "100"),
        ("cancellation", {"reason": ""}, "请写明原因，经销商会看到"),
    ):
        answer = desk.post(f"{page}/{where}", data=said)
        assert answer.status_code == 422, said
        assert words in answer.text, said
        assert answer.text.count("<details") - 1 >= answer.text.count(" open>") == 1, said
    assert desk.post(f"{page}/lines/9/failure", data={"restock": "1", "reason": WHY}).status_code == 404
    assert scene.everything() == before


def test_what_was_handed_out_has_no_press_and_a_late_one_is_refused_in_words(desk: Visitor, people: Cast) -> None:
    no = ordered(people.owner, CARD).no
    page = f"/desk/orders/LA0571/{no}"
    desk.post(f"{page}/parts/1/handover")
    shown = desk.get(page).text
    assert "不能发放：" not in shown
    assert "取消订单…" not in shown
    before = scene.everything()
    for where in ("lines/1/failure", "cancellation"):
        assert desk.post(f"{page}/{where}", data={"restock": "1", "reason": WHY}).status_code == 409
    assert scene.everything() == before


def test_those_who_do_not_send_give_nothing_up(desk: Visitor, people: Cast) -> None:
    no = ordered(people.owner).no
    page = f"/desk/orders/LA0571/{no}"
    sign_in(desk, people.staff[StaffRole.FINANCE])
    assert "<details" not in desk.get(page).text.partition("<main")[2]
    for where in ("lines/1/failure", "cancellation"):
        assert desk.post(f"{page}/{where}", data={"restock": "1", "reason": WHY}).status_code == 403
