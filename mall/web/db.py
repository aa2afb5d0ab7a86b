"""The database as the doors see it: one place that begins, commits, rolls back and tries again.

`transact` runs a verb in a writing transaction; `reading` gives a session for a page that only reads.
"""

from __future__ import annotations

import fcntl
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import psycopg
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import Session

from mall.base.models import Base
from mall.config import Settings

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 12
AGAIN = {"40001", "40P01"}
"""SQLSTATEs after which the same verb may well succeed: serialization failure and deadlock."""
TAKEN = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
"""A key that somebody else wrote at the same moment: a verb looks before it writes, so that its next run sees it."""
TRIES_TAKEN = 3
REST = 2.0
"""Seconds after which a connection to PostgreSQL is asked whether it lives before it is used again."""

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


def connect(app: Flask, settings: Settings) -> None:
    """Bind the mall to its database and teach SQLite to keep its promises."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    # A statement that fails is told to the log by its text; what it was about may be somebody's phone or password.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _pool(settings) | {"hide_parameters": True}
    db.init_app(app)
    with app.app_context():
        if settings.embedded:
            teach_sqlite(db.engine)
        else:
            ping_after_rest(db.engine)
            keep_plans(db.engine)


def _pool(settings: Settings) -> dict[str, Any]:
    if settings.embedded:
        return {"pool_size": settings.threads + 1, "max_overflow": 4, "connect_args": {"timeout": 30}}
    # One connection a request, never more than threads: waiting for a connection is cheaper than fighting over rows.
    return {
        "pool_size": settings.threads,
        "max_overflow": 0,
        "pool_timeout": 10,
        "connect_args": {
            "options": "-c timezone=UTC -c default_transaction_isolation=read\\ committed",
            "cursor_factory": PlainCursor,
        },
    }


class PlainCursor(psycopg.Cursor[Any]):
    """A cursor that tells its columns as plain tuples: psycopg's own objects cost about 5 % of a posting's time."""

    @property
    def description(self) -> Any:
        """Name and type of each column, in the shape of PEP 249; none where no rows were asked for."""
        result = self.pgresult
        if result is None or not (result.nfields or result.status == psycopg.pq.ExecStatus.TUPLES_OK):
            return None
        names, types = result.fname, result.ftype
        return [((names(n) or b"").decode(), types(n), *[None] * 5) for n in range(result.nfields)]


def ping_after_rest(engine: Engine) -> None:
    """Ask a connection that has rested whether it still lives, before it is handed out: a restarted server ends them.

    One that was in use a moment ago is not asked, which would be a round trip for every transaction.
    """

    @event.listens_for(engine, "checkin")
    def _rests(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _wakes(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) < REST:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error


def keep_plans(engine: Engine) -> None:
    """Let prepared statements outlive a rollback, as PostgreSQL itself does.

    Every page that only reads ends in one, and psycopg then throws all of them away, for the sake of tables that were
    made in the transaction; the mall makes none. Planned anew each time, a page and a posting cost the server 1.7 times
    as much. tests/web/test_db.py shows that a newer psycopg still takes it.
    """

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection._prepared.clear = lambda: False  # "there was nothing to forget"


def teach_sqlite(engine: Engine) -> None:
    """Own the transaction on SQLite: no implicit begin, IMMEDIATE for writers, every pragma read back."""

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma, value in SQLITE_PRAGMAS.items():
            cursor.execute(f"PRAGMA {pragma}={value}")
        for pragma, value in SQLITE_PRAGMAS.items():
            seen = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
            if pragma != "journal_mode" and int(seen) != int(value):
                raise RuntimeError(f"SQLite did not take PRAGMA {pragma}={value}: it says {seen}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writer = connection.get_execution_options().get("writer", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


SQLITE_PRAGMAS: dict[str, int | str] = {
    "busy_timeout": 30_000,
    "journal_mode": "WAL",
    "synchronous": 2,  # FULL: NORMAL may lose the last commits on power loss
    "foreign_keys": 1,
    "recursive_triggers": 1,  # without it INSERT OR REPLACE rewrites an append-only row unseen
}


def now() -> datetime:
    """The mall's clock: an aware UTC moment. The only clock there is; verbs get it passed in."""
    clock = cast("Callable[[], datetime]", current_app.extensions["clock"])
    return clock()


def system_clock() -> datetime:
    """The machine's time, UTC."""
    return datetime.now(UTC)


def transact(verb: Callable[Concatenate[Session, datetime, P], T], *args: P.args, **arguments: P.kwargs) -> T:
    """Run a verb as one transaction and give back its value.

    Calls `verb(session, now, **arguments)`, commits when it returns, rolls back when it raises. On a serialization
    failure, a deadlock, a busy database, a key taken meanwhile or a connection lost before the commit the whole verb
    runs again with a new clock reading, a bounded number of times; a verb therefore has no effect outside the database.
    """
    session = db.session()  # the session itself: through its proxy every call looks it up again
    for attempt in range(TRIES):
        # First let go of what was read, then roll back: what a route still holds keeps its values.
        session.expunge_all()
        session.rollback()
        with _turn():
            committing = False
            try:
                session.connection(execution_options={"writer": True})
                value = verb(session, now(), *args, **arguments)
                committing = True
                session.commit()
                return value
            except DBAPIError as error:
                session.rollback()
                # A connection lost in mid-verb has written nothing; lost while committing, nobody knows.
                lost = error.connection_invalidated and not committing
                if attempt + 1 >= (TRIES if lost else _tries(error)):
                    raise
            except BaseException:
                session.rollback()
                raise
        time.sleep(random.uniform(0.002, 0.02) * 2 ** min(attempt, 5))
    raise AssertionError("unreachable")


def reading() -> Session:
    """The session of a request that only reads: one connection, one view of the data, rolled back at the end."""
    return cast(Session, db.session)


def snapshot() -> Session:
    """The reading session with one view of the data for all its statements, as a report needs that must add up.

    What the request has read before is let go of, so a route calls it first.
    """
    session = reading()
    session.expunge_all()
    session.rollback()
    if db.engine.dialect.name == "postgresql":  # an SQLite transaction is a snapshot anyway
        connection = session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        # Joins of the whole ledger are hashed in memory; with the usual 4 MB they take five times as long.
        connection.exec_driver_sql("SET LOCAL work_mem = '64MB'")
    return session


def _tries(error: DBAPIError) -> int:
    """How often a verb that ends in this error is run in all."""
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    if state in TAKEN:
        return TRIES_TAKEN
    busy = "database is locked" in str(error.orig) or "database table is locked" in str(error.orig)
    return TRIES if state in AGAIN or busy else 1


@contextmanager
def _turn() -> Iterator[None]:
    """One SQLite writer at a time, by a lock on a side file.

    SQLite's busy wait is no queue: among several writer processes the unluckiest waits for seconds.
    """
    path = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    if not path or path == ":memory:":
        yield
        return
    handle = os.open(f"{path}.turn", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
