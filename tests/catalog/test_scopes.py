"""Verbs within a scope: a region's people, a supplier's people, and what none of them may."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.refused import Forbidden
from mall.catalog import actions
from mall.catalog.actions import PlanToPut, add_plan, put_item, set_cost, withdraw_plan
from mall.catalog.actions.drafts import discard, save, start
from mall.catalog.actions.publish import publish, take_off
from mall.catalog.actions.suppliers import SupplierToPut, put_supplier
from mall.catalog.actions.supplies import By, Levels, announce, come_in, set_levels
from mall.catalog.actions.warehouses import WarehouseToPut, put_warehouse
from mall.catalog.models import Admission, Item, Kind, NoSuchItem, NoSuchSku, Supplier
from mall.catalog.queries.desk_filters import ItemFilters, Standing
from mall.catalog.queries.desk_items import NEW, listed
from mall.catalog.queries.documents import choices, written
from mall.catalog.queries.stock import Wanted, alarms, one_in_stock, stock_list
from mall.dealers.models import WHOLE, OutsideScope, Scope, StaffRole
from mall.web.db import now, reading, transact
from tests.catalog.conftest import thermos
from tests.catalog.stocktaking import key, lies

EAST = Scope("华东")
WHO = "staff:5"
PINE, THERMOS = "TB-750-PINE", "TB-750-TI"
NOT_BY_PEOPLE = {"follow_library", "take_back"}
"""What follows from what somebody with a scope did."""


def plan(**more: Any) -> PlanToPut:
    return PlanToPut(**{"points": 28_000, "region": "华东/浙江"} | more)


@pytest.fixture
def supplied(stocked: Flask) -> Scope:
    """Two suppliers, of whom the first sends the thermos; the scope of the first one's people."""
    for code in ("SUP-1", "SUP-2"):
        put = SupplierToPut(code=code, name=f"某厂 {code}", admission=Admission.CANDIDATE)
        transact(put_supplier, put=put, revision=0, actor="staff:1")
    session = reading()
    own = session.scalars(select(Supplier.id).where(Supplier.code == "SUP-1")).one()
    session.rollback()

    def send(session: Any, now: Any) -> None:
        put_item(session, now, thermos(now))
        session.scalars(select(Item).where(Item.code == THERMOS)).one().supplier_id = own

    transact(send)
    return Scope("", own)


def test_a_scope_covers_its_region_and_all_beneath_and_nothing_that_is_for_everybody() -> None:
    assert [EAST.covers(region) for region in ("华东", "华东/浙江")] == [True, True]
    assert [EAST.covers(region) for region in ("华东北", "华南", "")] == [False, False, False]
    assert WHOLE.whole
    assert WHOLE.covers("")
    assert not Scope("", 7).covers("")
    assert (Scope("", 7).supplies(7), Scope("", 7).supplies(8), Scope("", 7).supplies(None)) == (True, False, False)
    assert EAST.supplies(None)


def test_every_verb_that_a_person_uses_knows_a_scope() -> None:
    """`by` carries one; a verb that takes an actor takes a scope beside it."""
    lacking = []
    for found in pkgutil.walk_packages(actions.__path__, f"{actions.__name__}."):
        module = import_module(found.name)
        for name, verb in inspect.getmembers(module, inspect.isfunction):
            asked = inspect.signature(verb).parameters
            mine = verb.__module__ == found.name and not name.startswith("_") and name not in NOT_BY_PEOPLE
            if mine and {"session", "now", "actor"} <= set(asked) and "scope" not in asked:
                lacking.append(f"{found.name}.{name}")
    assert lacking == []


def test_a_regions_people_set_prices_for_their_region_and_for_no_other(stocked: Flask) -> None:
    made = transact(add_plan, sku_code=PINE, put=plan(), costs=None, actor=WHO, scope=EAST)
    for region in ("", "华南", "华"):
        with pytest.raises(OutsideScope):
            transact(add_plan, sku_code=PINE, put=plan(region=region), costs=None, actor=WHO, scope=EAST)
    with pytest.raises(OutsideScope):
        transact(withdraw_plan, plan_id=made, actor=WHO, scope=Scope("华东/上海"))
    transact(withdraw_plan, plan_id=made, actor=WHO, scope=EAST)
    with pytest.raises(OutsideScope):
        transact(set_cost, sku_code=PINE, cost_fen=1, actor=WHO, scope=EAST)


def test_the_library_is_not_a_regions_to_write(stocked: Flask) -> None:
    with pytest.raises(OutsideScope):
        transact(start, code="KT-1", category="home", kind=Kind.PHYSICAL, name="电水壶", actor=WHO, scope=EAST)
    found = written(reading(), THERMOS, EAST)
    reading().rollback()
    seen = {"revision": 0, "version_seen": 0}
    with pytest.raises(OutsideScope):
        transact(save, code=THERMOS, document_=found.document | {"brand": "x"}, **seen, actor=WHO, scope=EAST)
    with pytest.raises(OutsideScope):
        transact(take_off, code=THERMOS, version_seen=0, actor=WHO, scope=EAST)


