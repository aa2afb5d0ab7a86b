"""What needs a hand today: each line counts what its list shows, in one statement, and only for who may see to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.base.scope import Scope
from mall.catalog.actions.alarms import look_at_all
from mall.catalog.actions.drafts import start
from mall.catalog.actions.fruitless import found_nothing
from mall.catalog.models import (
    Admission,
    Batch,
    BatchKind,
    BatchState,
    Item,
    ItemDraft,
    Kind,
    PricePlan,
    Sku,
    Stock,
    StockLevel,
    Supplier,
)
from mall.dealers.models import Staff, StaffRole, Tier
from mall.insight.queries.today import QUESTIONS, Asker, today
from mall.insight.staff.lines import KINDS, NOTES
from mall.proposals.models import Proposal, ProposalState
from mall.web.db import db, reading, transact
from tests.cast import Cast, cast, sign_in
from tests.catalog.conftest import statements, stock_up
from tests.conftest import Clock

ZONE = "Asia/Shanghai"


@pytest.fixture
def people(app: Flask) -> Cast:
    transact(stock_up)
    return transact(cast, seal=app.extensions["seal"])


Enter = Callable[[StaffRole], FlaskClient]


@pytest.fixture
def enter(app: Flask, people: Cast) -> Enter:
    def at_desk(role: StaffRole) -> FlaskClient:
        client = app.test_client()
        sign_in(client, people.staff[role])
        return client

    return at_desk


def asker(clock: Clock, **more: Any) -> Asker:
    return Asker(now=clock(), zone=ZONE, actor="staff:1", **more)


def counts(clock: Clock, **more: Any) -> dict[str, int]:
    db.session.rollback()
    return {line.key: line.count for line in today(reading(), asker(clock, **more), list(KINDS)) if line.count}


def write(change: Callable[[Session, Any], object]) -> None:
    def verb(session: Session, now: Any) -> None:
        change(session, now)

    transact(verb)


def item(session: Session, code: str) -> Item:
    return session.scalars(select(Item).where(Item.code == code)).one()


def plan(session: Session, sku: str, **said: Any) -> PricePlan:
    sku_id = session.scalars(select(Sku.id).where(Sku.code == sku)).one()
    return session.scalars(select(PricePlan).where(PricePlan.sku_id == sku_id, PricePlan.step == 0)).one()


def test_every_line_has_a_question_words_and_a_door(app: Flask) -> None:
    asked = {key for keys, _question in QUESTIONS for key in keys}
    assert asked == set(KINDS) == set(NOTES)
    routes = app.url_map.bind("localhost")
    for kind in KINDS.values():
        for href in filter(None, (kind.href, kind.instead)):
            routes.match(href.partition("?")[0])


def test_a_price_that_ends_is_told_and_told_apart_where_nothing_follows(people: Cast, clock: Clock) -> None:
    before = counts(clock)
    assert not {"ends", "bare"} & set(before)

    def change(session: Session, now: Any) -> None:
        plan(session, "OF-001-1").ends_at = now + timedelta(days=6)
        sale = plan(session, "OF-002-1")
        session.add(
            PricePlan(
                id=new_id(now), sku_id=sale.sku_id, step=0, points=500, cash_fen=0, tier=None, region="",
                starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=3), created_at=now,
            )
        )  # fmt: skip
        plan(session, "OF-003-1").ends_at = now + timedelta(days=8)

    write(change)
    assert (counts(clock)["ends"], counts(clock)["bare"]) == (2, 1)
    clock.tick(days=7)
    assert counts(clock)["ends"] == 1


def test_a_regions_person_hears_of_the_regions_prices_alone(people: Cast, clock: Clock) -> None:
    def change(session: Session, now: Any) -> None:
        everybodys = plan(session, "OF-001-1")
        for region in ("华东", "华东/浙江", "华东_浙江", "华北"):
            session.add(
                PricePlan(
                    id=new_id(now), sku_id=everybodys.sku_id, step=0, points=900, cash_fen=0, tier=Tier.CORE,
                    region=region, starts_at=now, ends_at=now + timedelta(days=2), created_at=now,
                )
            )  # fmt: skip
        plan(session, "OF-004-1").ends_at = now + timedelta(days=2)

    write(change)
    assert counts(clock)["ends"] == 2
    assert counts(clock, scope=Scope(region="华东"))["ends"] == 1
    assert "ends" not in counts(clock, scope=Scope(region="华南"))


def test_what_is_on_the_shelf_without_a_price_or_a_picture_is_told(people: Cast, clock: Clock) -> None:
    was = counts(clock)

    def change(session: Session, now: Any) -> None:
        first, second = item(session, "OF-001"), item(session, "OF-002")
        first.lowest_points = first.highest_points = 10**15
        second.lowest_points = second.highest_points = 10**15
        second.shelved_at = now + timedelta(days=1)
        item(session, "OF-003").pictures = ["kettle"]

    write(change)
    new = counts(clock)
    assert (new["no_price"], new["coming_no_price"]) == (1, 1)
    assert new["no_picture"] == was["no_picture"] - 1


def test_what_runs_out_is_told_by_how_badly(people: Cast, clock: Clock) -> None:
    def change(session: Session, now: Any) -> None:
        skus = session.scalars(select(Sku).where(Sku.code.in_(("OF-005-1", "OF-006-1", "OF-007-1", "OF-008-1")))).all()
        for sku in skus:
            session.add(StockLevel(sku_id=sku.id, safety=6, warning=7))
        session.flush()
        look_at_all(session, now)
        next(sku for sku in skus if sku.code == "OF-006-1").retired_at = now

    write(change)
    told = counts(clock)
    assert {key: told.get(key, 0) for key in ("out", "safety", "warning")} == {"out": 1, "safety": 0, "warning": 1}


def test_drafts_wait_until_they_are_published_and_a_failed_moment_leads_to_its_reward(
    people: Cast, clock: Clock, enter: Enter
) -> None:
    said = {"category": "home", "kind": Kind.PHYSICAL, "actor": "staff:1", "scope": Scope()}
    transact(start, code="NEW-1", name="一件新礼品", **said)
    transact(start, code="NEW-2", name="又一件新礼品", **said)
    assert counts(clock)["new"] == 2

    def fail(session: Session, _now: Any) -> None:
        draft = session.scalars(select(ItemDraft).where(ItemDraft.code == "NEW-2")).one()
        draft.fault = {"text": "发布前检查没有通过", "params": {}}

    write(fail)
    assert counts(clock)["fault"] == 1
    page = enter(StaffRole.MERCHANDISER).get("/desk/today").get_data(as_text=True)
    assert 'href="/desk/items/NEW-2"' in page
    assert "先看 NEW-2。" in page


def test_a_suppliers_person_hears_of_its_rewards_alone(people: Cast, clock: Clock, app: Flask) -> None:
    def change(session: Session, now: Any) -> int:
        for supplier_id, code in ((501, "GX_1"), (502, "GXA1")):
            session.add(
                Supplier(
                    id=supplier_id, code=code, name=code, admission=Admission.CANDIDATE, notes="", revision=1,
                    changed_at=now, changed_by="staff:1",
                )
            )  # fmt: skip
        session.flush()
        item(session, "OF-001").supplier_id = 501
        item(session, "OF-002").supplier_id = 502
        return 501

    write(change)
    mine = counts(clock, scope=Scope(supplier_id=501))
    assert mine["no_picture"] == 1
    assert counts(clock, scope=Scope(supplier_id=503)).get("no_picture", 0) == 0
    said = {"category": "home", "kind": Kind.PHYSICAL, "name": "礼品", "actor": "staff:1"}
    for supplier_id in (501, 502):
        transact(start, code=f"NEW-{supplier_id}", scope=Scope(supplier_id=supplier_id), **said)
    assert counts(clock)["new"] == 2
    assert counts(clock, scope=Scope(supplier_id=501))["new"] == 1

    def narrow(session: Session, _now: Any) -> None:
        staff = people.staff[StaffRole.MERCHANDISER]
        session.execute(update(Staff).where(Staff.id == staff.id).values(supplier_id=501))

    write(narrow)
    client = app.test_client()
    sign_in(client, people.staff[StaffRole.MERCHANDISER])
    page = client.get("/desk/today").get_data(as_text=True)
    assert "新礼品还没发布" in page
    for shut in ("/desk/prices", "/desk/searches", "/desk/face", "/desk/suppliers"):
        assert f'href="{shut}' not in page


def test_searches_of_a_week_are_one_line(people: Cast, clock: Clock) -> None:
    transact(found_nothing, words="投影仪", zone=ZONE)
    clock.tick(days=6)
    transact(found_nothing, words="投影仪", zone=ZONE)
    transact(found_nothing, words="戴森", zone=ZONE)
    assert counts(clock)["searches"] == 2
    clock.tick(days=7)
    assert "searches" not in counts(clock)


def test_what_waits_for_a_second_person_waits_for_no_maker(people: Cast, clock: Clock) -> None:
    def ask(session: Session, now: Any) -> None:
        for number, maker in enumerate(("staff:1", "staff:2", "staff:2")):
            session.add(
                Proposal(
                    id=new_id(now), what="plan.below_cost", subject="sku:1", facts={}, note="", key=f"test-{number}",
                    state=ProposalState.WAITING, made_by=maker, made_at=now,
                )
            )  # fmt: skip

    write(ask)
    assert counts(clock, decides=frozenset({"plan.below_cost"}))["proposals"] == 2
    assert "proposals" not in counts(clock, decides=frozenset({"point_value"}))


def test_each_question_is_one_statement(people: Cast, clock: Clock) -> None:
    session, who = reading(), asker(clock, scope=Scope())
    for _keys, question in QUESTIONS:
        with statements() as seen:
            list(question(session, who))
        assert len(seen) == 1, "\n".join(seen)


def test_each_number_is_that_of_the_list_it_leads_to(people: Cast, clock: Clock, enter: Enter) -> None:
    def change(session: Session, now: Any) -> None:
        plan(session, "OF-001-1").ends_at = now + timedelta(days=6)
        unpriced = item(session, "OF-009")
        unpriced.lowest_points = unpriced.highest_points = 10**15
        skus = session.scalars(select(Sku).where(Sku.code.like("OF-0%"))).all()
        for sku in skus:
            session.add(StockLevel(sku_id=sku.id, safety=6, warning=12))
        session.flush()
        look_at_all(session, now)
        session.execute(update(Stock).where(Stock.on_hand > 40).values(on_hand=41))

    write(change)
    transact(start, code="NEW-1", name="一件", category="home", kind=Kind.PHYSICAL, actor="staff:1", scope=Scope())
    transact(found_nothing, words="投影仪", zone=ZONE)
    desk, told = enter(StaffRole.ADMINISTRATOR), counts(clock)
    assert {"no_price", "ends", "bare", "out", "safety", "warning", "no_picture", "new", "searches"} <= set(told)
    for key, count in told.items():
        if KINDS[key].href.startswith("/desk/face") or key == "fault":
            continue
        page = desk.get(KINDS[key].href).get_data(as_text=True)
        foot = re.search(r"tablefoot[^>]*>\s*<p>\s*([0-9,]+)", page)
        assert foot, f"{key}: {KINDS[key].href} shows no list"
        assert foot[1] == str(count), key


def test_the_desk_opens_with_it_for_merchandisers_and_with_their_own_work_for_others(enter: Enter) -> None:
    first = {role: enter(role).get("/desk").location for role in StaffRole}
    assert first[StaffRole.MERCHANDISER] == first[StaffRole.ADMINISTRATOR] == "/desk/today"
    assert first[StaffRole.FULFILMENT] == "/desk/orders"
    page = enter(StaffRole.FULFILMENT).get("/desk/today").get_data(as_text=True)
    assert "盘点等过账" in page
    assert "价格 7 天内到期" not in page
    assert enter(StaffRole.FINANCE).get("/desk/today").status_code == 403


def test_an_empty_mall_says_where_to_begin(app: Flask) -> None:
    people = transact(cast, seal=app.extensions["seal"])
    client = app.test_client()
    sign_in(client, people.staff[StaffRole.MERCHANDISER])
    assert "第一天：从这里开始" in client.get("/desk/today").get_data(as_text=True)


def test_nothing_to_do_is_said_so(people: Cast, enter: Enter) -> None:
    write(lambda session, _now: session.execute(update(Item).values(pictures=["kettle"])))
    page = enter(StaffRole.MERCHANDISER).get("/desk/today").get_data(as_text=True)
    assert "今天没有要处理的" in page
    assert "都看过了，没问题" in page


def test_batches_wait_for_whoever_they_are_within_the_rights_of(people: Cast, clock: Clock) -> None:
    def begin(session: Session, now: Any) -> None:
        for number, (state, region, maker) in enumerate((
            (BatchState.CHECKED, "", 1), (BatchState.WAITING, "", 1), (BatchState.WAITING, "", 2),
            (BatchState.WAITING, "华东/浙江", 2), (BatchState.DONE, "", 1), (BatchState.READING, "", 1),
        )):  # fmt: skip
            session.add(
                Batch(
                    id=new_id(now), no=f"PC-{number}", key=f"test-{number}", kind=BatchKind.EDIT, state=state,
                    asked={}, region=region, made_by=f"staff:{maker}", made_at=now,
                )
            )  # fmt: skip

    write(begin)
    lines = {line.key: line for line in today(reading(), asker(clock), list(KINDS))}
    assert (lines["batch_checked"].count, lines["batch_waiting"].count, lines["batch_waiting"].facts["mine"]) == (
        1,
        3,
        1,
    )
    assert counts(clock, scope=Scope(region="华东"))["batch_waiting"] == 1
    assert "batch_waiting" not in counts(clock, scope=Scope(region="华北"))
    assert "batch_waiting" not in counts(clock, scope=Scope(supplier_id=501))


def test_a_supplier_whose_review_is_due_is_told_and_listed(people: Cast, clock: Clock, enter: Enter) -> None:
    def admit(session: Session, now: Any) -> None:
        for number, days in enumerate((-1, 0, 1), start=501):
            session.add(
                Supplier(
                    id=number, code=f"GX-{number}", name=f"某厂 {number}", admission=Admission.ADMITTED,
                    admitted_on=now.date(), review_on=now.date() + timedelta(days=days), notes="", revision=1,
                    changed_at=now, changed_by="staff:1",
                )
            )  # fmt: skip

    write(admit)
    assert counts(clock)["reviews"] == 2
    page = enter(StaffRole.MERCHANDISER).get(KINDS["reviews"].href).get_data(as_text=True)
    assert "GX-501" in page
    assert "GX-502" in page
    assert "GX-503" not in page
