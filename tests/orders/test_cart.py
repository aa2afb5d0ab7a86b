"""The cart: what members gather, what has changed since, and an order of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from mall.catalog.actions import ItemToPut, SkuToPut, put_item
from mall.catalog.models import Delivery, Item, Kind, PricePlan, Sku, Stock
from mall.orders.models import CartLine
from mall.orders.queries.cart import in_cart
from mall.web.db import db, reading, transact
from tests.cast import Cast, Visitor, sign_in
from tests.orders import scene
from tests.orders.conftest import address_of, gathered
from tests.orders.scene import CARD, COOKER, everything, orders, points_of, stock_of

RICE = "RICE-10"


@pytest.fixture
def people(app: Flask) -> Cast:
    return gathered(app, limit=2)


def put(owner: Visitor, code: str, quantity: str = "1", **said: str) -> Any:
    return owner.post("/cart", data={"sku": code, "quantity": quantity, **said})


def lines(people: Cast) -> dict[int, int]:
    db.session.rollback()
    rows = db.session.execute(select(CartLine.sku_id, CartLine.quantity).where(CartLine.member_id == people.owner.id))
    return {row.sku_id: row.quantity for row in rows}


def quote_on(page: str) -> str:
    found = re.search(r'name="quote" value="([^"]+)"', page)
    assert found
    return found[1]


def order_of_cart(owner: Visitor, people: Cast, **said: str) -> Any:
    page = owner.get("/orders/new?cart=1").text
    form = {"quote": quote_on(page), "address": str(address_of(people.linan.id)), "remark": "", "cart": "1"}
    return owner.post("/orders", data=form | said)


def test_a_choice_goes_in_once_a_form_and_more_of_it_with_another(owner: Visitor, people: Cast) -> None:
    for _ in range(3):
        assert put(owner, RICE, "2", key="one-form").status_code == 303
    assert lines(people) == {scene.sku_id(RICE): 2}
    put(owner, RICE, "3", key="next-form")
    assert lines(people) == {scene.sku_id(RICE): 5}
    put(owner, RICE, "999", key="third-form")
    assert lines(people) == {scene.sku_id(RICE): 999}


def test_the_catalogue_counts_what_is_in_the_cart(owner: Visitor, people: Cast) -> None:
    assert 'href="/cart" aria-label="兑换车">' in owner.get("/catalog").text
    put(owner, COOKER, "2")
    put(owner, RICE)
    page = owner.get("/catalog").text
    assert 'href="/cart" aria-label="兑换车，2 种">' in page
    assert 'href="/cart" aria-label="兑换车，2 种">' not in owner.get("/catalog", headers={"HX-Request": "true"}).text


def test_the_chosen_lines_become_one_order_and_leave_the_cart(owner: Visitor, people: Cast) -> None:
    for code in (COOKER, RICE, CARD):
        put(owner, code)
    owner.post("/cart/lines", data={"chosen": [str(scene.sku_id(COOKER)), str(scene.sku_id(RICE))]})
    page = owner.get("/cart").text
    assert "27,400" in page
    assert "选中 2 种 2 件" in page
    answer = order_of_cart(owner, people)
    assert answer.status_code == 303, answer.text
    assert points_of(people.linan.id) == 100_000 - 27_400
    assert lines(people) == {scene.sku_id(CARD): 1}
    no = answer.location.partition("?")[0].rpartition("/")[2]
    assert owner.post(f"/orders/{no}/cancellation").status_code == 303
    assert lines(people) == {scene.sku_id(CARD): 1}, "what is cancelled does not come back by itself"


def test_an_order_of_the_cart_sent_twice_is_one_and_what_came_in_since_stays(owner: Visitor, people: Cast) -> None:
    put(owner, RICE)
    page = owner.get("/orders/new?cart=1").text
    form = {"quote": quote_on(page), "address": str(address_of(people.linan.id)), "remark": "", "cart": "1"}
    first = owner.post("/orders", data=form)
    put(owner, RICE, "4", key="after-it")
    second = owner.post("/orders", data=form)
    assert first.location == second.location
    assert orders() == 1
    assert lines(people) == {scene.sku_id(RICE): 4}


def test_a_refused_order_leaves_the_cart_as_it_was(owner: Visitor, people: Cast) -> None:
    put(owner, RICE, "2")
    page = owner.get("/orders/new?cart=1").text
    db.session.execute(update(Stock).values(on_hand=1))
    db.session.commit()
    form = {"quote": quote_on(page), "address": str(address_of(people.linan.id)), "remark": "放门卫", "cart": "1"}
    before = everything()
    answer = owner.post("/orders", data=form)
    assert answer.status_code == 409
    assert "放门卫" in answer.text
    assert "库存不足，剩 1 件" in answer.text
    assert everything() == before
    assert lines(people) == {scene.sku_id(RICE): 2}


def test_what_has_changed_since_is_said_line_by_line(owner: Visitor, people: Cast) -> None:
    for code in (COOKER, RICE, CARD):
        put(owner, code)
    transact(scene._price_with_cash)
    db.session.execute(
        update(PricePlan).where(PricePlan.sku_id == scene.sku_id(RICE)).values(withdrawn_at=PricePlan.created_at)
    )
    db.session.execute(update(Stock).where(Stock.sku_id == scene.sku_id(CARD)).values(on_hand=0))
    db.session.commit()
    page = owner.get("/cart").text
    assert "已下架" in page, "without a price it cannot be had"
    assert "已抢完" in page
    assert "选中的有兑不了的" in page
    assert "2,000 积分 + ¥99" in page, "another way to pay for it is offered"


def test_quantity_price_and_choice_are_changed_by_one_form(owner: Visitor, people: Cast) -> None:
    scene.priced_with_cash()
    put(owner, COOKER)
    sku = scene.sku_id(COOKER)
    said = {f"quantity-{sku}": "2", f"plan-{sku}": str(scene.cash_plan()), "chosen": str(sku)}
    assert owner.post("/cart/lines", data=said).status_code == 303
    page = owner.get("/cart").text
    assert "4,000" in page
    assert "¥198.00" in page
    fragment = owner.post("/cart/lines", data=said, headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "<html" not in fragment.text
    assert owner.post("/cart/lines", data=said | {"checkout": "1"}).location == "/orders/new?cart=1"


def test_lines_are_taken_out_and_an_empty_cart_leads_on(owner: Visitor, people: Cast) -> None:
    put(owner, COOKER)
    for _ in range(2):
        assert owner.post("/cart/lines", data={"remove": str(scene.sku_id(COOKER))}).status_code == 303
    page = owner.get("/cart").text
    assert "兑换车是空的" in page
    assert 'href="/catalog"' in page
    assert owner.get("/orders/new?cart=1").location == "/cart"


BAD: list[dict[str, str]] = [
    {"quantity": "0"}, {"quantity": "-1"}, {"quantity": "1000"}, {"quantity": "x"}, {"quantity": "9" * 30},
]  # fmt: skip


@pytest.mark.parametrize("said", BAD)
def test_no_quantity_is_told_and_changes_nothing(owner: Visitor, people: Cast, said: dict[str, str]) -> None:
    put(owner, COOKER)
    put(owner, COOKER, **said, key="another")
    assert lines(people) == {scene.sku_id(COOKER): 1}
    sku = scene.sku_id(COOKER)
    answer = owner.post("/cart/lines", data={f"quantity-{sku}": said["quantity"], "chosen": str(sku)})
    assert answer.status_code == 422
    assert "数量请填 1 到 999 的整数" in answer.text
    assert lines(people) == {sku: 1}


def test_nonsense_in_the_carts_form_does_no_harm(owner: Visitor, people: Cast) -> None:
    put(owner, COOKER)
    sku = scene.sku_id(COOKER)
    for said in ({"plan": "x"}, {"plan": "9" * 40}, {"key": "汉字" * 99}):
        assert put(owner, CARD, **said).status_code == 303
    for form in ({"remove": ["x", "9" * 40, "1"]}, {"chosen": ["x", "-1", "9" * 40]}, {f"plan-{sku}": "7"}):
        assert owner.post("/cart/lines", data=form).status_code == 303, form
    assert lines(people)[sku] == 1
    assert put(owner, "NOTHING").status_code == 404


def many(session: Any, at: Any, *, count: int) -> None:
    for number in range(count):
        put_item(
            session,
            at,
            ItemToPut(
                code=f"MANY-{number}",
                category="home",
                kind=Kind.PHYSICAL,
                brand="年轮",
                names=scene.spoken(f"礼品 {number}", f"Reward {number}"),
                pictures=["cooker"],
                limit_per_dealer=None,
                delivery=Delivery.TWO_DAYS,
                shelved_at=at,
                skus=[SkuToPut(code=f"MANY-{number}-1", points=10, attributes=[], on_hand=9)],
            ),
        )


def test_a_thousand_lines_do_not_fit_and_fifty_at_once_are_ordered(owner: Visitor, people: Cast) -> None:
    transact(many, count=101)
    for number in range(101):
        put(owner, f"MANY-{number}-1")
    assert in_cart(reading(), people.linan.id, people.owner.id) == 100
    assert "兑换车最多放 100 种礼品" in owner.get("/").text
    assert "一次最多 50 种" in owner.get("/cart").text
    assert owner.get("/orders/new?cart=1").location == "/cart"
    forged = {"remove": [str(number) for number in range(1, 1001)]}
    assert owner.post("/cart/lines", data=forged).status_code == 303
    fifty = db.session.scalars(select(Sku.id).where(Sku.code.like("MANY-%")).order_by(Sku.id).limit(50)).all()
    owner.post("/cart/lines", data={"chosen": [str(one) for one in fifty]})
    assert order_of_cart(owner, people).status_code == 303
    assert points_of(people.linan.id) == 100_000 - 500
    assert in_cart(reading(), people.linan.id, people.owner.id) == 50


def test_every_member_has_a_cart_of_its_own(owner: Visitor, people: Cast) -> None:
    put(owner, COOKER)
    for other in (people.buyer, people.other_owner):
        sign_in(owner, other)
        assert "兑换车是空的" in owner.get("/cart").text
        owner.post("/cart/lines", data={"remove": str(scene.sku_id(COOKER))})
        owner.post("/cart/lines", data={"clear": "1"})
    assert lines(people) == {scene.sku_id(COOKER): 1}


def test_what_is_off_the_shelf_is_not_put_in(owner: Visitor, people: Cast) -> None:
    db.session.execute(update(Item).values(shelved_at=None))
    db.session.commit()
    put(owner, COOKER)
    assert db.session.scalar(select(func.count()).select_from(CartLine)) == 0
    assert stock_of() == 50


def test_a_cart_is_read_with_few_statements(owner: Visitor, people: Cast) -> None:
    for code in (COOKER, RICE, CARD):
        put(owner, code)
    owner.get("/cart")
    with scene.statements() as seen:
        owner.get("/cart")
    assert len(seen) <= 5, "\n".join(seen)
