"""A spreadsheet of rewards from its file to the shelf and back: the dry run, the writing, what failed, the undoing."""

from __future__ import annotations

import tracemalloc
from itertools import islice
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from mall.audit.models import AuditEntry
from mall.catalog.actions.batches import fill_some, undo
from mall.catalog.actions.batches.readers import READERS
from mall.catalog.actions.drafts import save
from mall.catalog.actions.publish import publish
from mall.catalog.actions.sheets import bring
from mall.catalog.models import Item, ItemVersion, Outcome, Sku, Stock
from mall.catalog.queries.documents import written
from mall.catalog.queries.plans import plans_of
from mall.catalog.queries.sheet_failed import columns_of, failed
from mall.catalog.queries.sheet_reader import opened
from mall.catalog.rules.plans import cheapest
from mall.catalog.rules.sheets.columns import MOST_ROWS
from mall.dealers.models import WHOLE, OutsideScope, Scope
from mall.web.db import now, reading, transact
from tests.catalog.conftest import NOVEMBER, stock_up
from tests.catalog.sheets import (
    CASE,
    FLASK,
    MAKER,
    SECOND,
    ZONE,
    brought,
    comma_separated,
    executed,
    rows_of,
    work,
    workbook,
)
from tests.catalog.sheets import stands as stood
from tests.conftest import Clock

MUG: dict[str, str] = {"category": "生活日用", "kind": "实物", "brand": "恒岳", "list_price": "99", "points": "3600"}


@pytest.fixture
def clock() -> Clock:
    return Clock(NOVEMBER)


@pytest.fixture
def stocked(app: Flask) -> Flask:
    transact(stock_up)
    return app


def mug(nth: int, **more: str) -> dict[str, str]:
    return {"item": f"MG-{nth:02d}", "sku": f"MG-{nth:02d}-A", "name": f"马克杯 {nth} 号", **MUG, **more}


def first_day() -> list[dict[str, str]]:
    """Ten rewards, twelve rows, as somebody fills them in on the first day."""
    return [
        mug(1, attribute_1="颜色", value_1="松绿", stock="20"),
        mug(1, sku="MG-01-B", attribute_1="颜色", value_1="米白"),
        mug(2),
        mug(3, list_price="一百元"),
        mug(4, attribute_1="颜色", value_1="松绿"),
        mug(4, sku="MG-01-A", attribute_1="颜色", value_1="米白"),
        mug(5, category="没有的分类"),
        mug(6, shelved_at="立即"),
        mug(7, points="=B2*10"),
        mug(8),
        mug(9, name=""),
        mug(10),
    ]


def items() -> int:
    return reading().scalar(select(func.count()).select_from(Item)) or 0


def item(code: str) -> Item:
    session = reading()
    session.rollback()
    return session.scalars(select(Item).where(Item.code == code).execution_options(populate_existing=True)).one()


def test_a_first_days_file_with_mistakes_is_looked_at_written_mended_and_brought_in_again(stocked: Flask) -> None:
    before = items()
    batch = brought(workbook(*first_day()))
    assert batch.checked, batch.fault
    assert (batch.total, batch.created, batch.changed, batch.failed) == (10, 4, 0, 6)
    assert items() == before, "a dry run writes nothing"
    wrong = {row.code: {one.get("column") for one in row.told} for row in rows_of(batch) if row.wrong}
    assert wrong == {
        "MG-03": {"list_price"}, "MG-04": {"sku"}, "MG-05": {"category"}, "MG-06": {None}, "MG-07": {"points"},
        "MG-09": {"name"},
    }  # fmt: skip
    done = executed(batch)
    assert done.done
    assert (done.created, done.failed, items()) == (4, 6, before + 4)
    one = item("MG-01")
    assert (one.names["zh_Hans"], one.version, one.shelved_at) == ("马克杯 1 号", 1, None)
    session = reading()
    sku = session.scalars(select(Sku).where(Sku.code == "MG-01-A")).one()
    assert session.get_one(Stock, sku.id).on_hand == 20
    price = cheapest(plans_of(session, [sku.id])[sku.id], at=now())
    assert price is not None
    assert price.points == 3_600
    assert session.get_one(ItemVersion, (one.id, 1)).published_by == MAKER
    out = [(each.line.no, each.elsewhere) for each in failed(session, done)]
    assert out == [(5, False), (6, True), (7, False), (8, False), (9, False), (10, False), (12, False)]
    assert [column.key for column in columns_of(session, done)][:3] == ["item", "sku", "name"]

    mended = first_day()
    mended[3]["list_price"], mended[5]["sku"], mended[6]["category"] = "100", "MG-04-B", "home"
    mended[7]["shelved_at"], mended[8]["points"], mended[10]["name"] = "", "3600", "马克杯 9 号"
    again = brought(comma_separated(*mended, encoding="gb18030"), key="again")
    stock_said = {row.code for row in rows_of(again) if row.wrong}
    assert stock_said == {"MG-01"}, "the first stock of a SKU that is there is not said again"
    assert (again.created, again.skipped) == (6, 3)
    assert executed(again).created == 6
    assert items() == before + 10