def test_a_suppliers_people_write_drafts_of_their_own_rewards_and_the_brand_publishes(supplied: Scope) -> None:
    begun: dict[str, Any] = {"category": "home", "kind": Kind.PHYSICAL, "name": "电水壶"}
    transact(start, code="KT-1", **begun, actor=WHO, scope=supplied)
    found = written(reading(), "KT-1", supplied)
    assert found.document["supplier"] == "SUP-1"
    reading().rollback()
    seen: dict[str, Any] = {"code": "KT-1", "revision": 1, "version_seen": 0, "actor": WHO, "scope": supplied}
    transact(save, document_=found.document | {"brand": "某牌"}, **seen)
    with pytest.raises(OutsideScope):
        transact(save, document_=found.document | {"supplier": "SUP-2"}, **seen | {"revision": 2})
    draft = written(reading(), "KT-1").draft
    reading().rollback()
    assert draft is not None
    with pytest.raises(OutsideScope):
        transact(publish, code="KT-1", draft_id=draft.id, revision=2, actor=WHO, scope=supplied)
    transact(discard, code="KT-1", draft_id=draft.id, revision=2, actor=WHO, scope=supplied)


def test_a_suppliers_people_find_nothing_of_other_suppliers(supplied: Scope) -> None:
    session = reading()
    assert written(session, THERMOS, supplied).code == THERMOS
    with pytest.raises(NoSuchItem):
        written(session, "OF-001", supplied)
    assert [code for code, _row in choices(session, supplied)["suppliers"]] == ["SUP-1"]
    listed = stock_list(session, Wanted(scope=supplied))
    assert {row.item_code for row in listed.rows} == {THERMOS}
    assert listed.total == 4
    with pytest.raises(NoSuchSku):
        one_in_stock(session, "OF-001-1", supplied)
    assert alarms(session, supplied) == 0


def _by(scope: Scope) -> By:
    return By(5, StaffRole.MERCHANDISER, scope=scope)


def test_two_hundred_drafts_of_others_hide_none_of_the_own(supplied: Scope) -> None:
    def many(session: Session, now: datetime) -> None:
        asked: dict[str, Any] = {"category": "home", "kind": Kind.PHYSICAL, "name": "电水壶"}
        start(session, now - timedelta(hours=1), code="KT-1", actor="staff:4", scope=supplied, **asked)
        for n in range(NEW + 1):
            start(session, now, code=f"XX-{n}", actor="staff:1", **asked)

    transact(many)
    found = listed(reading(), now(), ItemFilters(state=Standing.NEW), scope=supplied)
    assert [row.code for row in found.rows] == ["KT-1"]
    found = listed(reading(), now(), ItemFilters(state=Standing.NEW, supplier="SUP-1"))
    assert [row.code for row in found.rows] == ["KT-1"]


def test_pieces_come_into_warehouses_of_the_own_region_or_supplier_alone(supplied: Scope) -> None:
    whole = By(1, StaffRole.MERCHANDISER)
    for code, region, supplier in (("HZ", "华东/浙江", ""), ("GZ", "华南", ""), ("SUP", "", "SUP-1")):
        put = WarehouseToPut(code=code, name=code, region=region, supplier=supplier)
        transact(put_warehouse, put=put, revision=0, by=whole)
    said: dict[str, Any] = {"pieces": 3, "reference": "", "remark": ""}

    def deliver(sku: str, house: str, scope: Scope) -> Callable[[], Any]:
        return lambda: transact(come_in, sku_code=sku, warehouse=house, key=key(), by=_by(scope), **said)

    deliver(PINE, "HZ", EAST)()
    deliver(PINE, "SUP", supplied)()
    assert {house: lies(PINE)[house] for house in ("HZ", "SUP")} == {"HZ": 3, "SUP": 3}
    refusals: list[tuple[str, str, Scope, type[Exception]]] = [
        (PINE, "GZ", EAST, OutsideScope),
        (PINE, "SUP", EAST, OutsideScope),
        (PINE, "HZ", supplied, OutsideScope),
        ("OF-001-1", "SUP", supplied, NoSuchSku),
    ]
    for sku, house, scope, refusal in refusals:
        with pytest.raises(refusal):
            deliver(sku, house, scope)()
    coming: dict[str, Any] = {"sku_code": PINE, "pieces": 3, "reference": "", "expected_on": None}
    with pytest.raises(OutsideScope):
        transact(announce, warehouse="GZ", key=key(), by=_by(EAST), **coming)
    with pytest.raises(OutsideScope):
        transact(set_levels, sku_code=PINE, levels=Levels(1, 2, 7, 1), revision=0, by=_by(EAST))
    transact(set_levels, sku_code=PINE, levels=Levels(1, 2, 7, 1), revision=0, by=_by(supplied))


def test_warehouses_are_a_regions_where_they_serve_it_before_and_after(stocked: Flask) -> None:
    transact(put_warehouse, put=WarehouseToPut(code="NJ", name="南京", region="华东/江苏"), revision=0, by=_by(EAST))
    for region in ("", "华南"):
        with pytest.raises(OutsideScope):
            transact(put_warehouse, put=WarehouseToPut(code="NJ", name="南京", region=region), revision=1, by=_by(EAST))
        with pytest.raises(OutsideScope):
            transact(put_warehouse, put=WarehouseToPut(code="XX", name="别处", region=region), revision=0, by=_by(EAST))
    keeper = By(2, StaffRole.FULFILMENT)
    with pytest.raises(Forbidden):
        transact(put_warehouse, put=WarehouseToPut(code="YY", name="别处"), revision=0, by=keeper)


