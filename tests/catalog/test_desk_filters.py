"""What the desk's list of rewards is narrowed to, and the rewards that fit, on each engine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from mall.catalog.actions.drafts import start
from mall.catalog.actions.suppliers import SupplierToPut, put_supplier
from mall.catalog.models import Admission, Category, Item, Kind, Supplier
from mall.catalog.queries.desk_filters import LACKS, STANDINGS, ItemFilters, Lack, Standing, matching, standings
from mall.catalog.queries.desk_items import listed
from mall.dealers.models import WHOLE, Scope
from mall.web.db import db, now, reading, transact


def codes(filters: ItemFilters, scope: Scope = WHOLE) -> set[str]:
    fitting = matching(now(), filters, scope)
    return set(reading().scalars(select(Item.code).where(Item.id.in_(fitting))))


@pytest.mark.parametrize("name", ["q", "category", "state", "kind", "brand", "supplier", "tag", "lacks"])
def test_filters_come_back_from_what_they_told(name: str) -> None:
    values = {"state": "on", "kind": "coupon", "tag": "hot", "lacks": "price"}
    said = {name: values.get(name, "某某")}
    filters = ItemFilters.read(said | {"page": "3", "no": "such"})
    assert filters.told() == said
    assert ItemFilters.read(filters.told()) == filters


def test_what_is_no_value_narrows_nothing() -> None:
    odd = ItemFilters.read({"state": "sold", "kind": "x", "tag": "%", "lacks": "'", "q": "  "})
    assert odd == ItemFilters()
    assert ItemFilters.read({"q": "a\x00b", "brand": "\x00"}) == ItemFilters(q="ab")
    assert len(ItemFilters.read({"q": "长" * 100, "brand": "b" * 100}).brand) == 80


@pytest.mark.parametrize("words", ["保温杯", "baowenbei", "bwb", "TB-750-TI", "tb500grey", "钛合金 临泉"])
def test_words_pinyin_initials_and_codes_find(looked: Flask, words: str) -> None:
    assert "TB-750-TI" in codes(ItemFilters(q=words))
    assert codes(ItemFilters(q="！？")) == set()


def test_each_filter_narrows(looked: Flask) -> None:
    assert codes(ItemFilters(kind=Kind.CARD_CODE)) == {"CARD-500"}
    assert codes(ItemFilters(brand="临泉")) == {"HIDDEN-1"}
    assert codes(ItemFilters(category="virtual")) == {"CARD-500"}
    assert codes(ItemFilters(lacks=Lack.PICTURE)) == codes(ItemFilters()) - {"TB-750-TI"}
    assert codes(ItemFilters(lacks=Lack.STOCK)) == {f"OF-{n:03d}" for n in range(5, 46, 5)}
    assert codes(ItemFilters(lacks=Lack.PRICE)) == set()
    assert codes(ItemFilters(lacks=Lack.SUPPLIER)) == codes(ItemFilters())
    assert codes(ItemFilters(tag="hot")) == set()
    assert codes(ItemFilters(supplier="SUP-1")) == set()


def test_a_category_takes_in_all_beneath_it(stocked: Flask) -> None:
    home = reading().scalars(select(Category.id).where(Category.code == "home")).one()
    db.session.execute(update(Category).where(Category.code == "office").values(parent_id=home))
    db.session.commit()
    assert codes(ItemFilters(category="home")) >= {"TB-750-TI", "HIDDEN-1", "OF-001"}
    assert codes(ItemFilters(category="office")).isdisjoint({"TB-750-TI"})


def test_a_reward_stands_in_one_way_and_the_ways_are_counted_whatever_is_asked(stocked: Flask) -> None:
    at = now()
    for code, shelved, off in (
        ("OF-001", at + timedelta(days=1), None),
        ("OF-002", at - timedelta(days=2), at - timedelta(days=1)),
        ("OF-003", at - timedelta(days=2), at + timedelta(days=1)),
    ):
        db.session.execute(update(Item).where(Item.code == code).values(shelved_at=shelved, off_at=off))
    db.session.commit()
    assert codes(ItemFilters(state=Standing.COMING)) == {"OF-001"}
    assert codes(ItemFilters(state=Standing.OFF)) == {"OF-002", "HIDDEN-1"}
    assert "OF-003" in codes(ItemFilters(state=Standing.ON))
    counted = standings(reading(), now(), ItemFilters(state=Standing.OFF))
    assert counted == {"": 48, "on": 45, "coming": 1, "off": 2, "draft": 0, "new": 0}
    page = listed(reading(), now(), ItemFilters(state=Standing.OFF))
    assert (page.fitting, page.total, len(page.rows)) == (2, 2, 2)


def test_a_new_draft_is_found_by_pinyin_and_is_in_no_batch(stocked: Flask) -> None:
    transact(start, code="PB-1", category="home", kind=Kind.PHYSICAL, name="便携榨汁杯", actor="staff:1", scope=WHOLE)
    for words in ("榨汁", "zhazhibei", "pb-1"):
        page = listed(reading(), now(), ItemFilters(q=words))
        assert [row.code for row in page.rows if row.standing is Standing.NEW] == ["PB-1"]
        assert page.total == page.fitting + 1
    assert "PB-1" not in codes(ItemFilters())
    assert listed(reading(), now(), ItemFilters(state=Standing.NEW)).fitting == 0


def test_a_suppliers_person_is_shown_and_matches_that_suppliers_rewards_alone(stocked: Flask) -> None:
    put = SupplierToPut(code="SUP-1", name="某厂", admission=Admission.CANDIDATE)
    transact(put_supplier, put=put, revision=0, actor="system")
    supplier = reading().scalars(select(Supplier.id)).one()
    db.session.execute(update(Item).where(Item.code == "OF-007").values(supplier_id=supplier))
    db.session.commit()
    theirs = Scope(supplier_id=supplier)
    assert codes(ItemFilters(), theirs) == {"OF-007"}
    assert codes(ItemFilters(supplier="SUP-1")) == {"OF-007"}
    assert [row.code for row in listed(reading(), now(), ItemFilters(), scope=theirs).rows] == ["OF-007"]


@pytest.mark.parametrize("sort", ["", "made", "-made", "code", "-code", "points", "-points", "shelf", "-shelf"])
def test_pages_in_every_order_neither_repeat_nor_skip(looked: Flask, sort: str) -> None:
    shown = [
        row.code for n in (1, 2, 3) for row in listed(reading(), now(), ItemFilters(), sort=sort, page=n, size=20).rows
    ]
    assert len(shown) == len(set(shown)) == 48


def test_every_filter_has_its_words() -> None:
    assert set(STANDINGS) == set(Standing)
    assert set(LACKS) == set(Lack)
