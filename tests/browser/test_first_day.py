"""A merchandiser's first day, from an empty shelf to what dealers see, and back: as docs/desk.md tells it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from mall.base import sheet
from mall.cli.demo.people import MEMBERS, PASSWORD, STAFF
from mall.dealers.models import StaffRole
from tests.browser import faults
from tests.browser.conftest import DESK, OfTheDesk, Served, Visit, Watched

MERCHANDISER = next(person for person in STAFF if person.role is StaffRole.MERCHANDISER)
WIDE = DESK | {"viewport": {"width": 1440, "height": 1000}, "is_mobile": False}
SHELF = "chaju"
HEAD = ["礼品货号", "规格货号", "名称", "分类", "发放方式", "图片", "成本（元）", "积分价", "期初库存"]
GOOD = [
    [f"TEA-{n}", f"TEA-{n}-1", f"青瓷茶具 {n} 号", "茶具", "实物", "kettle" if n > 2 else "", "60", "9600", "20"]
    for n in range(1, 9)
]
WRONG = [
    ["TEA-9", "TEA-9-1", "青瓷茶具 9 号", "茶居", "实物", "kettle", "60", "9600", "20"],
    ["TEA-10", "TEA-10-1", "青瓷茶具 10 号", "茶具", "实物", "kettle", "60", "九千六", "20"],
]
MENDED = [[cell.replace("茶居", "茶具").replace("九千六", "9600") for cell in row] for row in WRONG]


@pytest.fixture
def signed_in(of_the_desk: OfTheDesk) -> dict[str, Any]:
    return of_the_desk(StaffRole.MERCHANDISER)


@pytest.fixture
def desk(visit: Visit, signed_in: dict[str, Any]) -> Page:
    return visit(**WIDE, **signed_in)


@pytest.fixture
def phone(visit: Visit, nobody_knocked: None) -> Page:
    """A dealer's phone, signed in."""
    page = visit()
    page.goto("/sign-in")
    page.get_by_label("手机号").fill(MEMBERS[0].phone)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(re.compile(r"/$"))
    return page


@pytest.fixture(autouse=True)
def home_as_it_was(visit: Visit, signed_in: dict[str, Any]) -> Iterator[None]:
    """What this day leaves on the home page and on the shelf is taken back."""
    yield
    page = visit(**WIDE, **signed_in)
    page.goto("/desk/face")
    if page.get_by_text("放弃草稿").count():
        page.get_by_text("放弃草稿").click()
        page.get_by_role("button", name="确认放弃这些改动").click()


def table(*rows: list[str]) -> FilePayload:
    """A spreadsheet as people save it here."""
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *rows])
    return FilePayload(name="茶具.csv", mimeType="text/csv", buffer=text.getvalue().encode("gb18030"))


def test_a_first_day(desk: Page, phone: Page, mall_at: Served, watched: Watched) -> None:
    watched.expected = ("/catalog/TEA-",)  # what is not on the shelf is not found
    shelve_a_category(desk)
    first = bring_in_ten_with_mistakes(desk, mall_at)
    mend_them(desk, mall_at, first)
    see_what_needs_a_hand(desk)
    put_one_on_the_shelf_and_one_later(desk, phone)
    roll_one_back(desk, phone)
    dress_the_home_page_and_go_back(desk, phone)
    answer_a_search_that_found_nothing(desk, phone)
    take_the_batch_back(desk, mall_at, first)


def shelve_a_category(desk: Page) -> None:
    desk.goto("/desk/today")
    assert not faults.accessibility(desk)
    desk.goto("/desk/categories/new")
    desk.get_by_label("简体").fill("茶具")
    desk.get_by_label("编号").fill(SHELF)
    desk.get_by_role("button", name="保存").click()
    desk.wait_for_url("**/desk/categories")
    expect(desk.locator(f"li[data-code={SHELF}]")).to_contain_text("茶具")


def bring(desk: Page, mall_at: Served, *rows: list[str]) -> str:
    """Bring a table in and wait until its dry run is over; gives the address of the batch."""
    desk.goto("/desk/items/import")
    desk.locator("input[type=file]").set_input_files(table(*rows))
    desk.get_by_role("button", name="试运行").click()
    desk.wait_for_url("**/desk/batches/*")
    mall_at.flask("jobs", "run", "batches")
    expect(desk.get_by_text("待执行")).to_be_visible()
    return desk.url


