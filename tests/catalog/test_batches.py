"""Many rewards at once: looked at, written some at a time, killed in the middle, two at once, and taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.refused import Refused
from mall.catalog.actions import PlanToPut, add_plan, set_cost
from mall.catalog.actions.batches import (
    agree,
    check_some,
    chosen,
    confirm,
    drop,
    fill_some,
    set_limit,
    take_up,
    undo,
    write_some,
)
from mall.catalog.actions.batches import begin as begin_
from mall.catalog.actions.drafts import save
from mall.catalog.actions.publish import publish, schedule, take_off
from mall.catalog.models import (
    Batch,
    BatchKind,
    BatchMoved,
    BatchRow,
    BatchState,
    DraftBehind,
    Item,
    ItemVersion,
    NoSuchBatch,
    NothingAsked,
    NothingChosen,
    NothingToUndo,
    Outcome,
    PricePlan,
    SecondPersonBatch,
    SelectionMoved,
    Sku,
    Stock,
    StockMovement,
    Term,
    UndoneAlready,
)
from mall.catalog.queries import Filters, items
from mall.catalog.queries.desk_filters import ItemFilters
from mall.catalog.queries.documents import written as live_of
from mall.catalog.queries.stock_proof import broken_movements
from mall.catalog.rules.bulk import Asked
from mall.catalog.rules.document import NOW
from mall.catalog.rules.repricing import By, Repricing
from mall.dealers.models import WHOLE, OutsideScope, Scope
from mall.web.db import now, reading, transact
from tests.catalog.batching import XU, ZONE, again, begun, brought, edit, looked_at, on, rows_of, written
from tests.catalog.conftest import ANYWHERE
from tests.conftest import Clock
from tests.processes import at_once

LU = "staff:2"
THREE = ["OF-001", "OF-002", "OF-003"]
TEN = [f"OF-{n:03d}" for n in range(1, 11)]


def brand_of(code: str) -> str:
    reading().rollback()
    return str(reading().scalar(select(Item.brand).where(Item.code == code)))


def count(what: Any, *where: Any) -> int:
    reading().rollback()
    return reading().scalar(select(func.count()).select_from(what).where(*where)) or 0


def standing_points(sku: str) -> list[int]:
    reading().rollback()
    mine = select(PricePlan.points).join(Sku, Sku.id == PricePlan.sku_id)
    return list(reading().scalars(mine.where(Sku.code == sku, PricePlan.withdrawn_at.is_(None))))


def changed_elsewhere(code: str, **parts: Any) -> None:
    """Somebody else writes and publishes another version."""
    reading().rollback()
    found = live_of(reading(), code)
    seen: dict[str, Any] = {"revision": 0, "version_seen": found.version, "actor": LU}
    pictured = {"pictures": ["thermos"]} | parts
    saved = transact(save, code=code, document_=(found.live or {}) | pictured, **seen)
    transact(publish, code=code, draft_id=saved.draft_id, revision=saved.revision, actor=LU)


def fresh(no: int, code: str, **parts: Any) -> Asked:
    """A row of a file that asks for a new reward with one SKU, a price and pieces."""
    usual = {
        "kind": "physical",
        "category": "home",
        "names/zh_Hans": f"静音加湿器 {no}",
        "skus": [f"{code}-1"],
        f"skus/{code}-1/cost_fen": 1_000,
        f"prices/{code}-1/0//": [5_000, 0],
        f"stock/{code}-1": 7,
    }
    return Asked(no=no, code=code, parts=usual | parts)


def reprice(codes: list[str] = THREE, **asked: Any) -> Batch:
    usual = {"by": By.PERCENT, "amount": 1_000} | asked
    return begun(BatchKind.PRICES, {"prices": Repricing(**usual).asked}, codes=codes)


def test_looking_changes_nothing_and_writing_changes_all_of_it(stocked: Flask) -> None:
    batch = looked_at(edit(TEN, {"brand": "新石墨", "tags+": ["new"], "limit_per_dealer": 3}).id)
    assert (batch.state, batch.changed, batch.failed) == (BatchState.CHECKED, 10, 0)
    row = rows_of(batch.id)["OF-001"]
    assert row.before == {"brand": "石墨 Graphite", "tags": [], "limit_per_dealer": None}
    assert row.after == {"brand": "新石墨", "tags": ["new"], "limit_per_dealer": 3}
    assert brand_of("OF-001") == "石墨 Graphite"
    batch = written(batch.id, most=3)
    assert (batch.state, batch.written) == (BatchState.DONE, 10)
    assert {brand_of(code) for code in TEN} == {"新石墨"}
    assert rows_of(batch.id)["OF-001"].version == 1
    assert count(ItemVersion, ItemVersion.published_by == XU) == 10
    assert count(AuditEntry, AuditEntry.act == "item.batch") == 10
    found = items(reading(), now(), Filters(q="xinshimo"), available=0, **ANYWHERE)
    assert {entry.code for entry in found.entries} == set(TEN)


def test_a_batch_keeps_what_rewards_said_before_there_were_versions(stocked: Flask) -> None:
    before = live_of(reading(), "OF-001").live
    for brand in ("新石墨", "又一个"):
        written(looked_at(edit(["OF-001"], {"brand": brand}).id).id)
    reading().rollback()
    kept = reading().scalars(select(ItemVersion).order_by(ItemVersion.no)).all()
    assert ([one.no for one in kept], kept[0].document) == ([0, 1, 2], before)


def test_a_batch_is_the_documents_own_words_version_and_row_alike(stocked: Flask) -> None:
    batch = written(looked_at(edit(["TB-750-TI"], {"freight_template": "", "delivery": "7d", "tags+": ["hot"]}).id).id)
    reading().rollback()
    live = live_of(reading(), "TB-750-TI").live
    kept = reading().scalars(select(ItemVersion).where(ItemVersion.no == 1)).one()
    assert kept.document == live
    assert kept.note.startswith(batch.no)


def test_killed_in_the_middle_it_goes_on_where_it_was(stocked: Flask) -> None:
    batch = edit(TEN, {"brand": "新石墨"})
    transact(check_some, batch_id=batch.id, unit_value=0, most=4)
    assert again(batch.id).looked == 4
    looked_at(batch.id, most=4)
    transact(confirm, no=batch.no, actor=XU, scope=WHOLE)

    def dies(session: Session, at: Any) -> None:
        write_some(session, at, batch_id=batch.id, unit_value=0, most=4)
        raise KeyboardInterrupt

    transact(write_some, batch_id=batch.id, unit_value=0, most=4)
    with pytest.raises(KeyboardInterrupt):
        transact(dies)
    assert (again(batch.id).written, brand_of("OF-004"), brand_of("OF-005")) == (4, "新石墨", "石墨 Graphite")
    done = on(batch.id, most=4)
    assert (done.state, done.written, done.changed) == (BatchState.DONE, 10, 10)
    assert count(ItemVersion, ItemVersion.no > 0) == 10
    assert transact(write_some, batch_id=batch.id, unit_value=0) == 0


def test_a_file_read_twice_over_makes_each_row_once(stocked: Flask) -> None:
    batch = begun(BatchKind.IMPORT, {"sheet": "tests"}, file=("rows.csv", b"-"))
    some = [fresh(no, f"JS-{no}") for no in range(2, 8)]
    assert transact(fill_some, batch_id=batch.id, rows=some[:4]) == 4
    assert transact(fill_some, batch_id=batch.id, rows=some) == 2
    assert again(batch.id).total == 6


def test_a_file_makes_new_rewards_with_prices_pieces_and_terms(stocked: Flask) -> None:
    wrong = [fresh(4, "JS-1"), fresh(5, "JS 3"), fresh(6, "JS-4", category="none")]
    batch = looked_at(brought([fresh(2, "JS-1"), fresh(3, "JS-2"), *wrong]).id)
    assert (batch.created, batch.failed) == (2, 3)
    rows = {row.no: row for row in reading().scalars(select(BatchRow).where(BatchRow.batch_id == batch.id))}
    assert [rows[no].outcome for no in (2, 3, 4, 5, 6)] == [Outcome.CREATE, Outcome.CREATE, *[Outcome.ERROR] * 3]
    assert rows[4].told[0]["params"] == {"code": "JS-1", "no": 2}
    written(batch.id)
    reading().rollback()
    item = reading().scalars(select(Item).where(Item.code == "JS-1")).one()
    assert (item.version, item.lowest_points, item.shelved_at) == (1, 5_000, None)
    sku = reading().scalars(select(Sku).where(Sku.code == "JS-1-1")).one()
    stock = reading().get_one(Stock, sku.id)
    assert (sku.cost_fen, stock.on_hand, stock.supplied, stock.seq) == (1_000, 7, 7, 1)
    assert count(StockMovement, StockMovement.sku_id == sku.id) == 1
    assert count(Term, Term.item_id == item.id, Term.term == "jiashiqi") == 1
    assert list(broken_movements(reading())) == []


def test_a_row_whose_reward_has_a_newer_version_fails_alone(stocked: Flask) -> None:
    batch = looked_at(edit(THREE, {"brand": "新石墨"}).id)
    changed_elsewhere("OF-002", brand="别人的")
    batch = written(batch.id)
    assert (batch.changed, batch.failed, batch.state) == (2, 1, BatchState.DONE)
    assert [brand_of(code) for code in THREE] == ["新石墨", "别人的", "新石墨"]
    row = rows_of(batch.id)["OF-002"]
    assert (row.outcome, row.version, row.told[0]["params"]) == (Outcome.ERROR, 0, {"no": 1})


def test_what_changed_beside_the_versions_is_seen_too(stocked: Flask) -> None:
    rows = [Asked(no=2, code="OF-001", parts={"skus/OF-001-1/cost_fen": 900})]
    batch = looked_at(brought(rows).id)
    transact(set_cost, sku_code="OF-001-1", cost_fen=800, actor=LU)
    assert written(batch.id).failed == 1
    assert "skus/OF-001-1/cost_fen" in rows_of(batch.id)["OF-001"].told[0]["params"]["what"]


def test_two_batches_at_once_leave_each_reward_as_one_of_them_says(stocked: Flask, database_url: str) -> None:
    first, second = (looked_at(edit(TEN, {"brand": brand}).id) for brand in ("甲", "乙"))
    for batch in (first, second):
        transact(confirm, no=batch.no, actor=XU, scope=WHOLE)

    at_once(database_url, now(), on, [(first.id, 3), (second.id, 3)])
    one, other = again(first.id), again(second.id)
    assert one.changed + other.changed == 10
    assert one.failed + other.failed == 10
    assert count(ItemVersion, ItemVersion.no > 0) == 10


def test_two_workers_on_one_batch_write_each_row_once(stocked: Flask, database_url: str) -> None:
    batch = looked_at(edit(TEN, {"brand": "新石墨"}).id)
    transact(confirm, no=batch.no, actor=XU, scope=WHOLE)
    at_once(database_url, now(), on, [(batch.id, 1), (batch.id, 2)])
    assert (again(batch.id).written, count(ItemVersion, ItemVersion.no > 0)) == (10, 10)


def test_an_open_draft_is_told_by_its_own_rule_and_catches_up(stocked: Flask) -> None:
    found = live_of(reading(), "TB-750-TI")
    typed = (found.live or {}) | {"brand": "草稿"}
    saved = transact(save, code="TB-750-TI", document_=typed, revision=0, version_seen=0, actor=LU)
    written(looked_at(edit(["TB-750-TI"], {"limit_per_dealer": 9}).id).id)
    with pytest.raises(DraftBehind):
        transact(publish, code="TB-750-TI", draft_id=saved.draft_id, revision=saved.revision, actor=LU)


def test_prices_are_written_as_new_rows_and_told_on_the_item(stocked: Flask) -> None:
    batch = written(looked_at(reprice(["TB-750-TI"], unit=500).id).id)
    assert batch.state is BatchState.DONE
    assert standing_points("TB-500-GREY") == [20_500]
    assert standing_points("TB-750-GREY") == [31_500]
    reading().rollback()
    item = reading().scalars(select(Item).where(Item.code == "TB-750-TI")).one()
    assert (item.lowest_points, item.highest_points, item.version) == (20_500, 31_500, 0)
    assert count(AuditEntry, AuditEntry.act == "plan.batch") == 4


def test_a_new_price_of_a_tier_and_region_begins_at_what_everybody_pays(stocked: Flask) -> None:
    written(looked_at(reprice(["OF-010"], by=By.POINTS, amount=-500, tier="core", region="华东/浙江").id).id)
    assert sorted(standing_points("OF-010-1")) == [9_500, 10_000]


def test_a_large_change_of_prices_needs_a_second_person_and_the_database_holds_it(stocked: Flask) -> None:
    transact(set_limit, weight=29, seen=500, actor=LU, scope=WHOLE)
    batch = looked_at(reprice().id)
    assert (batch.weight, batch.most_alone) == (30, 29)
    transact(confirm, no=batch.no, actor=XU, scope=WHOLE)
    assert again(batch.id).state is BatchState.WAITING
    with pytest.raises(SecondPersonBatch):
        transact(agree, no=batch.no, actor=XU, scope=WHOLE)
    with pytest.raises(Exception, match="second_person"):
        transact(lambda session, _at: session.execute(update(Batch).values(state=BatchState.RUNNING)))
    transact(agree, no=batch.no, actor=LU, scope=WHOLE)
    transact(agree, no=batch.no, actor=LU, scope=WHOLE)
    done = on(batch.id)
    assert (done.state, done.decided_by) == (BatchState.DONE, LU)


def test_any_price_below_cost_needs_a_second_person(stocked: Flask) -> None:
    transact(set_cost, sku_code="OF-001-1", cost_fen=1_000, actor=XU)
    batch = looked_at(reprice(["OF-001", "OF-002"], amount=-100).id)
    assert (batch.below_cost, batch.wants_second_person) == (1, True)
    transact(confirm, no=batch.no, actor=XU, scope=WHOLE)
    assert again(batch.id).state is BatchState.WAITING


def test_a_price_that_falls_below_cost_after_it_was_looked_at_is_left_out(stocked: Flask) -> None:
    batch = looked_at(reprice(["OF-001", "OF-002"], amount=-100).id)
    transact(set_cost, sku_code="OF-001-1", cost_fen=1_000, actor=LU)
    done = written(batch.id)
    assert (done.changed, done.failed) == (1, 1)
    assert standing_points("OF-001-1") == [1_000]


def test_whoever_agreed_to_a_batch_did_not_agree_to_what_fell_below_cost_since(stocked: Flask) -> None:
    batch = looked_at(reprice(["OF-001", "OF-002"], amount=-100).id)
    transact(confirm, no=batch.no, actor=LU, scope=WHOLE)
    transact(set_cost, sku_code="OF-001-1", cost_fen=1_000, actor=LU)
    done = on(batch.id)
    assert (done.decided_by, done.changed, done.failed) == (LU, 1, 1)
    assert standing_points("OF-001-1") == [1_000]


def test_taking_back_leaves_what_others_touched_and_says_who(stocked: Flask) -> None:
    batch = written(looked_at(edit(THREE, {"brand": "新石墨", "tags+": ["hot"]}).id).id)
    changed_elsewhere("OF-002", brand="别人的")
    back = transact(undo, no=batch.no, zone=ZONE, actor=XU, scope=WHOLE)
    assert transact(undo, no=batch.no, zone=ZONE, actor=XU, scope=WHOLE).id == back.id
    back = looked_at(back.id)
    assert (back.changed, back.skipped) == (2, 1)
    assert rows_of(back.id)["OF-002"].told[0]["params"] == {"who": LU, "no": 2}
    written(back.id)
    assert [brand_of(code) for code in THREE] == ["石墨 Graphite", "别人的", "石墨 Graphite"]
    assert again(batch.id).state is BatchState.UNDONE
    with pytest.raises(UndoneAlready):
        transact(undo, no=batch.no, zone=ZONE, actor=LU, scope=WHOLE)


def test_prices_go_back_where_nobody_changed_them_since(stocked: Flask) -> None:
    batch = written(looked_at(reprice().id).id)
    transact(add_plan, sku_code="OF-002-1", put=PlanToPut(points=7_777), costs=None, actor=LU)
    back = looked_at(transact(undo, no=batch.no, zone=ZONE, actor=XU, scope=WHOLE).id)
    written(back.id)
    assert [standing_points(f"{code}-1") for code in THREE] == [[1_000], [7_777], [3_000]]


def test_a_size_that_came_with_its_price_goes_with_it_when_it_is_taken_back(stocked: Flask) -> None:
    had = live_of(reading(), "OF-001").live
    name = {"name": {"zh_Hans": "尺寸"}}
    parts = {
        "skus+": ["OF-001-2"],
        "skus/OF-001-1/attributes": [name | {"value": {"zh_Hans": "小"}}],
        "skus/OF-001-2/attributes": [name | {"value": {"zh_Hans": "大"}}],
        "prices/OF-001-2/0//": [2_500, 0],
    }
    batch = written(looked_at(brought([Asked(no=2, code="OF-001", parts=parts)]).id).id)
    assert (batch.changed, standing_points("OF-001-2")) == (1, [2_500])
    back = looked_at(transact(undo, no=batch.no, zone=ZONE, actor=XU, scope=WHOLE).id)
    assert (back.changed, back.failed, written(back.id).changed) == (1, 0, 1)
    reading().rollback()
    assert live_of(reading(), "OF-001").live == had
    assert standing_points("OF-001-2") == []


def test_new_rewards_leave_the_shelf_when_they_are_taken_back(stocked: Flask) -> None:
    batch = written(looked_at(brought([fresh(2, "JS-1", pictures=["thermos"], shelved_at=NOW)]).id).id)
    reading().rollback()
    assert reading().scalar(select(Item.shelved_at).where(Item.code == "JS-1")) == now()
    back = looked_at(transact(undo, no=batch.no, zone=ZONE, actor=XU, scope=WHOLE).id)
    written(back.id)
    reading().rollback()
    assert reading().scalar(select(Item.shelved_at).where(Item.code == "JS-1")) is None


def test_on_and_off_the_shelf_at_once(stocked: Flask) -> None:
    written(looked_at(edit(["OF-001", "HIDDEN-1"], {"shelved_at": None, "off_at": None}).id).id)
    reading().rollback()
    assert reading().scalar(select(Item.shelved_at).where(Item.code == "OF-001")) is None
    batch = looked_at(edit(["OF-001", "TB-750-TI"], {"shelved_at": NOW, "off_at": None}).id)
    found = rows_of(batch.id)
    assert (found["OF-001"].outcome, found["TB-750-TI"].outcome) == (Outcome.ERROR, Outcome.SKIP)


def test_what_was_wrong_before_keeps_nobody_from_changing_something_else(stocked: Flask) -> None:
    assert looked_at(edit(["OF-001"], {"brand": "新"}).id).changed == 1
    later = (now() + timedelta(days=1)).isoformat()
    assert looked_at(edit(["OF-001"], {"shelved_at": later}).id).failed == 1


@pytest.mark.parametrize("scope", [Scope(region="华东"), Scope(supplier_id=1)])
def test_whoever_does_not_look_after_the_whole_brand_begins_none(stocked: Flask, scope: Scope) -> None:
    with pytest.raises(OutsideScope):
        edit(THREE, {"brand": "新"}, scope=scope)
    batch = looked_at(edit(THREE, {"brand": "新"}).id)
    with pytest.raises(NoSuchBatch):
        transact(confirm, no=batch.no, actor=LU, scope=scope)


def test_what_cannot_be_begun_says_why(stocked: Flask) -> None:
    with pytest.raises(NothingChosen):
        edit([], {"brand": "新"})
    with pytest.raises(NothingAsked):
        edit(THREE, {})
    every = {"filters": ItemFilters(category="office"), "scope": WHOLE}
    assert len(transact(chosen, seen=45, **every)) == 45
    with pytest.raises(SelectionMoved):
        transact(chosen, seen=44, **every)


def test_steps_out_of_turn_are_refused_and_repeats_change_nothing(stocked: Flask) -> None:
    same: dict[str, Any] = {"kind": BatchKind.EDIT, "asked": {"parts": {"brand": "新"}}, "key": "one", "zone": ZONE}
    first, second = (transact(begin_, codes=THREE, actor=XU, scope=WHOLE, **same) for _ in range(2))
    assert first.id == second.id
    who: dict[str, Any] = {"no": first.no, "actor": XU, "scope": WHOLE}
    for verb in (confirm, agree):
        with pytest.raises(Refused):
            transact(verb, **who)
    looked_at(first.id)
    with pytest.raises(BatchMoved):
        transact(undo, zone=ZONE, **who)
    transact(confirm, **who)
    transact(confirm, **who)
    with pytest.raises(BatchMoved):
        transact(drop, **who)
    on(first.id)
    assert count(AuditEntry, AuditEntry.act == "batch.run") == 1


def test_what_wrote_nothing_is_not_taken_back_and_what_was_dropped_is_not_written(stocked: Flask) -> None:
    batch = looked_at(edit(["OF-001"], {"brand": "新"}).id)
    changed_elsewhere("OF-001")
    batch = written(batch.id)
    with pytest.raises(NothingToUndo):
        transact(undo, no=batch.no, zone=ZONE, actor=XU, scope=WHOLE)
    other = looked_at(edit(["OF-002"], {"brand": "新"}).id)
    transact(drop, no=other.no, actor=XU, scope=WHOLE)
    with pytest.raises(BatchMoved):
        transact(confirm, no=other.no, actor=XU, scope=WHOLE)
    assert transact(write_some, batch_id=other.id, unit_value=0) == 0


def test_the_worker_takes_first_what_has_waited_longest(stocked: Flask) -> None:
    first, second = (edit(THREE, {"brand": brand}) for brand in "甲乙")
    taken = [transact(take_up) for _ in range(2)]
    assert [one.id for one in taken if one] == [first.id, second.id]
    for batch in (first, second):
        looked_at(batch.id)
    assert transact(take_up) is None


def test_a_page_opened_before_the_batch_is_told(stocked: Flask) -> None:
    written(looked_at(edit(["TB-750-TI"], {"brand": "新"}).id).id)
    with pytest.raises(Refused):
        transact(take_off, code="TB-750-TI", version_seen=0, actor=LU)
    at = now() + timedelta(days=1)
    with pytest.raises(Refused):
        transact(schedule, code="TB-750-TI", shelved_at=at, off_at=None, version_seen=0, actor=LU)


EAST = "华东"
OF_EAST: dict[str, Any] = {"scope": Scope(EAST), "actor": "staff:7"}


def plans_of_sku(sku: str) -> list[tuple[int, str, bool, int]]:
    """Points, region, whether it is to come, and `bounded` of a SKU's prices, the fewest points first."""
    reading().rollback()
    mine = select(PricePlan).join(Sku, Sku.id == PricePlan.sku_id).where(Sku.code == sku)
    mine = mine.where(PricePlan.withdrawn_at.is_(None)).order_by(PricePlan.points)
    return [(one.points, one.region, one.starts_at > now(), one.bounded) for one in reading().scalars(mine)]


