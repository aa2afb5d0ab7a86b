"""The desk's documents: the dead are seen, mended and posted again; others may not look."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from mall.audit.models import AuditEntry
from mall.dealers.models import Dealer, StaffRole
from mall.earning.queries import one
from mall.earning.queries.documents import Filter, documents
from mall.points.queries import balance
from mall.web.db import db, now, reading, transact
from tests.cast import Cast, cast, form_token, sign_in
from tests.earning.conftest import body, send


@pytest.fixture
def people(small: Flask) -> Cast:
    return transact(cast, seal=small.extensions["seal"])


@pytest.fixture
def manager(small: Flask, people: Cast) -> FlaskClient:
    client = small.test_client()
    sign_in(client, people.staff[StaffRole.ACCOUNT_MANAGER])
    return client


def available(code: str) -> int:
    dealer_id = reading().scalar(select(Dealer.id).where(Dealer.code == code))
    return balance(reading(), dealer_id, now()).available if dealer_id else 0


def mend(client: FlaskClient, document: Any, where: str = "/desk/documents/erp/1/INV-1") -> Any:
    text = document if isinstance(document, str) else json.dumps(document)
    return client.post(f"{where}/mending", data={"body": text, "csrf_token": form_token(client)})


def test_a_dead_document_is_listed_with_its_reason(manager: FlaskClient) -> None:
    send(body(), source="erp")
    send(body("OK-1"))
    page = manager.get("/desk/documents").text
    assert "INV-1" in page
    assert "经销商编码不存在" in page
    assert "OK-1" not in page
    assert "OK-1" in manager.get("/desk/documents?state=posted").text


def test_a_mended_document_is_posted_and_written_down(manager: FlaskClient) -> None:
    send(body(), source="erp")
    send(body("OTHER", dealer={"code": "D-9"}))
    page = manager.get("/desk/documents/erp/1/INV-1").text
    shown = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    assert shown is not None
    document = json.loads(html.unescape(shown[1]))
    assert document == body()
    answer = mend(manager, document | {"dealer": {"code": "D-9"}})
    assert answer.status_code == 303
    assert available("D-9") == 200
    assert "已入账" in manager.get("/desk/documents/erp/1/INV-1").text
    acts = reading().scalars(select(AuditEntry.act)).all()
    assert "document.mend" in acts


def test_what_is_mended_and_still_dead_is_not_told_as_a_success(manager: FlaskClient) -> None:
    send(body(), source="erp")
    answer = mend(manager, body(dealer={"code": "D-404"}))
    page = manager.get(answer.location).text
    toast = re.search(r'<div class="toast"[^>]*>', page)
    assert toast is not None
    assert 'role="alert"' in toast[0]
    assert "仍未入账：经销商编码不存在" in page


def test_mending_twice_changes_nothing_more(manager: FlaskClient) -> None:
    send(body(), source="erp")
    send(body("OTHER", dealer={"code": "D-9"}))
    assert mend(manager, body(dealer={"code": "D-9"})).status_code == 303
    assert mend(manager, body(dealer={"code": "D-9"}, fen=99_900)).status_code == 409
    assert available("D-9") == 200


@pytest.mark.parametrize("text", ["", "{", "[" * 5000, "NaN", '"a"', "9" * 5000, '{"external_id": "INV-1"}'])
def test_what_is_no_document_is_handed_back_as_typed(manager: FlaskClient, text: str) -> None:
    send(body(), source="erp")
    answer = mend(manager, text)
    assert answer.status_code == 422
    assert html.escape(text[:40], quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in answer.text
    assert one(reading(), "erp", "INV-1", 1).is_dead


def test_its_number_cannot_be_mended(manager: FlaskClient) -> None:
    send(body(), source="erp")
    answer = mend(manager, body("INV-2", dealer={"code": "D-1"}))
    assert answer.status_code == 422
    assert "INV-1" in answer.text
    assert one(reading(), "erp", "INV-2", 1) is None


def test_a_long_document_can_be_mended(manager: FlaskClient) -> None:
    lines = [{"sku": f"A{n}", "quantity": 1, "amount_fen": 100, "description": "长" * 60} for n in range(2000)]
    send(body(lines=lines), source="erp")
    send(body("OTHER", dealer={"code": "D-9"}))
    assert mend(manager, body(lines=lines, dealer={"code": "D-9"})).status_code == 303
    assert available("D-9") == 2100


@pytest.mark.parametrize("role", [StaffRole.MERCHANDISER, StaffRole.FULFILMENT, StaffRole.FINANCE])
def test_other_roles_may_neither_look_nor_mend(small: Flask, people: Cast, role: StaffRole) -> None:
    send(body(), source="erp")
    client = small.test_client()
    sign_in(client, people.staff[role])
    assert client.get("/desk/documents").status_code == 403
    assert client.get("/desk/documents/erp/1/INV-1").status_code == 403
    assert mend(client, body()).status_code == 403


def test_filters_and_pages_keep_their_place(manager: FlaskClient) -> None:
    send(*[body(f"INV-{n:03}") for n in range(60)], source="erp")
    first = manager.get("/desk/documents?source=erp&reason=unknown_dealer").text
    onward = re.search(r'href="([^"]*after=[^"]*)"', first)
    assert onward is not None
    second = manager.get(html.unescape(onward[1])).text
    seen = re.findall(r">(INV-\d{3})<", first) + re.findall(r">(INV-\d{3})<", second)
    assert len(seen) == len(set(seen)) == 60
    for odd in ("?state=nonsense", "?after=a~b~c", "?reason=%01", "?q=%25", "?after=erp~INV-000~99999999999999999999"):
        assert manager.get(f"/desk/documents{odd}").status_code == 200


def test_a_search_asks_for_numbers_and_dealers_only_where_there_are_such(small: Flask, people: Cast) -> None:
    code = people.linan.code
    send(body("INV-1", dealer={"code": code}), body("INV-2", dealer={"code": "nobody"}), source="erp")
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    for words, found, by_number, by_dealer in (
        ("临安恒泰", ["INV-1"], False, True),
        (code, ["INV-1"], False, True),
        ("INV-", ["INV-2", "INV-1"], True, False),
        ("不存在", [], False, False),
    ):
        asked.clear()
        listed = documents(reading(), Filter(words=words)).documents
        assert sorted(one.external_id for one in listed) == sorted(found)
        assert ("LIKE" in asked[-1], "dealer_id IN" in asked[-1]) == (by_number, by_dealer), words


def test_a_document_that_is_not_there_is_not_found(manager: FlaskClient) -> None:
    for where in ("erp/1/INV-9", "erp/0/INV-1", "nobody/1/INV-1", "erp/99999999999999999999/INV-1"):
        assert manager.get(f"/desk/documents/{where}").status_code == 404
