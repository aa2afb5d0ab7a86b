"""The desk's pages of rewards, categories and suppliers as a merchandiser uses them without script."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.picture import Box
from mall.base.refused import Phrase
from mall.catalog.actions import PlanToPut, add_plan, set_cost
from mall.catalog.models import Item, ItemDraft, ItemVersion, NotReady, SupplierFile
from mall.catalog.queries.documents import written
from mall.face.actions import By, set_theme
from mall.media.actions.keep import Drawn, write_down
from mall.media.models import Shape
from mall.web.db import reading, transact
from mall.web.picture_field import USES
from tests.cast import Cast, sign_in
from tests.catalog.conftest import words

THERMOS = "/desk/items/TB-750-TI"


def typed(desk: FlaskClient, address: str = THERMOS, **changed: Any) -> dict[str, Any]:
    """The editor's form as a browser would send it, with these fields changed."""
    html = desk.get(address).get_data(as_text=True)
    form = html[html.index('<form id="item-form"') :]
    form = form[: form.index("</form>")]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        box = 'type="checkbox"' in tag or 'type="radio"' in tag
        if name and (not box or " checked" in tag):
            fields.setdefault(name[1], []).append(value[1] if value else "")
    for name, inner in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        fields[name] = [chosen[1] if chosen else ""]
    for name, inner in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        fields[name] = [inner]
    return fields | {name.replace("__", "-"): value for name, value in changed.items()}


def document(code: str = "TB-750-TI") -> dict[str, Any]:
    reading().rollback()
    return written(reading(), code).document


def test_a_form_sent_as_it_came_changes_nothing(desk: FlaskClient) -> None:
    before = document()
    assert desk.post(THERMOS, data=typed(desk)).status_code == 303
    assert document() == before
    assert reading().scalar(select(ItemDraft.id)) is None


def test_a_change_is_saved_as_a_draft_and_published_by_its_button(desk: FlaskClient) -> None:
    changed = typed(desk, names__zh_Hans="轻量保温杯", list_price="729.50", note="换名字")
    assert desk.post(THERMOS, data=changed).status_code == 303
    assert "草稿 第 1 稿" in words(desk.get(THERMOS))
    assert "钛合金" in words(desk.get(f"{THERMOS}/history?after=draft"))
    reading().rollback()
    assert reading().scalar(select(Item.list_price_fen).where(Item.code == "TB-750-TI")) == 69_900
    sent = typed(desk, note="换名字")
    for _twice in range(2):
        assert desk.post(f"{THERMOS}/publication", data=sent).status_code == 303
    reading().rollback()
    assert reading().scalar(select(Item.list_price_fen).where(Item.code == "TB-750-TI")) == 72_950
    assert "换名字" in words(desk.get(f"{THERMOS}/history"))
    assert reading().scalars(select(AuditEntry.act).where(AuditEntry.act == "item.publish")).all() == ["item.publish"]


def test_prices_and_costs_stand_between_the_versions_and_the_time_before_comes_back(desk: FlaskClient) -> None:
    desk.post(f"{THERMOS}/publication", data=typed(desk, names__zh_Hans="轻量保温杯", note="换名字"))
    by: dict[str, Any] = {"sku_code": "TB-500-GREY", "actor": "staff:1"}
    transact(add_plan, put=PlanToPut(points=19_000), costs=None, **by)
    transact(add_plan, put=PlanToPut(points=17_000, region="华东/浙江"), costs=None, **by)
    transact(add_plan, put=PlanToPut(step=7, points=9_000, cash_fen=9_900), costs=None, **by)
    transact(set_cost, cost_fen=31_200, **by)
    told = words(desk.get(f"{THERMOS}/history"))
    for one in (
        "改成本， staff:1 TB-500-GREY 成本 ： ¥312",
        "加价格， staff:1 TB-500-GREY 价格 (华东/浙江) ： 17,000 积分",
        "加价格， staff:1 TB-500-GREY 价格 ： 18,600 积分 19,000 积分",
        "加价格， staff:1 TB-500-GREY 价格 (积分 + 现金) ： 9,000 积分 + ¥99",
        "换名字",
        "发布以前的样子",
    ):
        assert one.replace(" ", "") in told.replace(" ", ""), told
    first = words(desk.get(f"{THERMOS}/history?after=1&before=0"))
    assert "发布以前到第 1 版" in first
    for same in ("", "&before=0", "&before=1"):
        alone = words(desk.get(f"{THERMOS}/history?after=0{same}"))
        assert "草稿和线上的差异" not in alone
        assert "这是最早的版本" in alone
    html = desk.get(f"{THERMOS}/history").text
    form = html[html.index("/history/0/restoring") :]
    sent = dict(re.findall(r'name="(draft|revision|version)" value="(\d+)"', form))
    assert desk.post(f"{THERMOS}/history/0/restoring", data=sent | {"version": "0"}).status_code == 409
    assert desk.post(f"{THERMOS}/history/0/restoring", data=sent).status_code == 303
    assert document()["names"]["zh_Hans"].startswith("钛合金")


