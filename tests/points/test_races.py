"""Processes that race for the same account: exact, nothing twice, nothing below nought, on both engines."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mall.base.refused import Refused
from mall.points.actions import LostUpdate, Posting, open_book, spend, write
from mall.web.db import db, transact
from tests.conftest import Clock
from tests.points.ledger import EAST, Ledger, found_programme
from tests.processes import at_once


def spend_often(points: int, times: int, name: str) -> list[str]:
    ledger, told = Ledger(), []
    for number in range(times):
        try:
            ledger.spend(points, key=f"{name}/{number}")
            told.append("spent")
        except Refused as refusal:
            told.append(refusal.code)
    return told


def spend_and_watch(times: int, name: str) -> Counter[str]:
    """Spend a point so many times; tells what was answered, and what the database refused on the way."""
    ledger, told = Ledger(), Counter[str]()
    event.listen(db.engine, "handle_error", lambda met: told.update([f"met {_what(met.original_exception)}"]))
    for number in range(times):
        try:
            ledger.spend(1, key=f"{name}/{number}")
            told["spent"] += 1
        except (LostUpdate, DBAPIError) as error:
            told[f"given up: {type(error).__name__}"] += 1
    return told


def _what(error: Any) -> str:
    """Which rule of the database refused. Two ids made in one millisecond may meet: that is no lost update."""
    diagnosis = getattr(error, "diag", None)
    said = diagnosis.constraint_name or diagnosis.message_primary if diagnosis else str(error)
    return "two ids" if "journal" in said and "idem_key" not in said else said


def earn_the_same(keys: int) -> list[tuple[int, bool]]:
    ledger = Ledger()
    postings = [ledger.earn(7, key=f"document/{number}", days=30) for number in range(keys)]
    return [(posting.journal_id, posting.replay) for posting in postings]


def mix(name: str) -> str:
    ledger = Ledger()
    for number in range(6):
        ledger.earn(10, key=f"{name}/e{number}")
        try:
            spent = ledger.spend(7, key=f"{name}/s{number}")
            ledger.refund(spent, 3, key=f"{name}/r{number}")
        except Refused:
            continue
        ledger.claw_back(2, key=f"{name}/c{number}")
    return "done"


@pytest.fixture
def url(app: Flask) -> str:
    transact(found_programme)
    return str(app.config["SQLALCHEMY_DATABASE_URI"])


def test_a_dealers_last_points_are_spent_once(app: Flask, url: str, clock: Clock) -> None:
    ledger = Ledger()
    for _ in range(10):
        ledger.earn(10)
    told = Counter(
        x for answer in at_once(url, clock.at, spend_often, [(10, 5, f"p{i}") for i in range(5)]) for x in answer
    )
    assert told == {"spent": 10, "too_few_points": 15}
    assert ledger.balances() == (0, 0, 0, 0)
    assert ledger.faults() == []


PROCESSES, TIMES = 4, 25


def raced(app: Flask, url: str) -> Counter[str]:
    """Four processes take 100 points of one account, one by one; the points that are gone are those that were told."""
    ledger = Ledger()
    ledger.earn(PROCESSES * TIMES)
    told = sum(at_once(url, None, spend_and_watch, [(TIMES, f"p{i}") for i in range(PROCESSES)]), Counter())
    assert ledger.balances() == (0, PROCESSES * TIMES - told["spent"], 0, 0)
    assert ledger.faults() == []
    return told


def test_under_the_lock_no_posting_meets_another(app: Flask, url: str) -> None:
    told = raced(app, url)
    told.pop("met two ids", None)
    assert told == {"spent": PROCESSES * TIMES}


def test_whatever_happens_at_once_what_is_told_is_what_is_gone(app: Flask, url: str) -> None:
    assert raced(app, url)["spent"] > 0


def test_an_account_that_moved_under_our_lock_is_not_overwritten(app: Flask, url: str) -> None:
    ledger = Ledger()
    ledger.earn(100)

    def verb(session: Any, at: Any) -> None:
        book = open_book(session, at, EAST)
        spend(book, points=10, source="mall", key="order/1", actor="member:1", why={})
        session.execute(text("UPDATE points_account SET last_seq = last_seq + 1"))
        write(session, book)

    with pytest.raises(LostUpdate):
        transact(verb)
    assert ledger.balances() == (0, 100, 0, 0)


def test_a_storm_of_the_same_documents_posts_each_once(app: Flask, url: str, clock: Clock) -> None:
    answers = at_once(url, clock.at, earn_the_same, [(12,)] * 5)
    first = {journal for answer in answers for journal, replay in answer if not replay}
    assert len(first) == 12
    assert all({journal for journal, _ in answer} == first for answer in answers)
    assert Ledger().balances() == (0, 84, 0, 0)
    assert Ledger().faults() == []


def test_everything_at_once_still_ties(app: Flask, url: str, clock: Clock) -> None:
    at_once(url, clock.at, mix, [(f"p{i}",) for i in range(5)])
    assert Ledger().faults() == []
    spent, back, clawed, earned = (
        db.session.execute(text(f"SELECT COALESCE(SUM(points), 0) FROM points_journal WHERE kind = '{kind}'")).scalar()
        for kind in ("spend", "refund", "clawback", "earn")
    )
    db.session.rollback()
    pending, available, held, debt = Ledger().balances()
    assert available - debt == earned - spent + back - clawed
    assert (pending, held) == (0, 0)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_posting_whose_connection_is_lost_under_way_is_made_once(app: Flask, url: str) -> None:
    Ledger().earn(100)
    runs: list[int] = []

    def verb(session: Session, at: datetime) -> Posting:
        runs.append(1)
        if len(runs) == 1:
            mine = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(False)) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (mine,))
        book = open_book(session, at, EAST)
        posting = spend(book, points=30, source="mall", key="order/1", actor="member:1", why={})
        write(session, book)
        return posting

    assert transact(verb).points == 30
    assert len(runs) == 2
    assert Ledger().balances() == (0, 70, 0, 0)
    assert Ledger().faults() == []
