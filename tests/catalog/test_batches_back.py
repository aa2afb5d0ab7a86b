"""Taking a batch back restores what was there: a region's prices as the region's, the shelf as it was; who ends one."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from mall.catalog.actions import PlanToPut, add_plan
from mall.catalog.actions.batches import confirm, drop, undo
from mall.catalog.actions.suppliers import SupplierToPut, put_supplier
from mall.catalog.models import (
    CUT,
    Admission,
    Batch,
    BatchKind,
    BatchState,
    Item,
    OthersBatch,
    PricePlan,
    Sku,
    Supplier,
)
from mall.catalog.rules.bulk import Asked
from mall.catalog.rules.document import NOW
from mall.catalog.rules.repricing import By, Repricing
from mall.dealers.models import WHOLE, Scope, StaffRole
from mall.web.db import now, reading, transact
from tests.catalog.batching import XU, ZONE, again, begun, brought, edit, looked_at, on, rows_of, written
from tests.catalog.conftest import colour, size

LU, ZHEJIANG = "staff:2", "华东/浙江"


def undone(batch: Batch, actor: str = XU) -> Batch:
    return looked_at(transact(undo, no=batch.no, zone=ZONE, actor=actor, scope=WHOLE).id)


def priced_in(region: str, sku: str = "OF-010-1") -> list[tuple[int, int, bool]]:
    """The region's prices that hold: points, who wrote them, whether they end."""
    reading().rollback()
    rows = reading().scalars(
        select(PricePlan)
        .join(Sku, Sku.id == PricePlan.sku_id)
        .where(Sku.code == sku, PricePlan.region == region, PricePlan.withdrawn_at.is_(None))
        .order_by(PricePlan.id)
    )
    return [(row.points, row.bounded, row.ends_at is not None) for row in rows]


def repriced(codes: list[str], **asked: Any) -> Batch:
    usual = {"by": By.TO, "amount": 9_900} | asked
    return begun(BatchKind.PRICES, {"prices": Repricing(**usual).asked}, codes=codes)


def shelved(code: str) -> bool:
    reading().rollback()
    return reading().scalar(select(Item.shelved_at).where(Item.code == code)) is not None


@pytest.mark.parametrize("cut", [False, True])
def test_a_regions_own_price_comes_back_as_the_regions(stocked_sqlite: Flask, cut: bool) -> None:
    if cut:  # the brand's price rises to where the region's lies outside its bounds: it ends then
        later = PlanToPut(points=20_000, starts_at=now().replace(year=2027))
        transact(add_plan, sku_code="OF-010-1", put=later, costs=None, actor=LU)
    own = PlanToPut(points=9_500, region=ZHEJIANG)
    transact(add_plan, sku_code="OF-010-1", put=own, costs=None, actor=LU, scope=Scope(ZHEJIANG))
    had = priced_in(ZHEJIANG)
    assert had == [(9_500, CUT if cut else 1, cut)]
    batch = written(looked_at(repriced(["OF-010"], region=ZHEJIANG).id).id)
    assert priced_in(ZHEJIANG) == [(9_900, 0, False)]
    written(undone(batch).id)
    assert priced_in(ZHEJIANG) == had


def test_the_standing_price_of_a_size_that_comes_back_is_replaced_and_told(stocked_sqlite: Flask) -> None:
    gone = edit(["TB-750-TI"], {"skus": ["TB-750-GREY", "TB-750-PINE", "TB-500-WHITE"]})
    written(looked_at(gone.id).id)
    parts = {
        "skus+": ["TB-500-GREY"],
        "skus/TB-500-GREY/attributes": [colour("钛灰"), size("500ml")],
        "prices/TB-500-GREY/0//": [20_000, 0],
    }
    batch = looked_at(brought([Asked(no=2, code="TB-750-TI", parts=parts)]).id)
    row = rows_of(batch.id)["TB-750-TI"]
    assert (row.before.get("prices/TB-500-GREY/0//"), batch.weight) == ([18_600, 0], 8), row.told
    written(batch.id)
    reading().rollback()
    mine = select(PricePlan.points).join(Sku, Sku.id == PricePlan.sku_id)
    open_ = mine.where(Sku.code == "TB-500-GREY", PricePlan.withdrawn_at.is_(None))
    assert reading().scalars(open_).all() == [20_000]


