"""Processes that race for the same account: exact, nothing twice, nothing below nought, on both engines."""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import text

from mall.base.refused import Refused
from mall.web.db import db, transact
from tests.conftest import Clock
from tests.points.ledger import Ledger, found_programme
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
