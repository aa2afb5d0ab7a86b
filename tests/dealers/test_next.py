from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mall.web.db import transact
from tests.cast import PASSWORD, Cast, cast
from tests.conftest import Clock


@pytest.fixture
def people(mall: Flask) -> Cast:
    return transact(cast, seal=mall.extensions["seal"])


def enter(client: FlaskClient, phone: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"phone": phone, "password": password, **more})


def signed_in(client: FlaskClient) -> bool:
    return client.get("/me").status_code == 200


def test_an_expired_sign_in_comes_back_to_the_same_page(mall: Flask, people: Cast) -> None:
    client = mall.test_client()
    answer = client.get("/orders/new?sku=12&quantity=3")
    target = urlsplit(answer.location)
    assert (answer.status_code, target.path) == (303, "/sign-in")
    onward = parse_qs(target.query)["next"][0]
    assert onward == "/orders/new?sku=12&quantity=3"
    assert f'value="{onward.replace("&", "&amp;")}"' in client.get(answer.location).text
    assert enter(client, people.owner.phone, next=onward).location == onward


def test_an_expired_form_comes_back_to_its_page_with_what_was_chosen(mall: Flask, people: Cast) -> None:
    answer = mall.test_client().post(
        "/me/password", data={"quantity": "5", "card": "secret"},
        headers={"Referer": "http://localhost/orders/new?sku=12&quantity=3"},
    )
    assert parse_qs(urlsplit(answer.location).query)["next"] == ["/orders/new?sku=12&quantity=5"]


def test_an_expired_form_takes_along_what_it_says_its_page_keeps(mall: Flask, people: Cast) -> None:
    answer = mall.test_client().post(
        "/me/password", data={"keeps": "quantity address", "quantity": "5", "address": "77", "card": "secret"},
        headers={"Referer": "http://localhost/orders/new?sku=12"},
    )
    assert parse_qs(urlsplit(answer.location).query)["next"] == ["/orders/new?sku=12&quantity=5&address=77"]
    answer = mall.test_client().post(
        "/me/password", data={"keeps": "quantity address", "quantity": "", "address": ""},
        headers={"Referer": "http://localhost/orders/new?sku=12"},
    )
    assert parse_qs(urlsplit(answer.location).query)["next"] == ["/orders/new?sku=12"]


def test_an_expired_form_without_referer_comes_back_to_its_own_page(mall: Flask, people: Cast) -> None:
    answer = mall.test_client().post("/me/password")
    assert answer.location == "/sign-in?next=/me/password"
    answer = mall.test_client().post("/me/password", headers={"Referer": "https://evil.example/orders?x=1"})
    assert answer.location == "/sign-in?next=/me/password"


def test_an_expired_htmx_request_sends_the_whole_browser_to_sign_in(mall: Flask, people: Cast) -> None:
    answer = mall.test_client().get(
        "/me/sessions", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/me?tab=2"}
    )
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/me?tab%3D2"
    assert "Location" not in answer.headers


EVIL = (
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "/\t/evil.example",
    "///evil.example", "http:evil.example", "javascript:alert(1)", "/%0d%0aSet-Cookie:x=1\r\nX: y", " //evil.example",
    "/\n//evil.example", "https:/evil.example", "//evil.example\\@localhost/", "/sign-out", "/sign-in?next=/sign-in",
    "data:text/html,x", "", "/" + "a" * 3000, "\x00/x", "／／evil.example", "evil.example", "?next=//evil.example",
    "/./\\evil.example", "http://localhost@evil.example/", "http://localhost/me",
)  # fmt: skip


def test_next_never_leads_out_of_the_mall(mall: Flask, people: Cast, clock: Clock) -> None:
    for evil in EVIL:
        clock.tick(minutes=2)
        client = mall.test_client()
        page = client.get("/sign-in", query_string={"next": evil})
        assert page.status_code == (400 if "\x00" in evil else 200), evil
        assert 'name="next"' not in page.text, evil
        answer = enter(client, people.owner.phone, next=evil)
        assert (answer.status_code, answer.location) == (303, "/"), evil
        assert client.get("/sign-in", query_string={"next": evil}).location in {"/", None}, evil


def test_next_leads_on_to_any_page_of_ours(mall: Flask, people: Cast) -> None:
    for ours in ("/orders?state=shipped&page=2", "/catalog?q=%E8%8C%B6%E5%85%B7", "/me"):
        assert enter(mall.test_client(), people.owner.phone, next=ours).location == ours


def test_the_demo_fills_in_its_people_and_no_other_mall_does(mall: Flask) -> None:
    person = mall.extensions["demo_people"][0]
    assert person["phone"] not in mall.test_client().get("/sign-in").text
    assert person["password"] not in mall.test_client().get(f"/sign-in?as={person['phone']}").text


def test_a_form_without_its_token_changes_nothing(mall: Flask, people: Cast) -> None:
    client = mall.test_client()
    data = {"phone": people.owner.phone, "password": PASSWORD}
    answer = client.post("/sign-in", data=data, csrf=False)
    assert answer.status_code == 422
    assert "页面已过期" in answer.text
    assert not signed_in(client)
    answer = client.post("/sign-in", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "form",
    [
        {}, {"phone": "", "password": ""}, {"phone": "abc", "password": "x"}, {"phone": "1" * 500, "password": "x"},
        {"phone": "13805716207", "password": "x" * 5000}, {"phone": "1380571620７\x00", "password": "x"},
        {"phone": "٣٣٣٣٣٣٣٣٣٣٣", "password": "x"}, {"phone": "23805716207", "password": "x"},
    ],
)  # fmt: skip
def test_what_is_no_phone_and_password_is_told_so(mall: Flask, people: Cast, form: dict[str, str]) -> None:
    assert mall.test_client().post("/sign-in", data=form).status_code == 422


def test_a_body_too_large_is_refused_before_it_is_read(mall: Flask, people: Cast) -> None:
    assert mall.test_client().post("/sign-in", data={"phone": "1" * 70_000}).status_code == 413
