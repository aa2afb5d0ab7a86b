"""Every page that a browser can be sent to, in light and dark, and with doubled text on a small phone.

A new route with a page is found here by itself; one that needs more than its address gets a line in `FIRST`.
"""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from mall import create_app
from mall.cli.demo.people import MEMBERS, PASSWORD, STAFF
from mall.config import Settings
from mall.dealers.models import SignInStage, StaffRole
from mall.web.guards import Audience, Kind
from tests.browser import faults
from tests.browser.conftest import DESK, OfTheDesk, Served, Visit, Watched
from tests.conftest import SECRET

OWNER = MEMBERS[0]
ADMINISTRATOR = next(person for person in STAFF if person.role is StaffRole.ADMINISTRATOR)
FIRST = {
    "face.announcement": ["/announcements", "a[href^='/announcements/']"],
    "face.guide": ["/guides", "a[href^='/guides/']"],
    "desk_face.announcement": ["/desk/announcements", "a[href^='/desk/announcements/']:not([href$='/new'])"],
    "desk_face.guide": ["/desk/guides", "a[href^='/desk/guides/']:not([href$='/new'])"],
    "desk_face.block": ["/desk/face", "a[href^='/desk/face/blocks/']"],
    # Pages of one thing: where to look for the first such thing, and what its link looks like.
    "catalog.item": ["/catalog", "a[href^='/catalog/']"],
    "catalog.choice": ["/catalog", "a[href^='/catalog/']", "a[href*='/choice']"],
    "orders.new": ["/catalog?category=food&affordable=1", "a[href^='/catalog/']", "choice?go=1"],
    "orders.order": ["/orders", "a[href^='/orders/']"],
    "orders.readdress": ["/orders?tab=to-ship", "a[href^='/orders/']", "a[href$='/address']"],
    "orders.receipt": ["/orders", "a[href^='/orders/']", "a[href$='/receipt']"],
    "orders.claim": ["/after-sales?tab=all", "a[href^='/after-sales/']"],
    "orders.new_claim": ["/orders?tab=done", "a[href^='/orders/']", "a[href*='/after-sales/new']"],
    "orders.cancellation": ["/orders", "a[href^='/orders/']", "a[href$='/cancellation']"],
    "points.movement": ["/points", "a[href^='/points/movements/']"],
    "points.statement": ["/points/statements", "a[href^='/points/statements/']"],
    "dealers.address": ["/me/addresses", "a[href^='/me/addresses/']:not([href*='new'])"],
    "dealers.address_removal": ["/me/addresses", "a[href$='/removal']"],
    "dealers.member": ["/me/members", "a[href^='/me/members/']:not([href*='new'])"],
    "desk_orders.order": ["/desk/orders", "a[href^='/desk/orders/']"],
    "desk_orders.claim": ["/desk/after-sales", "a[href^='/desk/after-sales/']"],
    "desk_points.account": ["/desk/points/dealers", "a[href^='/desk/points/dealers/']"],
    "desk_points.account_movement": [
        "/desk/points/dealers",
        "a[href^='/desk/points/dealers/']",
        "a[href*='/movements/']",
    ],
    "desk_points.statement": [
        "/desk/points/dealers",
        "a[href^='/desk/points/dealers/']",
        "a[href*='/statements/']",
    ],
    "desk_points.correction": ["/desk/points/corrections", "a[href^='/desk/points/corrections/']:not([href$='/new'])"],
    "rewards.voucher": ["/rewards", "a[href^='/rewards/']"],
    "desk_outbox.message": ["/desk/outbox?state=waiting", "td a[href^='/desk/outbox/']"],
    "desk_rewards.shelf": ["/desk/vault", "a[href^='/desk/vault/skus/']"],
    "desk_rewards.batch": ["/desk/vault", "a[href^='/desk/vault/batches/']:not([href*='new'])"],
    "desk_rewards.code": ["/desk/vault", "a[href$='/skus/CD-8002-50']", "a[href^='/desk/vault/codes/']"],
    "desk_rewards.top_up": ["/desk/top-ups", "a[href^='/desk/top-ups/']"],
    "desk_documents.document": ["/desk/documents", "a[href^='/desk/documents/']"],
    "desk_catalog.item": ["/desk/items", "td a[href^='/desk/items/']"],
    "desk_catalog.item_history": ["/desk/items", "td a[href^='/desk/items/']", "a[href$='/history']"],
    "desk_catalog.batch": ["/desk/batches", "a[href^='/desk/batches/PC']"],
    "desk_catalog.edition": ["/desk/editions", "a[href^='/desk/editions/']"],
    "desk_catalog.edition_history": ["/desk/editions", "a[href^='/desk/editions/']", "a[href*='/history']"],
    "desk_catalog.category": ["/desk/categories", "a[href^='/desk/categories/']:not([href*='new'])"],
    "desk_catalog.person": ["/desk/people", "a[href^='/desk/people/']"],
    "desk_waiting.proposal": ["/desk/waiting", "a[href^='/desk/waiting/']"],
    "desk_insight.trail": ["/desk/face", "a[href^='/desk/trail']"],
    "desk_catalog.price": ["/desk/prices", "td a[href^='/desk/prices/']"],
    "desk_stock.sku": ["/desk/stock?state=alarm", "td a[href^='/desk/stock/']"],
    "desk_stock.count": ["/desk/stock/counts", "td a[href^='/desk/stock/counts/']"],
    "desk_catalog.template": ["/desk/freight", "a[href^='/desk/freight/']:not([href$='/new'])"],
}
NOT_A_PAGE = {
    "desk_face.preview": "a frame of the editor, seen in tests/browser/test_face.py",
    "desk_face.draft_style": "a style sheet",
    "face.theme_style": "a style sheet",
    "face.theme_mark": "a picture",
    "static": "files",
    "health.healthz": "JSON for monitors",
    "api_docs.openapi": "JSON for partners",
    "desk.qr": "a picture",
    "media.file": "a picture",
    "desk_media.whole": "a picture",
    "desk_media.picture": "the demo has none of its own: seen in tests/browser/test_pictures.py",
    "points.statement_csv": "a spreadsheet",
    "points.statement_proof": "JSON for the script that verifies it",
    "orders.by_key": "leads to the order's page",
    "orders.payment": "leads on to an order that is paid; one that is not is seen in tests/browser/test_payment.py",
    "orders.payer": "leads from WeChat to where one pays",
    "orders.claim_photo": "a picture",
    "orders.alipay_return": "leads from Alipay to where one pays",
    "desk_payments.bill": "a day's bill comes from a gateway: seen in tests/browser/test_payment.py",
    "desk_orders.search": "leads to what it found",
    "desk_orders.claim_photo": "a picture",
    "desk_points.liability_sheet": "a spreadsheet",
    "rewards.voucher_qr": "a picture",
    "desk_rewards.batch_faults": "a spreadsheet",
    "desk_points.statement_csv": "a spreadsheet",
    "desk_points.statement_proof": "JSON for the script that verifies it",
    "desk_points.roll_forward_sheet": "a spreadsheet",
    "desk_points.breakage_sheet": "a spreadsheet",
    "desk_points.funding_sheet": "a spreadsheet",
    "desk_insight.audit_sheet": "a spreadsheet",
    "desk_catalog.bulk_again": "leads to the list, where rewards are chosen",
    "desk_catalog.batch_result": "a spreadsheet",
    "desk_catalog.sheet_template": "a spreadsheet",
    "desk_catalog.sheet_export": "a spreadsheet",
    "desk_catalog.sheet_failed": "a spreadsheet",
    "desk_catalog.price_template": "a spreadsheet",
    "desk_catalog.export_prices": "a spreadsheet",
    "desk_stock.level_template": "a spreadsheet",
    "desk_stock.export_levels": "a spreadsheet",
}
AT_A_DESK = ("/desk", "/api")
PIECES = {
    "dealers.divisions",
    "desk_catalog.preview",
    "desk_catalog.preview_edition",
    "desk_catalog.supplier",
    "face.balance_card",
    "points.balance_card",
}
"""Fragments that are part of a page seen elsewhere."""


