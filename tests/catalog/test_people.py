"""Administrators say what each of the brand's people looks after; it holds from their next page on."""

from __future__ import annotations

import pytest
from flask import Flask

from mall.base.refused import Forbidden
from mall.catalog.actions.suppliers import SupplierToPut, put_supplier
from mall.catalog.models import Admission
from mall.dealers.actions import disable_staff, set_scope
from mall.dealers.models import WHOLE, Scope, ScopeMoved, StaffRole, WorksForAll
from mall.dealers.queries.people import everybody, one_of_staff
from mall.web.db import reading, transact
from tests.cast import Cast, cast, sign_in
from tests.catalog.conftest import stock_up, words

EAST = Scope("华东")


@pytest.fixture
def people(app: Flask) -> Cast:
    everyone: Cast = transact(cast, seal=app.extensions["seal"])
    return everyone


def scope_of(number: int) -> Scope:
    found = one_of_staff(reading(), number).scope
    reading().rollback()
    return found


def test_an_administrator_gives_a_scope_and_nobody_else_does(people: Cast) -> None:
    whom, boss = people.staff[StaffRole.MERCHANDISER].id, people.staff[StaffRole.ADMINISTRATOR].id
    for _ in range(2):
        transact(set_scope, staff_id=whom, scope=EAST, seen=WHOLE, by=boss)
    assert scope_of(whom) == EAST
    with pytest.raises(ScopeMoved):
        transact(set_scope, staff_id=whom, scope=Scope("华南"), seen=WHOLE, by=boss)
    with pytest.raises(Forbidden):
        transact(set_scope, staff_id=whom, scope=WHOLE, seen=EAST, by=whom)
    with pytest.raises(WorksForAll):
        transact(set_scope, staff_id=people.staff[StaffRole.FINANCE].id, scope=EAST, seen=WHOLE, by=boss)
    assert len(everybody(reading())) == 5
    reading().rollback()
    transact(disable_staff, staff_id=boss, actor="system")
    with pytest.raises(Forbidden):
        transact(set_scope, staff_id=whom, scope=WHOLE, seen=EAST, by=boss)


def test_a_scope_holds_from_the_next_page_on(mall: Flask) -> None:
    people = transact(cast, seal=mall.extensions["seal"])
    transact(stock_up)
    put = SupplierToPut(code="SUP-1", name="某厂", admission=Admission.CANDIDATE)
    transact(put_supplier, put=put, revision=0, actor="staff:1")
    boss, other = mall.test_client(), mall.test_client()
    sign_in(boss, people.staff[StaffRole.ADMINISTRATOR])
    sign_in(other, people.staff[StaffRole.MERCHANDISER])
    number = people.staff[StaffRole.MERCHANDISER].id
    assert other.get("/desk/categories").status_code == 200
    assert "请从列表中选择" in words(
        boss.post(f"/desk/people/{number}/scope", data={"scope": "region:火星", "seen": ""}), status=422
    )
    assert boss.post(f"/desk/people/{number}/scope", data={"scope": "region:华东/浙江", "seen": ""}).status_code == 303
    assert "华东 浙江" in words(boss.get("/desk/people"))
    assert "这里由总部维护" in words(other.get("/desk/categories"))
    seen = {"scope": "supplier:SUP-1", "seen": "region:华东/浙江"}
    assert boss.post(f"/desk/people/{number}/scope", data=seen).status_code == 303
    assert other.get("/desk/categories").status_code == 403
    assert "供应商账号" in words(other.get("/desk/items"))
    stale = boss.post(f"/desk/people/{number}/scope", data={"scope": "", "seen": ""})
    assert "刚被别人改过" in words(stale, status=409)
    finance = people.staff[StaffRole.FINANCE].id
    assert "其他岗位负责全品牌" in words(boss.get(f"/desk/people/{finance}"))