def test_an_undo_that_takes_nothing_back_leaves_the_way_open_for_another(stocked_sqlite: Flask) -> None:
    batch = written(looked_at(edit(["OF-001"], {"brand": "新石墨"}).id).id)
    first = undone(batch)
    transact(lambda session, _at: session.execute(update(Item).where(Item.code == "OF-001").values(version=2)))
    assert written(first.id).state is BatchState.DROPPED, "what was good at the dry run was touched before the writing"
    second = undone(batch, LU)
    assert (second.state, second.to_write) == (BatchState.DROPPED, 0), "nor was there anything at the next one"
    transact(lambda session, _at: session.execute(update(Item).where(Item.code == "OF-001").values(version=1)))
    third = undone(batch, LU)
    transact(confirm, no=third.no, actor=LU, scope=WHOLE)
    on(third.id)
    assert again(batch.id).state is BatchState.UNDONE


def test_a_batch_is_given_up_by_its_maker_its_second_person_or_the_administrator(stocked_sqlite: Flask) -> None:
    def gives_up(batch: Batch, actor: str, role: StaffRole = StaffRole.MERCHANDISER) -> BatchState:
        return BatchState(transact(drop, no=batch.no, actor=actor, role=role, scope=WHOLE).state)

    begun_, checked = (edit(["OF-001"], {"brand": brand}) for brand in "甲乙")
    looked_at(checked.id)
    for batch in (begun_, checked):
        with pytest.raises(OthersBatch):
            gives_up(batch, LU)
    assert gives_up(begun_, XU) is BatchState.DROPPED
    assert gives_up(checked, "staff:9", StaffRole.ADMINISTRATOR) is BatchState.DROPPED
    waits = looked_at(repriced(["OF-001"], amount=99).id)
    transact(lambda session, _at: session.execute(update(Batch).where(Batch.id == waits.id).values(weight=900)))
    assert transact(confirm, no=waits.no, actor=XU, scope=WHOLE).waiting
    assert gives_up(waits, LU) is BatchState.DROPPED
    assert again(waits.id).decided_by == LU


def test_what_was_live_without_a_picture_comes_back_live(stocked_sqlite: Flask) -> None:
    off = {"shelved_at": None, "off_at": None}
    batch = written(looked_at(edit(["OF-001"], off).id).id)
    assert not shelved("OF-001")
    assert looked_at(edit(["OF-001"], {"shelved_at": NOW}).id).failed == 1, "a batch of its own puts it nowhere"
    assert written(undone(batch).id).changed == 1
    assert shelved("OF-001")


def test_what_is_dangerous_by_now_does_not_come_back(stocked_sqlite: Flask) -> None:
    put = SupplierToPut(code="SUP-1", name="临安恒泰", admission=Admission.CANDIDATE)
    transact(put_supplier, put=put, revision=0, actor=XU)

    def says(admission: Admission) -> None:
        stands = update(Supplier).values(admission=admission, admitted_on=now().date())
        transact(lambda session, _at: session.execute(stands))

    says(Admission.ADMITTED)
    written(looked_at(edit(["OF-001"], {"supplier": "SUP-1"}).id).id)
    batch = written(looked_at(edit(["OF-001"], {"shelved_at": None, "off_at": None}).id).id)
    says(Admission.SUSPENDED)
    back = undone(batch)
    assert (back.state, back.failed) == (BatchState.DROPPED, 1)
    assert "供应商" in rows_of(back.id)["OF-001"].told[0]["text"]