def test_a_version_behind_the_listed_ones_is_compared_with_too(desk: FlaskClient) -> None:
    desk.post(f"{THERMOS}/publication", data=typed(desk, names__zh_Hans="轻量保温杯", note="换名字"))
    reading().rollback()
    transact(_published_often)
    told = words(desk.get(f"{THERMOS}/history?after=230&before=0"))
    assert "发布以前到第 230 版" in told
    assert "这是最早的版本" not in told


def _published_often(session: Session, now: datetime) -> None:
    item = session.scalars(select(Item).where(Item.code == "TB-750-TI")).one()
    said = session.get_one(ItemVersion, (item.id, 1)).document
    row: dict[str, Any] = {"item_id": item.id, "document": said, "note": "", "published_at": now, "published_by": "-"}
    session.add_all(ItemVersion(no=no, **row) for no in range(2, 231))
    item.version = 230


def test_who_comes_late_sees_both_texts_and_keeps_what_was_typed(desk: FlaskClient, boss: FlaskClient) -> None:
    late = typed(boss, brand="晚到的品牌", subtitles__zh_Hans="晚到的副标题")
    assert desk.post(THERMOS, data=typed(desk, brand="先到的品牌", list_price="100")).status_code == 303
    answer = boss.post(THERMOS, data=late)
    told = words(answer, 409)
    assert "保存过这份草稿" in told
    assert "先到的品牌" in told
    html = answer.get_data(as_text=True)
    assert 'value="晚到的品牌"' in html
    assert 'value="晚到的副标题"' in html
    assert 'name="list_price" value="100"' in html
    assert document()["brand"] == "先到的品牌"


def test_why_a_draft_was_not_published_by_itself_is_told(desk: FlaskClient) -> None:
    desk.post(THERMOS, data=typed(desk, brand="新品牌"))
    why = NotReady(n=1, what=Phrase("图片最多 %(most)s 张", {"most": 9, "what": []}))
    fault = Phrase(why.text, why.params).kept
    transact(lambda session, _at: session.execute(update(ItemDraft).values(fault=fault)))
    told = words(desk.get(THERMOS))
    assert "到了定时的时间，没有发布：还有 1 项没有通过，没有发布：图片最多 9 张" in told


@pytest.mark.parametrize(
    "odd",
    [
        {"revision": "9" * 19, "version": "9" * 19, "draft": "9" * 19},
        {"shelf": "at", "shelved_at": "2026-12-01T10:00", "shelved_at__was": "2026-12-01T10:00"},
        {"shelf": "at", "shelved_at": "2026-12-01T10:00", "shelved_at__was": "0001-01-01T00:00:00+00:00"},
    ],
)
def test_what_no_browser_sends_does_no_harm(desk: FlaskClient, odd: dict[str, str]) -> None:
    desk.post(THERMOS, data=typed(desk, brand="新品牌"))
    sent = typed(desk, subtitles__zh_Hans="新副标题") | {name.replace("__", "-"): value for name, value in odd.items()}
    for where in (THERMOS, f"{THERMOS}/publication", f"{THERMOS}/shelf", f"{THERMOS}/catching-up"):
        assert desk.post(where, data=sent).status_code < 500
        assert desk.get(THERMOS).status_code == 200


def test_buttons_of_the_form_change_it_and_save_nothing(desk: FlaskClient) -> None:
    html = desk.post(THERMOS, data=typed(desk, act="add-sku")).get_data(as_text=True)
    assert 'name="skus" value="5"' in html
    html = desk.post(THERMOS, data=typed(desk, act="out-sku:0")).get_data(as_text=True)
    assert 'name="skus" value="3"' in html
    html = desk.post(THERMOS, data={**typed(desk), "pictures-act": "add", "pictures-add": "kettle"}).get_data(True)
    assert 'name="pictures" value="kettle"' in html
    assert reading().scalar(select(ItemDraft.id)) is None


