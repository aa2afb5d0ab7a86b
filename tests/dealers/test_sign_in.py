from __future__ import annotations

import re
import time
from datetime import timedelta
from statistics import median
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from mall.audit.models import AuditEntry
from mall.dealers.actions import add_member, disable_member, hashed, suspend_dealer
from mall.dealers.models import Credential, MemberRole, SignIn
from mall.dealers.rules import password as passwords
from mall.web.db import reading, transact
from tests.cast import PASSWORD, Cast, cast, sign_in
from tests.conftest import Clock

NEW = "yue-luo-wu-ti-2026"


@pytest.fixture
def people(app: Flask) -> Cast:
    return transact(cast, seal=app.extensions["seal"])


def enter(client: FlaskClient, phone: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"phone": phone, "password": password, **more})


def signed_in(client: FlaskClient) -> bool:
    return client.get("/me").status_code == 200


def cookie(client: FlaskClient) -> str | None:
    kept = client.get_cookie("__Host-mall")
    return kept.value if kept else None


def test_phone_and_password_let_a_person_in(app: Flask, people: Cast) -> None:
    client = app.test_client()
    assert client.get("/me").status_code == 303
    answer = enter(client, people.owner.phone)
    assert (answer.status_code, answer.location) == (303, "/")
    assert signed_in(client)
    assert people.owner.name in client.get("/me").text


def test_a_phone_is_read_however_it_is_typed(app: Flask, people: Cast) -> None:
    for typed in ("138 0571 6207", "+86 138-0571-6207", "１３８０５７１６２０７"):
        client = app.test_client()
        enter(client, typed)
        assert signed_in(client), typed


def test_the_cookie_is_the_hosts_alone_and_the_database_never_sees_the_token(app: Flask, people: Cast) -> None:
    client = app.test_client()
    answer = enter(client, people.owner.phone)
    line = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("__Host-mall="))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in line.split(";")}
    assert "Domain" not in line
    token = cookie(client)
    assert token
    assert len(token) == 43  # 256 bits
    row = reading().scalars(select(SignIn)).one()
    assert row.token_hash != token.encode()
    assert len(row.token_hash) == 32


def test_a_wrong_password_and_an_unknown_phone_get_the_same_answer(app: Flask, people: Cast) -> None:
    def words(phone: str) -> tuple[int, str]:
        client = app.test_client()
        answer = enter(client, phone, "not-the-password")
        assert not signed_in(client)
        return answer.status_code, re.sub(r'(nonce|value|hx-headers)=("[^"]*"|\'[^\']*\')', "", answer.text)

    assert words(people.owner.phone) == words("13900000000")
    assert words(people.owner.phone)[0] == 422


def test_an_unknown_phone_costs_the_same_work() -> None:
    def seconds(against: str | None) -> float:
        begun = time.perf_counter()
        assert not passwords.fits("wrong", against)
        return time.perf_counter() - begun

    known = passwords.hashed(PASSWORD)
    seconds(None)
    ratio = median(seconds(None) for _ in range(7)) / median(seconds(known) for _ in range(7))
    assert 0.5 < ratio < 2


def test_what_was_typed_stays_but_never_the_password(app: Flask, people: Cast) -> None:
    answer = enter(app.test_client(), people.owner.phone, "not-the-password")
    assert people.owner.phone in answer.text
    assert "not-the-password" not in answer.text


def test_too_many_tries_are_stopped_and_the_right_password_too_until_time_passes(
    app: Flask, people: Cast, clock: Clock
) -> None:
    client = app.test_client()
    statuses = [enter(client, people.owner.phone, "wrong").status_code for _ in range(9)]
    assert statuses == [422] * 8 + [429]
    assert enter(client, people.owner.phone).status_code == 429
    clock.tick(minutes=1)
    assert enter(client, people.owner.phone).status_code == 303


def test_unknown_phones_are_stopped_after_as_many_tries(app: Flask, people: Cast) -> None:
    client = app.test_client()
    assert [enter(client, "13900000000", "wrong").status_code for _ in range(9)] == [422] * 8 + [429]


def test_many_phones_from_one_network_are_stopped(app: Flask, people: Cast) -> None:
    client = app.test_client()
    statuses = [enter(client, f"139{number:08d}", "wrong").status_code for number in range(61)]
    assert statuses == [422] * 60 + [429]


