"""/healthz tells a monitor whether this mall is fit, and tells nobody anything else."""

import pytest
from flask import Flask
from sqlalchemy import text

from mall import create_app
from mall.config import Settings
from mall.jobs import queue
from mall.web.db import transact
from tests.conftest import SECRET, Clock


def test_a_fit_mall_with_a_living_worker_is_well(app: Flask) -> None:
    queue.run(app, "heartbeat")
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "database": "ok", "migrations": "ok", "worker": "ok"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_late_worker_is_told_and_leaves_the_mall_in_service(app: Flask, clock: Clock) -> None:
    queue.run(app, "heartbeat")
    clock.tick(minutes=10)
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"status": "degraded", "database": "ok", "migrations": "ok", "worker": "late"}


def test_tables_of_another_version_are_unfit(app: Flask) -> None:
    transact(lambda session, _now: session.execute(text("UPDATE alembic_version SET version_num = 'other'")))
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json == {"status": "unfit", "database": "ok", "migrations": "behind"}


@pytest.mark.parametrize("gone", ["sqlite:////nowhere/mall.db", "postgresql+psycopg://clara:open@127.0.0.1:1/mall"])
def test_a_database_that_is_gone_is_unfit_and_where_it_was_is_not_told(gone: str) -> None:
    app = create_app(Settings(database_url=gone, secret_key=SECRET, testing=True))
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json == {"status": "unfit", "database": "unreachable"}
