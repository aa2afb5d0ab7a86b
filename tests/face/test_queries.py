"""Reads and writing on each engine: a page of every block, announcements, guides, dealers to look as."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.types import micros
from mall.catalog.models import Item
from mall.dealers.models import Tier
from mall.dealers.queries.seen_as import find_dealers, regions
from mall.face.actions import (
    AnnouncementToPut,
    GuideToPut,
    add_block,
    change_block,
    move_guide,
    publish_announcement,
    publish_guide,
    put_announcement,
    put_guide,
)
from mall.face.models import OutsideRegion, SlugTaken, WritingMoved
from mall.face.queries import writing
from mall.face.queries.checks import checks
from mall.face.queries.home import home
from mall.face.queries.reader import Reader, Viewer
from mall.points.queries import Balance
from mall.web.db import now, reading, transact
from tests.cast import cast
from tests.catalog.conftest import stock_up
from tests.face.conftest import ANYWHERE, BY, EAST, OTHER, block, document, revision


def test_a_page_of_every_source_of_rewards_is_read(app: Flask) -> None:
    transact(stock_up)
    for source, more in (("newest", {}), ("category", {"category": "home"}), ("chosen", {"codes": ["OF-003"]})):
        made = transact(add_block, revision=revision(), what="shelf", by=BY)
        values = block("shelf") | {"source": source} | more
        transact(change_block, revision=revision(), block_id=made, values=values, by=BY)
    held = Balance(0, 9_000, 0, 0, now())
    viewer = Viewer(name="沈", dealer_name="恒泰", tier=Tier.CORE, region="华东", balance=held)
    reader = Reader(session=reading(), at=now(), viewer=viewer, zone="Asia/Shanghai")
    shown = home(reader, document()["blocks"])
    assert [len(one.lists[0]) for one in shown if one.lists] == [6, 6, 6, 1, 1]
    assert checks(reading(), now(), document(), ANYWHERE) == []


def test_dealers_are_found_and_their_regions_listed(app: Flask) -> None:
    transact(cast, seal=app.extensions["seal"])
    assert [one.code for one in find_dealers(reading(), "LA0571")] == ["LA0571"]
    assert [one.code for one in find_dealers(reading(), "华东")] == ["LA0571", "NB0574"]
    assert find_dealers(reading(), "%") == []
    assert regions(reading()) == ["华东", "华东/浙江", "华东/浙江/宁波", "华东/浙江/杭州"]


def test_an_announcement_is_one_however_often_it_is_sent_and_stale_ones_are_refused(app: Flask) -> None:
    put = AnnouncementToPut(
        key="of-today", titles={"zh_Hans": "到货"}, texts={"zh_Hans": "<p>来了</p>"}, starts_at=now(), regions=("华东",)
    )
    made = [transact(put_announcement, put=put, revision=0, by=EAST) for _ in range(2)]
    assert made[0] == made[1]
    later = AnnouncementToPut(
        key="of-today", titles={"zh_Hans": "全到了"}, texts=put.texts, starts_at=now(), regions=("华东/浙江",)
    )
    transact(put_announcement, put=later, revision=1, by=OTHER)
    with pytest.raises(WritingMoved):
        transact(put_announcement, put=put, revision=1, by=EAST)
    everybody = AnnouncementToPut(key="of-today", titles=put.titles, texts=put.texts, starts_at=now())
    with pytest.raises(OutsideRegion):
        transact(put_announcement, put=everybody, revision=2, by=EAST)
    for _ in range(2):
        transact(publish_announcement, announcement_id=made[0], revision=2, wanted=True, by=EAST)
    seen = [
        len(writing.announcements(reading(), at, tier=Tier.BASE, region=region))
        for at, region in (
            (now(), "华东/浙江/杭州"),
            (now(), "华东/江苏"),
            (now() - timedelta(seconds=1), "华东/浙江"),
        )
    ]
    assert seen == [1, 0, 0]


def test_guides_keep_their_order_and_their_addresses(app: Flask) -> None:
    texts = {"zh_Hans": "<h2>第一步</h2>"}
    ids = []
    for slug in ("one", "two", "three"):
        put = GuideToPut(slug=slug, titles={"zh_Hans": slug}, texts=texts)
        ids.append(transact(put_guide, guide_id=None, put=put, revision=0, by=BY))
        transact(publish_guide, guide_id=ids[-1], revision=1, wanted=True, by=BY)
    transact(move_guide, guide_id=ids[2], seen=2, up=True, by=BY)
    transact(move_guide, guide_id=ids[2], seen=2, up=True, by=BY)
    assert [one.slug for one in writing.guides(reading())] == ["one", "three", "two"]
    taken = GuideToPut(slug="one", titles={"zh_Hans": "two"}, texts=texts)
    with pytest.raises(SlugTaken):
        transact(put_guide, guide_id=ids[1], put=taken, revision=2, by=BY)
    with pytest.raises(OutsideRegion):
        transact(publish_guide, guide_id=ids[0], revision=2, wanted=False, by=EAST)


def test_two_hundred_announcements_of_others_hide_none_of_the_own_region(app: Flask) -> None:
    asked = {"titles": {"zh_Hans": "到货"}, "texts": {"zh_Hans": "<p>来了</p>"}, "starts_at": now()}

    def many(session: Session, now: datetime) -> None:
        for n, where in enumerate([("华东/浙江",), (), *[("华南",), ("华东/江苏",)] * 100]):
            said = asked | {"starts_at": now - timedelta(minutes=300 - n)}
            put = AnnouncementToPut(key=f"of-{n}", regions=where, tiers=("core", "base")[: n % 3], **said)
            made = put_announcement(session, now, put=put, revision=0, by=BY)
            publish_announcement(session, now, announcement_id=made, revision=1, wanted=True, by=BY)

    transact(many)
    seen = writing.announcements(reading(), now(), tier=Tier.CORE, region="华东/浙江/杭州")
    assert [one.regions for one in seen] == [[], ["华东/浙江"]]
    assert [one.regions for one in writing.announcements(reading(), now(), tier=Tier.BASE, region="")] == []


def test_a_reward_that_leaves_the_shelf_while_a_block_leads_to_it_is_told(app: Flask) -> None:
    transact(stock_up)
    made = transact(add_block, revision=revision(), what="shelf", by=BY)
    off_at = now() + timedelta(days=3)
    for ends_at, told in ((None, True), (micros(now() + timedelta(days=5)), True), (micros(off_at), False)):
        transact(going, code="OF-003", off_at=off_at)
        values = block("shelf") | {"source": "chosen", "codes": ["OF-003", "OF-004"], "ends_at": ends_at}
        transact(change_block, revision=revision(), block_id=made, values=values, by=BY)
        found = [one for one in checks(reading(), now(), document(), ANYWHERE) if one.params.get("codes")]
        assert [(one.bad, one.text, dict(one.params)) for one in found] == (
            [(False, "展示期间会下架：%(codes)s", {"codes": "OF-003"})] if told else []
        )
    transact(going, code="OF-003", off_at=now())  # off the shelf: as one that is not there
    found = [one for one in checks(reading(), now(), document(), ANYWHERE) if one.params.get("codes")]
    assert [one.text for one in found] == ["已下架或没有：%(codes)s"]


def going(session: Session, _now: datetime, *, code: str, off_at: datetime) -> None:
    session.scalars(select(Item).where(Item.code == code)).one().off_at = off_at