def test_each_sign_in_has_a_new_token_and_ends_the_one_the_browser_had(app: Flask, people: Cast) -> None:
    client = app.test_client()
    client.set_cookie("__Host-mall", "a-token-somebody-planted", secure=True)
    enter(client, people.owner.phone)
    first = cookie(client)
    assert first != "a-token-somebody-planted"
    enter(client, people.owner.phone)
    assert cookie(client) != first
    stale = app.test_client()
    stale.set_cookie("__Host-mall", str(first), secure=True)
    assert not signed_in(stale)


def test_the_forms_cookie_is_made_anew_at_sign_in(app: Flask, people: Cast) -> None:
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["csrf_token"] = "planted"
    enter(client, people.owner.phone)
    client.get("/me")
    with client.session_transaction() as kept:
        assert kept["csrf_token"] != "planted"


def test_a_sign_in_ends_after_fourteen_idle_days(app: Flask, people: Cast, clock: Clock) -> None:
    client = app.test_client()
    enter(client, people.owner.phone)
    clock.tick(days=13, hours=23)
    assert signed_in(client)
    clock.tick(days=13, hours=23)
    assert signed_in(client)
    clock.tick(days=14)
    assert not signed_in(client)


def test_a_sign_in_ends_after_ninety_days_however_busy(app: Flask, people: Cast, clock: Clock) -> None:
    client = app.test_client()
    enter(client, people.owner.phone)
    for _ in range(8):
        clock.tick(days=11)
        assert signed_in(client)
    clock.tick(days=2)
    assert not signed_in(client)


def test_being_seen_is_written_every_five_minutes_at_most(app: Flask, people: Cast, clock: Clock) -> None:
    client = app.test_client()
    enter(client, people.owner.phone)
    begun = clock.at
    clock.tick(minutes=4)
    client.get("/me")
    assert reading().scalar(select(SignIn.seen_at)) == begun
    clock.tick(minutes=1)
    client.get("/me")
    assert reading().scalar(select(SignIn.seen_at)) == begun + timedelta(minutes=5)


def test_signing_out_ends_the_sign_in_everywhere_the_cookie_was_copied_to(app: Flask, people: Cast) -> None:
    client, thief = app.test_client(), app.test_client()
    enter(client, people.owner.phone)
    thief.set_cookie("__Host-mall", str(cookie(client)), secure=True)
    assert client.post("/sign-out").status_code == 303
    assert not signed_in(client)
    assert not signed_in(thief)


def test_signing_out_is_a_post(app: Flask, people: Cast) -> None:
    assert app.test_client().get("/sign-out").status_code == 405


def test_a_disabled_member_is_out_at_once_and_cannot_come_back(app: Flask, people: Cast) -> None:
    client = app.test_client()
    enter(client, people.buyer.phone)
    transact(disable_member, dealer_id=people.linan.id, member_id=people.buyer.id, by=people.owner.id)
    assert not signed_in(client)
    answer = enter(client, people.buyer.phone)
    assert answer.status_code == 422
    assert "账号或密码不正确" in answer.text


def test_a_suspended_dealers_people_are_out_at_once(app: Flask, people: Cast) -> None:
    client = app.test_client()
    enter(client, people.owner.phone)
    transact(suspend_dealer, dealer_id=people.linan.id, actor="staff:1", why="欠款")
    assert not signed_in(client)
    assert enter(client, people.owner.phone).status_code == 422
    other = app.test_client()
    enter(other, people.other_owner.phone)
    assert signed_in(other)


def test_an_old_hash_is_renewed_at_sign_in(app: Flask, people: Cast) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    index = app.extensions["seal"].index(people.owner.phone, "member.phone")

    def weaken(session, now) -> None:  # type: ignore[no-untyped-def]
        session.get_one(Credential, index).password_hash = weak

    transact(weaken)
    assert enter(app.test_client(), people.owner.phone).status_code == 303
    stored = reading().get_one(Credential, index).password_hash
    assert stored != weak
    assert "m=19456,t=2,p=1" in stored
    assert enter(app.test_client(), people.owner.phone).status_code == 303


