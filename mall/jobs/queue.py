"""The queue and its tasks: Huey, on a SQLite file of its own beside an embedded mall, else in PostgreSQL.

Periodic tasks need no outbox. What a verb wants done afterwards is a row it writes (an outbox), never a message
sent from within a transaction that may still be rolled back.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
from flask import Flask
from huey import Huey, PostgresHuey, SqliteHuey
from huey.serializer import SignedSerializer
from sqlalchemy.engine import make_url

from mall.config import VAR, Settings
from mall.jobs.actions import note_run
from mall.jobs.tasks import (
    arrive,
    ask_payments,
    batches,
    checkpoint,
    claims,
    close_unpaid,
    demand,
    expire,
    heartbeat,
    lapse,
    outbox,
    pictures,
    prices,
    publish_due,
    reconcile,
    release,
    restocked,
    send_refunds,
    stock,
    tidy,
    top_ups,
    vault,
    verify,
    verify_all,
    verify_orders,
    vouchers,
)
from mall.web.db import transact

TASKS: tuple[ModuleType, ...] = (
    heartbeat,
    batches,
    expire,
    release,
    lapse,
    close_unpaid,
    arrive,
    claims,
    ask_payments,
    send_refunds,
    reconcile,
    outbox,
    prices,
    publish_due,
    vouchers,
    top_ups,
    vault,
    restocked,
    stock,
    demand,
    checkpoint,
    verify,
    verify_all,
    verify_orders,
    pictures,
    tidy,
)
SCHEMA = "jobs"
"""Huey's own tables live in a PostgreSQL schema of their own, out of sight of the mall's migrations."""


def names() -> list[str]:
    """The tasks by name."""
    return [_name(task) for task in TASKS]


def run(app: Flask, name: str) -> int:
    """Run a task now, in this process, and note it; gives how much it did."""
    task = next(task for task in TASKS if _name(task) == name)
    with app.app_context():
        done: int = task.run()
        transact(note_run, name=name, done=done)
    return done


def build(app: Flask) -> Huey:
    """The queue of this mall with every task on its schedule."""
    huey, _tasks = _built(app)
    return huey


def waker(app: Flask) -> Callable[[str], None]:
    """What asks the worker to run a task as soon as it can; for doors, after their commit.

    Where the queue cannot be reached nothing is lost: the task's own schedule finds what there is to do.
    """
    built: list[tuple[Huey, dict[str, Callable[[], Any]]]] = []

    def wake(name: str) -> None:
        if app.config["TESTING"]:
            return
        try:
            if not built:
                built.append(_built(app))
            huey, tasks = built[0]
            tasks[name]()
            huey.storage.close()
        except (OSError, sqlite3.Error, psycopg.Error) as error:
            app.logger.warning("the worker was not woken for %s, and looks by itself within a minute: %s", name, error)

    return wake


def _built(app: Flask) -> tuple[Huey, dict[str, Callable[[], Any]]]:
    huey, tasks = _storage(app.extensions["settings"]), {}
    for task in TASKS:
        name = _name(task)
        tasks[name] = huey.periodic_task(task.SCHEDULE, name=name)(_call(app, name))
    return huey, tasks


def _call(app: Flask, name: str) -> Callable[[], None]:
    def task() -> None:
        run(app, name)

    return task


def _storage(settings: Settings) -> Huey:
    # Huey pickles its messages; the signature keeps anybody who can only write to the queue from running code.
    key = hmac.digest(settings.secret_key.encode(), b"mall job queue 1", "sha256").hex()
    options: dict[str, Any] = {"serializer": SignedSerializer(key), "results": False}
    url = make_url(settings.database_url)
    if settings.embedded:
        beside = Path(url.database or VAR / "mall.db").with_suffix(".jobs.db")
        return SqliteHuey("mall", filename=str(beside), **options)
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    return PostgresHuey("mall", connection=lambda: psycopg.connect(dsn, options=f"-c search_path={SCHEMA}"), **options)


def _name(task: ModuleType) -> str:
    return task.__name__.rsplit(".", 1)[1].replace("_", "-")