def test_a_price_to_come_leaves_todays_and_is_taken_back_before_and_after_its_moment(
    stocked: Flask, clock: Clock
) -> None:
    codes, since = ["OF-010"], now() + timedelta(days=3)
    for waits in (0, 4):
        batch = reprice(codes, since=since.isoformat())
        done = written(looked_at(batch.id).id)
        assert (done.changed, plans_of_sku("OF-010-1")) == (1, [(10_000, "", False, 0), (11_000, "", True, 0)])
        assert looked_at(reprice(codes, since=since.isoformat(), by=By.TO, amount=11_000).id).skipped == 1
        clock.tick(days=waits)
        back = transact(undo, no=done.no, zone=ZONE, actor=XU, scope=WHOLE)
        assert looked_at(back.id).changed == 1
        written(back.id)
        assert plans_of_sku("OF-010-1") == [(10_000, "", False, 0)]
        since = now() + timedelta(days=3)


def test_a_price_whose_moment_came_before_it_was_written_holds_from_then_on(stocked: Flask, clock: Clock) -> None:
    batch = looked_at(reprice(["OF-010"], since=(now() + timedelta(days=1)).isoformat()).id)
    clock.tick(days=2)
    written(batch.id)
    assert plans_of_sku("OF-010-1") == [(11_000, "", False, 0)]


