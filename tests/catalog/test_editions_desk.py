"""The desk's pages of regional libraries as a region's merchandiser and the brand's use them without script."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from mall.catalog.models import EditionBounds, Item, ItemEdition, PricePlan, Sku
from mall.catalog.staff.edition_form import prices_from
from mall.dealers.models import Dealer, Staff, StaffRole
from mall.web.db import reading, transact
from tests.cast import Cast, sign_in
from tests.catalog.conftest import NOVEMBER, words

REGION = "华东/浙江"
LIST = f"/desk/editions?region={REGION}"
ONE = f"/desk/editions/TB-750-TI?region={REGION}"


@pytest.fixture
def brand(mall: Flask, people: Cast) -> FlaskClient:
    client = mall.test_client()
    sign_in(client, people.staff[StaffRole.ADMINISTRATOR])
    return client


@pytest.fixture
def desk(mall: Flask, people: Cast) -> FlaskClient:
    """The browser of a merchandiser who looks after 华东/浙江 alone."""
    client = mall.test_client()
    narrowed = update(Staff).where(Staff.role == StaffRole.MERCHANDISER).values(region=REGION)
    transact(lambda session, _now: session.execute(narrowed) and None)
    sign_in(client, people.staff[StaffRole.MERCHANDISER])
    return client


def fields(desk: FlaskClient, marker: str = '<form id="item-form"', address: str = ONE, **changed: Any) -> Any:
    """A form of the page as a browser would send it, with these fields changed."""
    html = desk.get(address).get_data(as_text=True)
    form = html[html.index(marker) :]
    form = form[: form.index("</form>")]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and (not re.search('type="(checkbox|radio)"', tag) or " checked" in tag):
            found.setdefault(name[1], []).append(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = [text]
    return found | changed


def test_a_region_writes_its_own_words_and_gives_them_up(desk: FlaskClient) -> None:
    assert "48 件礼品" in words(desk.get(LIST))
    assert "品牌库还没有" not in words(desk.get(LIST))
    sent = fields(desk, **{"own": ["names", "pictures"], "names-zh_Hans": "之江保温杯"})
    assert sent["library"] == ["0"]  # the version that the words are held against
    assert desk.post(ONE, data=sent).status_code == 303
    listed = words(desk.get(f"{LIST}&way=said"))
    assert "之江保温杯" in listed
    assert "品牌库：钛合金保温杯" in listed
    assert "1 件礼品" in listed
    assert "本区第 1 版" in words(desk.get(ONE))
    assert "华东/浙江 另写了" in words(desk.get("/desk/items/TB-750-TI"))
    assert "之江保温杯" in words(desk.get(f"/desk/editions/TB-750-TI/preview?region={REGION}"))
    assert "之江保温杯" in words(desk.get(f"/desk/items/TB-750-TI/preview?region={REGION}"))
    assert "钛合金" in words(desk.get("/desk/items/TB-750-TI/preview?region=华北"))
    stale = desk.post(ONE, data=sent | {"names-zh_Hans": "另一个", "revision": "0"})
    assert "刚被别人改过" in words(stale, 409)
    assert "另一个" in stale.get_data(as_text=True)
    history = f"/desk/editions/TB-750-TI/history?region={REGION}"
    assert "之江保温杯" in words(desk.get(history))
    gone = desk.post(f"/desk/editions/TB-750-TI/giving-up?region={REGION}", data={"revision": "1"})
    assert gone.status_code == 303
    assert "全部跟随" in words(desk.get(ONE))
    back = desk.post(f"/desk/editions/TB-750-TI/history/1/restoring?region={REGION}", data={"revision": "0"})
    assert back.status_code == 303
    assert "本区第 3 版" in words(desk.get(ONE))


def test_what_was_typed_counts_without_its_tick_and_what_is_wrong_is_told(desk: FlaskClient) -> None:
    assert desk.post(ONE, data=fields(desk, **{"subtitles-zh_Hans": "浙江专供"})).status_code == 303
    row = _edition()
    assert (row.names, row.subtitles) == (None, {"en": "纯钛内胆", "zh_Hans": "浙江专供", "zh_Hant": "纯钛内胆"})
    empty = desk.post(ONE, data=fields(desk, **{"own": ["names"], "names-zh_Hans": ""}))
    assert "请填写名称" in words(empty, 422)
    late = fields(desk, own=["shelf"], off_from="2026-11-20T10:00", off_until="2026-11-19T10:00")
    assert "恢复上架要晚于下架" in words(desk.post(ONE, data=late), 422)
    assert desk.post(ONE, data=fields(desk, own=["shelf"])).status_code == 303
    assert _edition().off_from == NOVEMBER
    assert _edition().subtitles is None
    assert "本区下架" in words(desk.get(f"{LIST}&way=hidden"))


def test_prices_outside_the_bounds_are_refused_at_their_field(desk: FlaskClient) -> None:
    prices = f"/desk/editions/TB-750-TI/prices?region={REGION}"
    form = '<form method="post" action="/desk/editions/TB-750-TI/prices?region='
    sent = fields(desk, form)
    far = desk.post(prices, data=sent | {"points-TB-500-GREY-0": "99,999"})
    assert "要在 16,740 到 20,460 积分之间" in words(far, 422)
    assert 'value="99,999"' in far.get_data(as_text=True)
    assert desk.post(prices, data=sent | {"points-TB-500-GREY-0": "17,000"}).status_code == 303
    [row] = reading().scalars(select(PricePlan).where(PricePlan.region == REGION))
    assert (row.points, row.bounded) == (17_000, 1)
    assert "1 个价格" in words(desk.get(f"{LIST}&way=priced"))
    costs = update(Sku).where(Sku.code == "TB-750-GREY").values(cost_fen=30_000)
    transact(lambda session, _now: session.execute(costs) and None)
    cheap = desk.post(prices, data=fields(desk, form) | {"points-TB-750-GREY-0": "26,000"})
    assert "到它的价格页提交复核" in words(cheap, 422)
    stale = desk.post(prices, data=sent | {"points-TB-500-GREY-0": "18,000"})
    assert "刚被别人改过" in words(stale, 409)
    assert desk.post(prices, data=fields(desk, form) | {"points-TB-500-GREY-0": ""}).status_code == 303
    assert "本区还没有这样的礼品" in words(desk.get(f"{LIST}&way=priced"))


def test_a_form_of_many_prices_says_all_that_it_showed() -> None:
    seen = ".".join(["3752999999999999999"] * 240)
    assert prices_from(MultiDict({"seen": seen}), []).seen == seen


def test_the_page_of_prices_keeps_a_regions_people_within_the_bounds_too(desk: FlaskClient) -> None:
    add = "/desk/prices/OF-010-1/plans"
    for region, points, status in ((REGION, "8000", 422), ("", "10000", 403), ("华东/浙江/杭州", "10500", 303)):
        sent = {"step": "0", "points": points, "region": region, "tier": ""}
        answer = desk.post(add, data=sent)
        assert answer.status_code == status, (region, points)
        if status == 422:
            assert "本区只能在 9,000 到 11,000 积分之间" in words(answer, 422)
    [row] = reading().scalars(select(PricePlan).where(PricePlan.region != ""))
    assert (row.region, row.points, row.bounded) == ("华东/浙江/杭州", 10_500, 1)


def test_a_region_tries_everything_outside_it(desk: FlaskClient, mall: Flask) -> None:
    moved = update(Dealer).where(Dealer.region != "华东/浙江/杭州").values(region="华北/河北")
    transact(lambda session, _now: session.execute(moved) and None)
    for where in ("华北", "华北/河北", "华东"):
        for address in (f"/desk/editions?region={where}", ONE.replace(REGION, where)):
            assert desk.get(address).status_code in (403, 404)
        for act in ("", "/giving-up", "/prices", "/preview", "/history/1/restoring"):
            sent = {"own": ["names"], "names-zh_Hans": "别区", "revision": "0"}
            assert desk.post(f"/desk/editions/TB-750-TI{act}?region={where}", data=sent).status_code in (403, 404)
    assert desk.get("/desk/editions?region=不存在").status_code == 404
    assert desk.get("/desk/editions/NOTHING").status_code == 404
    assert "你可以看，不能改" in words(desk.get("/desk/edition-bounds"))
    assert desk.post("/desk/edition-bounds", data={"down": "90", "up": "90"}).status_code == 403
    assert reading().scalars(select(ItemEdition)).all() == []
    assert desk.get("/desk/editions").status_code == 200


def test_the_brand_sets_the_bounds_and_is_told_what_they_cut(brand: FlaskClient, desk: FlaskClient) -> None:
    assert desk.post(ONE, data=fields(desk, own=["names"], **{"names-zh_Hans": "之江保温杯"})).status_code == 303
    bounds: dict[str, Any] = {"down": "5", "up": "2.5", "parts": ["pictures", "price"], "revision": "0"}
    assert "请填写 0 到 100 的百分数" in words(brand.post("/desk/edition-bounds", data=bounds | {"up": "101"}), 422)
    asked = brand.post("/desk/edition-bounds", data=bounds)
    assert "1 个区域版和 0 个区域价会跟回品牌库" in words(asked, 409)
    assert brand.post("/desk/edition-bounds", data=bounds | {"sure": "1"}).status_code == 303
    row = reading().get(EditionBounds, 1)
    assert row is not None
    assert (row.down_bps, row.up_bps, row.parts) == (500, 250, ["pictures", "price"])
    reading().rollback()
    assert "−5% / +2.5" in words(brand.get("/desk/edition-bounds")).replace("−5 %", "−5%")
    assert "品牌没有开放" in words(desk.get(ONE))
    assert _edition().names is None
    closed = desk.post(ONE, data=fields(desk, own=["names"], **{"names-zh_Hans": "再试"}))
    assert "品牌没有开放区域改写：名称" in words(closed, 422)


def test_the_region_is_told_what_the_library_has_changed(desk: FlaskClient) -> None:
    assert desk.post(ONE, data=fields(desk, own=["names"], **{"names-zh_Hans": "之江保温杯"})).status_code == 303
    renamed = update(Item).where(Item.code == "TB-750-TI").values(names={"zh_Hans": "全新保温杯"})
    transact(lambda session, _now: session.execute(renamed) and None)
    assert "品牌库改过" in words(desk.get(LIST))
    assert "你们另写以后，品牌库改过" in words(desk.get(ONE))
    assert "本区另写的，品牌库改过" in words(desk.get("/desk/today"))
    assert f"/desk/editions?way=behind&amp;{urlencode({'region': REGION})}" in desk.get("/desk/today").text
    behind = desk.get(f"{LIST}&way=behind")
    assert "TB-750-TI" in behind.text
    form = desk.get(ONE).text.partition("/library/names?")[2]
    sent = dict(re.findall(r'name="(revision|seen)" value="(\w+)"', form)) | {"act": "keep"}
    where = f"/desk/editions/TB-750-TI/library/names?region={REGION}"
    assert "没有照办" in words(desk.post(where, data=sent | {"seen": "old"}), 409)
    assert desk.post(where, data=sent).status_code == 303
    assert "你们另写以后，品牌库改过" not in words(desk.get(ONE))
    assert desk.post(where.replace("names", "price"), data=sent).status_code == 404
    assert desk.post(ONE, data=fields(desk)).status_code == 303
    assert "你们另写以后" not in words(desk.get(ONE))


def _edition() -> ItemEdition:
    reading().rollback()
    found = reading().scalars(select(ItemEdition)).one_or_none()
    return found or ItemEdition(names=None)


def test_the_list_opens_with_a_region_of_the_brands_own(brand: FlaskClient) -> None:
    abroad = update(Dealer).where(Dealer.code == "NB0574").values(region="EIRE")
    transact(lambda session, _now: session.execute(abroad) and None)
    html = brand.get("/desk/editions").text
    assert '<option value="华东" selected' in html
    assert html.index('<option value="华东/浙江/杭州"') < html.index('<option value="EIRE"')
