"""A real mall, seeded and served as in production, and a real browser that complains about everything it dislikes.

Every page opened through `visit` is watched: a violation of the content security policy, an error on the console, an
exception in a script, a request to anybody else or an answer of 500 fails the test that caused it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from mall import create_app
from mall.cli.demo.people import MEMBERS, PASSWORD, STAFF
from mall.config import ROOT, Settings
from mall.dealers.models import Dealer, Member, StaffRole
from mall.points.actions import Part, earn, open_book, write
from mall.web.db import db, transact
from mall.web.limits import RateLimit
from tests.chromium import launch
from tests.conftest import SECRET, Databases

WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; V2304A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 "
    "Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240404 MicroMessenger/8.0.49.2600(0x28003137) WeChat/arm64 "
    "Weixin NetType/WIFI Language/zh_CN ABI/arm64"
)
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "user_agent": WECHAT,
}
DESK: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 900},
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
}
RESULTS = ROOT / "test-results"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All browser tests share one mall and one browser, so one process of the run takes them."""
    for item in items:
        if "browser" in Path(item.path).parent.name:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


class Served:
    """A mall that is being served: where, and on which database."""

    def __init__(self, url: str, environment: dict[str, str]) -> None:
        self.url = url
        self.environment = environment

    @cached_property
    def beside(self) -> Flask:
        """A second mall on the same database, as the worker's is."""
        return create_app(Settings.from_environment(self.environment))

    def flask(self, *words: str) -> str:
        """What an operator's command says."""
        ran = self.beside.test_cli_runner().invoke(args=words)
        assert ran.exit_code == 0, f"{' '.join(words)}:\n{ran.output[-4000:]}\n{ran.exception!r}"
        return ran.output

    def close(self) -> None:
        """Let go of the database."""
        if "beside" in vars(self):
            with self.beside.app_context():
                db.engine.dispose()


def run_flask(environment: dict[str, str], *words: str) -> str:
    """Run an operator's command and give what it says; fail with it when it fails."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(words)}:\n{ran.stdout[-2000:]}\n{ran.stderr[-4000:]}"
    return ran.stdout


def transact_beside(environment: dict[str, str], verb: Callable[..., None]) -> None:
    """Run a verb on the database of a mall that is about to be served."""
    settings = Settings.from_environment(environment)
    with create_app(settings).app_context():
        transact(verb)
        db.session.remove()
        db.engine.dispose()


def give_points(session: Session, at: datetime) -> None:
    """So many points, and so large a month, that whatever the tests of one worker redeem the next still has enough."""
    dealer_id = session.scalars(select(Dealer.id).where(Dealer.code == MEMBERS[0].dealer)).one()
    capped = (Member.dealer_id == dealer_id, Member.monthly_cap.is_not(None))
    session.execute(update(Member).where(*capped).values(monthly_cap=3_000_000))
    book = open_book(session, at, dealer_id)
    earn(
        book,
        parts=[Part(900_000)],
        source="test",
        key="browser",
        reference="browser",
        earned_at=at,
        expires_at=at + timedelta(days=300),
        rule_version="test/1",
        actor="test",
        why={"what": "gift"},
    )
    write(session, book)


@contextmanager
def served(database_url: str) -> Iterator[Served]:
    """Serve the mall on a database, with the demo in it, at a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "MALL_SECRET_KEY": SECRET,
        "MALL_HTTPS": "0",
        "MALL_DEMO": "1",
        "MALL_STYLEGUIDE": "1",
        "MALL_WORKERS": "1",
        "MALL_CHECKPOINTS": tempfile.mkdtemp(prefix="mall-checkpoints-"),
        "MALL_MEDIA": tempfile.mkdtemp(prefix="mall-media-"),
    }
    run_flask(environment, "demo", "seed")
    transact_beside(environment, give_points)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--no-worker"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    running = Served(f"http://127.0.0.1:{port}", environment)
    try:
        wait_for(f"{running.url}/healthz", process)
        yield running
    finally:
        running.close()
        process.terminate()
        process.wait(30)
        shutil.rmtree(environment["MALL_CHECKPOINTS"])
        shutil.rmtree(environment["MALL_MEDIA"])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a mall answers that it is fit."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except urllib.error.HTTPError as error:
            pytest.fail(f"{url}: {error.status}: {error.read().decode()[:500]}")
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    pytest.fail(f"{url} does not answer")


