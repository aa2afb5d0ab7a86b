"""A file of prices beside those that others followed, ended or set later: which one a row means, what is weighed, what
taking it back leaves alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from mall.catalog.actions import PlanToPut, add_plan, withdraw_plan
from mall.catalog.actions.batches import fill_some, filled, undo
from mall.catalog.actions.batches.readers import READERS
from mall.catalog.models import Batch, BatchKind, LastPrice, Outcome, PricePlan, Sku
from mall.catalog.queries import price_sheet
from mall.catalog.rules.wanted_plans import FOLLOWED
from mall.dealers.models import WHOLE
from mall.web.db import now, reading, transact
from tests.base.xlsx import book
from tests.catalog.batching import begun, looked_at
from tests.catalog.conftest import NOVEMBER, stock_up
from tests.catalog.price_sheets import day, price, prices_brought, table, told
from tests.catalog.sheets import MAKER, SECOND, ZONE, executed, rows_of, stands, work
from tests.conftest import Clock

PINE, GREY = "TB-750-PINE", "TB-750-GREY"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOVEMBER)


@pytest.fixture
def stocked(mall: Flask) -> Flask:
    transact(stock_up)
    return mall


def adds(points: int, *, days: int = 0, sku: str = PINE, **more: Any) -> None:
    """A colleague sets a price on the price page, from so many days from now."""
    put = PlanToPut(points=points, starts_at=now() + timedelta(days=days) if days else None, **more)
    transact(add_plan, sku_code=sku, put=put, costs=None, actor=SECOND)


def exported(sku: str = PINE) -> list[dict[str, str]]:
    """The rows of a SKU as they go out."""
    reading().rollback()
    found = reading().scalars(select(Sku.id).where(Sku.code == sku)).all()
    rows = price_sheet.rows(reading(), now(), found, language="zh_Hans", zone=ZONE, scope=WHOLE)
    return [{key: str(cell) for key, cell in cells.items()} for cells in rows]


def taken_back(done: Batch) -> Batch:
    """What takes a batch back, looked at."""
    back = transact(undo, no=done.no, zone=ZONE, actor=MAKER, scope=WHOLE)
    work()
    return stands(back)


def test_a_price_that_another_has_followed_neither_goes_out_nor_is_meant(stocked: Flask, clock: Clock) -> None:
    adds(57_200, days=2)
    former = exported()[0]
    clock.tick(days=3)
    rows = exported()
    assert [row["price_points"] for row in rows] == ["57200"]
    again = prices_brought(*rows)
    assert (again.failed, again.to_write, again.skipped) == (0, 0, 1)
    stale = prices_brought(former | {"price_points": "31460"}, key="2")
    assert [(row.outcome, row.told[0]["text"]) for row in rows_of(stale)] == [(Outcome.ERROR, FOLLOWED)]
    lower = prices_brought(price(PINE, "31460"), key="3")
    assert (lower.changed, lower.weight) == (1, 45), "it is weighed against what dealers pay"


@pytest.mark.parametrize("until", ["清空", "2199-12-31"])
def test_a_sale_that_is_prolonged_is_weighed_against_what_would_have_come_after_it(stocked: Flask, until: str) -> None:
    adds(14_300, ends_at=now() + timedelta(days=1))
    sale = next(row for row in exported() if "until" in row)
    batch = prices_brought(sale | {"price_points": "", "until": until})
    assert (batch.changed, batch.weight) == (1, 50)


def test_a_sale_that_was_left_without_an_end_is_taken_back_with_the_price_beneath_it(stocked: Flask) -> None:
    adds(14_300, ends_at=now() + timedelta(days=3))
    before = sorted(told(PINE), key=str)
    sale = next(row for row in exported() if "until" in row)
    done = executed(prices_brought(sale | {"until": "清空"}))
    assert told(PINE) == [(0, 14_300, 0, "", "", 0, None)]
    executed(taken_back(done))
    assert sorted(told(PINE), key=str) == before


def test_what_a_colleague_set_for_later_and_holds_by_now_is_not_taken_back(stocked: Flask, clock: Clock) -> None:
    done = executed(prices_brought(price(PINE, "30000"), price(GREY, "30000")))
    adds(27_000, days=2)
    adds(27_000, days=5, sku=GREY)
    clock.tick(days=3)
    back = taken_back(done)
    assert (back.changed, back.skipped) == (1, 1), "what is to come later is in nobody's way"
    executed(back)
    assert exported()[0]["price_points"] == "27000"
    assert [row["price_points"] for row in exported(GREY)] == ["28600", "27000"]


def test_a_sale_does_not_come_again_over_a_newer_one(stocked: Flask) -> None:
    executed(prices_brought(price(PINE, "20000", until=day(9))))
    done = executed(prices_brought(price(PINE, "20000", until=day(3)), key="2"))
    adds(19_000, days=6, ends_at=now() + timedelta(days=8))
    back = taken_back(done)
    assert (back.to_write, back.dropped) == (0, True)


def test_the_last_price_for_everybody_is_not_taken_back(stocked: Flask) -> None:
    done = executed(prices_brought(price(PINE, "15000", price_cash="99"), price(GREY, "15000", price_cash="99")))
    of_points = select(PricePlan.id).join(Sku, Sku.id == PricePlan.sku_id).where(Sku.code == PINE, PricePlan.step == 0)
    transact(withdraw_plan, plan_id=reading().scalars(of_points).one(), actor=SECOND)
    back = taken_back(done)
    assert [(row.outcome, [one["text"] for one in row.told]) for row in rows_of(back)] == [
        (Outcome.ERROR, [LastPrice.text]), (Outcome.CHANGE, []),
    ]  # fmt: skip
    executed(back)
    assert told(PINE) == [(1, 15_000, 9_900, "", "", 0, None)]


@pytest.mark.parametrize("most", [1, 500])
def test_a_row_is_right_or_wrong_wherever_it_lies_in_its_file(stocked: Flask, most: int) -> None:
    adds(20_000, days=10, ends_at=now() + timedelta(days=20))
    raw = book(table(exported()[1] | {"until": day(12)}, price(PINE, "19000", since=day(15), until=day(18))))
    batch = begun(BatchKind.IMPORT, {"sheet": "prices"}, file=("prices.xlsx", raw))
    transact(fill_some, batch_id=batch.id, rows=list(READERS["prices"](reading(), now(), raw)))
    transact(filled, batch_id=batch.id)
    assert [row.outcome for row in rows_of(looked_at(batch.id, most))] == [Outcome.CHANGE, Outcome.CREATE]
