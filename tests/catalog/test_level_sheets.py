"""A spreadsheet of stock levels from its file to the alarms and back."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from mall.catalog.actions.batches import undo
from mall.catalog.actions.supplies import By, Levels, set_levels
from mall.catalog.models import Alarm, Outcome, Sku, StockLevel
from mall.catalog.queries import level_sheet
from mall.catalog.queries.stock import Wanted, all_in_stock
from mall.catalog.rules.sheets.level_columns import LEVELS
from mall.dealers.models import WHOLE, OutsideScope, Scope, StaffRole
from mall.web.db import reading, transact
from tests.catalog.conftest import NOVEMBER, stock_up
from tests.catalog.price_sheets import prices_brought
from tests.catalog.sheets import MAKER, ZONE, executed, rows_of, stands, work
from tests.conftest import Clock

PINE, GREY, WHITE = "TB-750-PINE", "TB-750-GREY", "TB-500-WHITE"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOVEMBER)


@pytest.fixture
def stocked(mall: Flask) -> Flask:
    transact(stock_up)
    return mall


def levels(*rows: dict[str, str], **more: Any) -> Any:
    return prices_brought(*rows, layout=LEVELS, **more)


def level(sku: str) -> tuple[Any, ...] | None:
    """Warning, safety, days, pack and alarm of a SKU."""
    session = reading()
    session.rollback()
    mine = select(StockLevel).join(Sku, Sku.id == StockLevel.sku_id).where(Sku.code == sku)
    one = session.scalar(mine.execution_options(populate_existing=True))
    return (one.warning, one.safety, one.lead_days, one.pack_size, one.alarm) if one else None


def test_levels_come_in_ring_and_are_taken_back_but_for_what_others_touched(stocked: Flask) -> None:
    batch = levels(
        {"sku": PINE, "warning": "１０", "safety": "5", "pack_size": "12"},
        {"sku": GREY, "warning": "2"},
        {"sku": WHITE, "warning": "3", "safety": "4"},
        {"sku": WHITE, "warning": "3"},
        {"sku": "NO-SUCH", "warning": "3"},
        {"sku": "TB-500-GREY"},
    )
    assert [row.outcome for row in rows_of(batch)] == [
        Outcome.CHANGE, Outcome.CHANGE, Outcome.ERROR, Outcome.ERROR, Outcome.ERROR, Outcome.SKIP,
    ]  # fmt: skip
    assert level(PINE) is None, "a dry run writes nothing"
    done = executed(batch)
    assert level(PINE) == (10, 5, 7, 12, Alarm.SAFETY)
    assert level(GREY) == (2, 0, 7, 1, None)
    again = levels({"sku": PINE, "warning": "10"}, {"sku": GREY, "warning": "清空"}, key="2")
    assert (again.skipped, again.changed) == (1, 1), "blank is left, the word empties"
    by = By(2, StaffRole.MERCHANDISER)
    transact(set_levels, sku_code=GREY, levels=Levels(0, 9, 7, 1), revision=1, by=by)
    assert executed(again).failed == 1, "what somebody changed after the dry run is left to them"
    back = transact(undo, no=done.no, zone=ZONE, actor=MAKER, scope=WHOLE)
    work()
    assert (stands(back).changed, stands(back).skipped) == (1, 1)
    executed(stands(back))
    assert level(PINE) == (0, 0, 7, 1, None)
    assert level(GREY) == (9, 0, 7, 1, Alarm.WARNING)


def test_what_goes_out_comes_in_again_without_a_change(stocked: Flask) -> None:
    executed(levels({"sku": PINE, "warning": "10", "safety": "5"}))
    out = level_sheet.rows(reading(), all_in_stock(reading(), Wanted(q="TB-750")), language="zh_Hans")
    rows = [{key: str(cell) for key, cell in cells.items()} for cells in out]
    assert len(rows) == 4
    again = levels(*rows, key="2")
    assert (again.skipped, again.failed) == (4, 0)


@pytest.mark.parametrize("scope", [Scope("华东"), Scope(supplier_id=1)])
def test_only_who_looks_after_the_whole_brand_brings_levels_in(stocked: Flask, scope: Scope) -> None:
    with pytest.raises(OutsideScope):
        levels({"sku": PINE, "warning": "10"}, scope=scope)
