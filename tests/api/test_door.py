"""Who is let in, once, and who is not."""

from __future__ import annotations

import multiprocessing
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from mall import create_app
from mall.config import Settings
from mall.earning.actions.partners import disable_partner, rotate_key
from mall.earning.models import Document
from mall.earning.models import Partner as PartnerRow
from mall.web.db import reading, transact
from tests.api.conftest import Partner, body
from tests.conftest import SECRET, Clock


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert answer.mimetype == "application/problem+json"
    assert reading().scalars(select(Document)).all() == []


def test_a_signed_document_is_posted(dms: Partner) -> None:
    answer = dms.post("/api/v1/orders", body())
    assert answer.status_code == 201
    assert answer.json["points"] == 100
    assert len(answer.json["entries"][0]["hash"]) == 64
    assert dms.get("/api/v1/dealers/D-1/balance").json["available"] == 100


@pytest.mark.parametrize(
    "instead", [{"secret": "guessed"}, {"key": "mk_nobody"}, {"nonce": "short"}, {"nonce": "a b c d e f"}, {"key": ""}]
)
def test_a_wrong_signature_and_an_unknown_key_get_the_same_answer(dms: Partner, instead: dict[str, str]) -> None:
    answer = dms.post("/api/v1/orders", body(), **instead)
    refused(answer, 401, "not_admitted")
    assert answer.json == dms.post("/api/v1/orders", body(), secret="other").json
    assert "WWW-Authenticate" in answer.headers


def test_a_changed_body_path_or_query_does_not_pass(dms: Partner) -> None:
    headers = dms.headers("POST", "/api/v1/orders", b"{}")
    client = dms.app.test_client()
    refused(
        client.post("/api/v1/orders", data=b"{ }", headers=headers, content_type="application/json"),
        401,
        "not_admitted",
    )
    headers = dms.headers("GET", "/api/v1/documents?state=dead", b"")
    refused(client.get("/api/v1/documents?state=posted", headers=headers), 401, "not_admitted")
    refused(client.get("/api/v1/orders/X", headers=headers), 401, "not_admitted")


def test_nothing_signed_is_nothing_let_in(dms: Partner) -> None:
    refused(dms.app.test_client().post("/api/v1/orders", json=body()), 401, "not_admitted")


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_clock_more_than_five_minutes_off_is_refused(dms: Partner, seconds: int) -> None:
    at = str(int(dms.clock().timestamp()) + seconds)
    refused(dms.post("/api/v1/orders", body(), timestamp=at), 401, "clock_skew")


@pytest.mark.parametrize("text", ["", "now", "1e9", "-5", "١٧٦٣٠٠٠٠٠٠", "9" * 40])
def test_a_timestamp_that_is_none_is_refused(dms: Partner, text: str) -> None:
    headers = dms.headers("POST", "/api/v1/orders", b"{}", timestamp="1763000000")
    headers["X-Mall-Timestamp"] = text.encode("utf-8").decode("latin-1")
    answer = dms.app.test_client().post("/api/v1/orders", data=b"{}", headers=headers, content_type="application/json")
    refused(answer, 401, "not_admitted")


def test_a_replayed_request_is_refused_and_changes_nothing(dms: Partner) -> None:
    assert dms.post("/api/v1/orders", body(), nonce="once-and-only").status_code == 201
    again = dms.post("/api/v1/orders", body(), nonce="once-and-only")
    assert (again.status_code, again.json["code"]) == (409, "nonce_replayed")
    assert dms.get("/api/v1/dealers/D-1/balance").json["available"] == 100


def replay(url: str, at: Any, headers: dict[str, str], raw: bytes, start: Any, answers: Any) -> None:
    app = create_app(Settings(database_url=url, secret_key=SECRET, testing=True), Clock(at))
    start.wait()
    answer = app.test_client().post("/api/v1/orders", data=raw, headers=headers, content_type="application/json")
    answers.put(answer.status_code)


def test_of_two_processes_with_one_request_one_is_let_in(dms: Partner, database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    raw = b'{"external_id": 1}'
    headers = dms.headers("POST", "/api/v1/orders", raw)
    start, answers = context.Barrier(2), context.Queue()
    racers = [
        context.Process(target=replay, args=(database_url, dms.clock(), headers, raw, start, answers)) for _ in range(2)
    ]
    for racer in racers:
        racer.start()
    seen = sorted(answers.get(timeout=60) for _ in racers)
    for racer in racers:
        racer.join()
    assert seen == [409, 422]


def test_a_rotated_key_and_a_disabled_partner_are_out_at_once(dms: Partner) -> None:
    seal = dms.app.extensions["seal"]
    fresh = transact(rotate_key, source="dms-east", seal=seal, actor="test")
    refused(dms.post("/api/v1/orders", body()), 401, "not_admitted")
    dms.key_id, dms.secret = fresh.key_id, fresh.secret
    assert dms.get("/api/v1/documents").status_code == 200
    transact(disable_partner, source="dms-east", disabled=True, actor="test")
    refused(dms.post("/api/v1/orders", body()), 401, "not_admitted")


def test_the_secret_is_not_in_the_database(dms: Partner) -> None:
    row = reading().get_one(PartnerRow, "dms-east")
    assert dms.secret.encode() not in bytes(row.secret_sealed or b"")


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"nil", b"\xff\xfe", b"[" * 100_000, b'{"revision": ' + b"9" * 5000 + b"}", b"NaN", b'{"a": Infinity}'],
)
def test_broken_json_gets_a_clear_answer(on_sqlite: Partner, raw: bytes) -> None:
    for path in ("/api/v1/orders", "/api/v1/orders/batch"):
        refused(on_sqlite.post(path, raw), 400, "broken_json")


def test_another_type_than_json_is_refused(on_sqlite: Partner) -> None:
    headers = on_sqlite.headers("POST", "/api/v1/orders", b"a=b")
    refused(
        on_sqlite.app.test_client().post("/api/v1/orders", data=b"a=b", headers=headers), 415, "unsupported_media_type"
    )


def test_a_body_beyond_eight_megabytes_is_refused(on_sqlite: Partner) -> None:
    answer = on_sqlite.post("/api/v1/orders", b" " * (8 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json["code"]) == (413, "request_entity_too_large")


def test_too_many_requests_are_told_when_to_come_back(on_sqlite: Partner) -> None:
    answers = [on_sqlite.get("/api/v1/documents") for _ in range(242)]
    assert [answer.status_code for answer in answers[:240]] == [200] * 240
    assert (answers[-1].status_code, answers[-1].headers["Retry-After"]) == (429, "60")


def test_wrong_addresses_and_methods_are_told_in_json(on_sqlite: Partner) -> None:
    client = on_sqlite.app.test_client()
    for path, method, status in (
        ("/api/v1/nothing", "get", 404),
        ("/api/v1/orders", "get", 405),
        ("/api/v2/orders", "post", 404),
    ):
        answer = getattr(client, method)(path)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_partner_sees_its_own_documents_and_dealers_alone(partners: tuple[Partner, Partner]) -> None:
    dms, erp = partners
    dms.post("/api/v1/orders", body())
    assert dms.get("/api/v1/orders/INV-1").status_code == 200
    for target in ("/api/v1/orders/INV-1", "/api/v1/dealers/D-1/balance"):
        assert erp.get(target).json["code"] == "not_found"
    assert erp.get("/api/v1/documents").json["documents"] == []


def test_no_cookie_opens_the_door(mall: Flask, on_sqlite: Partner) -> None:
    client = mall.test_client()
    client.set_cookie("__Host-mall", "anything")
    assert client.get("/api/v1/documents").status_code == 401
