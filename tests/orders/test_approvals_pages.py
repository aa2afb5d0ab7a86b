"""An owner's approvals: the list, the form on the order's page, what both sides are told."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from mall.dealers.actions import add_address
from mall.dealers.models import Dealer, Member, MemberRole, StaffRole
from mall.dealers.queries import notices
from mall.jobs.queue import run
from mall.orders.actions import Placed, approve, decline, lapse_due
from mall.orders.models import Ended, OrderState, RedemptionOrder
from mall.web.db import db, reading, transact
from tests.cast import PASSWORD, Cast, SomeMember, cast, give_points, sign_in
from tests.conftest import Clock
from tests.orders.scene import COOKER, PRICES, RICE, SEAL, order, points_of, stock_of, stock_up
from tests.processes import at_once


@pytest.fixture
def people(app: Flask) -> Cast:
    known = transact(cast, seal=app.extensions["seal"])
    transact(stock_up)
    for dealer in (known.linan, known.ningbo):
        give_points(dealer.id, 200_000)
    limits(known.linan.id, approval_over=10_000)
    return known


def limits(dealer_id: int, **said: int | None) -> None:
    transact(lambda session, _now: session.execute(update(Dealer).where(Dealer.id == dealer_id).values(**said)))


def client_of(app: Flask, who: SomeMember) -> FlaskClient:
    client = app.test_client()
    sign_in(client, who)
    return client


def ask(who: SomeMember, code: str = COOKER, quantity: int = 1) -> Placed:
    """An order by a member of the cast, to an address of theirs."""
    goes_to = transact(
        add_address, dealer_id=who.dealer_id, recipient="沈立诚", phone="13805716207", region="浙江省/杭州市/临安区",
        street="锦城街道长桥路 18 号", seal=SEAL, actor="test",
    )  # fmt: skip
    return order(code, quantity, dealer_id=who.dealer_id, member_id=who.id, role=who.role, address_id=goes_to)


def state(no: str) -> OrderState:
    db.session.rollback()
    return reading().scalars(select(RedemptionOrder.state).where(RedemptionOrder.no == no)).one()


def told(who: SomeMember) -> list[str]:
    db.session.rollback()
    return [one.what for one in notices(reading(), who.dealer_id, who.id)[0]]


def test_what_waits_is_listed_for_the_owner_with_who_what_and_until_when(app: Flask, people: Cast) -> None:
    placed = ask(people.buyer, quantity=2)
    assert state(placed.no) is OrderState.AWAITING_APPROVAL
    assert told(people.owner) == ["approval_wanted"]
    owner = client_of(app, people.owner)
    page = owner.get("/orders/approvals").text
    for words in ("方晓棠 申请", "智能电压力锅", "37,600", "11月14日 20:00", f"/orders/{placed.no}"):
        assert words in page
    assert "待我审批" in owner.get("/me").text
    assert "待我审批" not in client_of(app, people.buyer).get("/me").text
    assert placed.no not in client_of(app, people.other_owner).get("/orders/approvals").text


def test_less_than_the_limit_and_what_the_owner_places_do_not_wait(app: Flask, people: Cast) -> None:
    assert state(ask(people.buyer, RICE).no) is OrderState.TO_SHIP
    assert state(ask(people.owner, COOKER, 5).no) is OrderState.TO_SHIP
    assert "都处理完了" in client_of(app, people.owner).get("/orders/approvals").text


def test_without_a_limit_the_list_says_so_with_a_way_to_set_one(app: Flask, people: Cast) -> None:
    page = client_of(app, people.other_owner).get("/orders/approvals").text
    assert "没有要审批的兑换" in page
    assert 'href="/me/powers"' in page


def test_the_owner_agrees_by_one_press_that_may_be_repeated(app: Flask, people: Cast) -> None:
    before, placed = points_of(people.linan.id), ask(people.buyer)
    assert points_of(people.linan.id) == before - PRICES[COOKER]
    owner = client_of(app, people.owner)
    assert "批准兑换" in owner.get(f"/orders/{placed.no}").text
    for _ in range(2):
        answer = owner.post(f"/orders/{placed.no}/approval")
        assert (answer.status_code, answer.location) == (303, f"/orders/{placed.no}")
    assert state(placed.no) is OrderState.TO_SHIP
    assert told(people.buyer) == ["approved"]
    assert points_of(people.linan.id) == before - PRICES[COOKER]
    assert "批准兑换" not in owner.get(f"/orders/{placed.no}").text


def test_the_member_is_told_that_it_waits_and_has_nothing_to_press(app: Flask, people: Cast) -> None:
    placed = ask(people.buyer)
    for who in (people.buyer, people.clerk):
        page = client_of(app, who).get(f"/orders/{placed.no}").text
        assert "等待老板审批" in page
        assert "批准兑换" not in page


def test_the_owner_says_no_with_a_reason_and_everything_goes_back(app: Flask, people: Cast) -> None:
    before, stock, placed = points_of(people.linan.id), stock_of(), ask(people.buyer)
    owner = client_of(app, people.owner)
    address = f"/orders/{placed.no}/refusal"
    for empty in ("", "   ", "很" * 101):
        answer = owner.post(address, data={"reason": empty})
        assert answer.status_code == 422
    assert state(placed.no) is OrderState.AWAITING_APPROVAL
    for _ in range(2):
        assert owner.post(address, data={"reason": "本季度预算已用完"}).status_code == 303
    assert (state(placed.no), points_of(people.linan.id), stock_of()) == (OrderState.CANCELLED, before, stock)
    assert told(people.buyer) == ["declined"]
    assert "本季度预算已用完" in client_of(app, people.buyer).get("/me/notices").text
    answer = owner.post(address, data={"reason": ""})
    assert (answer.status_code, answer.location) == (303, f"/orders/{placed.no}")


def test_the_reason_of_a_no_stays_in_the_orders_timeline_for_all_who_see_it(app: Flask, people: Cast) -> None:
    placed = ask(people.buyer)
    address = f"/orders/{placed.no}/refusal"
    owner = client_of(app, people.owner)
    for reason in ("预算已用完 <b>", "改主意"):
        owner.post(address, data={"reason": reason})
    pages = [client_of(app, who).get(f"/orders/{placed.no}").text for who in (people.buyer, people.owner)]
    desk = client_of(app, people.staff[StaffRole.FULFILMENT])
    pages.append(desk.get(f"/desk/orders/{people.linan.code}/{placed.no}").text)
    for page in pages:
        assert "老板没有同意：预算已用完 &lt;b&gt;" in page
        assert "改主意" not in page
    other = ask(people.buyer)
    owner.post(f"/orders/{other.no}/cancellation")
    assert "：" not in _timeline(owner.get(f"/orders/{other.no}").text), "who cancels gives no reason"


def _timeline(page: str) -> str:
    return re.search(r'<ol class="timeline">.*?</ol>', page, re.S)[0]  # type: ignore[index]


def test_what_was_decided_is_not_decided_again(app: Flask, people: Cast) -> None:
    first, second = ask(people.buyer), ask(people.buyer)
    owner = client_of(app, people.owner)
    owner.post(f"/orders/{first.no}/refusal", data={"reason": "不需要"})
    owner.post(f"/orders/{second.no}/approval")
    for address, data in ((f"/orders/{first.no}/approval", {}), (f"/orders/{second.no}/refusal", {"reason": "改主意"})):
        answer = owner.post(address, data=data)
        assert answer.status_code == 303
        assert "已经处理过" in owner.get(answer.location).text
    assert (state(first.no), state(second.no)) == (OrderState.CANCELLED, OrderState.TO_SHIP)


def test_only_an_owner_of_this_dealer_decides(app: Flask, people: Cast) -> None:
    placed = ask(people.buyer)
    for who, status in ((people.buyer, 403), (people.clerk, 403), (people.other_owner, 404)):
        client = client_of(app, who)
        assert client.post(f"/orders/{placed.no}/approval").status_code == status
        assert client.post(f"/orders/{placed.no}/refusal", data={"reason": "不"}).status_code == status
        assert client.post(f"/orders/{placed.no}/refusal", data={}).status_code == status
    assert client_of(app, people.buyer).get("/orders/approvals").status_code == 403
    assert state(placed.no) is OrderState.AWAITING_APPROVAL


def test_where_a_second_factor_is_asked_for_it_comes_before_the_approval(app: Flask, people: Cast) -> None:
    placed = ask(people.buyer)
    limits(people.linan.id, second_factor_over=5_000)
    owner = client_of(app, people.owner)
    assert "批准前需要验证本人" in owner.get(f"/orders/{placed.no}").text
    answer = owner.post(f"/orders/{placed.no}/approval")
    assert answer.location == f"/me/second-factor?next=/orders/{placed.no}"
    assert "请先完成身份验证" in owner.get(answer.location).text
    assert state(placed.no) is OrderState.AWAITING_APPROVAL
    answer = owner.post("/me/second-factor", data={"password": PASSWORD, "next": f"/orders/{placed.no}"})
    assert answer.location == f"/orders/{placed.no}"
    assert "批准前需要验证本人" not in owner.get(answer.location).text
    owner.post(f"/orders/{placed.no}/approval")
    assert state(placed.no) is OrderState.TO_SHIP


def test_what_nobody_decides_lapses_and_the_member_is_told(app: Flask, people: Cast, clock: Clock) -> None:
    before, placed = points_of(people.linan.id), ask(people.buyer)
    clock.tick(hours=47, minutes=59)
    assert run(app, "lapse") == 0
    clock.tick(minutes=1)
    owner = client_of(app, people.owner)
    assert placed.no not in owner.get("/orders/approvals").text
    answer = owner.post(f"/orders/{placed.no}/approval")
    assert "已过了审批时间" in owner.get(answer.location).text
    assert run(app, "lapse") == 1
    assert (state(placed.no), points_of(people.linan.id)) == (OrderState.CANCELLED, before)
    ended = reading().scalars(select(RedemptionOrder.ended).where(RedemptionOrder.no == placed.no)).one()
    assert ended is Ended.LAPSED
    assert told(people.buyer) == ["approval_lapsed"]
    assert run(app, "lapse") == 0


def test_the_list_goes_on_page_by_page_the_most_urgent_first(app: Flask, people: Cast, clock: Clock) -> None:
    give_points(people.linan.id, 1_000_000)
    asked = []
    for _ in range(23):
        asked.append(ask(people.buyer, RICE, 2).no)
        clock.tick(minutes=1)
    owner, url, seen = client_of(app, people.owner), "/orders/approvals", []
    while url:
        page = owner.get(url).text
        seen += re.findall(r'action="/orders/(\d+)/approval"', page)
        url = next(iter(re.findall(r'href="(/orders/approvals\?after=[\d-]+)"', page)), "")
    assert seen == asked


@pytest.mark.parametrize("after", ["x", "1", "1-2-3", "-1-5", "9" * 30 + "-1", "²-1"])
def test_a_place_that_is_none_starts_at_the_top(app: Flask, people: Cast, after: str) -> None:
    placed = ask(people.buyer)
    assert placed.no in client_of(app, people.owner).get(f"/orders/approvals?after={after}").text


def test_a_member_sees_what_the_month_leaves_of_the_cap(app: Flask, people: Cast) -> None:
    transact(
        lambda session, _now: session.execute(
            update(Member).where(Member.id == people.buyer.id).values(monthly_cap=30_000)
        )
    )
    ask(people.buyer)
    assert "已用 18,800 / 30,000 积分，还可以兑换 11,200 积分" in client_of(app, people.buyer).get("/me").text
    owner = client_of(app, people.owner)
    assert "本月已兑换 18,800 / 30,000 积分" in owner.get(f"/me/members/{people.buyer.id}").text


def _decide(dealer_id: int, member_id: int, no: str, how: str) -> str:
    who = {"dealer_id": dealer_id, "member_id": member_id, "role": MemberRole.OWNER, "no": no}
    if how == "approve":
        return str(transact(approve, seal=SEAL, **who).state)
    if how == "decline":
        return str(transact(decline, reason="不需要", **who).state)
    return str(transact(lapse_due))


@pytest.mark.parametrize("late", [False, True])
def test_approve_against_decline_against_lapse_ends_one_way(
    app: Flask, people: Cast, clock: Clock, database_url: str, late: bool
) -> None:
    before, placed = points_of(people.linan.id), ask(people.buyer)
    if late:
        clock.tick(hours=48)
    how = ["approve", "decline", "lapse"] * 2
    at_once(database_url, clock.at, _decide, [(people.linan.id, people.owner.id, placed.no, one) for one in how])
    ended, left = state(placed.no), points_of(people.linan.id)
    assert left == (before if ended is OrderState.CANCELLED else before - PRICES[COOKER])
    assert len(told(people.buyer)) == 1
    assert not late or ended is OrderState.CANCELLED
