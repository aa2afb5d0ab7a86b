"""The home page as dealers see it: blocks by audience and time, and few statements whatever is on it."""

from __future__ import annotations

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from mall.base.types import micros
from mall.face.actions import AnnouncementToPut, add_block, change_block, publish_announcement, put_announcement
from mall.face.blocks import KINDS
from mall.face.rules.icons import ICONS
from mall.web.assets import asset
from mall.web.db import now, transact
from tests.catalog.conftest import statements
from tests.conftest import Clock
from tests.face.conftest import BY, block, go_live, revision, said

ROOT_ICON = re.compile(r'id="([a-z0-9-]+)"')


def put(what: str, **values: object) -> None:
    """Add a block with these values."""
    made = transact(add_block, revision=revision(), what=what, by=BY)
    transact(change_block, revision=revision(), block_id=made, values=block(what) | values, by=BY)


def announce(key: str, title: str, **more: object) -> int:
    """Publish an announcement."""
    facts = {"starts_at": now(), "titles": {"zh_Hans": title}, "texts": {"zh_Hans": "<p>详情</p>"}} | more
    made = transact(put_announcement, put=AnnouncementToPut(key=key, **facts), revision=0, by=BY)  # type: ignore[arg-type]
    transact(publish_announcement, announcement_id=made, revision=1, wanted=True, by=BY)
    return made


def test_blocks_are_shown_to_whom_they_are_for_and_while_they_are_for_them(owner: FlaskClient, clock: Clock) -> None:
    text = {"text": {"zh_Hans": "<p>话</p>"}}
    put("rich_text", title={"zh_Hans": "浙江专享"}, regions=["华东/浙江"], **text)
    put("rich_text", title={"zh_Hans": "广东专享"}, regions=["华南/广东"], **text)
    put("rich_text", title={"zh_Hans": "战略专享"}, tiers=["strategic"], **text)
    put("rich_text", title={"zh_Hans": "明天见"}, starts_at=micros(now() + timedelta(days=1)), **text)
    put("rich_text", title={"zh_Hans": "到今晚"}, ends_at=micros(now() + timedelta(hours=3)), **text)
    go_live()
    words = said(owner.get("/"))
    assert "浙江专享" in words
    assert "到今晚" in words
    assert not {"广东专享", "战略专享", "明天见"} & set(re.findall("广东专享|战略专享|明天见", words))
    clock.tick(days=1)
    words = said(owner.get("/"))
    assert "明天见" in words
    assert "到今晚" not in words


def test_every_kind_of_block_is_shown(owner: FlaskClient) -> None:
    slide = {"picture": "thermos", "title": {"zh_Hans": "换新季"}, "link": "/catalog", "way": "card", "tone": "deep"}
    put("banner", slides=[slide, slide | {"way": "picture", "link": ""}])
    put("rich_text", text={"zh_Hans": '<p>看<a href="/guides">攻略</a></p>'})
    put("shelf", source="chosen", codes=["OF-003", "NO-SUCH", "TB-750-TI"], title={"zh_Hans": "挑好的"})
    put("shelf", source="category", category="home", title={"zh_Hans": "日用"})
    put("quick_grid", source="own", doors=[{"icon": "coins", "title": {"zh_Hans": "明细"}, "link": "/points"}])
    announce("first-one-1", "双十二发货")
    go_live()
    html = owner.get("/").text
    words = said(owner.get("/"))
    for shown in ("换新季", "攻略", "挑好的", "日用", "明细", "双十二发货"):
        assert shown in words
    assert html.index("办公本册 3 号", html.index("挑好的")) < html.index("钛合金保温杯", html.index("挑好的"))
    assert "blocks" in html
    assert html.count("<h1") == 1


def test_a_page_without_the_balance_card_still_has_its_heading(owner: FlaskClient) -> None:
    transact(change_block, revision=0, block_id="balance", values=block("balance") | {"greeted": False}, by=BY)
    go_live()
    assert owner.get("/").text.count("<h1") == 1


def test_a_dead_link_in_a_text_is_taken_out_and_a_script_too(owner: FlaskClient) -> None:
    text = '<p onclick="x()">好<a href="https://elsewhere.example">外</a><a href="//e.example">外</a></p><img src=x>'
    put("rich_text", text={"zh_Hans": f"{text}<script>alert(1)</script>"})
    go_live()
    html = owner.get("/").text
    assert "elsewhere" not in html
    assert "onclick" not in html
    assert "alert(1)" not in html


def test_the_home_page_costs_one_statement_more_than_its_blocks(owner: FlaskClient) -> None:
    owner.get("/")
    with statements() as seen:
        assert owner.get("/").status_code == 200
    assert len(seen) <= 12, "\n".join(seen)
    for _ in range(3):
        put("shelf", source="newest")
    go_live()
    with statements() as seen:
        assert owner.get("/").status_code == 200
    assert len(seen) <= 15, "\n".join(seen)
    assert sum("price_plan" in statement for statement in seen) == 1


def test_other_pages_ask_for_the_theme_once_in_a_while(owner: FlaskClient) -> None:
    owner.get("/")
    with statements() as seen:
        owner.get("/points")
    assert not any("face_layout" in statement for statement in seen)


def test_an_announcement_is_read_by_those_it_is_for(owner: FlaskClient) -> None:
    mine = announce("for-zhejiang", "浙江到货", regions=("华东/浙江",))
    others = announce("for-guangdong", "广东到货", regions=("华南/广东",))
    ended = announce("yesterday-1", "昨天的事", starts_at=now() - timedelta(days=2), ends_at=now() - timedelta(days=1))
    words = said(owner.get("/announcements"))
    assert "浙江到货" in words
    assert "广东到货" not in words
    assert "昨天的事" not in words
    assert "浙江到货" in said(owner.get("/"))
    assert owner.get(f"/announcements/{mine}").status_code == 200
    assert owner.get(f"/announcements/{others}").status_code == 404
    assert owner.get(f"/announcements/{ended}").status_code == 404


def test_every_kind_says_what_it_is_for_and_every_icon_is_in_the_sprite(mall: Flask) -> None:
    drawn = set(ROOT_ICON.findall(mall.test_client().get(asset("icons.svg")).text))
    assert set(ICONS) <= drawn
    for kind in KINDS.values():
        assert kind.label
        assert kind.help
        assert kind.icon_name in drawn
        assert mall.jinja_env.get_template(kind.template).name == kind.template