@pytest.mark.parametrize(
    "hostile",
    [
        {},
        {"skus": "99999999", "attributes": "-3"},
        {"skus": "2", "attributes": "2", "sku-0-cost": "一百", "limit": "0", "list_price": "1e9"},
        {"kind": "bomb", "delivery": "never", "shelf": "at", "shelved_at": "2026-99-99T00:00", "shelved_at-was": "x"},
        {"names-zh_Hans": "x" * 90, "descriptions-zh_Hans": "<script>alert(1)</script>" * 50, "revision": "999"},
        {"act": "out-sku:77"},
        {"pictures": ["../../etc/passwd", "kettle"], "pictures-act": "up:nothing"},
    ],
)
def test_whatever_is_sent_gets_an_answer(desk: FlaskClient, hostile: dict[str, Any]) -> None:
    for address in (THERMOS, f"{THERMOS}/publication", f"{THERMOS}/preview"):
        assert desk.post(address, data=hostile).status_code in {200, 303, 409, 422}
    assert "<script>alert" not in desk.get(f"{THERMOS}/preview").get_data(as_text=True)


def test_the_preview_shows_what_is_typed_in_a_frame_of_our_own_alone(desk: FlaskClient) -> None:
    answer = desk.post(f"{THERMOS}/preview?tier=core", data=typed(desk, names__zh_Hans="还没保存的名字"))
    assert "还没保存的名字" in words(answer)
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in desk.get(THERMOS).headers["Content-Security-Policy"]
    assert reading().scalar(select(ItemDraft.id)) is None


def test_descriptions_are_shown_as_they_were_cleaned(desk: FlaskClient, people: Cast, mall: Flask) -> None:
    rich = "<h3>特点</h3><p onclick=x()>轻<script>alert(1)</script></p>"
    assert desk.post(f"{THERMOS}/publication", data=typed(desk, descriptions__zh_Hans=rich)).status_code == 303
    dealer = mall.test_client()
    sign_in(dealer, people.owner)
    assert "<h3>特点</h3><p>轻</p>" in dealer.get("/catalog/TB-750-TI").get_data(as_text=True)


def test_the_list_finds_by_words_category_and_state(desk: FlaskClient) -> None:
    begun = {"code": "KT-1", "name": "电水壶", "category": "home", "kind": "physical"}
    assert desk.post("/desk/items", data=begun).status_code == 303
    assert "货号 KT-1 已经" in words(desk.post("/desk/items", data=begun | {"name": "另一件"}), 409)
    assert "49 件礼品" in words(desk.get("/desk/items"))
    assert "钛合金保温杯" in words(desk.get("/desk/items?q=baowen&state=on"))
    assert "电水壶" in words(desk.get("/desk/items?state=new"))
    off = words(desk.get("/desk/items?state=off&category=home"))
    assert "还没上架的保温杯" in off
    assert "钛合金" not in off
    assert "没有找到礼品" in words(desk.get("/desk/items?q=zzzzzz"))


def test_the_tree_is_ordered_by_buttons(desk: FlaskClient) -> None:
    def press(way: str, code: str) -> Any:
        html = desk.get("/desk/categories").get_data(as_text=True)
        seen = re.findall(r'name="seen" value="([^"]*)"', html)[0]
        return desk.post("/desk/categories/placing", data={"seen": seen, "code": code, "way": way})

    def order(answer: Any) -> list[str]:
        return re.findall(r'data-code="([^"]*)"', answer.get_data(as_text=True))

    assert order(press("down", "home")) == ["office", "home", "virtual", "empty"]
    assert 'data-code="home" data-parent="office"' in press("in", "home").get_data(as_text=True)
    assert order(press("out", "home")) == ["office", "home", "virtual", "empty"]
    stale = desk.post("/desk/categories/placing", data={"seen": "old", "code": "empty", "parent": "", "before": "home"})
    assert "刚被别人调整过" in words(stale, 409)
    assert "还有礼品" in words(desk.post("/desk/categories/office/removal"), 409)


