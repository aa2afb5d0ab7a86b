"""What a region says of a reward is what its dealers see, everywhere; what it leaves out is the library's."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.catalog.actions import put_category
from mall.catalog.actions.drafts import save
from mall.catalog.actions.editions import answer, give_up, restore, say
from mall.catalog.actions.publish import publish
from mall.catalog.actions.set_bounds import set_bounds
from mall.catalog.models import (
    BoundsCut,
    BoundsMoved,
    EditionMoved,
    EditionTerm,
    Item,
    ItemEdition,
    LibraryMoved,
    NoSuchItem,
    NoSuchRegion,
    PartNotTheirs,
    Said,
)
from mall.catalog.queries import Filters, Own, Sort, item, items, newest, own_prices
from mall.catalog.queries.beside import beside, said_by, versions
from mall.catalog.queries.bounds import bounds_of
from mall.catalog.queries.desk_filters import ItemFilters
from mall.catalog.queries.documents import written
from mall.catalog.queries.regional import Way, counted, listed, overtaken
from mall.catalog.rules.document import document
from mall.catalog.rules.editions import edition, hidden, mark, worn
from mall.dealers.actions import open_dealer
from mall.dealers.models import WHOLE, ChannelLevel, OutsideScope, Scope, Tier
from mall.web.db import now, reading, transact
from tests.catalog.conftest import spoken, statements
from tests.conftest import Clock

EAST, ZHEJIANG, HANGZHOU = "华东", "华东/浙江", "华东/浙江/杭州"
HEBEI = "华北/河北"
REGIONS = (EAST, ZHEJIANG, HANGZHOU, "华东/上海", HEBEI)
THERMOS = "TB-750-TI"


@pytest.fixture
def spread(stocked: Flask) -> Flask:
    """The small catalogue with dealers in some regions."""
    transact(_open)
    return stocked


def _open(session: Session, at: Any) -> None:
    for n, region in enumerate((HANGZHOU, "华东/浙江/宁波", "华东/上海", HEBEI)):
        open_dealer(session, at, code=f"D{n}", name=f"某商 {n}", region=region, channel_level=ChannelLevel.CITY)


def write(
    region: str,
    code: str = THERMOS,
    *,
    revision: int = 0,
    scope: Scope | None = None,
    library_seen: int | None = None,
    **said: Any,
) -> int:
    by: dict[str, Any] = {"actor": "staff:1", "scope": scope or Scope(region), "library_seen": library_seen}
    return transact(say, code=code, region=region, said=said, revision=revision, **by)


def who(region: str, tier: Tier = Tier.BASE) -> dict[str, Any]:
    return {"tier": tier, "region": region}


def found(region: str, **filters: Any) -> dict[str, tuple[str, str]]:
    """Name and main picture of all that a dealer of a region finds."""
    seen: dict[str, tuple[str, str]] = {}
    page: int | None = 1
    while page:
        listing = items(reading(), now(), Filters(**filters), available=0, page=page, **who(region))
        seen |= {entry.code: (entry.names["zh_Hans"], entry.picture) for entry in listing.entries}
        page = listing.next_page
    assert len(seen) == listing.total
    reading().rollback()
    return seen


def test_dealers_of_a_region_see_its_words_and_others_the_librarys(spread: Flask) -> None:
    library = found(HEBEI)[THERMOS]
    write(ZHEJIANG, names=spoken("之江保温杯"), pictures=["zhijiang"], descriptions=spoken("浙江专供"))
    assert found(HANGZHOU)[THERMOS] == ("之江保温杯", "zhijiang")
    for elsewhere in (HEBEI, "华东", "华东/上海", "华东/浙", ""):
        assert found(elsewhere)[THERMOS] == library
    page = item(reading(), now(), THERMOS, **who(HANGZHOU))
    assert (page.names["zh_Hans"], page.pictures, page.brand) == ("之江保温杯", ["zhijiang"], "临泉 Linquan")
    assert page.descriptions["zh_Hans"] == "浙江专供"
    assert page.subtitles["zh_Hans"] == "纯钛内胆"
    session, at = reading(), now()
    [first] = [e for e in newest(session, at, own_prices(session, at, **who(HANGZHOU)), limit=50) if e.code == THERMOS]
    assert first.names["zh_Hans"] == "之江保温杯"


def test_each_part_is_the_closest_regions_that_says_it(spread: Flask) -> None:
    write(EAST, names=spoken("华东保温杯"), pictures=["east"])
    write(HANGZHOU, pictures=["hangzhou"])
    assert found(HANGZHOU)[THERMOS] == ("华东保温杯", "hangzhou")
    assert found("华东/浙江/宁波")[THERMOS] == ("华东保温杯", "east")


def test_a_search_finds_by_the_regions_words_in_the_region_alone(spread: Flask) -> None:
    write(ZHEJIANG, names=spoken("西湖龙井礼壶"), subtitles=spoken("断桥限定"))
    for words in ("西湖龙井", "longjing", "xhlj", "断桥", "保温杯", THERMOS):
        assert list(found(HANGZHOU, q=words))[:1] == [THERMOS]
    for words in ("西湖龙井", "longjing", "断桥"):
        assert found(HEBEI, q=words) == {}
    write(ZHEJIANG, names=spoken("另一把壶"), revision=1)
    assert found(HANGZHOU, q="龙井") == {}
    transact(give_up, code=THERMOS, region=ZHEJIANG, revision=2, actor="staff:1")
    assert found(HANGZHOU, q="另一把") == {}
    assert reading().scalar(select(EditionTerm.term).limit(1)) is None


def test_a_region_takes_off_its_own_shelf_and_never_puts_on(spread: Flask, clock: Clock) -> None:
    since, until = clock.at + timedelta(hours=1), clock.at + timedelta(hours=3)
    write(ZHEJIANG, off_from=since.isoformat(), off_until=until.isoformat())
    assert THERMOS in found(HANGZHOU)
    clock.tick(hours=1)
    assert THERMOS not in found(HANGZHOU)
    assert THERMOS not in found(HANGZHOU, q="保温", sort=Sort.CHEAPEST)
    assert THERMOS in found(HEBEI)
    with pytest.raises(NoSuchItem):
        item(reading(), now(), THERMOS, **who(HANGZHOU))
    reading().rollback()
    write(HANGZHOU, names=spoken("杭州写的名称"))  # it says nothing of the shelf: the region above still does
    assert THERMOS not in found(HANGZHOU)
    clock.tick(hours=2)
    assert found(HANGZHOU)[THERMOS][0] == "杭州写的名称"
    write(ZHEJIANG, "HIDDEN-1", names=spoken("没上架的"))
    assert "HIDDEN-1" not in found(HANGZHOU)


def test_only_within_the_scope_where_dealers_are_and_what_the_brand_lets_regions_say(spread: Flask) -> None:
    for scope in (Scope("华北"), Scope("华东/上海"), Scope(HANGZHOU), Scope(supplier_id=7)):
        with pytest.raises(OutsideScope):
            write(ZHEJIANG, scope=scope, names=spoken("别区写的"))
    with pytest.raises(OutsideScope):
        write("", scope=Scope(EAST), names=spoken("全国"))
    for nowhere in ("", "华南", "华东/浙"):
        with pytest.raises(NoSuchRegion):
            write(nowhere, scope=Scope(), names=spoken("没有经销商"))
    with pytest.raises(NoSuchItem):
        write(EAST, "NOTHING", names=spoken("没有"))
    bounds(parts={Said.PICTURES, Said.PRICE})
    with pytest.raises(PartNotTheirs):
        write(EAST, names=spoken("不让写"), pictures=["east"])
    assert write(EAST, pictures=["east"], scope=Scope()) == 1
    assert write(HANGZHOU, pictures=["hz"], scope=Scope(EAST)) == 1


def test_what_was_sent_twice_is_one_and_what_is_stale_is_refused(spread: Flask) -> None:
    assert write(EAST, names=spoken("一")) == 1
    assert write(EAST, names=spoken("一")) == 1
    with pytest.raises(EditionMoved):
        write(EAST, names=spoken("二"))
    assert write(EAST, names=spoken("二"), revision=1) == 2
    with pytest.raises(EditionMoved):
        transact(give_up, code=THERMOS, region=EAST, revision=1, actor="staff:2")
    for _ in range(2):
        transact(give_up, code=THERMOS, region=EAST, revision=2, actor="staff:2")
    assert reading().get(ItemEdition, (EAST, _id(THERMOS))) is None
    reading().rollback()
    assert transact(restore, code=THERMOS, region=EAST, no=1, revision=0, actor="staff:1") == 4
    assert found(HANGZHOU)[THERMOS][0] == "一"
    told = versions(reading(), _id(THERMOS), EAST)
    assert [(one.no, one.document.get("names", {}).get("zh_Hans")) for one in told] == [
        (4, "一"),
        (3, None),
        (2, "二"),
        (1, "一"),
    ]
    acts = select(AuditEntry.act).where(AuditEntry.act.startswith("edition.")).order_by(AuditEntry.id)
    assert list(reading().scalars(acts)) == ["edition.say", "edition.say", "edition.give_up", "edition.say"]


def test_a_region_is_told_when_the_library_has_moved_on(spread: Flask) -> None:
    write(EAST, names=spoken("华东名"), pictures=["east"])
    assert beside(reading(), THERMOS, EAST).behind == {}
    transact(lambda session, _at: _rename(session))
    there = beside(reading(), THERMOS, EAST)
    assert list(there.behind) == ["names"]
    assert there.behind["names"]["zh_Hans"].startswith("钛合金")
    [row] = listed(reading(), now(), EAST, ItemFilters(), way=Way.SAID).rows
    assert row.behind
    reading().rollback()
    write(EAST, names=spoken("华东名"), pictures=["east"], revision=1)  # the same again settles nothing
    assert list(beside(reading(), THERMOS, EAST).behind) == ["names"]
    reading().rollback()
    write(EAST, names=spoken("华东名"), pictures=["east", "more"], revision=1)  # nor do words of another part
    assert list(beside(reading(), THERMOS, EAST).behind) == ["names"]
    reading().rollback()
    write(EAST, names=spoken("华东新名"), pictures=["east", "more"], revision=2)
    assert beside(reading(), THERMOS, EAST).behind == {}


def test_words_are_held_against_the_library_that_their_writer_saw(spread: Flask, clock: Clock) -> None:
    def rename(session: Session, at: datetime, to: str) -> None:
        seen = written(session, THERMOS)
        code = {"code": THERMOS, "actor": "staff:9"}
        said = document(seen.document | {"names": spoken(to)})
        save(session, at, **code, document_=said, revision=0, version_seen=seen.version, draft_id=0)
        draft = written(session, THERMOS).draft
        publish(session, at, **code, draft_id=draft.id, revision=draft.revision)

    def behind() -> list[str]:
        reading().rollback()
        return list(beside(reading(), THERMOS, EAST).behind)

    write(EAST, names=spoken("一"), subtitles=spoken("副题"), library_seen=0)
    assert behind() == []
    clock.tick(hours=1)
    transact(rename, to="品牌新名")
    write(EAST, names=spoken("二"), subtitles=spoken("副题"), revision=1, library_seen=0)  # a form opened before it
    assert behind() == ["names"]
    write(EAST, names=spoken("三"), subtitles=spoken("副题"), revision=2, library_seen=1)
    assert behind() == []
    transact(restore, code=THERMOS, region=EAST, no=1, revision=3, actor="staff:1")  # it is older than the new name
    assert behind() == ["names"]
    transact(restore, code=THERMOS, region=EAST, no=3, revision=4, actor="staff:1")
    assert behind() == []


def test_what_the_library_changed_is_followed_or_not_part_by_part(spread: Flask) -> None:
    write(EAST, names=spoken("华东名"), subtitles=spoken("华东副题"), pictures=["east"])
    write(ZHEJIANG, pictures=["zj"])
    assert overtaken(reading(), WHOLE) == {}
    assert counted(reading(), now(), EAST)["behind"] == 0

    def moves_on(session: Session, _now: datetime) -> None:
        item = session.scalars(select(Item).where(Item.code == THERMOS)).one()
        item.names, item.pictures = spoken("品牌新名"), ["thermos", "kettle"]

    transact(moves_on)
    assert overtaken(reading(), WHOLE) == {EAST: 1, ZHEJIANG: 1}
    with statements() as asked_of:
        assert overtaken(reading(), Scope(ZHEJIANG)) == {ZHEJIANG: 1}
    assert "substr(item_edition.region" in asked_of[0]  # no other region's words are looked at
    assert overtaken(reading(), Scope(EAST)) == {EAST: 1, ZHEJIANG: 1}
    assert overtaken(reading(), Scope("华")) == {}
    [row] = listed(reading(), now(), EAST, ItemFilters(), way=Way.BEHIND).rows
    assert (row.code, row.behind, counted(reading(), now(), EAST)["behind"]) == (THERMOS, True, 1)
    reading().rollback()
    asked: dict[str, Any] = {"code": THERMOS, "region": EAST, "actor": "staff:1", "revision": 1}
    kept = asked | {"part": Said.NAMES, "follow": False, "seen": mark(spoken("品牌新名"))}
    for wrong in ({"seen": mark(spoken("旧名"))}, {"revision": 9}):
        with pytest.raises(LibraryMoved):
            transact(answer, **kept | wrong)
    with pytest.raises(OutsideScope):
        transact(answer, **kept, scope=Scope(HEBEI))
    assert [transact(answer, **kept) for _twice in range(2)] == [1, 1]
    assert list(beside(reading(), THERMOS, EAST).behind) == ["pictures"]
    reading().rollback()
    followed = asked | {"part": Said.PICTURES, "follow": True, "seen": mark(["thermos", "kettle"])}
    assert [transact(answer, **followed) for _twice in range(2)] == [2, 2]
    there = beside(reading(), THERMOS, EAST)
    assert (there.said, there.behind) == ({"names": spoken("华东名"), "subtitles": spoken("华东副题")}, {})
    acts = select(AuditEntry.act).where(AuditEntry.act.startswith("edition.")).order_by(AuditEntry.id)
    assert list(reading().scalars(acts))[2:] == ["edition.seen", "edition.say"]


def test_a_regions_list_shows_what_its_dealers_see_and_what_is_its_own(spread: Flask) -> None:
    write(EAST, names=spoken("华东名"))
    write(ZHEJIANG, off_from=(now() - timedelta(hours=1)).isoformat(), pictures=["zj"])
    everything = listed(reading(), now(), ZHEJIANG, ItemFilters())
    assert everything.total == 48
    [row] = listed(reading(), now(), ZHEJIANG, ItemFilters(), way=Way.SAID).rows
    assert (row.names["zh_Hans"], row.picture, row.parts) == ("华东名", "zj", [Said.PICTURES, Said.SHELF])
    assert (row.hidden, row.on_shelf, row.prices) == (True, True, 0)
    assert [one.code for one in listed(reading(), now(), ZHEJIANG, ItemFilters(), way=Way.HIDDEN).rows] == [THERMOS]
    assert listed(reading(), now(), HEBEI, ItemFilters(), way=Way.HIDDEN).total == 0
    assert listed(reading(), now(), ZHEJIANG, ItemFilters(), way=Way.FOLLOWS).total == 47
    assert listed(reading(), now(), ZHEJIANG, ItemFilters(q="保温"), way=Way.SAID).total == 1
    with statements() as seen:
        listed(reading(), now(), ZHEJIANG, ItemFilters())
    assert len(seen) <= 4


def test_narrower_bounds_take_back_what_regions_said_when_that_is_meant(spread: Flask) -> None:
    write(EAST, names=spoken("华东名"), pictures=["east"])
    write(HEBEI, names=spoken("河北名"))
    moved = update(Item).where(Item.code == THERMOS).values(pictures=["kettle"])
    transact(lambda session, _now: session.execute(moved) and None)
    with pytest.raises(BoundsCut) as cut:
        bounds(parts=set(Said) - {Said.NAMES})
    assert cut.value.params == {"editions": 2, "plans": 0}
    assert found(HANGZHOU)[THERMOS] == ("华东名", "east")
    bounds(parts=set(Said) - {Said.NAMES}, sure=True)
    assert found(HANGZHOU)[THERMOS] == (found("")[THERMOS][0], "east")
    assert list(beside(reading(), THERMOS, EAST).behind) == ["pictures"]  # the reminder of what is left stays
    assert said_by(reading().get(ItemEdition, (HEBEI, _id(THERMOS)))) == {}
    assert versions(reading(), _id(THERMOS), HEBEI)[0].document == {}
    reading().rollback()
    with pytest.raises(BoundsMoved):
        bounds(down_bps=0)
    with pytest.raises(OutsideScope):
        bounds(down_bps=0, scope=Scope(EAST))
    assert bounds_of(reading()).revision == 1


def test_lists_cost_no_more_statements_for_a_region_with_editions(spread: Flask) -> None:
    transact(lambda session, at: _scatter(session, at, Random(3)))
    session, at = reading(), now()
    with statements() as seen:
        items(session, at, Filters(q="办公", in_stock=True), available=0, **who(HANGZHOU))
    assert len(seen) == 3
    own = own_prices(session, at, **who(HANGZHOU))
    assert own.regions
    assert own_prices(session, at, **who("华南")) == Own({}, ())
    with statements() as seen:
        newest(session, at, own_prices(session, at, **who(HANGZHOU)), limit=4)
    assert len(seen) == 2
    with statements() as seen:
        item(session, at, "OF-001", **who("华南"))
    assert len(seen) == 3


@pytest.mark.parametrize("seed", range(3))
def test_whatever_regions_say_a_dealer_sees_the_closest_edition_of_each_part(spread: Flask, seed: int) -> None:
    """Lists, searches and a reward's page against the plain rule: the library, and each region's words put on it."""
    transact(lambda session, at: _scatter(session, at, Random(seed)))
    session, at = reading(), now()
    rewards = session.scalars(select(Item).where(Item.shelved_at.is_not(None))).all()
    editions: dict[int, dict[str, Any]] = {}
    for row in session.scalars(select(ItemEdition)):
        editions.setdefault(row.item_id, {})[row.region] = said_by(row)
    for region in (*REGIONS, "", "华", "华东/浙江/宁波/海曙"):
        steps = region.split("/")
        above = ["/".join(steps[:depth]) for depth in range(1, len(steps) + 1)]
        wanted = {}
        for each in rewards:
            said = [editions[each.id][one] for one in above if one in editions.get(each.id, {})]
            if not any(hidden(one, at) for one in said):
                seen = worn({"names": each.names, "pictures": each.pictures}, said)
                wanted[each.code] = (seen["names"]["zh_Hans"], seen["pictures"][0] if seen["pictures"] else "")
        assert found(region) == wanted
        for code, (name, _picture) in list(wanted.items())[::5]:
            assert item(session, at, code, **who(region)).names["zh_Hans"] == name
            assert found(region, q=name)[code][0] == name
        for code in {each.code for each in rewards} - set(wanted):
            with pytest.raises(NoSuchItem):
                item(session, at, code, **who(region))


def test_an_edition_has_one_form() -> None:
    said = edition({"names": {"en": "", "zh_Hans": "名"}, "descriptions": {"zh_Hans": "<script>x</script><p>好</p>"}})
    assert said == {"names": {"zh_Hans": "名"}, "descriptions": {"zh_Hans": "<p>好</p>"}}
    assert edition({"subtitles": {}, "off_until": "2026-11-12T00:00:00+00:00"}) == {"subtitles": {}}


def bounds(**changed: Any) -> int:
    usual: dict[str, Any] = {"down_bps": 1_000, "up_bps": 1_000, "parts": set(Said), "revision": 0, "sure": False}
    return transact(set_bounds, **usual | {"actor": "staff:9"} | changed)


def _id(code: str) -> int:
    return reading().scalars(select(Item.id).where(Item.code == code)).one()


def _rename(session: Session) -> None:
    found = session.scalars(select(Item).where(Item.code == THERMOS)).one()
    found.names = spoken("新名保温杯")
    found.subtitles = spoken("新副标题")


def _scatter(session: Session, at: Any, chance: Random) -> None:
    """Editions of every sort on half of the rewards."""
    put_category(session, at, code="more", icon="gift", names=spoken("其他"), position=9)
    for code in session.scalars(select(Item.code).order_by(Item.code)):
        for region in REGIONS:
            if chance.random() < 0.3:
                said: dict[str, Any] = {}
                if chance.random() < 0.6:
                    said["names"] = spoken(f"{code} 在{region.replace('/', '')}叫{chance.choice('甲乙丙丁')}")
                if chance.random() < 0.4:
                    said["pictures"] = [f"p{chance.randint(1, 9)}"]
                if chance.random() < 0.3:
                    since = at + timedelta(hours=chance.randint(-9, 4))
                    until = since + timedelta(hours=chance.randint(1, 12)) if chance.random() < 0.6 else None
                    said |= {"off_from": since.isoformat(), "off_until": until.isoformat() if until else None}
                say(session, at, code=code, region=region, said=said, revision=0, actor="staff:1")
