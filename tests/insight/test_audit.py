"""The audit log as a whole: found by period, person, act, object and number; every act in it has a name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base import sheet
from mall.config import ROOT
from mall.dealers.models import StaffRole
from mall.insight.queries.traces import Asked, every_trace, traces
from mall.insight.staff.audit import WITH
from mall.insight.staff.details import told_of
from mall.web.db import db, reading, transact
from tests.cast import Cast, cast, sign_in
from tests.conftest import Clock

LONG_AGO = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def people(app: Flask) -> Cast:
    return transact(cast, seal=app.extensions["seal"])


@pytest.fixture
def finance(app: Flask, people: Cast) -> FlaskClient:
    client = app.test_client()
    sign_in(client, people.staff[StaffRole.FINANCE])
    return client


def write(actor: str, act: str, subject: str, at: datetime, **detail: object) -> None:
    def verb(session: Session, _now: datetime) -> None:
        note(session, at, actor=actor, act=act, subject=subject, address="10.1.2.3", detail=dict(detail))

    transact(verb)


@pytest.fixture
def log(app: Flask, clock: Clock, people: Cast) -> datetime:
    """Some days of acts, and one of long ago."""
    at = clock()
    shipper, owner = people.staff[StaffRole.FULFILMENT], people.owner
    write(f"staff:{shipper.id}", "order.ship", "order:9001", at, no="26111200001", waybill="SF139044")
    write(f"member:{owner.id}", "order.cancel", "order:9001", at - timedelta(days=1), no="26111200001")
    write("system", "order.close", "order:9002", at - timedelta(days=2), no="26111200002")
    write("partner:dms-east", "voucher.use", "voucher:7", at - timedelta(days=3), no="V7", shop="50%_off")
    write("staff:1", "order.ship", "order:9003", LONG_AGO)
    return at


def found(at: datetime, *, ago: int = 30, **asked: str) -> list[str]:
    db.session.rollback()
    wanted = Asked(since=at - timedelta(days=ago), until=at + timedelta(minutes=1), **asked)
    mine = {"order:9001", "order:9002", "order:9003", "voucher:7"}
    return [f"{one.entry.act} {one.entry.subject}" for one in traces(reading(), wanted) if one.entry.subject in mine]


def test_a_period_is_told_newest_first_and_nothing_outside_it(log: datetime) -> None:
    everything = ["order.ship order:9001", "order.cancel order:9001", "order.close order:9002", "voucher.use voucher:7"]
    assert found(log) == everything
    assert found(log, ago=2) == everything[:3]
    assert found(log, ago=300)[-1] == "order.ship order:9003"


def test_it_is_narrowed_by_person_act_object_and_number(log: datetime, people: Cast) -> None:
    shipper = people.staff[StaffRole.FULFILMENT]
    assert found(log, actor=f"staff:{shipper.id}") == ["order.ship order:9001"]
    assert found(log, actor="member") == ["order.cancel order:9001"]
    assert found(log, actor="system") == ["order.close order:9002"]
    assert found(log, act="order.close") == ["order.close order:9002"]
    assert found(log, act="voucher") == ["voucher.use voucher:7"]
    assert found(log, subject="order:9001", act="order.cancel") == ["order.cancel order:9001"]
    assert found(log, words="26111200002") == ["order.close order:9002"]
    assert found(log, words="SF139044") == ["order.ship order:9001"]
    assert found(log, words="50%_off") == ["voucher.use voucher:7"], "signs of LIKE mean themselves"
    assert found(log, words="%") == ["voucher.use voucher:7"]
    assert found(log, act="rder") == []


def test_people_are_named_and_of_which_dealer(log: datetime, people: Cast) -> None:
    asked = Asked(since=log - timedelta(days=30), until=log + timedelta(minutes=1), subject="order:9001")
    assert [(one.by, one.dealer) for one in traces(reading(), asked)] == [
        (people.staff[StaffRole.FULFILMENT].name, ""),
        (people.owner.name, people.linan.name),
    ]


def test_pages_neither_repeat_nor_skip(log: datetime) -> None:
    for n in range(12):
        write("system", "order.close", "order:7", log, n=n)
    asked = Asked(since=log - timedelta(days=1), until=log + timedelta(minutes=1), subject="order:7")
    seen: list[int] = []
    before = None
    while True:
        page = traces(reading(), asked, before=before, limit=5)
        seen += [one.entry.detail["n"] for one in page[:5]]
        if len(page) <= 5:
            break
        before = page[4].entry.id
    assert seen == list(range(11, -1, -1))
    assert [one.entry.detail["n"] for one in every_trace(reading(), asked, most=7)] == list(range(11, 4, -1))


def test_the_page_tells_it_in_words_and_leads_on(finance: FlaskClient, log: datetime) -> None:
    page = finance.get("/desk/audit").text
    assert "发货" in page
    assert "系统自动" in page
    assert "SF139044" in page
    assert "order:9003" not in page
    own = finance.get("/desk/audit?subject=order:9003&since=2000-01-01").text
    assert "只看 order:9003 的记录" in own
    assert finance.get("/desk/audit?q=nothing-of-the-kind").text.count("没有这样的记录") == 1


def test_what_makes_no_sense_is_not_asked(finance: FlaskClient, log: datetime) -> None:
    for odd in (
        "before=x",
        "before=99999999999999999999",
        "since=2026-99-99",
        "actor=%00",
        "act=<b>",
        f"q={500 * chr(120)}",
    ):
        assert finance.get(f"/desk/audit?{odd}").status_code in {200, 400}, odd


def test_the_spreadsheet_holds_the_same_and_no_formula(finance: FlaskClient, log: datetime) -> None:
    write("staff:1", "order.ship", "=HYPERLINK()", log)
    answer = finance.get("/desk/audit.xlsx?act=order")
    rows = [cells for _no, cells in sheet.rows(answer.data, most=100)]
    told = [cells[5] for cells in rows if cells[4:5] == ["order.ship"]]
    assert "order:9001" in told
    assert "=HYPERLINK()" in told
    assert b"<f>" not in answer.data


def test_every_act_that_is_written_down_has_a_name_and_a_group(app: Flask) -> None:
    written = {
        act
        for path in (ROOT / "mall").glob("*/actions/**/*.py")
        for act in re.findall(r'"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8"))
        if re.search(r"\bnote\(|happened\(|_note\(", path.read_text("utf-8"))
    }
    topics = {"statement.charge", "statement.credit", "rebate.credit", "rebate.debit"}
    assert {act for act in written if act not in app.extensions["acts"]} - topics == set()
    assert {act.partition(".")[0] for act in app.extensions["acts"] if "." in act} - set(WITH) == set()


def test_details_are_told_in_the_words_of_the_page(app: Flask) -> None:
    """What a verb wrote down in its own words is read as names, money and moments; what says nothing is left out."""
    detail = {
        "after": {"names/zh_Hans": "青瓷茶具", "skus/TEA-1/cost_fen": 6000, "starts_at": "2026-11-22T02:00:00+00:00"},
        "before": {"names/zh_Hans": None},
        "below_cost": False,
        "no": "PC20261122-01",
        "region": "",
    }
    with app.test_request_context():
        told = told_of("item.batch", detail)
    assert told == [
        ("低于成本", "否"),
        ("编号", "PC20261122-01"),
        ("改后", "名称 简体 青瓷茶具，规格 TEA-1 成本 ¥60.00，开始 11月22日 10:00"),
    ]


def test_costs_are_told_as_money_and_prices_of_a_batch_as_points_and_money(app: Flask) -> None:
    with app.test_request_context():
        assert told_of("plan.cost", {"before": 12_900, "after": 9_900}) == [("改前", "¥129"), ("改后", "¥99")]
        price = told_of("plan.batch", {"before": [6000, 0, 0], "after": [5000, 9900], "step": 1})
        assert price == [("档", "1"), ("改前", "6,000 积分"), ("改后", "5,000 积分 + ¥99")]
