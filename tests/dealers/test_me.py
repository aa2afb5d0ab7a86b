from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.dealers.models import Member, MemberRole
from mall.web.db import reading, transact
from tests.cast import PASSWORD, Cast, SomeMember, cast, sign_in
from tests.conftest import Clock

NEW = "yue-luo-wu-ti-2026"


@pytest.fixture
def people(app: Flask) -> Cast:
    return transact(cast, seal=app.extensions["seal"])


def client_of(app: Flask, who: SomeMember) -> FlaskClient:
    client = app.test_client()
    sign_in(client, who)
    return client


def signed_in(client: FlaskClient) -> bool:
    return client.get("/me").status_code == 200


def sign_in_ids(client: FlaskClient) -> list[str]:
    page = client.get("/me/sessions").text
    return [part.split("/")[0] for part in page.split('action="/me/sessions/')[1:] if not part.startswith("others")]


def test_one_sees_and_ends_ones_own_sign_ins(app: Flask, people: Cast) -> None:
    here, phone = client_of(app, people.owner), client_of(app, people.owner)
    [other] = sign_in_ids(here)
    assert here.post(f"/me/sessions/{other}/revocation").status_code == 303
    assert signed_in(here)
    assert not signed_in(phone)
    assert here.post(f"/me/sessions/{other}/revocation").status_code == 404


def test_nobody_ends_somebody_elses_sign_in(app: Flask, people: Cast) -> None:
    victim, second = client_of(app, people.other_owner), client_of(app, people.other_owner)
    [theirs] = sign_in_ids(victim)
    for attacker in (people.owner, people.buyer):
        assert client_of(app, attacker).post(f"/me/sessions/{theirs}/revocation").status_code == 404
    assert signed_in(second)


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 10**40])
def test_a_number_beyond_all_ids_is_not_found(app: Flask, people: Cast, number: int) -> None:
    client = client_of(app, people.owner)
    for address in (f"/me/addresses/{number}", f"/me/members/{number}", f"/points/movements/{number}"):
        assert client.get(address).status_code == 404
    assert client.post(f"/me/sessions/{number}/revocation").status_code == 404


def test_all_others_end_at_once(app: Flask, people: Cast) -> None:
    clients = [client_of(app, people.owner) for _ in range(3)]
    colleague = client_of(app, people.buyer)
    clients[0].post("/me/sessions/others/revocation")
    assert [signed_in(client) for client in clients] == [True, False, False]
    assert signed_in(colleague)


def test_a_changed_password_needs_the_current_one_and_ends_every_other_sign_in(app: Flask, people: Cast) -> None:
    here, phone = client_of(app, people.owner), client_of(app, people.owner)

    def change(current: str, password: str, again: str) -> int:
        data = {"current": current, "password": password, "again": again}
        return here.post("/me/password", data=data).status_code

    assert change("wrong", NEW, NEW) == 422
    assert change(PASSWORD, NEW, NEW + "x") == 422
    assert change(PASSWORD, "short", "short") == 422
    assert change(PASSWORD, f"my{people.owner.phone}", f"my{people.owner.phone}") == 422
    assert change(PASSWORD, PASSWORD, PASSWORD) == 422
    assert signed_in(phone)
    before = here.get_cookie("__Host-mall")
    assert change(PASSWORD, NEW, NEW) == 303
    after = here.get_cookie("__Host-mall")
    assert before and after and before.value != after.value  # noqa: PT018
    assert signed_in(here)
    assert not signed_in(phone)
    fresh = app.test_client()
    assert fresh.post("/sign-in", data={"phone": people.owner.phone, "password": PASSWORD}).status_code == 422
    assert fresh.post("/sign-in", data={"phone": people.owner.phone, "password": NEW}).status_code == 303


def test_the_current_password_cannot_be_guessed_from_an_open_phone(app: Flask, people: Cast) -> None:
    here = client_of(app, people.owner)
    data = {"current": "wrong", "password": NEW, "again": NEW}
    assert [here.post("/me/password", data=data).status_code for _ in range(9)] == [422] * 8 + [429]