def mounted() -> Flask:
    return create_app(Settings(database_url="sqlite:////nowhere/mall.db", secret_key=SECRET, testing=True, demo=True))


def pages() -> list[tuple[str, str, Audience]]:
    """Every GET route with a page: endpoint, rule, audience. Steps half-way into a sign-in are left out."""
    app, found = mounted(), []
    for rule in app.url_map.iter_rules():
        audience = getattr(app.view_functions[rule.endpoint], "audience", None)
        if "GET" not in (rule.methods or ()) or rule.endpoint in NOT_A_PAGE | dict.fromkeys(PIECES):
            continue
        if audience is None or audience.kind is Kind.PARTNER or audience.stage is not SignInStage.FULL:
            continue
        found.append((rule.endpoint, rule.rule, audience))
    return sorted(found, key=lambda page: page[0])


PAGES = pages()


@pytest.fixture(scope="module")
def signed_in(
    browser: Browser, mall_at: Served, of_the_desk: OfTheDesk
) -> dict[Kind, dict[str, Any]]:
    """The cookies of an owner and of the administrator, signed in once: a code of the authenticator is good once."""
    states: dict[Kind, dict[str, Any]] = {Kind.OPEN: {}}
    page = browser.new_context(base_url=mall_at.url, locale="zh-CN").new_page()
    page.goto("/sign-in")
    page.get_by_label("手机号").fill(OWNER.phone)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{mall_at.url}/")
    states[Kind.MEMBER] = {"storage_state": page.context.storage_state()}
    page.context.close()
    states[Kind.STAFF] = of_the_desk(StaffRole.ADMINISTRATOR)
    return states


