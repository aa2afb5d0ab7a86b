"""What a rebate makes and what its caps leave is said on every page before the press, and refused there in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from mall.catalog.actions import ItemToPut, SkuToPut, put_item
from mall.catalog.models import Delivery, Kind
from mall.rewards.queries.rebates import wanted
from mall.web.db import now, reading, transact
from tests.cast import Cast, Visitor
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.conftest import gathered, visit
from tests.rewards.vouching import terms

MONEY = "MONEY-1"
SHEET = "/catalog/MONEY/choice?quantity={}"
CHECKOUT = f"/orders/new?sku={MONEY}&quantity={{}}"


def money_on_the_shelf(session: Session, at: datetime) -> None:
    put = ItemToPut(
        code="MONEY", category="home", kind=Kind.CASH_REBATE, brand="年轮", names=scene.spoken("返利", "Rebate"),
        pictures=["cooker"], delivery=Delivery.INSTANT, shelved_at=at,
        skus=[SkuToPut(code=MONEY, points=5_000, on_hand=999)],
    )  # fmt: skip
    put_item(session, at, put)


@pytest.fixture
def people(app: Flask) -> Cast:
    """The cast, and ¥50 for 5,000 points."""
    everybody = gathered(app)
    transact(money_on_the_shelf)
    return everybody


@pytest.fixture
def owner(app: Flask, people: Cast) -> Visitor:
    return visit(app, people.owner)


def order(people: Cast, quantity: int) -> None:
    own: dict[str, Any] = {"dealer_id": people.linan.id, "member_id": people.owner.id, "address_id": None}
    scene.order(MONEY, quantity, **own)


def test_what_is_left_of_month_and_year_is_said_before_the_press(owner: Visitor, people: Cast, clock: Clock) -> None:
    terms(month=30_000, year=50_000)
    order(people, 2)
    page = owner.get("/catalog/MONEY").text
    assert "100 积分兑 ¥1" in page
    assert "本月还可兑换 ¥200" in page
    assert "今年还可兑换 ¥400" in page
    for path in (SHEET.format(4), CHECKOUT.format(4)):
        page = owner.get(path).text
        assert "¥200.00" in page
        assert "本月还可兑换 ¥200" in page
        assert "超过" not in page
    order(people, 4)
    assert "本月还可兑换 ¥0" in owner.get("/catalog/MONEY").text
    clock.tick(days=30)
    owner = visit(owner.application, people.owner)
    assert "本月还可兑换 ¥200" in owner.get("/catalog/MONEY").text, "the year leaves less than the month"


def test_more_than_is_left_is_refused_in_words_where_it_is_asked_for(owner: Visitor, people: Cast) -> None:
    terms(month=10_000)
    for path in (SHEET.format(3), CHECKOUT.format(3)):
        page = owner.get(path).text
        assert "超过本月返利上限，本月还可兑换 ¥100.00。" in page
        assert "超过返利上限" in page
    assert 'id="submit"' in owner.get(CHECKOUT.format(2)).text
    assert "超过返利上限" not in owner.get(CHECKOUT.format(2)).text


def test_without_caps_no_limit_is_said_and_without_terms_that_it_is_not_open(owner: Visitor, people: Cast) -> None:
    assert "返利兑换暂未开放" in owner.get("/catalog/MONEY").text
    assert "返利暂时不能兑换" in owner.get(CHECKOUT.format(1)).text
    terms()
    page = owner.get(CHECKOUT.format(1)).text
    assert "¥50.00" in page
    assert "还可兑换" not in page
    assert "返利" not in owner.get(f"/orders/new?sku={scene.RICE}&quantity=1").text


def test_the_lines_of_one_order_are_judged_together(owner: Visitor, people: Cast) -> None:
    terms(month=10_000)
    session = reading()
    assert wanted(session, now(), people.linan.id, [6_000]).refusal is None
    both = wanted(session, now(), people.linan.id, [6_000, 6_000])
    assert (both.fen, both.refusal is not None) == (12_000, True)
    session.rollback()
