"""The one place that begins and commits, and what it lets be known when a statement fails."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.web import db as database
from mall.web.db import db, transact


def test_a_failed_statement_does_not_say_whose_data_it_was_about(app: Flask) -> None:
    def stumble(session: Session, _now: datetime) -> None:
        session.execute(text("SELECT * FROM nothing WHERE phone = :phone"), {"phone": "13805716207"})

    with pytest.raises(DBAPIError) as failure:
        transact(stumble)
    assert "nothing" in str(failure.value)
    assert "13805716207" not in str(failure.value)


def test_an_act_is_written_down_whatever_a_proxy_says_of_its_address(app: Flask) -> None:
    transact(note, actor="member:1", act="order.place", subject="order:1", address="x" * 5000)


def test_a_key_taken_meanwhile_runs_the_verb_again(app: Flask) -> None:
    runs: list[int] = []

    def verb(session: Session, at: datetime) -> str:
        runs.append(1)
        number = 7 if len(runs) < 3 else 8
        session.execute(text(f"INSERT INTO programme VALUES ({number}, 'n', 'UTC', 'CNY', 7, NULL, 0)"))
        return "done"

    first = transact(verb)
    assert (first, len(runs)) == ("done", 1)
    runs.clear()
    assert transact(verb) == "done"
    assert len(runs) == 3


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_lost_in_mid_verb_runs_the_verb_again(app: Flask) -> None:
    runs: list[int] = []

    def verb(session: Session, at: datetime) -> int:
        runs.append(1)
        if len(runs) == 1:
            mine = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(False)) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (mine,))
        return int(session.execute(text("SELECT 1")).scalar_one())

    assert transact(verb) == 1
    assert len(runs) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_rested_through_a_restart_is_not_handed_out(app: Flask, monkeypatch: Any) -> None:
    monkeypatch.setattr(database, "REST", 0.0)
    mine = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    db.session.rollback()
    with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(False)) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (mine,))
    assert db.session.execute(text("SELECT pg_backend_pid()")).scalar_one() != mine
    db.session.rollback()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_prepared_outlives_the_end_of_a_page(app: Flask) -> None:
    def kept() -> int:
        found = text("SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT 40 +%'")
        return int(db.session.execute(found).scalar_one())

    for number in range(8):
        assert db.session.execute(text("SELECT 40 + CAST(:n AS INTEGER)"), {"n": number}).scalar_one() == 40 + number
        db.session.rollback()
    assert kept() == 1
    with pytest.raises(DBAPIError):
        db.session.execute(text("SELECT 1 / 0"))
    db.session.rollback()
    assert kept() == 1
    assert db.session.execute(text("SELECT 40 + CAST(:n AS INTEGER)"), {"n": 2}).scalar_one() == 42
    db.session.rollback()
