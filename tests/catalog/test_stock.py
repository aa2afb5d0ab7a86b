"""Stock as a ledger: every change is a movement, levels ring, a count becomes stock whatever moves meanwhile."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.refused import Forbidden
from mall.catalog.actions import counts as verbs
from mall.catalog.actions import put_back, restock, send_out, take, write_off
from mall.catalog.actions.lying import homes, lay
from mall.catalog.actions.post_count import post
from mall.catalog.actions.supplies import announce, settle_incoming
from mall.catalog.actions.warehouses import WarehouseToPut, put_warehouse
from mall.catalog.models import (
    Alarm,
    Because,
    ByCodes,
    CountMoved,
    Item,
    Kind,
    NoSuchSku,
    NoSuchWarehouse,
    NotExpected,
    NothingCounted,
    NotThere,
    Promised,
    Reason,
    SecondPersonCounts,
    Sku,
    StillHolds,
    Stock,
    StockCount,
    StockFormStale,
    StockIncoming,
    StockLevel,
    Warehouse,
    WarehouseTaken,
)
from mall.catalog.queries import stock
from mall.catalog.queries.counts import count_of, sheet
from mall.catalog.queries.movements import places
from mall.catalog.rules.replenishment import Standing, alarm_of, suggested
from mall.jobs.tasks import demand
from mall.jobs.tasks import stock as watch
from mall.web.db import db, now, reading, transact
from tests.catalog.conftest import statements
from tests.catalog.stocktaking import (
    BUYER,
    FAR,
    KEEPER,
    MAIN,
    OTHER,
    all_ties,
    begin,
    correct,
    count_all,
    deliver,
    houses,
    key,
    left,
    level,
    lies,
    settle,
    told,
)
from tests.conftest import Clock
from tests.processes import begin as started
from tests.processes import context

GREY, PINE, SMALL = "TB-750-GREY", "TB-750-PINE", "TB-500-GREY"
ORDER = Because(Reason.ORDER, "26111200001", "member:7")


@pytest.fixture
def stores(stocked: Flask) -> Flask:
    """A catalogue with two warehouses; ten grey thermoses lie in the first, four in the other."""
    transact(houses)
    deliver(GREY, 10)
    deliver(GREY, 4, FAR)
    return stocked


def sku(code: str) -> int:
    return int(reading().execute(select(Sku.id).where(Sku.code == code)).scalar_one())


def test_the_first_stock_is_a_movement_too(stocked: Flask) -> None:
    assert told(GREY) == [("in", 4, 4, "opening")]
    all_ties()


def test_an_order_reserves_and_gives_back_and_sends(stores: Flask) -> None:
    transact(take, {sku(GREY): 5}, because=ORDER)
    transact(put_back, {sku(GREY): 2}, because=ORDER)
    transact(send_out, {sku(GREY): 3}, because=ORDER)
    assert told(GREY)[-3:] == [("reserve", -5, 13, "order"), ("release", 2, 15, "order"), ("out", -3, 15, "order")]
    assert (left(GREY), lies(GREY)) == (15, {MAIN: 7, FAR: 4})
    all_ties()


def test_what_came_back_lies_in_the_first_warehouse_again(stores: Flask) -> None:
    transact(take, {sku(GREY): 3}, because=ORDER)
    transact(send_out, {sku(GREY): 3}, because=ORDER)
    transact(put_back, {sku(GREY): 1}, because=ORDER, arrived=True)
    transact(write_off, {sku(GREY): 2}, because=ORDER)
    assert told(GREY)[-2:] == [("release", 2, 18, "order"), ("adjust", -2, 16, "order")]
    assert (left(GREY), lies(GREY)) == (16, {MAIN: 8, FAR: 4})
    all_ties()


def test_what_is_written_off_before_it_left_lies_nowhere_any_more(stores: Flask) -> None:
    transact(take, {sku(GREY): 16}, because=ORDER)
    transact(write_off, {sku(GREY): 16}, because=ORDER, there=True)
    # Four pieces were there before anybody knew of warehouses: the last two are of those.
    assert told(GREY)[-4:] == [
        ("release", 16, 18, "order"),
        ("adjust", -10, 8, "order"), ("adjust", -4, 4, "order"), ("adjust", -2, 2, "order"),
    ]  # fmt: skip
    assert (left(GREY), lies(GREY)) == (2, {})
    all_ties()


def test_what_no_one_warehouse_holds_leaves_several_in_their_order(stores: Flask) -> None:
    transact(take, {sku(GREY): 18}, because=ORDER)
    transact(send_out, {sku(GREY): 12}, because=ORDER)
    assert lies(GREY) == {FAR: 2}
    # Four pieces were there before anybody knew of warehouses: they leave none.
    transact(send_out, {sku(GREY): 6}, because=ORDER)
    assert lies(GREY) == {}
    all_ties()


def test_a_warehouse_that_is_named_must_hold_them(stores: Flask) -> None:
    transact(take, {sku(GREY): 6}, because=ORDER)
    far = next(place.id for place in places(reading()) if place.code == FAR)
    reading().rollback()
    with pytest.raises(NotThere) as refusal:
        transact(send_out, {sku(GREY): 5}, because=ORDER, warehouse_id=far)
    assert refusal.value.params["left"] == 4
    transact(send_out, {sku(GREY): 4}, because=ORDER, warehouse_id=far)
    assert lies(GREY) == {MAIN: 10}


def test_a_delivery_sent_twice_is_one(stores: Flask) -> None:
    same = key()
    for _ in range(2):
        deliver(PINE, 6, key=same, reference="SH-1")
    assert (left(PINE), lies(PINE)) == (8, {MAIN: 6})
    assert acts("stock.supply") == 3
    all_ties()


def acts(act: str) -> int:
    return int(reading().scalar(select(func.count()).where(AuditEntry.act == act)) or 0)


def test_a_correction_takes_no_more_than_is_free_or_lies_there(stores: Flask) -> None:
    transact(take, {sku(GREY): 15}, because=ORDER)
    with pytest.raises(Promised):
        correct(GREY, -4)
    correct(GREY, -3)
    with pytest.raises(NotThere):
        correct(PINE, -1)
    assert (left(GREY), lies(GREY)) == (0, {MAIN: 7, FAR: 4})
    all_ties()


def test_who_keeps_supplies_not_and_who_supplies_corrects_not(stores: Flask) -> None:
    with pytest.raises(Forbidden):
        deliver(GREY, 1, by=KEEPER)
    with pytest.raises(Forbidden):
        correct(GREY, 1, by=BUYER)
    with pytest.raises(Forbidden):
        level(GREY, 1, 2, by=KEEPER)


def test_card_codes_are_counted_by_the_vault_alone(stores: Flask) -> None:
    db.session.execute(update(Item).where(Item.code == "TB-750-TI").values(kind=Kind.CARD_CODE))
    db.session.commit()
    with pytest.raises(ByCodes):
        deliver(GREY, 1)


def test_a_movement_cannot_be_of_nothing_or_numbered_twice(stores: Flask) -> None:
    with pytest.raises(IntegrityError):
        db.session.execute(update(Stock).values(on_hand=-1))
    db.session.rollback()
    transact(restock, sku_code=GREY, by=0, because=ORDER)
    assert len(told(GREY)) == 3


def test_levels_ring_at_once_and_fall_silent(stores: Flask, clock: Clock) -> None:
    level(GREY, 5, 20)
    assert ringing() == {GREY: Alarm.WARNING}
    correct(GREY, -9)
    correct(GREY, -4, FAR)
    assert ringing() == {GREY: Alarm.SAFETY}
    deliver(GREY, 30)
    assert ringing() == {}
    with pytest.raises(StockFormStale):
        level(GREY, 6, 20)
    level(GREY, 5, 20)  # as it stands: nothing to do, stale or not


def ringing() -> dict[str, Alarm]:
    rows = reading().execute(
        select(Sku.code, StockLevel.alarm).join(Sku, Sku.id == StockLevel.sku_id).where(StockLevel.alarm.is_not(None))
    )
    found = {row.code: row.alarm for row in rows}
    reading().rollback()
    return found


def test_orders_ring_within_the_workers_round(stores: Flask) -> None:
    level(PINE, 0, 1)
    transact(take, {sku(PINE): 2}, because=ORDER)
    assert ringing() == {}
    assert watch.run() == 1
    assert ringing() == {PINE: Alarm.OUT}
    assert watch.run() == 0


def test_demand_is_what_orders_took_less_what_came_back(stores: Flask, clock: Clock) -> None:
    transact(take, {sku(GREY): 4}, because=ORDER)
    clock.tick(days=60)
    transact(take, {sku(GREY): 3}, because=ORDER)
    transact(put_back, {sku(GREY): 1}, because=ORDER)
    clock.tick(days=1)
    demand.run()
    one = stock.one_in_stock(reading(), GREY)
    assert (one.standing.demand_30, one.standing.demand_90) == (2, 6)
    reading().rollback()
    clock.tick(days=89)
    demand.run()
    assert stock.one_in_stock(reading(), GREY).standing.demand_90 == 2


def test_what_is_on_its_way_counts_until_it_is_here(stores: Flask) -> None:
    level(GREY, 30, 40, pack_size=6)
    before = stock.one_in_stock(reading(), GREY).to_order
    reading().rollback()
    assert before == 12
    said = {"sku_code": GREY, "warehouse": FAR, "reference": "CG-1", "expected_on": None, "by": BUYER}
    same = key()
    for _ in range(2):
        transact(announce, pieces=12, key=same, **said)
    assert stock.one_in_stock(reading(), GREY).to_order == 0
    coming = reading().scalars(select(StockIncoming.id)).one()
    reading().rollback()
    for _ in range(2):
        transact(settle_incoming, sku_code=GREY, incoming_id=coming, arrived=11, remark="", by=KEEPER)
    assert (left(GREY), lies(GREY)) == (29, {MAIN: 10, FAR: 15})
    with pytest.raises(NotExpected):
        transact(settle_incoming, sku_code=GREY, incoming_id=coming, arrived=12, remark="", by=KEEPER)
    all_ties()


NUMBERS = st.integers(0, 500)


@given(NUMBERS, NUMBERS, NUMBERS, st.integers(0, 90), st.integers(1, 24), NUMBERS, NUMBERS, NUMBERS)
def test_what_is_suggested_is_enough_and_no_pack_too_many(
    on_hand: int, safety: int, more: int, days: int, pack: int, month: int, quarter: int, way: int
) -> None:
    standing = Standing(on_hand, safety, safety + more, days, pack, month, quarter, way)
    order = suggested(standing)
    if not standing.warning:
        assert order == 0 and alarm_of(standing) is None  # noqa: PT018
        return
    daily = max(month / 30, quarter / 90)
    needed = daily * days + safety - on_hand - way
    assert order % pack == 0
    assert order >= needed - 1e-6
    assert order == 0 or order - pack < needed + 1


def test_the_list_says_what_the_rule_says(stores: Flask) -> None:
    level(GREY, 20, 30, pack_size=5)
    level(PINE, 0, 1)
    level(SMALL, 3, 3)
    found = stock.stock_list(reading(), stock.Wanted(q="baowenbei"))
    assert found.states["all"] == found.total == len(found.rows)
    for state, judge in {
        "alarm": lambda one: one.alarm is not None,
        "out": lambda one: one.alarm is Alarm.OUT,
        "safety": lambda one: one.alarm is Alarm.SAFETY,
        "warning": lambda one: one.alarm is Alarm.WARNING,
        "order": lambda one: one.to_order > 0,
        "unset": lambda one: not one.standing.warning,
    }.items():
        expected = [one.code for one in found.rows if judge(one)]
        narrowed = stock.stock_list(reading(), stock.Wanted(q="baowenbei", only=state))
        assert [one.code for one in narrowed.rows] == expected
        assert narrowed.total == found.states[state] == len(expected)


@pytest.mark.parametrize(
    ("q", "codes"), [("baowenbei", 5), ("保温", 5), ("TB-750-PINE", 4), ("没有这样的", 0), ("!!", 0)]
)
def test_the_list_is_searched_by_name_pinyin_and_code(stores: Flask, q: str, codes: int) -> None:
    assert stock.stock_list(reading(), stock.Wanted(q=q)).total == codes


def test_a_page_of_stock_costs_three_statements(stores: Flask) -> None:
    with statements() as seen:
        stock.stock_list(reading(), stock.Wanted(q="baowenbei", only="order", warehouse=MAIN, sort="demand"))
    assert len(seen) == 3, "\n".join(seen)


def test_a_warehouse_is_closed_only_empty(stores: Flask) -> None:
    def put(**said: object) -> WarehouseToPut:
        return WarehouseToPut(**{"code": FAR, "name": FAR, "position": 2} | said)  # type: ignore[arg-type]

    with pytest.raises(StillHolds):
        transact(put_warehouse, put=put(open=False), revision=1, by=BUYER)
    with pytest.raises(WarehouseTaken):
        transact(put_warehouse, put=put(name="另一个"), revision=0, by=BUYER)
    with pytest.raises(StockFormStale):
        transact(put_warehouse, put=put(name="另一个"), revision=9, by=BUYER)
    correct(GREY, -4, FAR)
    transact(put_warehouse, put=put(open=False), revision=1, by=BUYER)
    assert acts("stock.warehouse") == 3


def test_what_was_announced_does_not_come_into_a_closed_warehouse(stores: Flask) -> None:
    said = {"sku_code": GREY, "warehouse": FAR, "reference": "CG-1", "expected_on": None, "by": BUYER}
    transact(announce, pieces=12, key=key(), **said)
    coming = reading().scalars(select(StockIncoming.id)).one()
    correct(GREY, -4, FAR)
    closed = WarehouseToPut(code=FAR, name=FAR, position=2, open=False)
    transact(put_warehouse, put=closed, revision=1, by=BUYER)
    arrival: dict[str, Any] = {"sku_code": GREY, "incoming_id": coming, "remark": "", "by": KEEPER}
    with pytest.raises(NoSuchWarehouse):
        transact(settle_incoming, arrived=12, **arrival)
    transact(settle_incoming, arrived=0, **arrival)
    assert (left(GREY), lies(GREY)) == (14, {MAIN: 10})


def closing(ready: Any) -> None:
    """Close a warehouse, if it may be; for processes."""
    reading().execute(select(Warehouse.id)).all()
    reading().rollback()
    ready.set()
    with suppress(StillHolds):
        transact(put_warehouse, put=WarehouseToPut(code=FAR, name=FAR, position=2, open=False), revision=1, by=BUYER)


def test_a_warehouse_to_which_something_comes_back_just_now_is_not_closed(stores: Flask, database_url: str) -> None:
    correct(GREY, -4, FAR)
    deliver(SMALL, 1, FAR)
    small = sku(SMALL)
    transact(take, {small: 1}, because=ORDER)
    transact(send_out, {small: 1}, because=ORDER)
    closers: list[Any] = []

    def comes_back(session: Session, _now: datetime) -> None:
        at, ready = homes(session, [small]), context.Event()
        closers.append(started(database_url, closing, ready))
        assert ready.wait(60)
        closers[0].join(2)  # more than it takes to close it where nothing keeps it open
        lay(session, small, at[small], 1)

    transact(comes_back)
    closers[0].join(60)
    is_open = reading().scalar(select(Warehouse.closed_at.is_(None)).where(Warehouse.code == FAR))
    assert (closers[0].exitcode, is_open, lies(SMALL)) == (0, True, {FAR: 1})


def test_a_count_becomes_stock(stores: Flask) -> None:
    no = begin()
    assert count_all(no, {GREY: 8}) == 1
    settle(no)
    assert told(GREY)[-1] == ("count", -2, 16, "count")
    assert (left(GREY), lies(GREY)) == (16, {MAIN: 8, FAR: 4})
    all_ties()


def test_what_moves_after_the_count_is_no_difference(stores: Flask, clock: Clock) -> None:
    no = begin()
    transact(take, {sku(GREY): 5}, because=ORDER)
    at = clock.tick(minutes=5)
    clock.tick(minutes=5)
    # Counted at `at`, ten lay there; three left before anybody typed the number, and two after.
    transact(send_out, {sku(GREY): 3}, because=ORDER)
    clock.tick(minutes=5)
    count_all(no, {GREY: 9}, moment=at)
    transact(send_out, {sku(GREY): 2}, because=ORDER)
    deliver(GREY, 6)
    count, _ = count_of(reading(), no)
    line = sheet(reading(), count).lines[0]
    assert (line.book, line.counted, line.difference) == (10, 9, -1)
    reading().rollback()
    settle(no)
    assert (left(GREY), lies(GREY)) == (18 - 5 + 6 - 1, {MAIN: 10 - 3 - 2 + 6 - 1, FAR: 4})
    count, _ = count_of(reading(), no)
    line = sheet(reading(), count).lines[0]
    assert (line.book, line.difference) == (10, -1), "a posted sheet says what it said"
    all_ties()


def test_an_empty_field_is_not_nought(stores: Flask) -> None:
    deliver(PINE, 3)
    no = begin()
    count_all(no, {GREY: 10, PINE: None})
    settle(no)
    assert lies(PINE) == {MAIN: 3}
    with pytest.raises(NothingCounted):
        transact(verbs.finish, no=begin(), by=KEEPER)


def test_much_is_posted_by_a_second_person(stores: Flask) -> None:
    no = begin()
    count_all(no, {GREY: 6})  # four at ¥699, which is more than ¥1,000
    finished = transact(verbs.finish, no=no, by=KEEPER)
    with pytest.raises(SecondPersonCounts):
        transact(post, no=no, revision=finished.revision, by=KEEPER)
    transact(post, no=no, revision=finished.revision, by=OTHER)
    transact(post, no=no, revision=finished.revision, by=OTHER)
    assert left(GREY) == 14
    with pytest.raises(IntegrityError):
        db.session.execute(update(StockCount).values(posted_by=StockCount.counted_by))
    db.session.rollback()


def test_a_little_may_be_posted_by_who_counted(stores: Flask) -> None:
    no = begin()
    count_all(no, {GREY: 9})
    settle(no, by=KEEPER)
    assert left(GREY) == 17


def test_a_count_does_not_take_what_orders_keep(stores: Flask) -> None:
    transact(take, {sku(GREY): 16}, because=ORDER)
    no = begin()
    count_all(no, {GREY: 5})
    with pytest.raises(Promised) as refusal:
        settle(no)
    assert refusal.value.params == {"sku": GREY, "left": 2}
    all_ties()


def test_a_count_goes_its_way_and_no_other(stores: Flask) -> None:
    no = begin()
    count_all(no, {GREY: 9})
    finished = transact(verbs.finish, no=no, by=KEEPER)
    with pytest.raises(CountMoved):
        count_all(no, {GREY: 8})
    with pytest.raises(StockFormStale):
        transact(post, no=no, revision=finished.revision - 1, by=OTHER)
    transact(verbs.reopen, no=no, by=KEEPER)
    count_all(no, {GREY: 10})
    settle(no)
    assert left(GREY) == 18
    with pytest.raises(CountMoved):
        transact(verbs.call_off, no=no, by=KEEPER)
    with pytest.raises(Forbidden):
        count_all(no, {GREY: 1}, by=BUYER)
    with pytest.raises(NoSuchSku):
        begin("NO-SUCH")
    gone = begin()
    transact(verbs.call_off, no=gone, by=KEEPER)
    with pytest.raises(CountMoved):
        settle(gone)


def test_a_moment_lies_between_the_opening_and_now(stores: Flask, clock: Clock) -> None:
    no = begin()
    for wrong in (now() - timedelta(seconds=1), now() + timedelta(seconds=1)):
        with pytest.raises(ValueError, match="opened"):
            count_all(no, {GREY: 1}, moment=wrong)


def test_something_nobody_expected_is_put_on_the_sheet(stores: Flask) -> None:
    no = begin(GREY)
    assert transact(verbs.add_skus, no=no, sku_codes=[PINE, GREY], by=KEEPER) == 1
    count_all(no, {GREY: 10, PINE: 2})
    settle(no)
    assert (left(PINE), lies(PINE)) == (4, {MAIN: 2})
    all_ties()
