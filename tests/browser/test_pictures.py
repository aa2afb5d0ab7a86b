"""Pictures at a desk: brought in, cropped and put in order, by mouse, by keyboard, and with script off."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from mall import create_app
from mall.cli.demo.people import STAFF
from mall.config import Settings
from mall.dealers.actions import begin_staff
from mall.dealers.models import SignInStage, Staff, StaffRole
from mall.web.db import db, reading, transact
from tests.browser import faults
from tests.browser.conftest import DESK, Served, Visit, Watched
from tests.browser.dialogs import agreed_to
from tests.cast import DEVICE
from tests.media.photos import photo

FIELD = "/_styleguide/desk"
LIBRARY = "/desk/pictures"
MERCHANDISER = next(person for person in STAFF if person.role is StaffRole.MERCHANDISER)


@pytest.fixture(scope="module")
def token(mall_at: Served) -> str:
    """The merchandiser, without the door: its codes are good once."""
    with create_app(Settings.from_environment(mall_at.environment)).app_context():
        person = reading().scalars(select(Staff.id).where(Staff.login == MERCHANDISER.login)).one()
        begun = transact(begin_staff, staff_id=person, device=DEVICE, stage=SignInStage.FULL)
        db.session.remove()
        db.engine.dispose()
    return begun


@pytest.fixture
def desk(visit: Visit, token: str, mall_at: Served) -> Any:
    """Open a page of the merchandiser's: `desk(LIBRARY)`, `desk(LIBRARY, java_script_enabled=False)`."""

    def open_page(address: str, **options: Any) -> Page:
        page = visit(**DESK | {"is_mobile": False} | options)
        page.context.add_cookies([{"name": "desk", "value": token, "url": mall_at.url}])
        page.goto(address)
        return page

    return open_page


def files(folder: Path, **named: bytes) -> list[str]:
    """Files on the disk of whoever uploads."""
    paths = [folder / name.replace("__", ".") for name in named]
    for path, content in zip(paths, named.values(), strict=True):
        path.write_bytes(content)
    return [str(path) for path in paths]


def order(page: Page) -> list[str]:
    return [str(one) for one in page.locator("[data-pictured]").evaluate_all("all => all.map(a => a.dataset.pictured)")]


def box(one: Locator) -> tuple[float, float, float, float]:
    found = one.bounding_box()
    assert found
    return found["x"], found["y"], found["width"], found["height"]


def test_several_are_brought_at_once_and_each_is_told_its_own_outcome(
    desk: Any, watched: Watched, tmp_path: Path, results: Path
) -> None:
    watched.expected = ("422",)
    page = desk(LIBRARY, bypass_csp=True)
    given = files(tmp_path, 红绿__jpg=photo(1200, 900), 假的__jpg=b"<html>", 方的__png=photo(640, 640, kind="PNG"))
    page.set_input_files("input[type=file]", given)
    expect(page.locator("[data-uploaded] [data-outcome=kept]")).to_have_count(2)
    expect(page.locator("[data-uploaded] [data-outcome=refused]")).to_contain_text("这个文件不是能用的图片")
    expect(page.locator("#shelf .tile")).to_have_count(2)  # the library shows them without being loaded again
    faults.picture(page, results / "desk_media.library.png")
    assert faults.accessibility(page) == []
    assert faults.in_the_dark(page, results / "desk_media.library-dark.png") == []


def test_a_frame_is_dragged_and_what_is_in_it_becomes_the_picture(desk: Any, tmp_path: Path, results: Path) -> None:
    page = desk(LIBRARY, bypass_csp=True)
    page.set_input_files("input[type=file]", files(tmp_path, 宽的__jpg=photo(1600, 800)))
    page.get_by_role("link", name="调整裁切").click()
    frame = page.locator("[data-frame]")
    expect(frame).to_be_visible()
    faults.picture(page, results / "desk_media.picture.png")
    assert [*faults.accessibility(page), *faults.overflow(page)] == []
    x, y, width, height = box(frame)
    assert abs(width - height) < 2
    page.mouse.move(x + width / 2, y + height / 2)
    page.mouse.down()
    page.mouse.move(x + width / 2 + 2_000, y + height / 2, steps=5)  # beyond the edge: it stops there
    page.mouse.up()
    assert page.locator("[data-left]").input_value() == "800"
    frame.focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("[data-left]").input_value() == "784"
    page.keyboard.press("+")
    assert page.locator("[data-cut]").input_value() == "760"
    page.keyboard.press("End")
    first = page.url
    page.get_by_role("button", name="存为新图片").click()
    page.wait_for_url(lambda url: url != first)
    expect(page.locator("#toasts")).to_contain_text("已按新的裁切保存为一张新图片")
    expect(page.locator(".pairs")).to_contain_text("760×760")
    assert page.locator("[data-cropper]").get_attribute("data-at") == "804 20 760"


def test_leaving_a_crop_that_is_not_saved_asks_first(desk: Any, tmp_path: Path) -> None:
    page = desk(LIBRARY)
    page.set_input_files("input[type=file]", files(tmp_path, 高的__jpg=photo(800, 1200)))
    page.get_by_role("link", name="调整裁切").click()
    asked = agreed_to(page)
    page.locator("[data-frame]").focus()
    page.keyboard.press("ArrowDown")
    page.goto(LIBRARY)
    assert asked == ["beforeunload"]


