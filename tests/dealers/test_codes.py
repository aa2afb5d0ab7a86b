"""The second factor: codes by SMS, and the password once more where there is no SMS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from socket import socket

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.dealers.actions import CodeSent, begin_member, check_code, forget_codes, send_code, token_hash
from mall.dealers.models import Code, CodePurpose
from mall.dealers.queries import MemberHere, member_here
from mall.dealers.rules import codes
from mall.sandbox import create
from mall.sandbox.app import running
from mall.web.db import db, now, reading, transact
from tests.cast import DEVICE, PASSWORD, Cast, SomeMember, cast, sign_in
from tests.conftest import Clock
from tests.dealers.sms import Provider, provider
from tests.processes import at_once

REDEMPTION = CodePurpose.REDEMPTION


@pytest.fixture
def people(app: Flask) -> Cast:
    return transact(cast, seal=app.extensions["seal"])


@pytest.fixture
def sms(app: Flask, tmp_path: Path) -> Iterator[Provider]:
    with provider(app, tmp_path) as running:
        yield running


def client_of(app: Flask, who: SomeMember) -> FlaskClient:
    client = app.test_client()
    sign_in(client, who)
    return client


def come_in(who: SomeMember) -> str:
    return str(transact(begin_member, dealer_id=who.dealer_id, member_id=who.id, device=DEVICE))


def here_of(token: str) -> MemberHere:
    here = member_here(reading(), now(), token_hash(token))
    assert here is not None
    return here


def send(who: SomeMember, purpose: CodePurpose = REDEMPTION) -> CodeSent:
    seal = current_app.extensions["seal"]
    return transact(send_code, dealer_id=who.dealer_id, member_id=who.id, purpose=purpose, seal=seal)


def check(token: str, code: str, purpose: CodePurpose = REDEMPTION) -> bool:
    seal = current_app.extensions["seal"]
    return bool(transact(check_code, here=here_of(token), purpose=purpose, code=code, seal=seal))


def wrong(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 10**6:06}"


def proven(token: str) -> bool:
    db.session.rollback()
    return here_of(token).second_factor_at is not None


def test_a_code_is_six_digits_to_the_members_own_phone_and_never_kept(app: Flask, people: Cast) -> None:
    sent = send(people.owner)
    assert sent.phone == people.owner.phone
    assert codes.normal(sent.code) == sent.code
    kept = reading().scalars(select(Code)).one()
    assert sent.code.encode() not in kept.code_index
    assert len(kept.code_index) == 32


def test_a_code_is_good_once_for_the_sign_in_that_showed_it(app: Flask, people: Cast) -> None:
    token, other = come_in(people.owner), come_in(people.owner)
    sent = send(people.owner)
    assert check(token, f" {sent.code[:3]} {sent.code[3:]} ")
    assert not check(token, sent.code)
    assert not check(other, sent.code)
    assert (proven(token), proven(other)) == (True, False)
    passed = reading().scalars(select(AuditEntry).where(AuditEntry.act == "second_factor.pass")).one()
    assert (passed.actor, passed.detail) == (f"member:{people.owner.id}", {"by": "sms"})


def test_full_width_digits_are_digits() -> None:
    assert codes.normal("１２３ 456") == "123456"
    assert codes.normal("12345") == codes.normal("1234567") == codes.normal("12345a") == ""


def test_a_code_is_good_for_five_minutes(app: Flask, people: Cast, clock: Clock) -> None:
    token, sent = come_in(people.owner), send(people.owner)
    clock.tick(minutes=5)
    assert not check(token, sent.code)
    assert transact(forget_codes) == 1


def test_five_wrong_tries_end_a_code(app: Flask, people: Cast) -> None:
    token, sent = come_in(people.owner), send(people.owner)
    assert not any(check(token, wrong(sent.code, by)) for by in range(1, 6))
    assert not check(token, sent.code)
    assert not proven(token)


def test_a_newer_code_takes_the_place_of_the_older(app: Flask, people: Cast) -> None:
    token = come_in(people.owner)
    first, second = send(people.owner), send(people.owner)
    assert first.no != second.no
    assert first.code == second.code or not check(token, first.code)
    assert check(token, second.code)


def test_a_code_opens_only_what_it_was_sent_for_and_only_to_whom(app: Flask, people: Cast) -> None:
    sent = send(people.owner)
    assert not check(come_in(people.owner), sent.code, CodePurpose.POWERS)
    assert not check(come_in(people.buyer), sent.code)
    assert not check(come_in(people.other_owner), sent.code)
    assert check(come_in(people.owner), sent.code)


def _race(token: str, code: str, guesses: int) -> int:
    """Wrong guesses first, then the code itself; gives how often something passed."""
    return sum(check(token, wrong(code, by)) for by in range(1, guesses + 1)) + check(token, code)


def test_two_processes_with_one_code_pass_once(app: Flask, people: Cast, clock: Clock, database_url: str) -> None:
    tokens, sent = [come_in(people.owner) for _ in range(2)], send(people.owner)
    passed = at_once(database_url, clock.at, _race, [(token, sent.code, 0) for token in tokens * 2])
    assert sum(passed) == 1
    assert sorted(proven(token) for token in tokens) == [False, True]


def test_guessing_from_many_processes_gets_five_tries_in_all(
    app: Flask, people: Cast, clock: Clock, database_url: str
) -> None:
    token, sent = come_in(people.owner), send(people.owner)
    assert sum(at_once(database_url, clock.at, _race, [(token, sent.code, 8)] * 3)) == 0
    db.session.rollback()
    assert reading().scalars(select(Code.tries)).one() == codes.TRIES


def test_by_sms_one_is_proven_for_ten_minutes(app: Flask, people: Cast, sms: Provider, clock: Clock) -> None:
    client = client_of(app, people.buyer)
    page = client.get("/me/second-factor?next=/orders/new%3Fsku%3DA").text
    assert "发送验证码到 139 **** 1188" in page
    answer = client.post("/me/second-factor/code", data={"purpose": "redemption", "next": "/orders/new?sku=A"})
    assert answer.status_code == 303
    assert [(one["phone"], one["params"]["minutes"]) for one in sms.taken] == [(people.buyer.phone, "5")]
    assert 'autocomplete="one-time-code"' in client.get(answer.location).text
    form = {"purpose": "redemption", "next": "/orders/new?sku=A"}
    answer = client.post("/me/second-factor", data={**form, "code": wrong(sms.last_code)})
    assert answer.status_code == 422
    assert "验证码不正确或已失效" in answer.text
    answer = client.post("/me/second-factor", data={**form, "code": sms.last_code})
    assert (answer.status_code, answer.location) == (303, "/orders/new?sku=A")
    clock.tick(minutes=9, seconds=59)
    assert "已验证" in client.get("/me/second-factor").text
    clock.tick(seconds=1)
    assert "已验证" not in client.get("/me/second-factor").text


def test_the_fragment_swaps_itself_where_it_stands(app: Flask, people: Cast, sms: Provider) -> None:
    client = client_of(app, people.owner)
    by_htmx = {"HX-Request": "true"}
    sent = client.post("/me/second-factor/code", data={"purpose": "redemption"}, headers=by_htmx)
    assert sent.status_code == 200
    assert sent.text.lstrip().startswith('<section class="panel stack mt-3" id="second-factor"')
    passed = client.post("/me/second-factor", data={"code": sms.last_code}, headers=by_htmx)
    assert passed.status_code == 200
    assert "验证通过" in passed.text
    assert "<html" not in passed.text


def test_a_phone_is_sent_three_codes_and_then_one_in_five_minutes(
    app: Flask, people: Cast, sms: Provider, clock: Clock
) -> None:
    client = client_of(app, people.owner)
    statuses = [client.post("/me/second-factor/code").status_code for _ in range(5)]
    assert statuses == [303, 303, 303, 429, 429]
    assert len(sms.taken) == 3
    clock.tick(minutes=5)
    assert [client.post("/me/second-factor/code").status_code for _ in range(2)] == [303, 429]


def test_in_a_day_a_phone_is_sent_twenty_codes_at_most(
    app: Flask, people: Cast, sms: Provider, clock: Clock
) -> None:
    client = client_of(app, people.owner)
    for _ in range(24 * 12):
        client.post("/me/second-factor/code")
        clock.tick(minutes=5)
    assert len(sms.taken) <= 20


def test_codes_cannot_be_guessed_over_the_web(app: Flask, people: Cast, sms: Provider) -> None:
    client = client_of(app, people.owner)
    tries = 0
    for _ in range(4):
        client.post("/me/second-factor/code")
        for by in range(1, 12):
            answer = client.post("/me/second-factor", data={"code": wrong(sms.last_code, by)})
            assert answer.status_code in {422, 429}
            tries += answer.status_code == 422
    assert tries == 10


def test_a_provider_that_does_not_take_it_is_told_plainly(app: Flask, people: Cast, sms: Provider) -> None:
    client = client_of(app, people.owner)
    sms.refuses = 429
    answer = client.post("/me/second-factor/code")
    assert answer.status_code == 503
    assert "短信暂时没有发出去" in answer.text
    sms.refuses = 0
    assert client.post("/me/second-factor/code").status_code == 303


def test_where_there_is_no_sms_the_password_is_asked_once_more(mall: Flask) -> None:
    people = transact(cast, seal=mall.extensions["seal"])
    client = client_of(mall, people.buyer)
    page = client.get("/me/second-factor").text
    assert "短信验证暂未开通" in page
    assert 'autocomplete="current-password"' in page
    assert client.post("/me/second-factor/code").status_code == 303
    assert client.post("/me/second-factor", data={"password": "x" * 50_000}).status_code == 422
    assert client.post("/me/second-factor", data={}).status_code == 422
    answer = client.post("/me/second-factor", data={"password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/me")
    assert "已验证" in client.get("/me/second-factor").text
    passed = reading().scalars(select(AuditEntry).where(AuditEntry.act == "second_factor.pass")).one()
    assert passed.detail == {"by": "password"}


def test_the_password_cannot_be_guessed_there_either(mall: Flask) -> None:
    people = transact(cast, seal=mall.extensions["seal"])
    client = client_of(mall, people.owner)
    wrong_ones = [client.post("/me/second-factor", data={"password": f"guess-{n}"}).status_code for n in range(9)]
    assert wrong_ones == [422] * 8 + [429]
    assert client.post("/me/second-factor", data={"password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("evil", ["//evil.example", "https://evil.example", "/\\evil.example", "/sign-in"])
def test_it_leads_nowhere_but_into_the_mall(mall: Flask, evil: str) -> None:
    people = transact(cast, seal=mall.extensions["seal"])
    client = client_of(mall, people.owner)
    answer = client.post("/me/second-factor", data={"password": PASSWORD, "next": evil})
    assert answer.location == "/me"
    assert "evil" not in client.get(f"/me/second-factor?next={evil}").text


@pytest.mark.parametrize("purpose", ["", "nonsense", "REDEMPTION", "1" * 500])
def test_an_unknown_purpose_is_a_redemption(mall: Flask, purpose: str) -> None:
    people = transact(cast, seal=mall.extensions["seal"])
    client = client_of(mall, people.owner)
    assert client.get(f"/me/second-factor?purpose={purpose}").status_code == 200
    assert client.post("/me/second-factor/code", data={"purpose": purpose}).status_code == 303


def test_the_sandbox_takes_our_messages_until_its_switch_is_thrown(mall: Flask, clock: Clock, tmp_path: Path) -> None:
    client = client_of(mall, transact(cast, seal=mall.extensions["seal"]).buyer)
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    sandbox = create(tmp_path, f"http://127.0.0.1:{port}", clock=clock)
    mall.extensions["settings"] = replace(mall.extensions["settings"], gateways=tmp_path / "gateways")
    with running(sandbox, "127.0.0.1", port):
        world = sandbox.extensions["world"]
        assert client.post("/me/second-factor/code").status_code == 303
        message = world.store.one("SELECT phone, template, params FROM message")
        assert (message["phone"], message["template"]) == ("13905711188", "CODE")
        world.set_switches({"sms_outage": True})
        assert client.post("/me/second-factor/code").status_code == 503
    code = json.loads(message["params"])["code"]
    assert client.post("/me/second-factor", data={"code": code}).status_code == 422, "the second code took its place"
