"""The wish list of a dealer's people, and being told of new stock."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from mall.base.money import Rounding
from mall.catalog.models import Stock
from mall.dealers.models import Notice
from mall.earning.models import EarningRule
from mall.jobs.tasks import restocked
from mall.orders.models import RestockAlert, Wish
from mall.web.db import db, transact
from tests.cast import Cast, Visitor, cast, give_points, sign_in
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.conftest import visit
from tests.orders.scene import CARD, COOKER


@pytest.fixture
def people(app: Flask) -> Cast:
    everybody = transact(cast, seal=app.extensions["seal"])
    transact(scene.stock_up)
    give_points(everybody.linan.id, 10_000)
    return everybody


@pytest.fixture
def clerk(app: Flask, people: Cast) -> Visitor:
    return visit(app, people.clerk)


def wishes() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Wish)) or 0


def notices() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Notice).where(Notice.what == "restocked")) or 0


def stock(code: str, pieces: int) -> None:
    db.session.execute(update(Stock).where(Stock.sku_id == scene.sku_id(code)).values(on_hand=pieces))
    db.session.commit()


def test_a_clerk_wishes_and_the_owner_sees_who_did_and_what_is_missing(clerk: Visitor, people: Cast) -> None:
    for _ in range(2):
        answer = clerk.post("/wishes/CK-5L", data={"wanted": "1", "next": "/catalog/CK-5L"})
        assert (answer.status_code, answer.location) == (303, "/catalog/CK-5L")
    assert wishes() == 1
    assert 'aria-pressed="true"' in clerk.get("/catalog/CK-5L").text
    sign_in(clerk, people.owner)
    page = clerk.get("/wishes").text
    for words in ("智能电压力锅", people.clerk.name, "还差 8,800 积分", "加入兑换车", "移除"):
        assert words in page, words


def test_how_much_more_ordering_brings_what_is_missing_is_said_by_the_rule_in_force(
    clerk: Visitor, people: Cast, clock: Clock
) -> None:
    db.session.add(
        EarningRule(
            programme_id=1,
            code="standard",
            version=1,
            source=None,
            from_on=date(2026, 1, 1),
            points_per_yuan=20_000,
            minimum_fen=0,
            rounding=Rounding.FLOOR,
            validity_months=12,
            categories={},
            flags={},
            unit_value=0,
            created_at=clock(),
            created_by="system",
        )
    )
    db.session.commit()
    clerk.post("/wishes/CK-5L", data={"wanted": "1"})
    assert "按当前基础规则约再进货 ¥4,400" in clerk.get("/wishes").text


def test_a_wish_taken_back_twice_is_gone_once(clerk: Visitor) -> None:
    clerk.post("/wishes/CK-5L", data={"wanted": "1"})
    for _ in range(2):
        assert clerk.post("/wishes/CK-5L", data={"wanted": "0"}).status_code == 303
    assert wishes() == 0
    assert "心愿单还是空的" in clerk.get("/wishes").text


def test_the_heart_is_swapped_in_place(clerk: Visitor) -> None:
    answer = clerk.post("/wishes/CK-5L", data={"wanted": "1"}, headers={"HX-Request": "true"})
    assert 'aria-pressed="true"' in answer.text
    assert 'name="wanted" value="0"' in answer.text
    assert "<html" not in answer.text


def test_another_dealer_has_a_list_of_its_own(clerk: Visitor, people: Cast) -> None:
    clerk.post("/wishes/CK-5L", data={"wanted": "1"})
    sign_in(clerk, people.other_owner)
    assert "心愿单还是空的" in clerk.get("/wishes").text
    clerk.post("/wishes/CK-5L", data={"wanted": "0"})
    assert wishes() == 1


@pytest.mark.parametrize("code", ["NOTHING", "x" * 300, "%00", "汉字"])
def test_what_nobody_knows_cannot_be_wished_for(clerk: Visitor, code: str) -> None:
    assert clerk.post(f"/wishes/{code}", data={"wanted": "1"}).status_code == 404
    assert clerk.post("/restock-alerts", data={"sku": code}).status_code == 404
    assert wishes() == 0


def test_who_waits_for_stock_is_told_once(clerk: Visitor, people: Cast, clock: Clock) -> None:
    stock(CARD, 0)
    sign_in(clerk, people.owner)
    assert "到货提醒" in clerk.get("/catalog/FUEL-500").text
    for _ in range(2):
        assert clerk.post("/restock-alerts", data={"sku": CARD, "next": "/catalog/FUEL-500"}).status_code == 303
    assert "已设提醒" in clerk.get("/catalog/FUEL-500").text
    assert restocked.run() == 0
    stock(CARD, 3)
    clock.at += timedelta(minutes=5)
    assert restocked.run() == 1
    assert restocked.run() == 0
    assert notices() == 1
    page = clerk.get("/me/notices").text
    assert "全国通用加油卡 500 元到货了，剩 3 件" in page
    stock(CARD, 0)
    assert "已设提醒" not in clerk.get("/catalog/FUEL-500").text
    clerk.post("/restock-alerts", data={"sku": CARD})
    stock(CARD, 1)
    assert restocked.run() == 1


def test_what_is_wished_for_goes_into_the_cart(clerk: Visitor, people: Cast) -> None:
    sign_in(clerk, people.owner)
    clerk.post("/wishes/CK-5L", data={"wanted": "1"})
    page = clerk.get("/wishes").text
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    clerk.post("/cart", data={"sku": COOKER, "key": key[1]})
    assert "智能电压力锅" in clerk.get("/cart").text
    assert db.session.scalar(select(func.count()).select_from(RestockAlert)) == 0
