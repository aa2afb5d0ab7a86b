"""Searches that found nothing: counted without whose they were, bounded, seen to, and forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.base.scope import WHOLE, Scope
from mall.base.time import civil_day
from mall.catalog.actions import fruitless as actions
from mall.catalog.actions.fruitless import forget_searches, found_nothing, see_to
from mall.catalog.models import FruitlessSearch, NoSuchSearch
from mall.catalog.queries.fruitless import fruitless, fruitless_count
from mall.catalog.rules.fruitless import kept_of
from mall.dealers.models import OutsideScope, StaffRole
from mall.web.db import db, reading, transact
from tests.cast import Cast, cast, sign_in
from tests.catalog.conftest import stock_up
from tests.conftest import Clock

ZONE = "Asia/Shanghai"
BY = {"actor": "staff:7", "address": "10.1.2.3", "scope": WHOLE}


def looked_for(*words: str) -> None:
    for one in words:
        transact(found_nothing, words=kept_of(one), zone=ZONE)


def told(clock: Clock, days: int = 7, **asked: str) -> list[tuple[str, int]]:
    db.session.rollback()
    since = civil_day(clock(), ZONE) - timedelta(days=days - 1)
    return [(row.words, row.times) for row in fruitless(reading(), since=since, **asked).rows]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  戴森  吹风机 ", "戴森 吹风机"),
        ("ＡＰＰＬＥ Watch", "apple watch"),
        ("TB-750-TI", "tb-750-ti"),
        ("138 0571 6207", ""),
        ("13805716207", ""),
        ("订单2611213847", ""),
        ("zhou.min@example.com", ""),
        ("%", ""),
        ("a", ""),
        ("杯", "杯"),
        ("保" * 60, "保" * 40),
    ],
)
def test_what_could_be_somebodys_number_or_address_is_not_kept(typed: str, kept: str) -> None:
    assert kept_of(typed) == kept


def test_the_same_words_are_counted_together_by_day(app: Flask, clock: Clock) -> None:
    looked_for("戴森吹风机", "戴森吹风机", "Apple Watch", "apple  watch", "投影仪")
    clock.tick(days=1)
    looked_for("戴森吹风机")
    assert told(clock) == [("戴森吹风机", 3), ("apple watch", 2), ("投影仪", 1)]
    assert told(clock, days=1) == [("戴森吹风机", 1)]
    assert told(clock, q="WATCH") == [("apple watch", 2)]
    assert fruitless_count(reading(), since=civil_day(clock(), ZONE) - timedelta(days=6)) == (3, 6)
    rows = reading().scalars(select(FruitlessSearch)).all()
    assert {column.name for column in FruitlessSearch.__table__.columns} == {"searched_on", "words", "times", "last_at"}
    assert len(rows) == 4


def test_a_machine_that_types_nonsense_fills_no_disk(app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_A_DAY", 3)
    looked_for("一一", "二二", "三三", "四四", "二二")
    assert sorted(told(clock)) == [("一一", 1), ("三三", 1), ("二二", 2)]


def test_what_was_seen_to_comes_back_when_it_is_looked_for_in_vain_again(app: Flask, clock: Clock) -> None:
    looked_for("戴森吹风机", "投影仪")
    clock.tick(minutes=5)
    transact(see_to, words="戴森吹风机", **BY)
    transact(see_to, words="戴森吹风机", **BY)
    assert told(clock) == [("投影仪", 1)]
    acts = reading().scalars(select(AuditEntry).where(AuditEntry.act == "search.see_to")).all()
    assert [entry.subject for entry in acts] == ["search:戴森吹风机"]
    clock.tick(days=1)
    looked_for("戴森吹风机")
    assert told(clock) == [("戴森吹风机", 1), ("投影仪", 1)]
    clock.tick(minutes=5)
    transact(see_to, words="戴森吹风机", **BY)
    assert told(clock) == [("投影仪", 1)]


def test_only_who_looks_after_the_whole_brand_sees_to_a_search_that_there_is(app: Flask, clock: Clock) -> None:
    looked_for("投影仪")
    with pytest.raises(NoSuchSearch):
        transact(see_to, words="没人搜过", **BY)
    for scope in (Scope(region="华东"), Scope(supplier_id=5)):
        with pytest.raises(OutsideScope):
            transact(see_to, words="投影仪", **BY | {"scope": scope})
    assert told(clock) == [("投影仪", 1)]


def test_searches_of_half_a_year_ago_are_forgotten(app: Flask, clock: Clock) -> None:
    looked_for("很久以前")
    clock.tick(days=181)
    looked_for("今天")
    assert transact(forget_searches) == 1
    assert transact(forget_searches) == 0
    assert told(clock, days=365) == [("今天", 1)]


@pytest.fixture
def people(app: Flask) -> Cast:
    transact(stock_up)
    return transact(cast, seal=app.extensions["seal"])


@pytest.fixture
def owner(app: Flask, people: Cast) -> FlaskClient:
    client = app.test_client()
    sign_in(client, people.owner)
    return client


@pytest.fixture
def desk(app: Flask, people: Cast) -> FlaskClient:
    client = app.test_client()
    sign_in(client, people.staff[StaffRole.MERCHANDISER])
    return client


def test_a_dealers_search_is_counted_only_where_nothing_but_its_words_was_in_the_way(
    owner: FlaskClient, clock: Clock
) -> None:
    for asked in ("q=投影仪", "q=保温杯", "q=办公&at_most=1", "q=%25", "category=none", "q=13805716207"):
        assert owner.get(f"/catalog?{asked}").status_code == 200
    assert told(clock) == [("投影仪", 1)]


def test_the_desk_lists_them_and_sees_to_them(owner: FlaskClient, desk: FlaskClient, clock: Clock) -> None:
    assert "最近 7 天都搜得到" in desk.get("/desk/searches").get_data(as_text=True)
    owner.get("/catalog?q=投影仪")
    clock.tick(minutes=1)
    page = desk.get("/desk/searches").get_data(as_text=True)
    assert "投影仪" in page
    assert "/desk/items/new?name=" in page
    assert "共搜了 1 次" in page
    answer = desk.post("/desk/searches/seen-to", data={"words": "投影仪", "next": "/desk/searches?days=30"})
    assert answer.status_code == 303
    assert answer.location.endswith("/desk/searches?days=30")
    assert "没有这样的词" in desk.get("/desk/searches?days=30").get_data(as_text=True)
    assert desk.post("/desk/searches/seen-to", data={"words": "没人搜过"}).status_code == 404
    assert 'value="投影仪"' in desk.get("/desk/items/new?name=投影仪").get_data(as_text=True)
