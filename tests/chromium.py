"""The browser of all tests that need one: one Playwright a process, because a second one will not start beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def playwright_here() -> Iterator[Playwright]:
    """Playwright, where there is a browser for it to drive."""
    from playwright.sync_api import sync_playwright

    missing = "there is no /usr/bin/chromium: make test says how to get it"
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        yield playwright


def launch(playwright: Playwright, *more: str) -> Browser:
    """Debian's chromium, without reaching out to anybody."""
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, *more])


@pytest.fixture(scope="session")
def browser(playwright_here: Playwright) -> Iterator[Browser]:
    """The browser."""
    chromium = launch(playwright_here)
    yield chromium
    chromium.close()