def carry_out(desk: Page, mall_at: Served, press: str) -> None:
    desk.get_by_role("button", name=press).click()
    mall_at.flask("jobs", "run", "batches")
    expect(desk.locator(".batchview__who")).to_contain_text("已完成")


def fact(desk: Page, name: str) -> str:
    """A number at the head of a batch."""
    of = desk.locator(".keyfact", has=desk.locator(".keyfact__name", has_text=name))
    return of.locator(".keyfact__figure").inner_text().strip()


def bring_in_ten_with_mistakes(desk: Page, mall_at: Served) -> str:
    batch = bring(desk, mall_at, *GOOD, *WRONG)
    assert (fact(desk, "新建"), fact(desk, "有误")) == ("8", "2")
    assert not faults.accessibility(desk)
    desk.goto("/desk/items?q=青瓷茶具")
    expect(desk.get_by_text("没有找到礼品")).to_be_visible()
    desk.goto(batch)
    carry_out(desk, mall_at, "执行，写入 8 件")
    return batch


def mend_them(desk: Page, mall_at: Served, batch: str) -> None:
    """Only the rows that failed come back as a file, each with why."""
    with desk.expect_download() as got:
        desk.get_by_role("link", name="下载有误的行").click()
    said = [cells for _no, cells in sheet.rows(got.value.path().read_bytes(), most=100)]
    text = " ".join(cell for cells in said for cell in cells)
    assert "茶居" in text
    assert "九千六" in text
    assert "TEA-8" not in text
    bring(desk, mall_at, *MENDED)
    assert (fact(desk, "新建"), fact(desk, "有误")) == ("2", "0")
    carry_out(desk, mall_at, "执行，写入 2 件")
    desk.goto(f"/desk/items?category={SHELF}")
    expect(desk.get_by_text("10 件礼品")).to_be_visible()


def see_what_needs_a_hand(desk: Page) -> None:
    """Two came without a picture: the line says so and leads to them."""
    desk.goto("/desk/today")
    line = desk.locator(".todo", has_text="没有图片")
    many = line.locator(".todo__n").inner_text()
    assert int(many) >= 2
    line.click()
    desk.wait_for_url("**/desk/items?lacks=picture")
    expect(desk.locator(".tablefoot")).to_contain_text(f"{many} 件礼品")
    expect(desk.get_by_role("link", name="青瓷茶具 1 号")).to_be_visible()


def put_one_on_the_shelf_and_one_later(desk: Page, phone: Page) -> None:
    phone.goto("/catalog/TEA-3")
    expect(phone.get_by_text("这件礼品已经下架")).to_be_visible()
    desk.goto("/desk/items/TEA-3")
    preview = desk.frame_locator("iframe[data-preview]")
    expect(preview.locator("h1")).to_have_text("青瓷茶具 3 号")
    desk.get_by_label("立即上架").check()
    desk.get_by_role("button", name="发布", exact=True).click()
    expect(desk.get_by_text("在架", exact=True).first).to_be_visible()
    phone.goto("/catalog/TEA-3")
    expect(phone.locator("h1")).to_have_text("青瓷茶具 3 号")
    desk.goto("/desk/items/TEA-4")
    desk.get_by_label("按时间上架").check()
    desk.locator("[name=shelved_at]").fill("2099-01-01T09:00")
    desk.get_by_role("button", name="保存草稿").click()
    desk.get_by_role("button", name="发布，按时上架").click()
    desk.goto(f"/desk/items?category={SHELF}&state=coming")
    expect(desk.get_by_text("1 件礼品", exact=True)).to_be_visible()
    phone.goto("/catalog/TEA-4")
    expect(phone.get_by_text("这件礼品已经下架")).to_be_visible()