def hrefs(page: Page, step: str) -> list[str]:
    """Where a step may lead: a path under this page, or every link that looks so."""
    if "a[" not in step:
        return [f"{page.url}/{step}"]
    found: list[str] = page.locator(step).evaluate_all("all => [...new Set(all.map(a => a.getAttribute('href')))]")
    assert found, f"{page.url} has no {step}"
    return found[:10]


def open_first(page: Page, endpoint: str, rule: str) -> None:
    """Go to the page of an endpoint, where it is the page of one thing by the first link that leads on."""
    if endpoint not in FIRST:
        assert "<" not in rule, f"{endpoint} is the page of one thing: say in FIRST where the first one is found"
    start, *steps = FIRST.get(endpoint, [rule])
    answer = page.goto(start)
    for step, after in zip_longest(steps, steps[1:]):
        for href in hrefs(page, step):
            answer = page.goto(href)
            if after is None or "a[" not in after or page.locator(after).count():
                break
    assert answer is not None
    assert answer.ok, f"{page.url}: {answer.status}"
    assert page.locator("h1").count() == 1, f"{page.url} has {page.locator('h1').count()} headings of the first level"


@pytest.mark.parametrize(("endpoint", "rule", "audience"), PAGES, ids=[page[0] for page in PAGES])
def test_a_page_has_no_fault_in_light_or_dark(
    visit: Visit, signed_in: dict[Kind, dict[str, Any]], results: Path, endpoint: str, rule: str, audience: Audience
) -> None:
    desk = rule.startswith(AT_A_DESK)
    page = visit(bypass_csp=True, **signed_in[audience.kind], **(DESK | {"is_mobile": False} if desk else {}))
    open_first(page, endpoint, rule)
    faults.picture(page, results / f"{endpoint}.png")
    found = [*faults.accessibility(page), *faults.overflow(page), *faults.missing_icons(page)]
    if not desk:
        found += faults.small_targets(page)
    found += faults.in_the_dark(page, results / f"{endpoint}-dark.png")
    assert not found, f"{page.url}\n" + "\n".join(found)


SMALL = [page for page in PAGES if not page[1].startswith(AT_A_DESK)]


@pytest.mark.parametrize(("endpoint", "rule", "audience"), SMALL, ids=[page[0] for page in SMALL])
def test_a_page_holds_doubled_text_on_a_small_phone(
    visit: Visit,
    signed_in: dict[Kind, dict[str, Any]],
    large_text_browser: Browser,
    results: Path,
    endpoint: str,
    rule: str,
    audience: Audience,
) -> None:
    page = visit(large_text_browser, viewport={"width": 320, "height": 640}, **signed_in[audience.kind])
    open_first(page, endpoint, rule)
    faults.picture(page, results / f"{endpoint}-320.png")
    assert faults.overflow(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["parts", "home", "item", "points", "order"])
def test_every_macro_of_the_look_has_no_fault(visit: Visit, results: Path, name: str, scheme: str) -> None:
    page = visit(bypass_csp=True, color_scheme=scheme)
    answer = page.goto(f"/_styleguide/{name}")
    assert answer is not None
    assert answer.ok
    faults.picture(page, results / f"styleguide-{name}-{scheme}.png")
    found = [*faults.accessibility(page), *faults.overflow(page), *faults.small_targets(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", ["/catalog/NO-SUCH", "/nowhere"])
def test_a_page_that_is_not_there_says_so_and_shows_ways_out(
    visit: Visit, watched: Watched, signed_in: dict[Kind, dict[str, Any]], results: Path, path: str
) -> None:
    watched.expected = ("404",)
    page = visit(bypass_csp=True, **signed_in[Kind.MEMBER])
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 404
    faults.picture(page, results / "404.png")
    assert [*faults.accessibility(page), *faults.overflow(page), *faults.small_targets(page)] == []
    assert page.locator("main a[href]").count() > 0