def test_without_script_pictures_are_brought_and_cropped_by_forms(desk: Any, tmp_path: Path) -> None:
    page = desk(LIBRARY, java_script_enabled=False)
    page.set_input_files("input[type=file]", files(tmp_path, 无脚本__jpg=photo(1000, 700)))
    page.locator(".nine__input[value=left]").check(force=True)
    page.get_by_role("button", name="上传").click()
    expect(page.locator("#toasts")).to_contain_text("已加入 1 张图片")
    page.get_by_text("无脚本.jpg").click()
    expect(page.locator("[data-frame]")).to_be_hidden()
    assert page.locator("[data-cropper]").get_attribute("data-at") == "0 0 700"
    page.locator(".nine__input[value=right]").check(force=True)
    page.get_by_role("button", name="存为新图片").click()
    page.wait_for_load_state()
    assert page.locator("[data-cropper]").get_attribute("data-at") == "300 0 700"


def test_pictures_are_put_in_order_by_dragging_by_keys_and_by_buttons(desk: Any) -> None:
    page = desk(FIELD)
    assert order(page) == ["cooker", "kettle", "fan"]
    grips = page.locator("[data-grip]")
    page.locator(".pictures").evaluate("field => field.scrollIntoView({block: 'center'})")
    (x, y, width, height), (to_x, to_y, _, _) = box(grips.nth(0)), box(grips.nth(2))
    page.mouse.move(x + width / 2, y + height / 2)
    page.mouse.down()
    page.mouse.move(to_x + width / 2, to_y + height / 2, steps=12)
    page.mouse.up()
    assert order(page) == ["kettle", "fan", "cooker"]
    grips.nth(2).focus()
    page.keyboard.press("Home")
    assert order(page) == ["cooker", "kettle", "fan"]
    page.keyboard.press("ArrowRight")
    assert order(page) == ["kettle", "cooker", "fan"]
    expect(page.locator("[data-status]")).to_have_text("移到第 2 位，共 3 张")
    assert page.evaluate("document.activeElement.closest('[data-pictured]').dataset.pictured") == "cooker"
    page.locator("[data-pictured=fan] [data-move='-1']").click()
    assert order(page) == ["kettle", "fan", "cooker"]
    page.locator("[data-pictured=kettle] [data-out]").click()
    assert order(page) == ["fan", "cooker"]
    assert page.url.endswith(FIELD)  # nothing was sent


def test_without_script_the_buttons_put_them_in_order(desk: Any, watched: Watched) -> None:
    page = desk(FIELD, java_script_enabled=False)
    page.locator("[data-pictured=fan]").get_by_role("button", name="往前移").click()
    page.wait_for_url("**pictures-act=up*")
    assert order(page) == ["cooker", "fan", "kettle"]
    page.locator("[data-pictured=cooker]").get_by_role("button", name="移出").click()
    page.wait_for_url("**pictures-act=out*")
    assert order(page) == ["fan", "kettle"]
    watched.expected = ("404",)  # nothing was ever kept under this number
    page.locator("[name=pictures-add]").fill("m" + "a" * 26)
    page.get_by_role("button", name="按编号添加").click()
    page.wait_for_url("**pictures-act=add*")
    assert order(page) == ["fan", "kettle", "m" + "a" * 26]
    page.locator("[name=pictures-add]").press("Enter")  # presses no button of the field
    page.wait_for_url(lambda url: "pictures-act" not in url)
    assert len(order(page)) == 3


def test_pictures_are_chosen_from_the_library_or_brought_in_its_sheet(desk: Any, tmp_path: Path) -> None:
    desk(LIBRARY).set_input_files("input[type=file]", files(tmp_path, 茶具__jpg=photo(900, 900)))
    page = desk(FIELD)
    page.locator(".pictures__add").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("searchbox").fill("茶具")
    sheet.get_by_role("button", name="查找").click()
    expect(sheet.locator("[data-choose]")).to_have_count(1)
    sheet.locator("[data-choose]").click()
    expect(sheet).to_be_hidden()
    assert re.fullmatch(r"m[a-z2-7]{26}", order(page)[-1])
    page.locator(".pictures__add").click()
    page.locator("dialog input[type=file]").set_input_files(files(tmp_path, 新的__jpg=photo(700, 700)))
    expect(page.locator("[data-pictured]")).to_have_count(5)
    page.get_by_role("button", name="关闭").click()
    sent = page.locator("input[name=pictures]").evaluate_all("all => all.map(one => one.value)")
    assert sent == order(page)
    assert len(set(sent)) == 5


def test_a_network_that_fails_is_told_at_the_file(desk: Any, watched: Watched, tmp_path: Path) -> None:
    watched.expected = ("ERR_FAILED",)
    page = desk(LIBRARY)
    page.route("**/desk/pictures", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    page.set_input_files("input[type=file]", files(tmp_path, 断了__jpg=photo(500, 500)))
    expect(page.locator("[data-uploaded] [role=alert]")).to_contain_text("没有传上去")


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_the_pages_hold_at_every_width(desk: Any, results: Path, tmp_path: Path, width: int) -> None:
    page = desk(LIBRARY, bypass_csp=True, viewport={"width": width, "height": 900})
    page.set_input_files(
        "input[type=file]", files(tmp_path, 一张长长长长长长长长长长长长长长长长的名字__jpg=photo(1500, 900))
    )
    expect(page.locator("[data-outcome=kept]")).to_have_count(1)
    faults.picture(page, results / f"desk_media.library-{width}.png")
    found = faults.overflow(page)
    page.get_by_role("link", name="调整裁切").click()
    page.wait_for_load_state("networkidle")
    faults.picture(page, results / f"desk_media.picture-{width}.png")
    assert [*found, *faults.overflow(page), *faults.accessibility(page)] == []
