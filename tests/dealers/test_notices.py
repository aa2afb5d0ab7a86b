"""What the mall tells a dealer's people, and what they have read."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from mall.base.types import micros
from mall.cli.bundles import icon_names
from mall.config import ROOT
from mall.dealers.actions import add_member, forget_notices, read_notice, read_notices, tell
from mall.dealers.models import NOTICES, MemberRole, Notice, NoticeRead
from mall.dealers.queries import notices, unread
from mall.web.db import reading, transact
from tests.cast import Cast, SomeMember, cast, hashed, sign_in
from tests.conftest import Clock
from tests.processes import at_once


@pytest.fixture
def people(app: Flask) -> Cast:
    return transact(cast, seal=app.extensions["seal"])


def client_of(app: Flask, who: SomeMember) -> FlaskClient:
    client = app.test_client()
    sign_in(client, who)
    return client


def approved(people: Cast, who: SomeMember | None = None, no: str = "2611120001", href: str = "/orders") -> None:
    member = who.id if who else None
    transact(tell, dealer_id=people.linan.id, member_id=member, what="approved", facts={"no": no}, href=href)


def waiting(who: SomeMember) -> int:
    return unread(reading(), who.dealer_id, who.id)


def told(who: SomeMember) -> list[str]:
    return [one.facts.get("no", one.what) for one in notices(reading(), who.dealer_id, who.id)[0]]


def test_a_notice_to_one_is_read_by_one(app: Flask, people: Cast) -> None:
    approved(people, people.buyer)
    assert (waiting(people.buyer), waiting(people.owner), waiting(people.other_owner)) == (1, 0, 0)
    client = client_of(app, people.buyer)
    page = client.get("/me/notices").text
    assert "兑换 2611120001 已获批准。" in page
    assert "1 条未读" in page
    [address] = re.findall(r'action="(/me/notices/\d+/reading)"', page)
    for _ in range(2):
        answer = client.post(address)
        assert (answer.status_code, answer.location) == (303, "/orders")
    assert waiting(people.buyer) == 0
    assert "条未读" not in client.get("/me/notices").text
    assert client_of(app, people.owner).post(address).status_code == 404
    assert client_of(app, people.other_owner).post(address).status_code == 404


def test_a_notice_to_everybody_is_read_by_each(app: Flask, people: Cast) -> None:
    approved(people)
    assert [waiting(who) for who in (people.owner, people.buyer, people.clerk, people.other_owner)] == [1, 1, 1, 0]
    transact(read_notices, dealer_id=people.linan.id, member_id=people.buyer.id)
    assert [waiting(who) for who in (people.owner, people.buyer, people.clerk)] == [1, 0, 1]


def test_what_waits_for_approval_is_told_to_the_owners_alone(app: Flask, people: Cast) -> None:
    until = micros(datetime(2026, 11, 14, 12, 0, tzinfo=UTC))
    facts = {"name": "方晓棠", "points": 12_000, "until_at": until, "no": "2611120001"}
    transact(tell, dealer_id=people.linan.id, what="approval_wanted", facts=facts, href="/orders/2611120001")
    assert [waiting(who) for who in (people.owner, people.buyer, people.clerk, people.other_owner)] == [1, 0, 0, 0]
    page = client_of(app, people.owner).get("/me/notices").text
    assert "方晓棠 申请兑换 12,000 积分，请在 11月14日 20:00 前处理。" in page


def test_who_joins_later_is_not_told_what_was(app: Flask, people: Cast, clock: Clock) -> None:
    approved(people)
    clock.tick(days=1)
    new = transact(
        add_member, dealer_id=people.linan.id, name="陶然", phone="13605710001", role=MemberRole.CLERK,
        password_hash=hashed(), seal=app.extensions["seal"], actor="system",
    )  # fmt: skip
    assert unread(reading(), people.linan.id, new) == 0
    approved(people, no="2611130002")
    assert unread(reading(), people.linan.id, new) == 1


def test_the_tab_counts_what_is_unread_and_all_can_be_read_at_once(app: Flask, people: Cast) -> None:
    for n in range(3):
        approved(people, people.buyer, no=f"261112000{n}")
    client = client_of(app, people.buyer)
    assert re.search(r'id="badge-me">3<', client.get("/me").text)
    for _ in range(2):
        assert client.post("/me/notices/reading").status_code == 303
    assert "badge-me" not in client.get("/me").text
    assert reading().scalar(select(func.count()).select_from(NoticeRead)) == 3


def test_the_list_goes_on_page_by_page_newest_first(app: Flask, people: Cast, clock: Clock) -> None:
    for n in range(45):
        approved(people, people.buyer, no=str(n))
        clock.tick(minutes=1)
    client, url, seen = client_of(app, people.buyer), "/me/notices", []
    while url:
        page = client.get(url, headers={"HX-Request": "true"} if seen else {}).text
        seen += re.findall(r"兑换 (\d+) 已获批准", page)
        url = next(iter(re.findall(r'href="(/me/notices\?before=\d+)"', page)), "")
    assert seen == [str(n) for n in reversed(range(45))]


def test_the_badge_ends_at_ninety_nine(app: Flask, people: Cast) -> None:
    def many(session, now):  # type: ignore[no-untyped-def]
        for _ in range(120):
            tell(session, now, dealer_id=people.linan.id, member_id=people.buyer.id, what="approved",
                 facts={"no": "1"}, href="/orders")  # fmt: skip

    transact(many)
    assert waiting(people.buyer) == 100
    assert "99+" in client_of(app, people.buyer).get("/me").text


@pytest.mark.parametrize("before", ["-1", "0", "abc", "9" * 30, "１２"])
def test_a_place_that_is_none_shows_the_beginning(app: Flask, people: Cast, before: str) -> None:
    approved(people, people.buyer)
    assert client_of(app, people.buyer).get(f"/me/notices?before={before}").status_code == 200


def test_nothing_told_says_so_with_a_way_on(app: Flask, people: Cast) -> None:
    page = client_of(app, people.clerk).get("/me/notices").text
    assert "还没有消息" in page
    assert 'href="/catalog"' in page


def test_a_notice_that_leads_out_of_the_mall_leads_to_the_list(app: Flask, people: Cast) -> None:
    approved(people, people.buyer, href="https://evil.example/")
    client = client_of(app, people.buyer)
    [address] = re.findall(r'action="(/me/notices/\d+/reading)"', client.get("/me/notices").text)
    assert client.post(address).location == "/me/notices"


def test_what_is_told_is_escaped(app: Flask, people: Cast) -> None:
    approved(people, people.buyer, no="<script>alert(1)</script>%s%(x)s")
    assert "<script>alert" not in client_of(app, people.buyer).get("/me/notices").text


def test_a_fact_that_is_not_told_stops_the_teller_and_an_old_notice_without_it_is_still_read(
    app: Flask, people: Cast
) -> None:
    with pytest.raises(ValueError, match="no"):
        transact(tell, dealer_id=people.linan.id, what="approved", facts={}, href="/orders")
    with pytest.raises(KeyError):
        transact(tell, dealer_id=people.linan.id, what="nobody_knows", facts={}, href="/orders")

    def older(session, now):  # type: ignore[no-untyped-def]
        common = {"dealer_id": people.linan.id, "facts": {}, "href": "/orders", "created_at": now}
        session.add(Notice(id=1, what="approved", **common))
        session.add(Notice(id=2, what="said_no_more", **common))

    transact(older)
    page = client_of(app, people.buyer).get("/me/notices")
    assert page.status_code == 200
    assert "兑换 — 已获批准。" in page.text


def test_notices_are_kept_for_180_days(app: Flask, people: Cast, clock: Clock) -> None:
    approved(people, people.buyer, no="old")
    transact(read_notices, dealer_id=people.linan.id, member_id=people.buyer.id)
    clock.tick(days=179)
    approved(people, people.buyer, no="new")
    assert transact(forget_notices) == 0
    clock.tick(days=1)
    assert transact(forget_notices) == 1
    assert told(people.buyer) == ["new"]
    assert reading().scalar(select(func.count()).select_from(NoticeRead)) == 0


def _open(dealer_id: int, member_id: int, notice_id: int) -> str:
    if notice_id:
        return str(transact(read_notice, dealer_id=dealer_id, member_id=member_id, notice_id=notice_id))
    transact(read_notices, dealer_id=dealer_id, member_id=member_id)
    return "all"


def test_opening_and_reading_all_at_once_marks_it_once(
    app: Flask, people: Cast, clock: Clock, database_url: str
) -> None:
    approved(people, people.buyer)
    approved(people, people.buyer, no="2")
    [one, _] = notices(reading(), people.linan.id, people.buyer.id)[0]
    reading().rollback()
    taps = [(people.linan.id, people.buyer.id, wanted) for wanted in (one.id, one.id, 0, 0)]
    assert len(at_once(database_url, clock.at, _open, taps)) == 4
    assert waiting(people.buyer) == 0
    assert reading().scalar(select(func.count()).select_from(NoticeRead)) == 2


def test_every_notice_has_a_picture_that_is_drawn() -> None:
    drawn = icon_names(ROOT / "templates", ROOT / "mall", ROOT / "static" / "icons" / "names.txt")
    assert {saying.icon for saying in NOTICES.values()} <= set(drawn)
