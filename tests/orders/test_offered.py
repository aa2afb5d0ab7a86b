"""Lists and pages of rewards as what a dealer has had, and what it is offered at all, leaves them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select, update

from mall.catalog.models import Item, PricePlan
from mall.orders.queries.mine import pieces_had
from mall.web.db import reading, transact
from tests.cast import Cast, Visitor, sign_in
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.conftest import address_of, gathered
from tests.orders.scene import COOKER


@pytest.fixture
def people(app: Flask) -> Cast:
    """Cookers are limited to two."""
    return gathered(app, limit=2)


def entry(page: str, code: str) -> str:
    """The line or card of a reward on a page."""
    lines = re.findall(r"<li class=\"(?:entry|reward).*?</li>", page, re.S)
    found = [line for line in lines if f"/catalog/{code}" in line]
    assert found, code
    return found[0]


def test_lists_say_where_the_dealers_limit_is_used_up(owner: Visitor, people: Cast) -> None:
    for path in ("/catalog", "/activities", "/"):
        assert "可兑换" in entry(owner.get(path).text, "CK-5L")
    no = _ordered(people, 2)
    for path in ("/catalog", "/activities", "/"):
        page = owner.get(path).text
        assert "已达上限" in entry(page, "CK-5L"), path
        assert "可兑换" not in entry(page, "CK-5L"), path
        assert "可兑换" in entry(page, "RICE"), path
    sign_in(owner, people.other_owner)
    assert "可兑换" in entry(owner.get("/catalog").text, "CK-5L"), "a limit is each dealer's own"
    sign_in(owner, people.owner)
    assert owner.post(f"/orders/{no}/cancellation").status_code == 303
    assert "可兑换" in entry(owner.get("/catalog").text, "CK-5L"), "what was cancelled does not count"


def test_what_a_dealer_has_had_of_a_whole_page_is_one_statement(owner: Visitor, people: Cast) -> None:
    _ordered(people, 1)
    session = reading()
    items = [session.scalars(select(Item.id).where(Item.code == code)).one() for code in ("CK-5L", "RICE")]
    with scene.statements() as seen:
        assert pieces_had(session, people.linan.id, items) == {items[0]: 1}
    assert len(seen) == 1
    session.rollback()


def test_what_has_no_price_for_who_looks_is_not_listed_and_its_page_says_so(
    owner: Visitor, people: Cast, clock: Clock
) -> None:
    owner.post("/wishes/CK-5L", data={"wanted": "1"})
    owner.post("/cart", data={"sku": COOKER, "quantity": "1"})
    ends = update(PricePlan).where(PricePlan.sku_id == scene.sku_id(COOKER))
    transact(lambda session, at: session.execute(ends.values(ends_at=at.replace(year=at.year + 1))))
    assert owner.get("/catalog/CK-5L").status_code == 200
    clock.tick(days=366)
    sign_in(owner, people.owner)
    assert "CK-5L" not in owner.get("/catalog").text
    page = owner.get("/catalog/CK-5L")
    assert page.status_code == 404
    assert "这件礼品目前不能兑换" in page.text
    sheet = owner.get("/catalog/CK-5L/choice", headers={"HX-Request": "true"})
    assert sheet.status_code == 404
    for path in ("/wishes", "/cart", f"/orders/new?sku={COOKER}"):
        answer = owner.get(path)
        assert answer.status_code == 200, path
        assert "已下架" in answer.text, path
    heart = owner.post("/wishes/CK-5L", data={"wanted": "0"}, headers={"HX-Request": "true"})
    assert heart.status_code < 400


def _ordered(people: Cast, quantity: int) -> str:
    """Cookers for 临安恒泰商贸."""
    own = {"dealer_id": people.linan.id, "member_id": people.owner.id, "address_id": address_of(people.linan.id)}
    return scene.order(COOKER, quantity, **own).no