def test_what_is_written_of_the_live_rewards_is_what_the_file_says_and_nothing_else(stocked: Flask) -> None:
    was = transact(lambda session, _at: written(session, "TB-750-TI").live)
    row = {"item": "TB-750-TI", "sku": "TB-750-PINE", "list_price": "799", "subtitle": "清空", "cost": "300"}
    batch = brought(workbook(row))
    (only,) = rows_of(batch)
    assert only.outcome is Outcome.CHANGE
    assert only.before["subtitles/zh_Hans"] == was["subtitles"]["zh_Hans"]
    assert set(only.after) == {"list_price_fen", "subtitles/zh_Hans", "skus/TB-750-PINE/cost_fen"}
    assert executed(batch).changed == 1
    live = transact(lambda session, _at: written(session, "TB-750-TI").live)
    assert live["list_price_fen"] == 79_900
    assert "zh_Hans" not in live["subtitles"]
    assert [sku["code"] for sku in live["skus"]] == [sku["code"] for sku in was["skus"]]
    assert live["names"] == was["names"]


def test_an_undone_file_leaves_no_trace_but_its_history(stocked: Flask) -> None:
    was = transact(lambda session, _at: written(session, "TB-750-TI").live)
    batch = executed(brought(workbook({"item": "TB-750-TI", "sku": "TB-750-PINE", "brand": "恒岳", "points": "30000"})))
    assert item("TB-750-TI").brand == "恒岳"
    back = transact(undo, no=batch.no, zone=ZONE, actor=MAKER, scope=WHOLE)
    work()
    assert executed(back).changed == 1
    assert transact(lambda session, _at: written(session, "TB-750-TI").live) == was
    assert not stood(batch).done
    acts = set(reading().scalars(select(AuditEntry.act).where(AuditEntry.subject == f"batch:{batch.id}")))
    assert {"batch.begin", "batch.run", "batch.done"} <= acts


def test_a_reward_that_somebody_changed_after_the_dry_run_is_left_to_them_alone(stocked: Flask) -> None:
    batch = brought(workbook({"item": "TB-750-TI", "sku": "TB-750-PINE", "brand": "恒岳"}, mug(1)))
    by: dict[str, Any] = {"actor": SECOND, "scope": WHOLE}
    found = transact(lambda session, _at: written(session, "TB-750-TI"))
    kept = transact(
        save, code="TB-750-TI", document_={**found.live, "brand": "行远"}, revision=0, version_seen=found.version, **by
    )
    transact(publish, code="TB-750-TI", draft_id=kept.draft_id, revision=kept.revision, **by)
    done = executed(batch)
    assert (done.created, done.changed, done.failed) == (1, 0, 1)
    assert (item("TB-750-TI").brand, item("MG-01").brand) == ("行远", "恒岳")


def test_the_same_form_sent_twice_is_one_batch(stocked: Flask) -> None:
    raw = workbook(FLASK)
    assert brought(raw).id == brought(raw).id
    assert brought(workbook(CASE)).id != brought(raw).id, "another file from a form that was gone back to"


@pytest.mark.parametrize("scope", [Scope(region="华东"), Scope(supplier_id=7)])
def test_who_looks_after_a_part_of_the_brand_brings_no_file_in(stocked: Flask, scope: Scope) -> None:
    with pytest.raises(OutsideScope):
        brought(workbook(FLASK), scope=scope)


def test_a_file_that_breaks_off_further_down_is_given_up_whole_and_says_where(stocked: Flask) -> None:
    good = comma_separated(*(mug(nth) for nth in range(700)))
    batch = brought(good + b'"MG-X,', name="broken.csv")
    assert batch.dropped
    assert batch.fault is not None
    assert batch.fault["params"] == {"no": 702}
    assert items() < 100


def test_more_rows_than_are_taken_are_told_of_the_whole_file(stocked: Flask) -> None:
    many = "礼品货号,规格货号\n" + "".join(f"A-{n},A-{n}-1\n" for n in range(MOST_ROWS + 20))
    batch = brought(many.encode(), name="many.csv")
    assert batch.dropped
    assert batch.fault is not None
    assert "20,0" in batch.fault["params"]["most"]


def test_a_case_comes_with_its_first_pieces(stocked: Flask) -> None:
    executed(brought(workbook(CASE)))
    session = reading()
    sku = session.scalars(select(Sku).where(Sku.code == "TR-20-STD")).one()
    assert session.get_one(Stock, sku.id).on_hand == 60


def test_a_worker_that_was_killed_while_it_read_goes_on_where_it_ended(stocked: Flask) -> None:
    raw = comma_separated(*(mug(nth) for nth in range(120)))
    batch = transact(bring, name="a.csv", raw=raw, heading=opened(raw), key="k", zone=ZONE, actor=MAKER, scope=WHOLE)
    rows = list(islice(READERS["rewards"](reading(), now(), raw), 50))
    transact(fill_some, batch_id=batch.id, rows=rows)
    work()
    found = stood(batch)
    assert (found.total, found.created, found.failed) == (120, 120, 0)


def test_a_long_file_is_read_in_flat_memory(stocked: Flask) -> None:
    few, many = (peak(comma_separated(*(mug(nth) for nth in range(rows)))) for rows in (500, 5_000))
    assert many - few < 3_000_000


def peak(raw: bytes) -> int:
    """What reading a file takes at most, above the file."""
    tracemalloc.start()
    assert sum(1 for _ in READERS["rewards"](reading(), now(), raw))
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    reading().rollback()
    return found