@pytest.fixture(scope="session")
def mall_at(databases: Databases) -> Iterator[Served]:
    """The mall on SQLite, with the demo in it. Tests leave it usable: they spend some points at most."""
    with served(databases.sqlite()) as running:
        yield running


@pytest.fixture
def nobody_knocked(mall_at: Served) -> None:
    """So many tests sign the same person in within minutes that the door would rightly ask them to wait."""
    transact_beside(mall_at.environment, forget_knocks)


def forget_knocks(session: Session, _at: datetime) -> None:
    session.execute(delete(RateLimit))


@pytest.fixture(scope="session")
def of_the_desk(browser: Browser, mall_at: Served) -> OfTheDesk:
    """The cookies of a person of the desk. Each signs in once: a code of the authenticator is good once."""
    known: dict[StaffRole, dict[str, Any]] = {}

    def signed_in(role: StaffRole) -> dict[str, Any]:
        if role not in known:
            known[role] = _signed_in(browser, mall_at, role)
        return known[role]

    return signed_in


def _signed_in(browser: Browser, mall_at: Served, role: StaffRole) -> dict[str, Any]:
    person = next(one for one in STAFF if one.role is role)
    page = browser.new_context(base_url=mall_at.url, locale="zh-CN").new_page()
    page.goto("/desk/sign-in")
    page.locator("[name=login]").fill(person.login)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button.button--main").click()
    page.wait_for_url("**/desk/sign-in/code*")
    page.locator("[name=code]").fill(pyotp.TOTP(person.totp).now())
    page.locator("main button.button--main").click()
    page.wait_for_url(lambda url: "/desk" in url and "sign-in" not in url)
    state = {"storage_state": page.context.storage_state()}
    page.context.close()
    return state


@pytest.fixture(scope="session")
def mall_on_postgresql(databases: Databases) -> Iterator[Served]:
    """The same mall on PostgreSQL."""
    with served(databases.postgresql()) as running:
        yield running


@pytest.fixture(scope="session")
def large_text_browser(playwright_here: Playwright) -> Iterator[Browser]:
    """A browser of somebody who has doubled the size of text."""
    chromium = launch(playwright_here, "--blink-settings=defaultFontSize=32")
    yield chromium
    chromium.close()


class Watched:
    """What went wrong in the pages of one test. A test that wants an answer of 4xx says so in `expected`."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()

    def watch(self, page: Page) -> None:
        """Note every complaint of a page."""
        page.on("console", lambda told: self._console(told.type, f"{told.text} ({told.location.get('url')})"))
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", lambda asked: self._request(asked.url))
        page.on("response", lambda got: self._response(got.status, got.url))

    def _console(self, kind: str, text: str) -> None:
        if (kind == "error" or "Content Security Policy" in text) and not any(word in text for word in self.expected):
            self.complaints.append(f"console: {text}")

    def _request(self, url: str) -> None:
        if not url.startswith((self.home, "data:", "about:", "blob:")):
            self.complaints.append(f"third party: {url}")

    def _response(self, status: int, url: str) -> None:
        if status >= 500:
            self.complaints.append(f"answer {status}: {url}")


Visit = Callable[..., Page]
OfTheDesk = Callable[[StaffRole], dict[str, Any]]


@pytest.fixture
def watched(mall_at: Served) -> Iterator[Watched]:
    """The complaints of this test's pages; any left over fails it."""
    seen = Watched(mall_at.url)
    yield seen
    assert not seen.complaints, "\n".join(seen.complaints)


@pytest.fixture
def visit(browser: Browser, mall_at: Served, watched: Watched) -> Iterator[Visit]:
    """Open a fresh phone and give its page: `visit()`, `visit(java_script_enabled=False)`, `visit(**DESK)`."""
    contexts: list[BrowserContext] = []

    def open_page(by: Browser | None = None, at: Served | None = None, **options: Any) -> Page:
        watched.home = (at or mall_at).url
        context = (by or browser).new_context(**{**PHONE, "base_url": watched.home, **options})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watched.watch(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session", autouse=True)
def results() -> Path:
    """Where pictures of the pages go; the last run's are cleared away."""
    folder = RESULTS / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
