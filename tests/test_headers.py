"""The security headers on every answer there is: every route by everybody, errors, static files."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mall import create_app
from mall.config import Settings
from mall.dealers.models import StaffRole
from mall.web import guards
from mall.web.assets import asset
from mall.web.db import db, transact
from tests.cast import Cast, Visitor, cast, sign_in
from tests.conftest import SECRET

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


FRAMED = {"desk_face.preview"}
"""Shown in a frame of the mall's own pages: tests/face/test_preview.py looks at what it allows."""


def directives(answer: TestResponse) -> dict[str, str]:
    policy = answer.headers["Content-Security-Policy"]
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in policy.split(";"))}


def assert_well_dressed(answer: TestResponse, said: str = "") -> None:
    for name, value in ALWAYS.items():
        assert answer.headers.get(name) == value, f"{said}: {name}"
    assert "camera=()" in answer.headers["Permissions-Policy"], said
    policy = directives(answer)
    assert policy["default-src"] == "'none'", said
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'", said
    script = policy.get("script-src", "'none'")
    assert re.fullmatch(r"'nonce-[\w-]{22}'|'none'", script), f"{said}: {script}"
    assert "unsafe-eval" not in answer.headers["Content-Security-Policy"], said
    assert answer.headers.get("Cache-Control"), said
    assert "Server" not in answer.headers or "Python" not in answer.headers["Server"], said
    assert_cookies(answer, said)


def assert_cookies(answer: TestResponse, said: str) -> None:
    for line in answer.headers.getlist("Set-Cookie"):
        name = line.split("=")[0]
        parts = {part.strip() for part in line.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts, f"{said}: {line}"
        assert not any(part.startswith("Domain") for part in parts), f"{said}: {line}"
        assert name.startswith("__Host-") or name in {"lang", "theme"}, f"{said}: {name}"


@pytest.fixture
def people(mall: Flask) -> Cast:
    return transact(cast, seal=mall.extensions["seal"])


def everybody(mall: Flask, people: Cast) -> Iterator[tuple[str, FlaskClient]]:
    yield "nobody", mall.test_client()
    for who in (people.owner, people.clerk, people.staff[StaffRole.ADMINISTRATOR]):
        client = mall.test_client()
        sign_in(client, who)
        yield who.name, client


def test_every_route_answers_with_every_header(mall: Flask, people: Cast) -> None:
    for name, client in everybody(mall, people):
        for rule in mall.url_map.iter_rules():
            path = re.sub(r"<(?:int:)?[^>]+>", "1", rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD"}):
                if rule.endpoint.endswith("sign_out"):
                    continue
                answer = client.open(path, method=method)
                said = f"{name}: {method} {path} {answer.status}"
                assert answer.status_code < 500 or rule.endpoint == "health.healthz", said
                if rule.endpoint not in FRAMED or answer.status_code != 200:
                    assert_well_dressed(answer, said)


def test_errors_answer_with_every_header(mall: Flask, people: Cast) -> None:
    client = mall.test_client()
    for path, method, status in (
        ("/nowhere", "GET", 404),
        ("/nowhere", "POST", 404),
        ("/api/v1/nowhere", "GET", 404),
        ("/desk/nowhere", "GET", 404),
        ("/me", "DELETE", 405),
        ("/sign-in", "PUT", 405),
        ("/api/v1/orders", "DELETE", 405),
        ("/%ff%00", "GET", 404),
    ):
        answer = client.open(path, method=method)
        assert answer.status_code == status, path
        assert_well_dressed(answer, path)
    assert "Allow" in client.open("/me", method="DELETE").headers
    assert_well_dressed(client.post("/sign-in", data={"phone": "1" * 70_000}))
    assert_well_dressed(client.post("/sign-in", csrf=False))


def test_static_files_answer_with_every_header(mall: Flask) -> None:
    client = mall.test_client()
    for name in ("mall.css", "mall.js", "icons.svg", "mark.svg"):
        answer = client.get(asset(name))
        assert answer.status_code == 200, name
        assert_well_dressed(answer, name)
        assert "immutable" in answer.headers["Cache-Control"], name
    assert_well_dressed(client.get("/static/build/nothing.css"), "a file that is not there")
    assert client.get("/static/../mall/config.py").status_code == 404


def test_pages_with_personal_data_are_kept_by_nobody(mall: Flask, people: Cast) -> None:
    client = mall.test_client()
    sign_in(client, people.owner)
    for path in ("/", "/me", "/me/sessions", "/me/addresses", "/me/members", "/points", "/orders", "/catalog"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store"), path


def test_each_answer_has_its_own_nonce_and_every_script_carries_it(mall: Flask) -> None:
    client = mall.test_client()
    pages = [client.get("/sign-in") for _ in range(2)]
    nonces = [re.findall(r"'nonce-([\w-]+)'", page.headers["Content-Security-Policy"])[0] for page in pages]
    assert nonces[0] != nonces[1]
    for page, nonce in zip(pages, nonces, strict=True):
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert scripts
        assert all(f'nonce="{nonce}"' in script for script in scripts)
        assert " style=" not in page.text
        assert "<style" not in page.text


def test_plain_http_has_plain_cookies_and_no_hsts(sqlite_url: str, people: Cast, mall: Flask) -> None:
    app = create_app(Settings(database_url=sqlite_url, secret_key=SECRET, testing=True, https=False, demo=True))
    app.test_client_class = Visitor
    answer = app.test_client().get("/sign-in")
    assert "Strict-Transport-Security" not in answer.headers
    token_less = [line.split("=")[0] for line in answer.headers.getlist("Set-Cookie")]
    assert token_less == ["form"]
    with app.app_context():
        db.engine.dispose()


def test_as_many_proxies_are_believed_as_the_configuration_says(sqlite_url: str) -> None:
    def seen(proxies: int) -> tuple[str | None, str]:
        app = create_app(Settings(database_url=sqlite_url, secret_key=SECRET, testing=True, proxies=proxies))
        told: list[tuple[str | None, str]] = []

        @app.get("/told")
        @guards.open_to_all
        def tell() -> str:
            from flask import request

            told.append((request.remote_addr, request.scheme))
            return ""

        headers = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9", "X-Forwarded-Proto": "https"}
        app.test_client().get("/told", headers=headers)
        with app.app_context():
            db.engine.dispose()
        return told[0]

    assert seen(0) == ("127.0.0.1", "http")
    assert seen(1) == ("203.0.113.9", "https")