def test_a_first_password_opens_nothing_but_the_choice_of_ones_own(app: Flask, people: Cast) -> None:
    transact(
        add_member, dealer_id=people.linan.id, name="陶然", phone="13605710001", role=MemberRole.BUYER,
        password_hash=hashed("abcd-efgh-jkmn"), seal=app.extensions["seal"], actor="member:1",
    )
    client = app.test_client()
    answer = enter(client, "13605710001", "abcd-efgh-jkmn", next="/orders")
    assert answer.location == "/sign-in/password?next=/orders"
    assert urlsplit(client.get("/me").location).path == "/sign-in/password"
    choose = {"password": "abcd-efgh-jkmn", "again": "abcd-efgh-jkmn"}
    assert client.post("/sign-in/password", data=choose).status_code == 422  # the very same
    assert client.post("/sign-in/password", data={"password": "1234567890", "again": "1234567890"}).status_code == 422
    assert client.post("/sign-in/password", data={"password": NEW, "again": NEW + "x"}).status_code == 422
    before = cookie(client)
    answer = client.post("/sign-in/password", data={"password": NEW, "again": NEW, "next": "/orders"})
    assert answer.location == "/orders"
    assert cookie(client) != before
    assert signed_in(client)
    assert enter(app.test_client(), "13605710001", "abcd-efgh-jkmn").status_code == 422


def test_a_first_password_is_good_for_seven_days(app: Flask, people: Cast, clock: Clock) -> None:
    transact(
        add_member, dealer_id=people.linan.id, name="陶然", phone="13605710001", role=MemberRole.BUYER,
        password_hash=hashed("abcd-efgh-jkmn"), seal=app.extensions["seal"], actor="member:1",
    )
    clock.tick(days=7)
    assert enter(app.test_client(), "13605710001", "abcd-efgh-jkmn").status_code == 422


def test_one_phone_acts_for_several_dealers_and_switches_between_them(app: Flask, people: Cast, clock: Clock) -> None:
    clock.tick(minutes=1)
    transact(
        add_member, dealer_id=people.ningbo.id, name="沈立诚", phone=people.owner.phone, role=MemberRole.CLERK,
        password_hash=None, seal=app.extensions["seal"], actor="staff:1", linking=True,
    )
    client = app.test_client()
    enter(client, people.owner.phone)
    assert people.linan.code in client.get("/me").text
    clock.tick(minutes=1)
    before = cookie(client)
    assert client.post("/me/dealer", data={"dealer": people.ningbo.code}).status_code == 303
    assert cookie(client) != before
    page = client.get("/me").text
    assert page.index(people.ningbo.name) < page.index(people.linan.name)
    again = app.test_client()
    enter(again, people.owner.phone)
    assert people.ningbo.code in again.get("/me").text, "the dealer used last comes first"
    assert client.post("/me/dealer", data={"dealer": "XX9999"}).status_code == 404


def test_nobody_switches_to_a_dealer_they_do_not_belong_to(app: Flask, people: Cast) -> None:
    client = app.test_client()
    sign_in(client, people.owner)
    assert client.post("/me/dealer", data={"dealer": people.ningbo.code}).status_code == 404


def test_phones_are_nowhere_in_plain(app: Flask, people: Cast) -> None:
    client = app.test_client()
    enter(client, people.owner.phone)
    for table in ("member", "credential", "sign_in", "rate_limit", "audit_entry"):
        rows = reading().execute(text(f"SELECT * FROM {table}")).all()
        assert rows
        for row in rows:
            for value in row:
                plain = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                assert people.owner.phone.encode() not in plain, table


def test_coming_and_going_is_audited(app: Flask, people: Cast) -> None:
    client = app.test_client()
    enter(client, people.owner.phone)
    client.post("/sign-out")
    acts = reading().scalars(
        select(AuditEntry.act).where(AuditEntry.actor == f"member:{people.owner.id}").order_by(AuditEntry.id)
    )
    assert list(acts) == ["sign_in.begin", "sign_in.end"]


def test_ended_sign_ins_are_swept_by_those_that_begin(app: Flask, people: Cast, clock: Clock) -> None:
    enter(app.test_client(), people.owner.phone)
    clock.tick(days=91)
    enter(app.test_client(), people.buyer.phone)
    assert reading().scalar(select(func.count()).select_from(SignIn)) == 1
