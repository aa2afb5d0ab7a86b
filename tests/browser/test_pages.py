"""Every page, in light and dark: axe, overflow, targets, nothing on the console; and a picture of each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import faults
from tests.browser.conftest import DESK, Visit, Watched

STYLE = [f"/_styleguide/{name}" for name in ("parts", "home", "item", "points", "order")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", STYLE)
def test_a_sample_page_has_no_fault(visit: Visit, results: Path, path: str, scheme: str) -> None:
    page = visit(bypass_csp=True, color_scheme=scheme)
    answer = page.goto(path)
    assert answer and answer.ok, answer
    faults.picture(page, results / f"{path.strip('/').replace('/', '-')}-{scheme}.png")
    found = [*faults.accessibility(page), *faults.overflow(page), *faults.small_targets(page)]
    assert not found, "\n".join(found)
