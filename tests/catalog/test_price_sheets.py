"""A spreadsheet of prices from its file to what dealers pay and back: cells, rows, the dry run, writing, undoing."""

from __future__ import annotations

import tracemalloc
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from mall.audit.models import AuditEntry
from mall.catalog.actions import PlanToPut, add_plan, set_cost
from mall.catalog.actions.batches import confirm, undo
from mall.catalog.actions.batches.readers import READERS
from mall.catalog.models import NoSuchBatch, Outcome, Sku
from mall.catalog.queries import price_sheet
from mall.catalog.queries.changes import changes
from mall.catalog.queries.plans import open_plans
from mall.catalog.queries.sheet_failed import failed
from mall.catalog.rules.sheets.known import Known
from mall.catalog.rules.sheets.price_rows import Seen, asked_price
from mall.catalog.rules.sheets.rows import Line
from mall.dealers.models import WHOLE, OutsideScope, Scope, Tier
from mall.web.db import now, reading, transact
from tests.base.xlsx import book
from tests.cast import cast
from tests.catalog.conftest import NOVEMBER, stock_up
from tests.catalog.price_sheets import day, price, prices_brought, table, told
from tests.catalog.sheets import MAKER, SECOND, ZONE, executed, rows_of, stands, work
from tests.conftest import Clock

PINE, GREY = "TB-750-PINE", "TB-750-GREY"
HANGZHOU = "华东/浙江/杭州"
EAST: dict[str, Any] = {"actor": "staff:7", "scope": Scope(HANGZHOU)}


@pytest.fixture
def clock() -> Clock:
    return Clock(NOVEMBER)


@pytest.fixture
def stocked(mall: Flask) -> Flask:
    """The small catalogue on one engine, with dealers in 华东/浙江 and elsewhere."""
    transact(cast, seal=mall.extensions["seal"])
    transact(stock_up)
    return mall


def _item_of(sku: str) -> int:
    return reading().scalars(select(Sku.item_id).where(Sku.code == sku)).one()


def found(cell: dict[str, str]) -> Any:
    """What a row says, or the columns that are wrong."""
    named = {"region": price_sheet.by_name(["华东", "华东/浙江", "华东/江苏", "华北/江苏"])}
    known = Known(now=NOVEMBER, zone=ZoneInfo(ZONE), named=named, is_picture=lambda _key: False)
    asked = asked_price(Line(2, {"sku": PINE, **cell}), known, Seen())
    return {one["column"] for one in asked.wrong} if asked.wrong else asked.parts["asked"]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"price_points": "５，０００"}, {"points": 5_000, "step": 0, "cash_fen": None}),
        ({"price_points": "5,000 积分", "price_cash": "¥99"}, {"points": 5_000, "cash_fen": 9_900, "step": 1}),
        ({"price_points": "5000.0", "price_cash": "￥９９．５元", "step": "积分 + 现金，第二档"},
         {"cash_fen": 9_950, "step": 2}),
        ({"price_points": "1", "step": "全积分", "tier": "战略", "region": "浙江省"},
         {"tier": "strategic", "region": "华东/浙江"}),
        ({"price_points": "1", "tier": "所有等级", "region": "全国"}, {"tier": "", "region": ""}),
        ({"price_points": "1", "region": "华东／浙江"}, {"region": "华东/浙江"}),
        ({"price_points": "1", "since": "2026年12月1日", "until": "20261231"},
         {"since": "2026-11-30T16:00:00+00:00", "until": "2026-12-31T16:00:00+00:00"}),
        ({"price_points": "1", "since": "2026-12-01 00:00:00", "until": "2026-12-31 18:00"},
         {"since": "2026-11-30T16:00:00+00:00", "until": "2026-12-31T10:00:00+00:00"}),
        ({"price_points": "1", "since": "立即", "until": "长期"}, {"since": None, "until": "open"}),
        ({"until": "清空"}, {"points": None, "until": "open"}),
        ({"price_points": "=A1*2"}, {"price_points"}),
        ({"price_points": "0"}, {"price_points"}),
        ({"price_points": "五千"}, {"price_points"}),
        ({"price_points": "1", "price_cash": "9.999"}, {"price_cash"}),
        ({"price_points": "1", "price_cash": "9", "step": "全积分"}, {"price_cash"}),
        ({"price_points": "1", "price_cash": "0", "step": "1"}, {"price_cash"}),
        ({"price_points": "1", "step": "第九档"}, {"step"}),
        ({"price_points": "1", "tier": "钻石"}, {"tier"}),
        ({"price_points": "1", "region": "江苏"}, {"region"}),
        ({"price_points": "1", "region": "火星"}, {"region"}),
        ({"price_points": "1", "since": "下周一"}, {"since"}),
        ({"price_points": "1", "until": "2026-11-01"}, {"until"}),
        ({"price_points": "1", "since": "2026-12-02", "until": "2026-12-01"}, {"until"}),
        ({"sku": "1.23E+15", "price_points": "1"}, {"sku"}),
        ({"sku": "", "price_points": "1"}, {"sku"}),
    ],
)  # fmt: skip
def test_a_row_says_what_people_mean(cells: dict[str, str], says: Any) -> None:
    read = found({key: cell for key, cell in cells.items() if cell or key == "sku"})
    assert read == says if isinstance(says, set) else says.items() <= read.items(), read


