"""The pages of a redemption as a dealer's phone asks for them, and what they answer to bad input."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from mall.catalog.models import Item, PricePlan, Sku, Stock
from mall.dealers.models import Address, SignIn
from mall.orders.models import RedemptionOrder
from mall.web.db import db
from tests.cast import PASSWORD, Cast, Visitor, give_points, sign_in
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.conftest import address_of, gathered
from tests.orders.scene import CARD, COOKER, everything, orders, points_of


@pytest.fixture
def people(app: Flask) -> Cast:
    """Cookers are limited to two."""
    return gathered(app, limit=2)


def filled(people: Cast, code: str = COOKER, quantity: int = 1, **said: Any) -> dict[str, Any]:
    """The form as the page would send it: a quote for so many, and what else is said."""
    own = {"dealer_id": people.linan.id, "member_id": people.owner.id, "address_id": address_of(people.linan.id)}
    key = f"page-key-{next(scene._keys):012d}"
    return {**scene.form(code, quantity, key=key, **own), "key": key} | said


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


def placed(owner: Visitor, people: Cast, **said: Any) -> str:
    answer = owner.post("/orders", data=filled(people, **said))
    assert answer.status_code == 303, answer.text
    return answer.location.partition("?")[0].rpartition("/")[2]


def test_checkout_shows_the_cost_the_place_and_what_is_left_afterwards(owner: Visitor) -> None:
    page = owner.get(f"/orders/new?sku={COOKER}&quantity=2")
    assert page.status_code == 200
    for words in ("37,600", "62,400", "周敏", "138 **** 6207", "每个经销商限兑 2 件，已兑 0 件", "48 小时内发出"):
        assert words in page.text
    assert "13812346207" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_road_from_form_to_order(owner: Visitor, people: Cast) -> None:
    page = owner.get(f"/orders/new?sku={COOKER}&quantity=2").text
    said = {name: field(page, name) for name in ("quote", "quantity", "address")}
    answer = owner.post("/orders", data=said | {"remark": "放门卫"})
    assert answer.status_code == 303
    assert answer.location.endswith("?placed=1")
    result = owner.get(answer.location)
    assert "兑换成功" in result.text
    assert "62,400" in result.text
    shown = owner.get(answer.location.partition("?")[0]).text
    for words in ("待发货", "放门卫", "积分来自", "沈立诚", "37,600", "138 **** 6207"):
        assert words in shown
    assert "13812346207" not in shown


def test_every_rendered_form_has_its_own_key(owner: Visitor) -> None:
    keys = {field(owner.get(f"/orders/new?sku={COOKER}").text, "key") for _ in range(3)}
    assert len(keys) == 3


def test_the_same_form_twice_is_one_order(owner: Visitor, people: Cast) -> None:
    form = filled(people)
    first, second = owner.post("/orders", data=form), owner.post("/orders", data=form)
    assert first.location == second.location
    assert orders() == 1


def test_the_same_form_with_another_body_is_told_and_leads_to_the_first_order(owner: Visitor, people: Cast) -> None:
    form = filled(people)
    first = owner.post("/orders", data=form)
    second = owner.post("/orders", data=form | {"remark": "放门卫"})
    assert second.status_code == 422
    assert first.location.partition("?")[0] in second.text
    assert field(second.text, "key") != form["key"]
    assert orders() == 1


def test_htmx_is_sent_on_by_a_real_navigation(owner: Visitor, people: Cast) -> None:
    answer = owner.post("/orders", data=filled(people), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"].endswith("?placed=1")


def test_another_quantity_brings_the_bill_and_the_bar_alone(owner: Visitor) -> None:
    asks = {"HX-Request": "true", "HX-Target": "bill"}
    part = owner.get(f"/orders/new?sku={COOKER}&quantity=2", headers=asks)
    assert "37,600" in part.text
    assert 'id="pay" hx-swap-oob="true"' in part.text
    assert "<html" not in part.text
    assert field(part.text, "quote"), "another sum is another quote"


def test_a_quantity_is_read_as_people_write_it(owner: Visitor) -> None:
    for quantity in ["2", "２", " 2 ", "+2", "02"]:
        shown = owner.get("/orders/new", query_string={"sku": COOKER, "quantity": quantity})
        assert "37,600" in shown.text, quantity


NO_QUANTITIES = ["", "0", "-1", "－１", "1000", "99999999999999999999", "1.5", "二", "1e3", "abc", "٣", "1_0", "0x1"]


def test_a_quantity_that_is_none_is_told_and_changes_nothing(owner: Visitor, people: Cast) -> None:
    before = everything()
    for quantity in NO_QUANTITIES:
        answer = owner.post("/orders", data=filled(people) | {"quantity": quantity})
        assert answer.status_code == 422, quantity
        assert "数量请填 1 到 999 的整数" in answer.text
        asked = owner.get("/orders/new", query_string={"sku": COOKER, "quantity": quantity or "x"})
        assert asked.status_code == 422, quantity
    assert everything() == before


BAD_INPUT: list[tuple[dict[str, str], int]] = [
    ({"quote": ""}, 422),
    ({"quote": "x"}, 422),
    ({"quote": "\x00"}, 422),
    ({"quote": "汉字.汉字"}, 422),
    ({"quote": "e30=.e30="}, 422),
    ({"quote": "x" * 9000}, 422),
    ({"remark": "\x00", "quantity": "\x00"}, 422),
    ({"quantity": "2"}, 409),
    ({"plan": "7"}, 409),
    ({"plan": "9" * 40}, 409),
    ({"address": ""}, 422),
    ({"address": "7"}, 422),
    ({"address": "-7"}, 422),
    ({"address": "99999999999999999999"}, 422),
    ({"address": "x"}, 422),
    ({"remark": "很" * 101}, 422),
    ({"gateway": "gold" * 20}, 422),
]


def test_bad_input_gets_a_clear_answer_and_changes_nothing(owner: Visitor, people: Cast) -> None:
    before = everything()
    for said, status in BAD_INPUT:
        answer = owner.post("/orders", data=filled(people) | said)
        assert answer.status_code == status, said
        assert 'role="alert"' in answer.text, said
    assert everything() == before


def test_an_empty_body_is_no_accident(owner: Visitor) -> None:
    assert owner.post("/orders", data={}).status_code == 422
    assert owner.post("/orders", data=b"\xff\xfe", content_type="application/json").status_code == 400


def test_another_dealers_address_is_no_address(owner: Visitor, people: Cast) -> None:
    before = everything()
    answer = owner.post("/orders", data=filled(people, address=str(address_of(people.ningbo.id))))
    assert answer.status_code == 422
    assert "请选择收货地址" in answer.text
    assert everything() == before


def changed_price() -> Any:
    cooker = select(Sku.id).where(Sku.code == COOKER).scalar_subquery()
    return update(PricePlan).where(PricePlan.sku_id == cooker).values(points=20_000)


@pytest.mark.parametrize(
    ("meanwhile", "words"),
    [
        (changed_price, ["20,000"]),
        (lambda: update(Stock).values(on_hand=0), ["已抢完"]),
        (lambda: update(Item).values(shelved_at=None), ["已下架"]),
    ],
    ids=["price", "sold out", "off shelf"],
)
def test_a_stale_page_is_told_the_fresh_facts_and_nothing_changes(
    owner: Visitor, people: Cast, meanwhile: Any, words: list[str]
) -> None:
    form = filled(people)
    db.session.execute(meanwhile())
    db.session.commit()
    before = everything()
    answer = owner.post("/orders", data=form)
    assert answer.status_code == 409
    for word in words:
        assert word in answer.text
    assert everything() == before


def test_a_session_that_ended_returns_to_the_same_step(owner: Visitor, people: Cast) -> None:
    form = filled(people) | {"keeps": "quantity plan address", "quantity": "2"}
    db.session.execute(update(SignIn).values(expires_at=SignIn.created_at))
    db.session.commit()
    before = everything()
    stands_on = f"https://localhost/orders/new?sku={COOKER}&quantity=1"
    answer = owner.post("/orders", data=form, headers={"Referer": stands_on}, base_url="https://localhost")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?next=")
    assert "quantity%3D2" in answer.location
    assert everything() == before


def test_what_was_typed_when_the_session_ended_is_there_again_and_in_no_address(owner: Visitor, people: Cast) -> None:
    form = filled(people) | {"keeps": "quantity plan address", "aside": "remark", "remark": "放门卫 王师傅"}
    db.session.execute(update(SignIn).values(expires_at=SignIn.created_at))
    db.session.commit()
    stands_on = f"https://localhost/orders/new?sku={COOKER}&quantity=1"
    answer = owner.post("/orders", data=form, headers={"Referer": stands_on}, base_url="https://localhost")
    assert "%E6%94%BE" not in answer.location
    assert "放门卫" not in str(answer.headers)
    again = {"phone": people.owner.phone, "password": PASSWORD, "next": f"/orders/new?sku={COOKER}&quantity=1"}
    onward = owner.post("/sign-in", data=again, base_url="https://localhost").location
    assert "放门卫 王师傅" in owner.get(onward, base_url="https://localhost").text
    assert "放门卫" not in owner.get(onward, base_url="https://localhost").text, "given back once"


def test_a_clerk_may_look_but_not_redeem(people: Cast, owner: Visitor) -> None:
    no = placed(owner, people)
    sign_in(owner, people.clerk)
    assert owner.get("/orders").status_code == 200
    assert owner.get(f"/orders/{no}").status_code == 200
    assert f"/orders/{no}/cancellation" not in owner.get(f"/orders/{no}").text
    before = everything()
    assert owner.get(f"/orders/new?sku={COOKER}").status_code == 403
    assert owner.post("/orders", data=filled(people)).status_code == 403
    assert owner.post(f"/orders/{no}/cancellation").status_code == 403
    assert everything() == before


def test_another_dealers_order_cannot_be_found(owner: Visitor, people: Cast) -> None:
    form = filled(people)
    no = owner.post("/orders", data=form).location.partition("?")[0].rpartition("/")[2]
    sign_in(owner, people.other_owner)
    before = everything()
    for path in (no, f"{no}?placed=1", f"{no}/cancellation", f"by-key/{form['key']}"):
        assert owner.get(f"/orders/{path}").status_code == 404, path
    assert owner.post(f"/orders/{no}/cancellation").status_code == 404
    assert no not in owner.get("/orders").text
    assert everything() == before


def test_numbers_that_are_none_are_not_found(owner: Visitor) -> None:
    for path in ("/orders/%00", "/orders/by-key/%00", "/orders/x%00/cancellation", "/orders/' OR 1=1"):
        assert owner.get(path).status_code == 404, path
    assert owner.get("/orders/new?sku=%00").status_code in {400, 404}


def test_an_order_is_found_by_its_forms_key_when_the_answer_was_lost(owner: Visitor, people: Cast) -> None:
    form = filled(people)
    assert owner.get(f"/orders/by-key/{form['key']}").status_code == 404
    told = owner.post("/orders", data=form).location
    assert owner.get(f"/orders/by-key/{form['key']}").location == told


def test_cancelling_asks_once_more_and_gives_the_points_back(owner: Visitor, people: Cast) -> None:
    no = placed(owner, people)
    asks = owner.get(f"/orders/{no}/cancellation")
    assert "18,800 积分退回原批次" in asks.text
    for _ in range(2):
        assert owner.post(f"/orders/{no}/cancellation").location.endswith(f"/orders/{no}")
    assert points_of(people.linan.id) == 100_000
    assert "已取消" in owner.get(f"/orders/{no}").text
    assert owner.get(f"/orders/{no}/cancellation").status_code == 303
    assert "兑换成功" not in owner.get(f"/orders/{no}?placed=1").text


def test_what_has_left_cannot_be_cancelled_any_more(owner: Visitor, people: Cast) -> None:
    no = placed(owner, people)
    db.session.execute(update(RedemptionOrder).values(state="shipped"))
    db.session.commit()
    before = everything()
    answer = owner.post(f"/orders/{no}/cancellation")
    assert answer.status_code == 409
    assert "不能再取消" in answer.text
    assert everything() == before


def test_my_orders_come_newest_first_and_more_on_demand(owner: Visitor, people: Cast, clock: Clock) -> None:
    give_points(people.linan.id, 100_000)
    nos = []
    for _ in range(12):
        clock.tick(minutes=1)
        nos.append(placed(owner, people, code="RICE-10"))
    first = owner.get("/orders").text
    shown = re.findall(r'class="order__no" href="/orders/(\d+)"', first)
    assert shown == nos[:1:-1]  # ten of twelve
    onward = re.search(r'href="(/orders\?before=[^"]+)"', first)
    assert onward
    more = owner.get(onward[1], headers={"HX-Request": "true"}).text
    assert re.findall(r'class="order__no" href="/orders/(\d+)"', more) == [nos[1], nos[0]]
    assert "<html" not in more
    assert "没有更多了" not in more
    assert owner.get(onward[1]).text.count('class="order__no"') == 2


def test_a_place_in_the_list_that_makes_no_sense_starts_at_the_top(owner: Visitor, people: Cast) -> None:
    placed(owner, people)
    for place in ("x", "1", "1-2-3", "-1-2", "9" * 40 + "-1", "99999999999999999999-1", "１-２"):
        answer = owner.get("/orders", query_string={"before": place, "tab": "nonsense"})
        assert answer.status_code == 200, place
        assert 'class="order__no"' in answer.text, place


def test_tabs_count_and_show_their_states(owner: Visitor, people: Cast) -> None:
    assert "还没有兑换过" in owner.get("/orders").text
    no = placed(owner, people)
    assert no in owner.get("/orders?tab=to-ship").text
    assert "这里没有订单" in owner.get("/orders?tab=done").text
    owner.post(f"/orders/{no}/cancellation")
    assert no in owner.get("/orders?tab=cancelled").text


def test_cards_ask_for_no_address(owner: Visitor, people: Cast) -> None:
    page = owner.get(f"/orders/new?sku={CARD}").text
    assert 'name="address"' not in page
    no = placed(owner, people, code=CARD, address="")
    assert "待发放" in owner.get(f"/orders/{no}").text


def test_a_dealer_without_an_address_is_led_to_add_one_and_back(owner: Visitor, people: Cast, clock: Clock) -> None:
    db.session.execute(update(Address).values(removed_at=clock()))
    db.session.commit()
    page = owner.get(f"/orders/new?sku={COOKER}").text
    assert "请先添加地址" in page
    assert re.search(r'href="/me/addresses/new\?next=/orders/new[^"]*CK-5L-BLACK%26quantity%3D1', page)


def test_the_button_says_why_it_is_off(owner: Visitor, people: Cast) -> None:
    assert "积分不足" in owner.get("/orders/new?sku=RICE-10&quantity=20").text
    assert "超过限兑" in owner.get(f"/orders/new?sku={COOKER}&quantity=3").text
    placed(owner, people, quantity=2)
    assert "已达限兑" in owner.get(f"/orders/new?sku={COOKER}").text
    item = owner.get("/catalog/CK-5L").text
    assert "已达限兑" in item
    assert "兑换后剩" not in item, "what the limit forbids is not promised"


def test_pages_ask_the_database_little(owner: Visitor, people: Cast) -> None:
    for _ in range(3):
        placed(owner, people, code="RICE-10")
    # Of the list one counts the open claims beside its tabs.
    for path, most in (("/orders", 8), (f"/orders/new?sku={COOKER}", 9)):
        owner.get(path)
        with scene.statements() as seen:
            owner.get(path)
        assert len(seen) <= most, "\n".join(seen)
