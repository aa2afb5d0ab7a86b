"""The block editor by mouse, by keyboard and without script, and the phone beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from mall.dealers.models import StaffRole
from mall.face.actions import By
from mall.face.actions.draft import discard_draft
from mall.face.models import LayoutDraft
from tests.browser import faults
from tests.browser.conftest import DESK, OfTheDesk, Served, Visit, Watched, transact_beside

WIDE = DESK | {"viewport": {"width": 1440, "height": 1000}, "is_mobile": False}


@pytest.fixture
def signed_in(of_the_desk: OfTheDesk) -> dict[str, Any]:
    return of_the_desk(StaffRole.MERCHANDISER)


@pytest.fixture
def desk(visit: Visit, signed_in: dict[str, Any], mall_at: Served) -> Iterator[Page]:
    """The editor, with the draft as it is live; what a test changes is given up afterwards.

    Not by the browser: one that was closed while it was on its way to a page has been seen to stay for ever.
    """
    page = visit(**WIDE, **signed_in)
    page.goto("/desk/face")
    yield page
    transact_beside(mall_at.environment, give_up)


def give_up(session: Session, now: datetime) -> None:
    draft = session.get(LayoutDraft, 1)
    if draft is not None:
        discard_draft(session, now, revision=draft.revision, by=By(actor="test"))


def order(page: Page) -> list[str]:
    return [name.strip().split(" ")[0] for name in page.locator(".blockrow__name a").all_inner_texts()]


def test_a_block_moves_by_keyboard_and_keeps_the_focus_and_the_phone_follows(desk: Page) -> None:
    phone = desk.frame_locator("#preview")
    expect(phone.get_by_text("可用积分")).to_be_visible()
    before = order(desk)
    grip = desk.locator("#grip-search")
    grip.focus()
    grip.press("ArrowUp")
    expect(desk.locator(".blockrow__name a").first).to_have_text("搜索框")
    expect(desk.locator("#grip-search")).to_be_focused()
    assert order(desk) == [before[1], before[0], *before[2:]]
    expect(phone.locator("main form[role=search], main section.balance").first).to_have_attribute("role", "search")
    desk.locator("#grip-search").press("ArrowDown")
    expect(desk.locator(".blockrow__name a").nth(1)).to_have_text("搜索框")


def test_a_block_is_dragged_to_its_place(desk: Page) -> None:
    before = order(desk)
    rows = desk.locator(".blockrow")
    rows.nth(len(before) - 1).drag_to(rows.nth(1))
    expect(desk.locator(".blockrow__name a").nth(1)).to_have_text(before[-1])
    desk.reload()
    assert order(desk) == [before[0], before[-1], *before[1:-1]]


def test_what_is_typed_is_on_the_phone_before_it_is_saved_and_is_not_left_by_mistake(desk: Page) -> None:
    desk.get_by_role("button", name="图文说明").click()
    desk.wait_for_url("**/desk/face/blocks/*")
    desk.get_by_label("简体", exact=True).first.fill("客服时间")
    sheet = desk.locator("#text-zh_Hans-page")
    sheet.click()
    desk.keyboard.type("每天九点到六点")
    phone = desk.frame_locator("#preview")
    expect(phone.get_by_text("每天九点到六点")).to_be_visible()
    expect(phone.get_by_role("heading", name="客服时间", include_hidden=True)).to_be_visible()
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.once("dialog", stay)
    desk.get_by_role("link", name="返回").click(no_wait_after=True)
    for _ in range(50):
        desk.wait_for_timeout(100)
        if asked:
            break
    assert asked == ["beforeunload"]
    assert "/blocks/" in desk.url
    desk.get_by_role("button", name="存入草稿").last.click()
    desk.wait_for_url("**/desk/face")
    expect(desk.get_by_text("客服时间")).to_be_visible()


def test_a_banners_picture_is_chosen_and_the_page_waits_for_its_moment(desk: Page) -> None:
    desk.get_by_role("button", name="横幅").click()
    desk.wait_for_url("**/desk/face/blocks/*")
    desk.get_by_role("button", name="再加一个").click()
    field = desk.locator("#slides-0-picture-field")
    field.get_by_role("link").click()
    own = desk.get_by_text("商城自带的")
    expect(own).to_be_visible()
    chosen = desk.locator("[data-choose=kettle]")
    if not chosen.is_visible():  # closed where the library has pictures of its own
        own.click()
    chosen.click()
    expect(desk.locator("#picture-choice")).to_be_hidden()
    expect(field.locator("input")).to_have_value("kettle")
    field.get_by_role("button", name="移出").click()
    expect(field.locator("input")).to_have_value("")
    desk.fill("[name=slides-0-title-zh_Hans]", "岁末好礼")
    desk.get_by_role("button", name="存入草稿").last.click()
    desk.wait_for_url("**/desk/face")
    desk.locator("summary", has_text="定时发布").click()
    desk.fill("#due_at", "2027-01-01T00:00")
    desk.locator(".duerow").get_by_role("button", name="定时发布").click()
    waits = desk.locator(".dues__one")
    expect(waits).to_contain_text("2027年1月1日 00:00")
    waits.get_by_role("link", name="看效果").click()
    expect(desk.frame_locator("#preview").get_by_text("岁末好礼")).to_be_visible()
    waits.get_by_text("取消定时").click()
    waits.get_by_role("button", name="确认取消").click()
    expect(waits).to_have_count(0)


def test_the_page_is_looked_at_as_a_dealer_at_a_time_without_being_left(desk: Page) -> None:
    desk.locator(".preview__as summary").click()
    desk.get_by_label("经销商", exact=True).fill("NB0574")
    desk.get_by_role("button", name="换成这样看").click()
    expect(desk.frame_locator("#preview").get_by_text("华东·宁波海曙五金")).to_be_visible()
    assert "dealer=NB0574" in desk.url


def test_colours_are_tried_on_the_phone_while_they_are_chosen(desk: Page) -> None:
    desk.goto("/desk/face/theme")
    desk.locator("#brand").fill("#0a4ea3")
    card = desk.frame_locator("#preview").locator(".balance__body")
    expect(desk.frame_locator("#preview").locator("link[href*='theme.css']")).to_have_count(1)
    shown = card.evaluate("card => getComputedStyle(document.documentElement).getPropertyValue('--color-brand')")
    assert shown.strip() == "#0a4ea3"
    desk.evaluate("document.querySelector('form[data-unsaved]').reset()")


def test_the_editor_works_without_script(visit: Visit, signed_in: dict[str, Any]) -> None:
    page = visit(**WIDE, **signed_in, java_script_enabled=False)
    page.goto("/desk/face")
    before = order(page)
    page.get_by_role("button", name="上移：搜索框").click()
    assert order(page) == [before[1], before[0], *before[2:]]
    page.get_by_role("link", name="快捷入口").click()
    page.get_by_label("最多几个").fill("4")
    page.get_by_role("button", name="看效果").click()
    expect(page.frame_locator("#preview").locator(".door")).to_have_count(4)
    page.goto("/desk/face")
    page.get_by_text("放弃草稿").click()
    page.get_by_role("button", name="确认放弃这些改动").click()
    assert order(page) == before


def test_a_block_form_and_a_full_list_have_no_fault(
    visit: Visit, signed_in: dict[str, Any], watched: Watched, results: Path, mall_at: Served
) -> None:
    page = visit(**WIDE, **signed_in, bypass_csp=True)
    page.goto("/desk/face")
    page.get_by_role("button", name="横幅").click()
    page.wait_for_url("**/desk/face/blocks/*")
    page.get_by_role("button", name="再加一个").click()
    expect(page.get_by_label("简体", exact=True).first).to_be_visible()
    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 900})
        faults.picture(page, results / f"face-banner-{width}.png")
        assert [*faults.accessibility(page), *faults.overflow(page)] == []
    transact_beside(mall_at.environment, give_up)
