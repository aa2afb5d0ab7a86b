"""Whoever lowers a cost prices nothing by it alone, whichever of the three ways the cost was lowered in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from mall.catalog.actions import Costs, PlanToPut, add_plan, set_cost
from mall.catalog.actions.batches import confirm
from mall.catalog.actions.drafts import save
from mall.catalog.actions.publish import publish
from mall.catalog.models import BatchKind, BelowCost, Sku
from mall.catalog.queries.documents import written as live_of
from mall.catalog.rules.bulk import Asked
from mall.catalog.rules.costs import HELD_FOR, agreed, held, lowered
from mall.catalog.rules.repricing import By, Repricing
from mall.dealers.models import WHOLE
from mall.web.db import reading, transact
from tests.catalog.batching import XU, again, begun, brought, looked_at, on, rows_of, written
from tests.catalog.conftest import NOVEMBER
from tests.conftest import Clock

LU, SKU, WAS = "staff:2", "TB-750-PINE", 20_000
KNOWN = Costs(cost_fen=0, tax_bps=1_300, unit_value=10_000)


@pytest.fixture
def costly(stocked_sqlite: Flask) -> Flask:
    transact(set_cost, sku_code=SKU, cost_fen=WAS, actor=LU)
    return stocked_sqlite


def on_the_price_page(cost_fen: int) -> None:
    transact(set_cost, sku_code=SKU, cost_fen=cost_fen, actor=XU)


def in_the_editor(cost_fen: int) -> None:
    reading().rollback()
    seen = live_of(reading(), "TB-750-TI")
    skus = [sku | ({"cost_fen": cost_fen} if sku["code"] == SKU else {}) for sku in seen.document["skus"]]
    typed = seen.document | {"skus": skus}
    saved = transact(
        save, code="TB-750-TI", document_=typed, revision=0, version_seen=seen.version, draft_id=0, actor=XU
    )
    transact(publish, code="TB-750-TI", draft_id=saved.draft_id, revision=saved.revision, actor=XU)


def by_a_sheet(cost_fen: int, **more: Any) -> int:
    parts = {f"skus/{SKU}/cost_fen": cost_fen, **more}
    return looked_at(brought([Asked(no=2, code="TB-750-TI", parts=parts)]).id).id


def brought_in(cost_fen: int) -> None:
    assert written(by_a_sheet(cost_fen)).changed == 1


def asks(points: int) -> None:
    transact(add_plan, sku_code=SKU, put=PlanToPut(points=points), costs=KNOWN, actor=XU)


def batch_asks(points: int) -> int:
    """How many prices of a batch would lie below cost."""
    asked = Repricing(by=By.TO, amount=points).asked
    batch = looked_at(begun(BatchKind.PRICES, {"prices": asked}, codes=["TB-750-TI"]).id)
    return int(batch.below_cost)


@pytest.mark.parametrize("lower", [on_the_price_page, in_the_editor, brought_in])
@pytest.mark.parametrize("to", [0, 100])
def test_a_lowered_cost_still_holds_prices_for_a_while(
    costly: Flask, clock: Clock, lower: Callable[[int], None], to: int
) -> None:
    lower(to)
    reading().rollback()
    assert reading().scalar(select(Sku.cost_fen).where(Sku.code == SKU)) == to
    with pytest.raises(BelowCost) as refusal:
        asks(22_599)
    assert refusal.value.params == {"floor": 22_600}
    assert batch_asks(200) == 1
    asks(22_600)
    clock.tick(seconds=HELD_FOR.total_seconds())
    asks(200)
    assert batch_asks(200) == 0


def test_a_sheet_that_lowers_cost_and_price_at_once_waits_for_a_second_person_who_settles_both(costly: Flask) -> None:
    batch = by_a_sheet(0, **{f"prices/{SKU}/0//": [200, 0]})
    assert rows_of(batch)["TB-750-TI"].below_cost == 1
    assert transact(confirm, no=_no(batch), actor=XU, scope=WHOLE).waiting
    transact(confirm, no=_no(batch), actor=XU, scope=WHOLE)
    other = by_a_sheet(5_000)
    transact(confirm, no=_no(other), actor=LU, scope=WHOLE)  # whoever did not make it agreed to what it says
    assert on(other).changed == 1
    asks(5_650)
    with pytest.raises(BelowCost):
        asks(5_649)


def test_who_agrees_to_a_cost_does_not_settle_an_earlier_lowering(costly: Flask) -> None:
    brought_in(10)
    other = by_a_sheet(11)
    transact(confirm, no=_no(other), actor=LU, scope=WHOLE)
    assert on(other).changed == 1
    with pytest.raises(BelowCost):
        asks(22_599)


@pytest.mark.parametrize(
    ("becomes", "then"),
    [(50, 100), (99, 100), (100, 100), (120, 120)],
)
def test_what_an_earlier_lowering_holds_stays_held_where_a_second_person_agreed(becomes: int, then: int) -> None:
    stays = lowered(100, 60, 0, None, NOVEMBER)
    after = agreed(60, becomes, *stays, NOVEMBER)
    assert held(becomes, *after, NOVEMBER) == then
    assert agreed(60, becomes, *stays, NOVEMBER + HELD_FOR) == (0, None)


@pytest.mark.parametrize(
    ("costs", "then"),
    [
        ([100, 0], 100),
        ([100, 50, 0], 100),
        ([100, 50, 100], 100),
        ([100, 0, 80], 100),
        ([100, 0, 120, 60], 120),
        ([0, 100], 100),
    ],
)
def test_the_highest_of_what_it_was_is_held(costs: list[int], then: int) -> None:
    was, stays = costs[0], (0, None)
    for cost in costs[1:]:
        stays, was = lowered(was, cost, *stays, NOVEMBER), cost  # type: ignore[assignment]
    assert held(was, *stays, NOVEMBER) == then
    assert held(was, *stays, NOVEMBER + HELD_FOR) == was


def _no(batch_id: int) -> str:
    return again(batch_id).no