def test_the_owner_adds_a_person_whose_first_password_is_shown_once(app: Flask, people: Cast) -> None:
    owner = client_of(app, people.owner)
    data = {"name": "陶然", "phone": "136 0571 0001", "role": "buyer"}
    answer = owner.post("/me/members", data=data)
    assert answer.status_code == 201
    first = answer.text.split('secret--large mt-3">')[1].split("<")[0]
    assert answer.headers["Cache-Control"] == "no-store"
    assert first not in owner.get("/me/members").text
    fresh = app.test_client()
    answer = fresh.post("/sign-in", data={"phone": "13605710001", "password": first})
    assert answer.location == "/sign-in/password"
    assert owner.post("/me/members", data=data).status_code == 409
    acts = reading().execute(select(AuditEntry.act, AuditEntry.actor).where(AuditEntry.act == "member.add")).all()
    assert ("member.add", f"member:{people.owner.id}") in acts


def test_a_phone_of_another_dealers_person_is_not_taken_in(app: Flask, people: Cast) -> None:
    owner = client_of(app, people.owner)
    data = {"name": "乐海生", "phone": people.other_owner.phone, "role": "clerk"}
    assert owner.post("/me/members", data=data).status_code == 409


def test_buyers_and_clerks_manage_nobody(app: Flask, people: Cast) -> None:
    for who in (people.buyer, people.clerk):
        client = client_of(app, who)
        for path in ("/me/members", "/me/members/new", f"/me/members/{people.owner.id}"):
            assert client.get(path).status_code == 403
        for act in ("role", "disabling", "enabling", "password"):
            assert client.post(f"/me/members/{people.clerk.id}/{act}", data={"role": "owner"}).status_code == 403


def test_an_owner_changes_roles_and_shuts_people_out(app: Flask, people: Cast) -> None:
    owner, buyer = client_of(app, people.owner), client_of(app, people.buyer)
    path = f"/me/members/{people.buyer.id}"
    assert people.buyer.name in owner.get(path).text
    owner.post(f"{path}/role", data={"role": "clerk"})
    member = reading().get_one(Member, (people.linan.id, people.buyer.id))
    assert member.role is MemberRole.CLERK
    assert buyer.get("/me/addresses/new").status_code == 403, "a role holds from the next request on"
    owner.post(f"{path}/disabling")
    assert not signed_in(buyer)
    owner.post(f"{path}/enabling")
    sign_in(buyer, people.buyer)
    assert signed_in(buyer)
    assert owner.post(f"{path}/role", data={"role": "emperor"}).status_code == 303
    assert reading().get_one(Member, (people.linan.id, people.buyer.id)).role is MemberRole.CLERK


def test_an_owner_cannot_shut_out_or_demote_themselves(app: Flask, people: Cast) -> None:
    owner = client_of(app, people.owner)
    path = f"/me/members/{people.owner.id}"
    assert owner.post(f"{path}/disabling").status_code == 409
    assert owner.post(f"{path}/role", data={"role": "clerk"}).status_code == 409
    assert signed_in(owner)


def test_another_dealers_people_are_not_found(app: Flask, people: Cast) -> None:
    owner = client_of(app, people.owner)
    path = f"/me/members/{people.other_owner.id}"
    assert owner.get(path).status_code == 404
    for act in ("role", "disabling", "enabling", "password"):
        assert owner.post(f"{path}/{act}", data={"role": "clerk"}).status_code == 404


def test_an_owner_resets_the_password_of_their_own_people_alone(app: Flask, people: Cast, clock: Clock) -> None:
    owner, buyer = client_of(app, people.owner), client_of(app, people.buyer)
    answer = owner.post(f"/me/members/{people.buyer.id}/password")
    assert "首次密码" in answer.text
    assert not signed_in(buyer)
    assert app.test_client().post(
        "/sign-in", data={"phone": people.buyer.phone, "password": PASSWORD}
    ).status_code == 422  # fmt: skip
