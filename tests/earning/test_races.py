"""The same documents from several processes at once: each earns once, new dealers are made once."""

from __future__ import annotations

import multiprocessing
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from mall import create_app
from mall.config import Settings
from mall.dealers.models import Dealer
from mall.earning.actions import Result, add_rule, deliver, receive
from mall.earning.actions.bury import bury
from mall.earning.models import Document, DocumentState
from mall.earning.rules.reading import read
from mall.points.actions import open_book
from mall.points.queries import balances_as_of
from mall.points.queries.proof import faults
from mall.web.db import db, now, reading, transact
from tests.conftest import SECRET, Clock
from tests.earning.conftest import body, send
from tests.processes import at_once

DOCUMENTS = 60
RACERS = 4


def documents() -> list[dict[str, Any]]:
    """Orders of ten dealers nobody knows yet, a revision and a return for each, some parked, some bound to die."""
    made = []
    for n in range(DOCUMENTS):
        dealer = {"dealer": {"code": f"NEW-{n % 10}"}}
        made += [body(f"O-{n}", **dealer), body(f"O-{n}", 2, fen=20_000, **dealer)]
        made.append(body(f"R-{n}", fen=5_000, kind="return", returns=f"O-{n}", **dealer))
    made += [body(f"BAD-{n}", lines=[]) for n in range(10)]
    # The same number for two dealers: whoever is first keeps it.
    made += [body("STRAY", dealer={"code": "NEW-0"}), body("STRAY", 2, dealer={"code": "NEW-1"})]
    return made


def post(url: str, at: Any, seed: int, start: Any, answers: Any) -> None:
    app = create_app(Settings(database_url=url, secret_key=SECRET, testing=True), Clock(at))
    chance = random.Random(seed)
    bodies = documents()
    chance.shuffle(bodies)
    start.wait()
    outcomes = []
    with app.app_context():
        for first in range(0, len(bodies), 9):
            results = deliver(transact, source="dms", bodies=bodies[first : first + 9])
            outcomes += [result.outcome for result in results]
    answers.put(sorted(set(outcomes)))


def test_four_processes_with_the_same_documents_post_each_once(earning: Flask, database_url: str, clock: Clock) -> None:
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(RACERS), context.Queue()
    racers = [
        context.Process(target=post, args=(database_url, clock(), seed, start, answers)) for seed in range(RACERS)
    ]
    for racer in racers:
        racer.start()
    seen = [answers.get(timeout=240) for _ in racers]
    for racer in racers:
        racer.join()
        assert racer.exitcode == 0
    assert all(set(outcomes) <= {"posted", "waiting", "superseded", "dead"} for outcomes in seen)
    reading().rollback()
    found = {row.dealer_code: row.available - row.debt for row in balances_as_of(reading(), now())}
    strays = found["NEW-0"] + found["NEW-1"] - 2 * 900
    assert {code: points for code, points in found.items() if code not in {"NEW-0", "NEW-1"}} == {
        f"NEW-{n}": 900 for n in range(2, 10)
    }
    assert strays == 100
    assert reading().scalar(select(func.count()).select_from(Dealer)) == 10
    dead = select(func.count()).where(Document.state == DocumentState.DEAD)
    assert reading().scalar(dead) in {10, 11}
    assert faults(reading()) == []


def begun(engine: Engine) -> Session:
    session = Session(engine)
    session.connection(execution_options={"writer": True})
    return session


def test_a_dead_document_mended_for_two_dealers_at_once_credits_one(earning: Flask) -> None:
    send(body("KNOWN", dealer={"code": "D-2"}))
    assert send(body("X", ordered_at="2020-01-01T10:00:00+08:00"))[0].outcome == "dead"
    at, engine = now(), db.engine
    reading().rollback()

    def second() -> list[Result]:
        with begun(engine) as session:
            results = receive(session, at, source="dms", documents=[read(body("X"))])
            session.commit()
            return results

    with begun(engine) as first, ThreadPoolExecutor(1) as other:
        [credited] = receive(first, at, source="dms", documents=[read(body("X", dealer={"code": "D-2"}))])
        late = other.submit(second)
        time.sleep(0.5)
        first.commit()
        [refused] = late.result(60)
    assert (credited.outcome, refused.outcome) == ("posted", "conflict")
    found = {row.dealer_code: row.available - row.debt for row in balances_as_of(reading(), at)}
    assert found == {"D-1": 0, "D-2": 200}


def test_a_rule_added_while_a_document_waits_for_its_dealer_is_known_to_it(earning: Flask) -> None:
    send(body("KNOWN"))
    at, engine, dealer = now(), db.engine, reading().scalars(select(Dealer.id)).one()
    reading().rollback()

    def second() -> list[Result]:
        with begun(engine) as session:
            coming_back = body("R", fen=5_000, kind="return", returns="P")
            results = receive(session, at, source="dms", documents=[read(coming_back)])
            session.commit()
            return results

    with begun(engine) as first, ThreadPoolExecutor(1) as other:
        open_book(first, at, dealer)
        late = other.submit(second)
        time.sleep(0.5)
        terms: dict[str, Any] = {"points_per_yuan": 20_000, "validity_months": 24, "actor": "test"}
        add_rule(first, at, code="double", source="dms", from_on=date(2026, 1, 1), **terms)
        first.flush()
        [bought] = receive(first, at, source="dms", documents=[read(body("P"))])
        first.commit()
        [back] = late.result(60)
    assert (bought.points, back.outcome, back.points) == (200, "posted", -100)


def lay_to_rest(external_id: str) -> tuple[str, str | None, bool]:
    found = transact(bury, source="dms", incoming=read(body(external_id)), reason="closed_period", detail={})
    return (found.outcome, found.reason, found.repeat)


def test_a_document_buried_by_many_at_once_is_kept_once(earning: Flask, database_url: str, clock: Clock) -> None:
    told = at_once(database_url, clock(), lay_to_rest, [(f"X-{n % 2}",) for n in range(8)])
    assert told == [("dead", "closed_period", False)] * 8
    reading().rollback()
    assert len(reading().scalars(select(Document.external_id)).all()) == 2


def test_a_burial_that_meets_another_finds_it_on_its_next_run(earning: Flask) -> None:
    at, engine, app = now(), db.engine, current_app._get_current_object()  # type: ignore[attr-defined]
    reading().rollback()

    def second() -> tuple[str, str | None, bool]:
        with app.app_context():
            return lay_to_rest("X")

    with begun(engine) as first, ThreadPoolExecutor(1) as other:
        bury(first, at, source="dms", incoming=read(body("X", fen=1)), reason="closed_period", detail={})
        late = other.submit(second)
        time.sleep(0.5)
        first.commit()
        assert late.result(60) == ("dead", "closed_period", False)
    assert len(reading().scalars(select(Document.external_id)).all()) == 1


def test_what_came_to_life_meanwhile_is_not_buried(earning: Flask) -> None:
    send(body("X"))
    assert lay_to_rest("X") == ("posted", None, True)
    other = transact(bury, source="dms", incoming=read(body("X", fen=1)), reason="closed_period", detail={})
    assert (other.outcome, other.reason) == ("conflict", "conflict")
    assert reading().scalars(select(Document.state)).all() == [DocumentState.POSTED]