def test_a_file_of_prices_changes_adds_skips_and_tells_each_row_that_is_wrong(stocked: Flask) -> None:
    batch = prices_brought(
        price(PINE, "30000"),
        price(PINE, "20000", tier="战略级", since=day(10), until=day(20)),
        price(PINE, "15000", price_cash="¥99"),
        price(GREY, "28600"),
        price("TB-500-GREY"),
        price("NO-SUCH", "1"),
        price(PINE, "31000"),
        price(PINE, "19000", tier="战略级", since=day(15), until=day(25)),
        price("TB-500-WHITE", "20000", since=day(-3)),
    )
    assert batch.checked, batch.fault
    outcomes = [(row.no, row.outcome) for row in rows_of(batch)]
    assert outcomes == [
        (2, Outcome.CHANGE), (3, Outcome.CREATE), (4, Outcome.CREATE), (5, Outcome.SKIP), (6, Outcome.SKIP),
        (7, Outcome.ERROR), (8, Outcome.ERROR), (9, Outcome.ERROR), (10, Outcome.CHANGE),
    ]  # fmt: skip
    assert told(PINE) == [(0, 28_600, 0, "", "", 0, None)], "a dry run writes nothing"
    done = executed(batch)
    assert told(PINE) == [
        (0, 30_000, 0, "", "", 0, None), (0, 20_000, 0, "strategic", "", 10, 21), (1, 15_000, 9_900, "", "", 0, None),
    ]  # fmt: skip
    assert [one.line.no for one in failed(reading(), done)] == [7, 8, 9]
    notes = reading().scalars(select(AuditEntry).where(AuditEntry.act == "plan.batch")).all()
    assert {(one.actor, one.detail["batch"]) for one in notes} == {(MAKER, done.no)}
    assert len(notes) == 4
    mine = {one.sku: (one.before, one.after) for one in changes(reading(), _item_of(PINE)) if one.act == "plan.batch"}
    assert mine["TB-500-WHITE"] == ((18_600, 0), (20_000, 0)), "the reward's history tells of it"
    later = price(PINE, "20000", tier="战略级", since=day(10), until=day(20))
    again = prices_brought(price(PINE, "30000"), later, key="2")
    assert (again.to_write, again.skipped) == (0, 2), "brought in again nothing changes"


def test_blank_is_left_as_it_is_and_what_is_omitted_stays(stocked: Flask) -> None:
    executed(prices_brought(price(PINE, "20000", since=day(10), until=day(20)), price(PINE, "9000", price_cash="50")))
    before = told(PINE)
    done = executed(prices_brought(
        price(PINE, "21000", since=day(10)), price(PINE, price_cash="60", step="积分+现金"), key="2"
    ))  # fmt: skip
    assert (done.changed, done.failed) == (2, 0), [row.told for row in rows_of(done)]
    assert sorted(told(PINE)) == sorted(
        [before[0], (0, 21_000, 0, "", "", 10, 21), (1, 9_000, 6_000, "", "", 0, None)]
    )
    executed(prices_brought(price(PINE, since=day(10), until="清空"), key="3"))
    assert (0, 21_000, 0, "", "", 10, None) in told(PINE)


def test_times_with_an_end_do_not_overlap_with_those_that_are_there(stocked: Flask) -> None:
    executed(prices_brought(price(PINE, "20000", since=day(10), until=day(20))))
    clash = prices_brought(
        price(PINE, "19000", since=day(20), until=day(30)),
        price(PINE, "19000", tier="核心级", since=day(12), until=day(30)),
        key="2",
    )  # fmt: skip
    assert [row.outcome for row in rows_of(clash)] == [Outcome.ERROR, Outcome.CREATE]
    free = prices_brought(price(PINE, "19000", since=day(21), until=day(30)), key="3")
    assert free.created == 1, "the day after is free"


def test_the_file_is_taken_back_but_for_what_others_touched(stocked: Flask) -> None:
    before = told(PINE), told(GREY)
    done = executed(prices_brought(
        price(PINE, "30000"), price(PINE, "20000", since=day(10), until=day(20)), price(GREY, "29000"),
    ))  # fmt: skip
    transact(add_plan, sku_code=GREY, put=PlanToPut(points=27_000), costs=None, actor=SECOND)
    back = transact(undo, no=done.no, zone=ZONE, actor=MAKER, scope=WHOLE)
    work()
    assert (stands(back).changed, stands(back).skipped) == (2, 1)
    executed(stands(back))
    assert told(PINE) == before[0]
    assert [one[1] for one in told(GREY)] == [27_000]
    assert stands(done).state.value == "undone"


