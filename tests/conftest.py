"""What every test stands on: a real database (SQLite file, or real PostgreSQL), a mall on it, a clock that can be set.

`MALL_TEST_ENGINES=sqlite` (or `postgresql`) runs one engine alone while working; the test command runs both.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from mall import create_app
from mall.config import Settings
from mall.web.db import db, system_clock
from tests.cast import Visitor
from tests.chromium import browser, playwright_here
from tests.databases import SECRET, Databases

__all__ = ["SECRET", "Databases", "browser", "playwright_here"]

ENGINES = os.environ.get("MALL_TEST_ENGINES", "sqlite,postgresql").split(",")


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


def pytest_configure(config: pytest.Config) -> None:
    """Where nobody watches, a failure is told at once: a run that is broken off tells nothing at its end."""
    if os.environ.get("CI") == "true" and not hasattr(config, "workerinput"):
        config.pluginmanager.register(ToldAtOnce(config))


class ToldAtOnce:
    """Prints each failure as it comes."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Print what failed and why."""
        if report.failed:
            writer = self.config.get_terminal_writer()
            writer.line(f"\n=== {report.when} of {report.nodeid} failed\n{report.longreprtext}")


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


@dataclass
class WallClock:
    """The clock of a mall that serves many tests: it shows what the clock of the test at hand shows."""

    shows: Callable[[], datetime]

    def __call__(self) -> datetime:
        return self.shows()


_malls: dict[str, tuple[Flask, WallClock]] = {}


def running(url: str, clock: Callable[[], datetime], media: Path | None = None) -> Iterator[Flask]:
    """A mall with its context pushed and its engine disposed of at the end, its checkpoints in a folder of its own.

    A mall is built once for a URL and serves, one after the other, all tests whose fresh database lies there: routes,
    statements and templates are compiled once and not for each test. One that a test has changed is not used again.

    Its pictures are its own too, unless `media` says where they shall outlive it.
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
        application, wall = _malls.pop(url) if url in _malls else built(settings)
        wall.shows, application.extensions["settings"] = clock, settings
        before = dict(application.extensions), dict(application.config)
        with application.app_context():
            yield application
            db.session.remove()
            db.engine.dispose()
        application.extensions.pop("brand_kept", None)  # the looks of a brand whose database goes
        if (application.extensions, application.config) == before:
            _malls[url] = application, wall


def built(settings: Settings) -> tuple[Flask, WallClock]:
    """A mall for `running`, and its clock."""
    wall = WallClock(system_clock)
    application = create_app(settings, wall)
    application.test_client_class = Visitor
    return application, wall
