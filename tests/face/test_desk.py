"""The block editor as a merchandiser uses it, with script and without."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.dealers.models import StaffRole
from mall.face.actions import remove_block
from mall.web.db import reading, transact
from tests.cast import Cast, sign_in
from tests.face.conftest import OTHER, block, document, revision, said

HTMX = {"HX-Request": "true"}


def whats() -> list[str]:
    return [one["what"] for one in document()["blocks"]]


def add(desk: FlaskClient, what: str) -> str:
    answer = desk.post("/desk/face/blocks", data={"what": what, "revision": revision()})
    assert answer.status_code == 303
    return answer.headers["Location"].partition("?")[0]


def test_the_editor_shows_the_blocks_a_preview_and_what_may_be_added(desk: FlaskClient) -> None:
    answer = desk.get("/desk/face")
    words = said(answer)
    for label in ("问候与积分", "搜索框", "快捷入口", "马上就能兑换", "货架", "横幅", "图文说明"):
        assert label in words
    assert "和线上一样" in words
    assert "没有要发布的改动" in words
    assert '<iframe class="phone__frame" name="preview"' in answer.text
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_blocks_are_added_moved_copied_and_removed_by_buttons_alone(desk: FlaskClient) -> None:
    before = whats()
    path = add(desk, "banner")
    assert whats() == [*before, "banner"]
    banner = path.rsplit("/", 1)[1]
    assert desk.post(f"/desk/face/blocks/{banner}/move/up", data={"revision": revision()}).status_code == 303
    assert whats()[-2] == "banner"
    assert desk.post(f"/desk/face/blocks/{banner}/copy", data={"revision": revision()}).status_code == 303
    assert whats()[-3:-1] == ["banner", "banner"]
    assert desk.post(f"/desk/face/blocks/{banner}/removal", data={"revision": revision()}).status_code == 303
    assert whats()[-2] == "banner"
    assert whats()[-3] != "banner"


def test_an_order_that_was_dragged_is_kept_and_answers_with_the_list_alone(desk: FlaskClient) -> None:
    ids = [one["id"] for one in document()["blocks"]]
    wanted = [ids[-1], *ids[:-1]]
    answer = desk.post("/desk/face/order", data={"revision": 0, "order": ",".join(wanted)}, headers=HTMX)
    assert "<html" not in answer.text
    assert 'id="face-editor"' in answer.text
    assert [one["id"] for one in document()["blocks"]] == wanted


def test_a_block_is_filled_in_kept_as_a_draft_and_published_whole(desk: FlaskClient, owner: FlaskClient) -> None:
    path = add(desk, "rich_text")
    text = "<p>每天 <b>9 点</b></p><script>x</script>"
    answer = desk.post(path, data={"revision": revision(), "title-zh_Hans": "客服时间", "text-zh_Hans": text})
    assert answer.status_code == 303, answer.text
    assert block("rich_text")["text"] == {"zh_Hans": "<p>每天 <b>9 点</b></p>"}
    assert "客服时间" not in said(owner.get("/"))
    answer = desk.post("/desk/face/publication", data={"revision": revision(), "words": "加客服时间"})
    assert answer.status_code == 303, said(answer, answer.status_code)
    assert "客服时间" in said(owner.get("/"))
    assert "加客服时间" in said(desk.get("/desk/face/versions"))


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(desk: FlaskClient) -> None:
    path = add(desk, "banner")
    data = {
        "revision": revision(), "slides-rows": "1", "slides-0-link": "https://elsewhere.example",
        "slides-0-way": "card", "slides-0-tone": "brand", "starts_at": "2026-12-01T00:00",
        "ends_at": "2026-11-01T00:00",
    }  # fmt: skip
    words = said(desk.post(path, data=data), 422)
    assert "只能链接到商城里的页面" in words
    assert "请填写这一项" in words
    assert "结束要晚于开始" in words
    assert block("banner")["slides"] == []


def test_rows_are_added_moved_and_removed_without_script_and_nothing_typed_is_lost(desk: FlaskClient) -> None:
    path = add(desk, "banner")
    answer = desk.post(path, data={"revision": revision(), "slides-rows": "0", "rows": "slides:add"})
    assert 'name="slides-0-title-zh_Hans"' in answer.text
    typed = {"slides-rows": "2", "slides-0-title-zh_Hans": "甲", "slides-1-title-zh_Hans": "乙"}
    answer = desk.post(path, data={"revision": revision(), **typed, "rows": "slides:up:1"})
    assert re.search(r'name="slides-0-title-zh_Hans" value="乙"', answer.text)
    answer = desk.post(path, data={"revision": revision(), **typed, "rows": "slides:remove:0"})
    assert re.search(r'name="slides-0-title-zh_Hans" value="乙"', answer.text)
    assert "slides-1-title" not in answer.text
    assert 'data-unsaved="typed"' in answer.text


def test_a_stale_page_is_told_who_changed_the_draft_and_keeps_what_was_typed(
    desk: FlaskClient, people: Cast, mall: Flask
) -> None:
    path = add(desk, "rich_text")
    seen = revision()
    other = mall.test_client()
    sign_in(other, people.staff[StaffRole.ADMINISTRATOR])
    assert other.post("/desk/face/blocks/search/removal", data={"revision": seen}).status_code == 303
    words = said(desk.post(path, data={"revision": seen, "text-zh_Hans": "<p>我写的</p>"}), 409)
    assert "苏望舒 在" in words
    assert "改过草稿" in words
    assert "我写的" in words
    answer = desk.post("/desk/face/blocks/doors/removal", data={"revision": seen}, headers=HTMX)
    assert "苏望舒 在" in said(answer, 409)
    assert "search" not in whats()
    assert "quick_grid" in whats()


def test_a_second_tap_adds_no_second_block(desk: FlaskClient) -> None:
    before, seen = whats(), revision()
    for _ in range(2):
        assert desk.post("/desk/face/blocks", data={"what": "shelf", "revision": seen}).status_code == 303
    assert whats() == [*before, "shelf"]


def test_a_draft_with_a_dead_link_is_not_published(desk: FlaskClient) -> None:
    path = add(desk, "quick_grid")
    data = {
        "revision": revision(), "source": "own", "count": "8", "doors-rows": "1", "doors-0-icon": "gift",
        "doors-0-title-zh_Hans": "满减", "doors-0-link": "/nowhere/at-all",
    }  # fmt: skip
    assert desk.post(path, data=data).status_code == 303
    words = said(desk.get("/desk/face"))
    assert "链接打不开：/nowhere/at-all" in words
    assert "发布（1 项未通过）" in words
    assert "还有 1 处没有改好" in said(desk.post("/desk/face/publication", data={"revision": revision()}), 409)


def test_the_draft_can_be_given_up(desk: FlaskClient) -> None:
    before = document()
    add(desk, "shelf")
    assert desk.post("/desk/face/discard", data={"revision": revision()}).status_code == 303
    assert document() == before


def test_a_version_is_gone_back_to_as_a_new_one(desk: FlaskClient, owner: FlaskClient) -> None:
    for title in ("春天", "秋天"):
        path = add(desk, "rich_text")
        desk.post(path, data={"revision": revision(), "title-zh_Hans": title, "text-zh_Hans": "<p>话</p>"})
        desk.post("/desk/face/publication", data={"revision": revision()})
    assert "秋天" in said(owner.get("/"))
    answer = desk.post("/desk/face/versions/1/restoration", data={"seen": "2"})
    assert answer.status_code == 303, said(answer, answer.status_code)
    home = said(owner.get("/"))
    assert "春天" in home
    assert "秋天" not in home
    words = said(desk.get("/desk/face/versions"))
    assert "第 3 版" in words
    assert "回到第 1 版" in words
    assert "发布过" not in said(desk.post("/desk/face/versions/1/restoration", data={"seen": "2"}), 303)
    assert "第 4 版" not in said(desk.get("/desk/face/versions"))


def test_every_change_is_written_down(desk: FlaskClient, people: Cast) -> None:
    add(desk, "shelf")
    entry = reading().scalars(select(AuditEntry).where(AuditEntry.act == "face.block.add")).one()
    assert entry.subject == "face"
    assert entry.actor == f"staff:{people.staff[StaffRole.MERCHANDISER].id}"
    assert entry.detail["after"][0]["what"] == "shelf"


@pytest.mark.parametrize("role", [StaffRole.FINANCE, StaffRole.FULFILMENT, StaffRole.ACCOUNT_MANAGER])
def test_nobody_else_dresses_the_mall(mall: Flask, people: Cast, role: StaffRole) -> None:
    client = mall.test_client()
    sign_in(client, people.staff[role])
    for path in ("/desk/face", "/desk/face/preview", "/desk/face/theme", "/desk/announcements", "/desk/guides"):
        assert client.get(path).status_code == 403


def test_a_block_that_somebody_removed_is_not_found(desk: FlaskClient) -> None:
    assert desk.get("/desk/face/blocks/no-such").status_code == 404
    path = add(desk, "shelf")
    transact(remove_block, revision=revision(), block_id=path.rsplit("/", 1)[1], by=OTHER)
    assert desk.get(path).status_code == 404
