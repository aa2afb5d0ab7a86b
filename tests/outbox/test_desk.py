"""The desk's pages of the outbox: what does not get through is seen, sent again, or set aside with a reason."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.dealers.models import StaffRole
from mall.outbox.actions import send
from mall.outbox.models import Message, MessageState
from mall.web.db import db, transact
from tests.cast import Cast, cast, sign_in


@pytest.fixture
def people(mall: Flask) -> Cast:
    return transact(cast, seal=mall.extensions["seal"])


@pytest.fixture
def finance(mall: Flask, people: Cast) -> FlaskClient:
    client = mall.test_client()
    sign_in(client, people.staff[StaffRole.FINANCE])
    return client


def tell(dealer_id: int, key: str, state: MessageState = MessageState.WAITING) -> int:
    transact(send, dealer_id=dealer_id, to="erp", topic="rebate.credit", key=key, body={"fen": 9_900})

    def stand(session: Session, now: datetime) -> int:
        message = session.scalars(select(Message).where(Message.key == key)).one()
        message.state = state
        if state is MessageState.DEAD:
            message.tries, message.last_error = 12, "422 <b>no such account</b>"
        return message.id

    return transact(stand)


def one(message_id: int) -> Message:
    db.session.remove()
    return db.session.scalars(select(Message).where(Message.id == message_id)).one()


def test_the_dead_come_first_with_what_came_back_and_who_waits_behind_them(finance: FlaskClient, people: Cast) -> None:
    tell(people.linan.id, "rebate/1", MessageState.DEAD)
    tell(people.linan.id, "rebate/2")
    page = finance.get("/desk/outbox").text
    assert "422 &lt;b&gt;no such account" in page
    assert "返利入账" in page
    assert "未配置，消息会一直等着" in page
    assert "前面有送不出去的" in finance.get("/desk/outbox?state=waiting").text
    assert "没有送不出去的消息" not in page


def test_a_dead_message_is_sent_again_or_set_aside_with_a_reason(finance: FlaskClient, people: Cast) -> None:
    number = tell(people.linan.id, "rebate/1", MessageState.DEAD)
    home = f"/desk/outbox/LA0571/{number}"
    assert "9900" in finance.get(home).text
    assert finance.post(f"{home}/setting-aside", data={"reason": " "}).status_code == 422
    assert one(number).dead
    assert finance.post(f"{home}/setting-aside", data={"reason": "ERP 已手工入账"}).status_code == 303
    assert one(number).state is MessageState.SET_ASIDE
    page = finance.get(home).text
    assert "ERP 已手工入账" in page
    assert "秦知微" in page
    assert finance.post(f"{home}/resending").status_code == 303
    assert one(number).state is MessageState.WAITING
    assert finance.post(f"{home}/setting-aside", data={"reason": "不用了"}).status_code == 409


def test_all_dead_of_a_system_are_sent_again_at_once(finance: FlaskClient, people: Cast) -> None:
    numbers = [tell(dealer.id, f"rebate/{dealer.code}", MessageState.DEAD) for dealer in (people.linan, people.ningbo)]
    assert finance.post("/desk/outbox/erp/resending").status_code == 303
    assert {one(number).state for number in numbers} == {MessageState.WAITING}
    assert finance.post("/desk/outbox/crm/resending").status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense",
        "system=nonsense",
        "before=1-",
        f"before={10**19}-1",
        "q=%27%25_",
        "q=海曙",
        "system=erp&q=LA0571",
    ],
)
def test_an_address_that_makes_no_sense_shows_the_list(finance: FlaskClient, people: Cast, query: str) -> None:
    tell(people.linan.id, "rebate/1", MessageState.DEAD)
    assert finance.get(f"/desk/outbox?{query}").status_code == 200


def test_many_messages_come_in_pages(finance: FlaskClient, people: Cast) -> None:
    for number in range(53):
        tell(people.linan.id, f"rebate/{number}", MessageState.DEAD)
    first = finance.get("/desk/outbox").text
    assert first.count("voucher.issued") + first.count("/desk/outbox/LA0571/") == 50
    onward = first.split('href="/desk/outbox?')[-1].split('"')[0].replace("&amp;", "&")
    assert "before=" in onward
    assert finance.get(f"/desk/outbox?{onward}").text.count("/desk/outbox/LA0571/") == 3


def test_what_is_wrong_with_a_configuration_is_told(
    mall: Flask, finance: FlaskClient, people: Cast, tmp_path: Path
) -> None:
    (tmp_path / "erp.json").write_text("{")
    object.__setattr__(mall.extensions["settings"], "gateways", tmp_path)
    assert "配置文件有误：erp.json" in finance.get("/desk/outbox").text