def test_a_supplier_with_its_files(desk: FlaskClient) -> None:
    form = {"code": "SUP-1", "name": "临泉制造", "admission": "admitted", "revision": "0"}
    assert "要填准入日期" in words(desk.post("/desk/suppliers", data=form), 422)
    assert desk.post("/desk/suppliers", data=form | {"admitted_on": "2026-11-01"}).status_code == 303
    assert "刚被别人改过" in words(
        desk.post("/desk/suppliers", data=form | {"admitted_on": "2026-11-02", "revision": "9"}), 409
    )
    files = "/desk/suppliers/SUP-1/files"
    pdf = b"%PDF-1.7\n%%EOF\n"
    assert "内容不是" in words(desk.post(files, data={"file": (io.BytesIO(b"MZ"), "质检.pdf")}), 422)
    assert desk.post(files, data={"file": (io.BytesIO(pdf), "质检.pdf")}).status_code == 303
    kept = reading().scalars(select(SupplierFile.id)).one()
    reading().rollback()
    answer = desk.post(f"{files}/{kept}")
    assert (answer.get_data(), answer.mimetype) == (pdf, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "查看质量文件" in words(desk.get("/desk/suppliers/SUP-1"))
    assert desk.post(f"{files}/{kept}/removal").status_code == 303
    assert desk.post(f"{files}/{kept}").status_code == 404


def test_a_picture_is_known_by_the_rewards_drafts_and_blocks_that_show_it(desk: FlaskClient) -> None:
    key = f"m{'a' * 26}"
    lost = desk.post(THERMOS, data={**typed(desk), "pictures": ["thermos", key]})
    assert f"图库里没有这张图片：{key}" in words(lost, 422)
    drawn = Drawn(key, "", "瓷器.jpg", Shape.SQUARE, (600, 600), Box(0, 0, 600, 600), (240,), 1)
    transact(write_down, drawn=drawn, actor="staff:1")
    reading().rollback()
    ask = [*desk.application.extensions[USES]]
    assert [use for find in ask for use in find(reading(), key)] == []
    desk.post(THERMOS, data={**typed(desk), "pictures": ["thermos", key]})
    reading().rollback()
    assert [(use.what, use.seen) for find in ask for use in find(reading(), key)] == [("礼品草稿", False)]
    desk.post(f"{THERMOS}/publication", data={**typed(desk), "sku-0-picture": key})
    reading().rollback()
    uses = [use for find in ask for use in find(reading(), key)]
    assert [(use.what, use.address, use.seen) for use in uses] == [("礼品", THERMOS, True)]
    transact(set_theme, revision=0, theme={"logo": key}, by=By(actor="staff:1"))
    reading().rollback()
    assert [use.part for find in ask for use in find(reading(), key) if use.what == "首页草稿"] == ["标志"]


def test_a_reward_is_seen_as_a_dealer_with_its_own_points(desk: FlaskClient, people: Cast) -> None:
    html = desk.get(f"{THERMOS}/preview?dealer=LA0571").get_data(as_text=True)
    assert "还差" in html  # it has nothing yet
    assert "还差" not in desk.get(f"{THERMOS}/preview").get_data(as_text=True)
    assert "没有找到这家经销商" in desk.get(f"{THERMOS}/preview?dealer=nobody").get_data(as_text=True)
    page = words(desk.get(f"{THERMOS}?dealer=LA0571"))
    assert "预览为 华东·临安恒泰商贸" in page


def test_a_draft_is_set_to_be_published_shown_so_and_called_back(desk: FlaskClient) -> None:
    asked = {**typed(desk, brand="新品牌"), "due_at": "2026-12-01T00:00"}
    assert "定时发布的时间要晚于现在" in words(desk.post(f"{THERMOS}/due", data=asked | {"due_at": ""}), 422)
    asked |= {name: value for name, value in typed(desk).items() if name in ("revision", "version", "draft")}
    assert desk.post(f"{THERMOS}/due", data=asked).status_code == 303
    assert "定在 12月1日 00:00 自动发布" in words(desk.get(THERMOS))
    late = words(desk.post(THERMOS, data=typed(desk, brand="别的")), 409)
    assert "这份草稿定在 12月1日 00:00 自动发布" in late
    html = desk.get(THERMOS).get_data(as_text=True)
    form = html[html.index("/due/cancellation") :]
    sent = dict(re.findall(r'name="(draft|revision)" value="(\d+)"', form[: form.index("</form>")]))
    assert desk.post(f"{THERMOS}/due/cancellation", data=sent).status_code == 303
    assert desk.post(THERMOS, data=typed(desk, brand="别的")).status_code == 303


def test_what_is_as_it_is_live_is_not_set_for_a_moment(desk: FlaskClient) -> None:
    """Nothing was changed, so there is no draft: that is said on the page of the reward and is no dead end."""
    answer = desk.post(f"{THERMOS}/due", data={**typed(desk), "due_at": "2026-12-01T00:00"})
    assert answer.status_code == 303
    assert "和线上一样，没有要发布的改动" in words(desk.get(THERMOS))