def test_a_regions_people_change_prices_of_their_region_alone_within_the_brands_bounds(stocked: Flask) -> None:
    for region in ("", "华南"):
        asked = {"prices": Repricing(by=By.PERCENT, amount=500, region=region).asked}
        with pytest.raises(OutsideScope):
            begun(BatchKind.PRICES, asked, codes=THREE, **OF_EAST)

    def of_east(amount: int) -> Batch:
        asked = Repricing(by=By.PERCENT, amount=amount, region=f"{EAST}/浙江").asked
        return looked_at(begun(BatchKind.PRICES, {"prices": asked}, codes=["OF-010"], **OF_EAST).id)

    far = of_east(5_000)
    assert (far.failed, far.region) == (1, EAST)
    assert "least" in rows_of(far.id)["OF-010"].told[0]["params"], "it says how far it may go"
    near = of_east(500)
    transact(confirm, no=near.no, actor="staff:7", scope=Scope(EAST))
    done = on(near.id)
    assert (done.changed, plans_of_sku("OF-010-1")) == (
        1, [(10_000, "", False, 0), (10_500, f"{EAST}/浙江", False, 1)],
    )  # fmt: skip
    with pytest.raises(NoSuchBatch):
        transact(undo, no=near.no, zone=ZONE, actor="staff:8", scope=Scope("华南"))
    back = transact(undo, no=near.no, zone=ZONE, actor="staff:7", scope=Scope(EAST))
    looked_at(back.id)
    transact(confirm, no=back.no, actor="staff:7", scope=Scope(EAST))
    assert on(back.id).changed == 1
    assert plans_of_sku("OF-010-1") == [(10_000, "", False, 0)]