def test_a_price_below_cost_and_a_large_change_wait_for_a_second_person(stocked: Flask) -> None:
    for sku in (PINE, GREY):
        transact(set_cost, sku_code=sku, cost_fen=15_000, actor=MAKER)
    below = prices_brought(price(PINE, "10000"))
    assert (below.below_cost, below.wants_second_person) == (1, True)
    assert transact(confirm, no=below.no, actor=MAKER, scope=WHOLE).waiting
    large = prices_brought(price(PINE, "286000"), key="2")
    assert (large.weight, large.wants_second_person) == (900, True)
    small = prices_brought(price(PINE, "28700"), key="3")
    assert not small.wants_second_person
    transact(set_cost, sku_code=PINE, cost_fen=1, actor=MAKER)
    again = prices_brought(price(PINE, "10000"), key="4")
    assert again.below_cost == 1, "a cost that was lowered just now is held still"


def test_what_somebody_changed_after_the_dry_run_is_left_to_them(stocked: Flask) -> None:
    batch = prices_brought(price(PINE, "30000"), price(GREY, "30000"))
    transact(add_plan, sku_code=PINE, put=PlanToPut(points=27_000), costs=None, actor=SECOND)
    done = executed(batch)
    assert (done.changed, done.failed) == (1, 1)
    assert [one[1] for one in told(PINE)] == [27_000]


def test_a_price_whose_moment_came_while_it_waited_holds_from_when_it_is_written(
    stocked: Flask, clock: Clock
) -> None:
    batch = prices_brought(price(PINE, "30000", since=day(2)))
    clock.tick(days=4)
    assert executed(batch).to_write == 1
    assert told(PINE) == [(0, 30_000, 0, "", "", 0, None)]


def test_a_regions_people_price_their_region_within_the_bounds_and_every_other_row_is_wrong(stocked: Flask) -> None:
    transact(add_plan, sku_code=GREY, put=PlanToPut(points=28_000, region=HANGZHOU), costs=None, actor=MAKER)
    batch = prices_brought(
        price(PINE, "30000", region=HANGZHOU),
        price(PINE, "30000"),
        price(PINE, "30000", region="华东/浙江/宁波"),
        price("TB-500-GREY", "99000", region=HANGZHOU),
        price(GREY, "27000", region=HANGZHOU),
        **EAST,
    )
    assert (batch.region, batch.created, batch.changed, batch.failed) == (HANGZHOU, 2, 0, 3)
    said = {row.no: row.told[0]["text"] for row in rows_of(batch) if row.wrong}
    assert "不在你负责的区域" in said[4]
    assert "没有写区域" in said[3]
    with pytest.raises(NoSuchBatch):
        transact(confirm, no=batch.no, actor="staff:8", scope=Scope("华北"))
    transact(confirm, no=batch.no, **EAST)
    work()
    assert told(PINE)[-1] == (0, 30_000, 0, "", HANGZHOU, 0, None)
    sku = reading().scalar(select(Sku.id).where(Sku.code == GREY))
    assert sku is not None
    offered = open_plans(reading(), sku_ids=[sku], tier=Tier.BASE, region=HANGZHOU, at=now())[sku]
    assert [plan.points for plan in offered] == [27_000]
    assert sorted(one[1] for one in told(GREY)) == [27_000, 28_000, 28_600], "the brand's own stays beneath"
    back = transact(undo, no=batch.no, zone=ZONE, **EAST)
    work()
    transact(confirm, no=back.no, **EAST)
    work()
    assert len(told(PINE)) == 1
    assert sorted(one[1] for one in told(GREY)) == [28_000, 28_600]


def test_who_looks_after_a_supplier_brings_no_prices_in(stocked: Flask) -> None:
    with pytest.raises(OutsideScope):
        prices_brought(price(PINE, "30000"), actor="staff:9", scope=Scope(supplier_id=1))


@pytest.mark.parametrize("scope", [WHOLE, Scope("华东")])
def test_what_goes_out_comes_in_again_without_a_change(stocked: Flask, scope: Scope) -> None:
    executed(prices_brought(
        price(PINE, "20000", since=day(10), until=day(20)), price(PINE, "9000", price_cash="50.50", tier="核心级"),
        price(PINE, "27000", region="华东/浙江", until=day(3)),
    ))  # fmt: skip
    skus = [reading().scalar(select(Sku.id).where(Sku.code == code)) for code in (PINE, GREY)]
    out = price_sheet.rows(reading(), now(), [one for one in skus if one], language="zh_Hans", zone=ZONE, scope=scope)
    rows = [{key: _text(key, cell) for key, cell in cells.items()} for cells in out]
    assert len(rows) == (5 if scope.whole else 2), "those without a price of the region's are there to be filled in"
    again = prices_brought(*rows, key="again", actor="staff:7", scope=scope)
    assert (again.failed, again.to_write, again.skipped) == (0, 0, len(rows))


def _text(key: str, cell: str | int) -> str:
    return f"{int(cell) / 100:.2f}" if key == "price_cash" else str(cell)


def test_a_long_file_is_read_in_flat_memory(stocked: Flask) -> None:
    def highest(rows: int) -> int:
        raw = book(table(*(price(f"S-{n}", "1000", region="华东") for n in range(rows))))
        tracemalloc.start()
        sum(1 for _ in islice(READERS["prices"](reading(), now(), raw), rows))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    some, many = highest(300), highest(3_000)
    assert many - some < 6_000_000, (some, many)


