"""The checks of the browser tests find what is wrong: a deliberately bad page as their control."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import faults
from tests.browser.conftest import Served, Visit, Watched

BAD = """<html><head><meta name="viewport" content="width=device-width"></head><body>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="10" height="10">
<p style="color: #bbb; background: #fff">浅灰色的字</p>
<input type="text" style="width: 500px">
<button style="width: 12px; height: 12px; padding: 0"></button><button style="width: 12px; height: 12px"></button>
<a href="#x" style="display: block; width: 10px; overflow: hidden">去</a>
</body></html>"""


@pytest.fixture
def bad_page(visit: Visit) -> Page:
    page = visit(bypass_csp=True)
    page.set_content(BAD)
    return page


def test_axe_still_finds_a_bad_page_bad(bad_page: Page) -> None:
    rules = {finding.split(":", maxsplit=1)[0] for finding in faults.accessibility(bad_page)}
    assert rules >= {
        "button-name",
        "color-contrast",
        "document-title",
        "html-has-lang",
        "image-alt",
        "label",
        "target-size",
    }


def test_overflow_and_small_targets_are_seen(bad_page: Page) -> None:
    assert faults.overflow(bad_page)
    assert len(faults.small_targets(bad_page)) >= 3


def test_a_policy_violation_and_a_script_error_are_noted(visit: Visit, watched: Watched, mall_at: Served) -> None:
    page = visit()
    page.goto("/sign-in")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<b style=\"color:red\">x</b><img src=https://example.com/x>')")
    page.evaluate("setTimeout(() => { throw new Error('planted') })")
    page.wait_for_timeout(300)
    told = "\n".join(watched.complaints)
    watched.complaints.clear()
    assert "Content Security Policy" in told
    assert "planted" in told
