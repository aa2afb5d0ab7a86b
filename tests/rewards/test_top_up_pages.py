"""Top-ups at the desk: what is known of each, asked about again, settled by people after a day of silence."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mall.dealers.models import StaffRole
from mall.rewards.actions.top_ups import hear, take_up
from mall.rewards.models import TopUp
from mall.rewards.rules.supplier import Told, Word
from mall.web.db import db, transact
from tests.cast import Cast, cast, sign_in
from tests.conftest import Clock
from tests.rewards.scene import PHONE, SEAL, line, order, pay, set_up

BASE = "https://localhost"


@pytest.fixture
def people(mall: Flask) -> Cast:
    transact(set_up)
    return transact(cast, seal=SEAL)


@pytest.fixture
def desk(mall: Flask, people: Cast) -> FlaskClient:
    client = mall.test_client()
    sign_in(client, people.staff[StaffRole.FULFILMENT])
    return client


def ordered(people: Cast) -> TopUp:
    lines = [line(1, sku=PHONE, dealer_id=people.linan.id, account="13800138000")]
    transact(order, lines=lines)
    transact(pay, lines=lines)
    return now_is()


def now_is() -> TopUp:
    db.session.rollback()
    return db.session.scalars(select(TopUp).execution_options(populate_existing=True)).one()


def text_of(desk: FlaskClient, url: str) -> str:
    answer = desk.get(url, base_url=BASE)
    assert answer.status_code == 200, answer.status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_the_list_tells_what_is_known_and_never_the_account(desk: FlaskClient, people: Cast) -> None:
    one = ordered(people)
    page = text_of(desk, "/desk/top-ups")
    assert one.no in page
    assert "**** 8000" in page
    assert "13800138000" not in page
    assert "还没有设置直充供应商" in page
    for asked in ("?view=failed", "?view=nonsense", "?before=x", "?before=99999999999999999999", "?view=done&before=1"):
        text_of(desk, f"/desk/top-ups{asked}")


def test_one_is_asked_about_again_by_a_press(desk: FlaskClient, people: Cast, clock: Clock) -> None:
    one = ordered(people)
    transact(take_up, seal=SEAL)
    clock.tick(seconds=5)
    url = f"/desk/top-ups/LA0571/{one.id}"
    assert desk.post(f"{url}/asking", base_url=BASE).status_code == 303
    assert now_is().ask_at == clock.at
    assert "催问供应商，贺长风" in text_of(desk, url)


def test_people_settle_it_with_a_reason_after_a_day(desk: FlaskClient, people: Cast, clock: Clock) -> None:
    one = ordered(people)
    transact(take_up, seal=SEAL)
    url, said = f"/desk/top-ups/LA0571/{one.id}", {"ended": "failed", "reason": "供应商客服 工号 17 核实"}
    assert "人工认定结果" not in text_of(desk, url)
    assert desk.post(f"{url}/settlement", data=said, base_url=BASE).status_code == 409
    clock.tick(hours=25)
    sign_in(desk, people.staff[StaffRole.FULFILMENT])
    assert "人工认定结果" in text_of(desk, url)
    for wrong in ({"reason": "核实"}, {"ended": "failed"}, {"ended": "perhaps", "reason": "核实"}):
        assert desk.post(f"{url}/settlement", data=wrong, base_url=BASE).status_code == 422
    assert desk.post(f"{url}/settlement", data=said, base_url=BASE).status_code == 303
    assert now_is().failed
    assert "供应商客服 工号 17 核实" in text_of(desk, url)


def test_a_supplier_that_changes_its_word_is_marked(desk: FlaskClient, people: Cast) -> None:
    one = ordered(people)
    whose = {"dealer_id": one.dealer_id, "top_up_id": one.id, "by": "supplier"}
    for word in (Word.FAILED, Word.DONE):
        transact(hear, told=Told(one.no, word, "S1", "R"), **whose)
    assert "说法不一" in text_of(desk, "/desk/top-ups?view=failed")
    assert "供应商的说法与已记录的结果不同" in text_of(desk, f"/desk/top-ups/LA0571/{one.id}")


def test_another_dealers_address_finds_nothing(desk: FlaskClient, people: Cast) -> None:
    one = ordered(people)
    for dealer in ("NB0574", "NOBODY"):
        assert desk.get(f"/desk/top-ups/{dealer}/{one.id}", base_url=BASE).status_code == 404
        assert desk.post(f"/desk/top-ups/{dealer}/{one.id}/asking", base_url=BASE).status_code == 404