def roll_one_back(desk: Page, phone: Page) -> None:
    desk.goto("/desk/items/TEA-3")
    desk.locator("[name=names-zh_Hans]").fill("写错了的名字")
    desk.get_by_role("button", name="发布", exact=True).click()
    expect(desk.locator("h1")).to_have_text("写错了的名字")
    phone.goto("/catalog/TEA-3")
    expect(phone.locator("h1")).to_have_text("写错了的名字")
    desk.get_by_role("link", name="历史").click()
    expect(desk.locator("ins", has_text="写错了的名字")).to_be_visible()
    desk.get_by_text("恢复成草稿").first.click()
    desk.get_by_role("button", name=re.compile("确认|恢复")).first.click()
    desk.wait_for_url("**/desk/items/TEA-3")
    desk.get_by_role("button", name="发布", exact=True).click()
    expect(desk.locator("h1")).to_have_text("青瓷茶具 3 号")
    phone.goto("/catalog/TEA-3")
    expect(phone.locator("h1")).to_have_text("青瓷茶具 3 号")


def dress_the_home_page_and_go_back(desk: Page, phone: Page) -> None:
    desk.goto("/desk/face")
    desk.get_by_role("button", name="图文说明").click()
    desk.wait_for_url("**/desk/face/blocks/*")
    desk.get_by_label("简体", exact=True).first.fill("茶具上新")
    desk.locator("#text-zh_Hans-page").click()
    desk.keyboard.type("十件青瓷茶具，今天起可以兑换")
    expect(desk.frame_locator("#preview").get_by_text("十件青瓷茶具")).to_be_visible()
    desk.get_by_role("button", name="存入草稿").last.click()
    desk.wait_for_url("**/desk/face")
    phone.goto("/")
    expect(phone.get_by_text("十件青瓷茶具")).to_have_count(0)
    publish_home(desk)
    phone.goto("/")
    expect(phone.get_by_text("十件青瓷茶具")).to_be_visible()
    desk.get_by_role("button", name=re.compile("^删掉：图文说明")).last.click()
    publish_home(desk)
    phone.goto("/")
    expect(phone.get_by_text("十件青瓷茶具")).to_have_count(0)
    desk.goto("/desk/face/versions")
    desk.get_by_text("回到这版").first.click()
    desk.get_by_role("button", name="确认，马上生效").first.click()
    phone.goto("/")
    expect(phone.get_by_text("十件青瓷茶具")).to_be_visible()
    desk.goto("/desk/face/versions")
    desk.get_by_text("回到这版").first.click()
    desk.get_by_role("button", name="确认，马上生效").first.click()
    phone.goto("/")
    expect(phone.get_by_text("十件青瓷茶具")).to_have_count(0)


def publish_home(desk: Page) -> None:
    desk.locator("section[aria-labelledby=checks]").get_by_role("button", name="发布", exact=True).click()
    expect(desk.get_by_text("和线上一样")).to_be_visible()


def answer_a_search_that_found_nothing(desk: Page, phone: Page) -> None:
    phone.goto("/catalog?q=茶宠")
    expect(phone.get_by_text("没有找到“茶宠”")).to_be_visible()
    desk.goto("/desk/today")
    desk.locator(".todo", has_text="搜不到的词").click()
    desk.wait_for_url("**/desk/searches")
    assert not faults.accessibility(desk)
    expect(desk.get_by_role("link", name="新建礼品“茶宠”")).to_be_visible()
    desk.get_by_role("button", name="“茶宠”已处理").click()
    expect(desk.get_by_role("link", name="新建礼品“茶宠”")).to_have_count(0)


def take_the_batch_back(desk: Page, mall_at: Served, batch: str) -> None:
    """What was worked on since stays as it is, and says whose it is; that one comes off the shelf by hand."""
    desk.goto(batch)
    desk.get_by_role("button", name="撤销这个批次").click()
    mall_at.flask("jobs", "run", "batches")
    expect(desk.get_by_text("没有一件能撤销")).to_be_visible()
    worked_on = desk.get_by_role("row", name=re.compile("TEA-3"))
    expect(worked_on).to_contain_text(f"{MERCHANDISER.name} 又改过")
    expect(desk.locator(".batchview__who")).to_contain_text("已放弃")  # by itself, so that it blocks no other
    desk.goto("/desk/items/TEA-3")
    desk.get_by_text("立即下架").click()
    desk.get_by_role("button", name="确认下架").click()
    expect(desk.get_by_text("未上架", exact=True).first).to_be_visible()
