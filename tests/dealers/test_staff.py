from __future__ import annotations

from urllib.parse import urlsplit

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mall.dealers.actions import disable_staff, issue_staff_password
from mall.dealers.models import Staff, StaffRole
from mall.web.db import reading, transact
from tests.cast import PASSWORD, Cast, SomeStaff, cast, hashed, sign_in
from tests.conftest import Clock


@pytest.fixture
def people(app: Flask) -> Cast:
    return transact(cast, seal=app.extensions["seal"])


@pytest.fixture
def person(people: Cast) -> SomeStaff:
    return people.staff[StaffRole.FULFILMENT]


def enter(client: FlaskClient, login: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/desk/sign-in", data={"login": login, "password": password, **more})


def send(client: FlaskClient, code: str, **more: str) -> TestResponse:
    return client.post("/desk/sign-in/code", data={"code": code, **more})


def signed_in(client: FlaskClient) -> bool:
    return client.get("/desk/sessions").status_code == 200


def secret_of(app: Flask, person: SomeStaff) -> str:
    staff = reading().get_one(Staff, person.id)
    assert staff.totp_sealed is not None
    return str(app.extensions["seal"].open(staff.totp_sealed, f"staff:totp:{person.id}"))


def code(app: Flask, person: SomeStaff, clock: Clock, steps: int = 0) -> str:
    return pyotp.TOTP(secret_of(app, person)).at(int(clock.at.timestamp()) + 30 * steps)


def enrolled(app: Flask, person: SomeStaff, clock: Clock) -> FlaskClient:
    """Somebody who enrolled their authenticator a minute ago."""
    client = app.test_client()
    enter(client, person.login)
    assert send(client, code(app, person, clock)).status_code == 303
    clock.tick(minutes=1)
    return client


def test_the_first_sign_in_enrols_an_authenticator(app: Flask, person: SomeStaff, clock: Clock) -> None:
    client = app.test_client()
    answer = enter(client, person.login, next="/desk/sessions")
    assert answer.location == "/desk/sign-in/code?next=/desk/sessions"
    assert not signed_in(client)
    page = client.get(answer.location).text
    assert "/desk/sign-in/qr.svg" in page
    secret = secret_of(app, person)
    assert secret[:4] in page
    picture = client.get("/desk/sign-in/qr.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    answer = send(client, code(app, person, clock), next="/desk/sessions")
    assert answer.location == "/desk/sessions"
    assert signed_in(client)


def test_the_secret_is_never_shown_again(app: Flask, person: SomeStaff, clock: Clock) -> None:
    enrolled(app, person, clock)
    client = app.test_client()
    enter(client, person.login)
    page = client.get("/desk/sign-in/code").text
    assert "qr.svg" not in page
    assert secret_of(app, person)[:4] not in page
    assert client.get("/desk/sign-in/qr.svg").status_code == 404


def test_an_enrolment_begun_and_left_goes_on_with_the_same_secret(app: Flask, person: SomeStaff, clock: Clock) -> None:
    enter(app.test_client(), person.login)
    before = secret_of(app, person)
    enter(app.test_client(), person.login)
    assert secret_of(app, person) == before


def test_the_code_is_asked_every_time(app: Flask, person: SomeStaff, clock: Clock) -> None:
    enrolled(app, person, clock)
    client = app.test_client()
    enter(client, person.login)
    assert urlsplit(client.get("/desk").location).path == "/desk/sign-in/code"
    assert send(client, "000000").status_code == 422
    assert not signed_in(client)
    assert send(client, code(app, person, clock)).status_code == 303
    assert signed_in(client)


def test_a_code_opens_once(app: Flask, person: SomeStaff, clock: Clock) -> None:
    enrolled(app, person, clock)
    used = code(app, person, clock)
    first, second = app.test_client(), app.test_client()
    enter(first, person.login)
    enter(second, person.login)
    assert send(first, used).status_code == 303
    assert send(second, used).status_code == 422
    assert send(second, code(app, person, clock, steps=-1)).status_code == 422
    assert not signed_in(second)
    assert send(second, code(app, person, clock, steps=1)).status_code == 303


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_half_a_minute_off_is_forgiven(
    app: Flask, person: SomeStaff, clock: Clock, steps: int, opens: bool
) -> None:
    enrolled(app, person, clock)
    clock.tick(minutes=5)
    client = app.test_client()
    enter(client, person.login)
    assert (send(client, code(app, person, clock, steps)).status_code == 303) is opens


def test_codes_cannot_be_tried_one_after_the_other(app: Flask, person: SomeStaff, clock: Clock) -> None:
    enrolled(app, person, clock)
    clock.tick(minutes=30)
    client = app.test_client()
    enter(client, person.login)
    assert [send(client, f"{n:06d}").status_code for n in range(6)] == [422] * 5 + [429]
    assert send(client, code(app, person, clock)).status_code == 429


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６", "1" * 40, "12 34 56", "\x00"])
def test_what_is_no_code_is_told_so(app: Flask, person: SomeStaff, typed: str) -> None:
    client = app.test_client()
    enter(client, person.login)
    assert send(client, typed).status_code == 422


def test_half_way_in_opens_nothing_and_ends_after_ten_minutes(app: Flask, person: SomeStaff, clock: Clock) -> None:
    client = app.test_client()
    enter(client, person.login)
    assert client.get("/desk/sessions").location.startswith("/desk/sign-in/code")
    clock.tick(minutes=10)
    assert urlsplit(client.get("/desk/sign-in/code").location).path == "/desk/sign-in"


def test_a_first_password_must_be_changed_before_the_code(app: Flask, person: SomeStaff, clock: Clock) -> None:
    transact(issue_staff_password, staff_id=person.id, password_hash=hashed(), actor="cli")
    client = app.test_client()
    assert enter(client, person.login).location == "/desk/sign-in/password"
    weak = {"password": f"{person.login}-12345", "again": f"{person.login}-12345"}
    assert client.post("/desk/sign-in/password", data=weak).status_code == 422
    good = {"password": "chang-he-luo-ri-yuan", "again": "chang-he-luo-ri-yuan"}
    assert client.post("/desk/sign-in/password", data=good).location == "/desk/sign-in/code"
    assert send(client, code(app, person, clock)).status_code == 303
    assert enter(app.test_client(), person.login).status_code == 422


def test_each_step_has_a_new_token(app: Flask, person: SomeStaff, clock: Clock) -> None:
    client = app.test_client()
    enter(client, person.login)
    half = client.get_cookie("__Host-desk")
    send(client, code(app, person, clock))
    whole = client.get_cookie("__Host-desk")
    assert half and whole and half.value != whole.value  # noqa: PT018
    stale = app.test_client()
    stale.set_cookie("__Host-desk", half.value, secure=True)
    assert urlsplit(stale.get("/desk/sign-in/code").location).path == "/desk/sign-in"


def test_wrong_and_unknown_logins_get_the_same_answer(app: Flask, person: SomeStaff) -> None:
    wrong, unknown = (enter(app.test_client(), login, "wrong") for login in (person.login, "nobody"))
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert "账号或密码不正确" in wrong.text
    assert "账号或密码不正确" in unknown.text


def test_a_disabled_person_is_out_at_once(app: Flask, person: SomeStaff, clock: Clock) -> None:
    client = enrolled(app, person, clock)
    assert signed_in(client)
    transact(disable_staff, staff_id=person.id, actor="cli")
    assert not signed_in(client)
    assert enter(app.test_client(), person.login).status_code == 422


def test_the_desk_closes_after_half_an_hour_alone_and_after_twelve_hours_anyway(
    app: Flask, person: SomeStaff, clock: Clock
) -> None:
    client = app.test_client()
    sign_in(client, person)
    clock.tick(minutes=29)
    assert signed_in(client)
    clock.tick(minutes=30)
    assert not signed_in(client)
    sign_in(client, person)
    for _ in range(28):
        clock.tick(minutes=25)
        assert signed_in(client)
    clock.tick(minutes=25)
    assert not signed_in(client)


def test_members_and_staff_do_not_open_each_others_doors(app: Flask, people: Cast, person: SomeStaff) -> None:
    client = app.test_client()
    sign_in(client, people.owner)
    assert urlsplit(client.get("/desk").location).path == "/desk/sign-in"
    token = client.get_cookie("__Host-mall")
    assert token
    client.set_cookie("__Host-desk", token.value, secure=True)
    assert urlsplit(client.get("/desk").location).path == "/desk/sign-in"
    sign_in(client, person)
    assert signed_in(client)
    assert client.get("/me").status_code == 200, "one browser holds both"


def test_a_demo_shows_the_code_of_its_own_people_alone(app: Flask, person: SomeStaff, clock: Clock) -> None:
    enrolled(app, person, clock)
    client = app.test_client()
    enter(client, person.login)
    assert code(app, person, clock) not in client.get("/desk/sign-in/code").text


def test_the_command_adds_a_person_who_chooses_their_own_password(app: Flask, people: Cast) -> None:
    runner = app.test_cli_runner()
    said = runner.invoke(args=["staff", "add", "NewOne", "--name", "白露", "--role", "finance"])
    assert said.exit_code == 0, said.output
    first = said.output.split("first password ")[1].split()[0]
    client = app.test_client()
    assert enter(client, "newone", first).location == "/desk/sign-in/password"
    again = runner.invoke(args=["staff", "add", "newone", "--name", "白露", "--role", "finance"])
    assert again.exit_code == 1
    assert runner.invoke(args=["staff", "disable", "newone"]).exit_code == 0
    assert enter(app.test_client(), "newone", first).status_code == 422
