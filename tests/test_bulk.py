"""Many rows at once are the same rows, refused for the same reasons."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mall.base.bulk import FEW, add, add_new, among, by_keys_alone
from mall.base.types import NEVER
from mall.dealers.models import ChannelLevel
from mall.earning.models import Document, DocumentState, Partner, UnknownDealers
from mall.web.db import db, now, reading, transact

document: Table = Document.__table__  # type: ignore[assignment]
ODD = ["", "\\N", "tab\tline\nreturn\r", "quote \"' \\", "{,}", "经销商 😀", "\\."]


def rows(count: int) -> list[dict[str, Any]]:
    return [
        {
            "source": "dms",
            "external_id": f"X-{n}",
            "revision": n + 1,
            "dealer_id": None,
            "payload": ODD[n % len(ODD)],
            "payload_hash": bytes([n, 0, 92, 10]) * 8,
            "state": DocumentState.DEAD,
            "reason": "malformed",
            "detail": {"odd": ODD[n % len(ODD)], "list": [1, None, True]},
            "received_at": NEVER if n % 2 else now(),
            "posted_at": None,
            "points": -(10**18) + n,
            "result": {},
        }
        for n in range(count)
    ]


@pytest.fixture
def partner(app: Flask) -> Flask:
    partner = {"source": "dms", "name": "x", "unknown_dealers": UnknownDealers.PARK, "region": ""}
    facts = {"channel_level": ChannelLevel.CITY, "created_at": now()}
    transact(lambda session, _now: session.execute(insert(Partner).values(partner | facts)) and None)
    return app


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, 200])
def test_what_was_put_in_comes_out(partner: Flask, count: int) -> None:
    wanted = rows(count)
    transact(lambda session, _now: add(session, document, wanted))
    found = reading().execute(select(document).order_by(document.c.revision)).mappings()
    assert [dict(row) for row in found] == wanted


@pytest.mark.parametrize("count", [1, 200])
def test_a_taken_key_is_refused_as_ever_and_nothing_of_it_stays(partner: Flask, count: int) -> None:
    transact(lambda session, _now: add(session, document, rows(1)))
    with pytest.raises(IntegrityError) as refused:
        transact(lambda session, _now: add(session, document, list(reversed(rows(count)))))
    assert "quote" not in str(refused.value)
    assert reading().scalar(select(func.count()).select_from(document)) == 1
    assert reading().scalar(text("SELECT 1")) == 1


def test_a_broken_promise_is_refused(partner: Flask) -> None:
    broken = [*rows(100)[:-1], rows(100)[-1] | {"reason": None}]
    with pytest.raises(IntegrityError):
        transact(lambda session, _now: add(session, document, broken))


def test_no_rows_are_no_statement(partner: Flask) -> None:
    transact(lambda session, _now: add(session, document, []))


def test_rows_whose_key_is_taken_are_passed_over(partner: Flask) -> None:
    assert transact(lambda session, _now: add_new(session, document, rows(3))) == 3
    assert transact(lambda session, _now: add_new(session, document, rows(5))) == 2
    assert transact(lambda session, _now: add_new(session, document, [])) == 0
    assert reading().scalar(select(func.count()).select_from(document)) == 5


def test_many_values_asked_for_at_once_are_found(partner: Flask) -> None:
    odd = [text or "X" for text in ODD]
    named = [row | {"external_id": odd[n % len(odd)]} for n, row in enumerate(rows(20))]
    transact(lambda session, _now: add(session, document, named))
    wanted = select(document.c.revision).where(among(document.c.external_id, "names"), among(document.c.revision, "n"))
    for names, numbers in ((odd, range(1, 21)), (odd[1:3], range(5, 12)), ([], range(1, 21)), (odd, [])):
        expected = {row["revision"] for row in named if row["external_id"] in names and row["revision"] in numbers}
        assert set(reading().scalars(wanted, {"names": names, "n": numbers})) == expected


def test_bulk_statements_are_planned_by_keys_on_postgresql(partner: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite makes its plans anew")

    def setting(session: Session, _now: object) -> object:
        by_keys_alone(session)
        return session.scalar(text("SHOW enable_seqscan"))

    assert transact(setting) == "off"
    assert reading().scalar(text("SHOW enable_seqscan")) == "on"
