"""Whatever orders, deliveries and counts do to stock, in whatever order or at once: it ties to the last piece."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from mall.base.refused import Refused
from mall.catalog.models import NotThere, Sku, StockAt, StockMovement
from mall.catalog.queries.movements import open_warehouses
from mall.dealers.models import StaffRole
from mall.orders.actions import cannot_deliver, ship
from mall.orders.actions.after_sales import refuse_return, resend, send_back
from mall.orders.models import ClaimKind
from mall.orders.queries.proof import Looked, order_faults
from mall.orders.queries.stock_proof import broken_stock
from mall.web.db import db, now, reading, snapshot, transact
from tests.catalog import stocktaking
from tests.catalog.stocktaking import FAR, MAIN, begin, correct, count_all, deliver, houses, left, lies, settle
from tests.orders import claiming, scene
from tests.orders.scene import COOKER, DEALER, RICE
from tests.processes import at_once

SENDER: dict[str, Any] = {"staff_id": 2, "role": StaffRole.FULFILMENT, "carrier": "shunfeng"}


@pytest.fixture
def stores(app: Flask) -> Flask:
    """The scene of orders, its pieces lying in the first of two warehouses."""
    transact(houses)
    transact(scene.set_up, points=10_000_000, stock=20)
    return app


def faults() -> list[str]:
    db.session.rollback()
    found = [fault.text for fault in order_faults(snapshot(), now(), Looked())]
    db.session.rollback()
    return found


def send(no: str, waybill: str = "SF1390442701860") -> None:
    transact(ship, dealer_code=f"D{DEALER}", no=no, part_no=1, waybill=waybill, **SENDER)


class Stores(RuleBasedStateMachine):
    """Orders, cancels, shipments, deliveries, corrections and counts as they come."""

    placed: Bundle[str] = Bundle("placed")
    counts: Bundle[str] = Bundle("counts")
    codes = st.sampled_from([COOKER, RICE])
    places = st.sampled_from([MAIN, FAR])

    @initialize()
    def clean(self) -> None:
        """Every run goes on with the same mall: what ties stays tied, whatever was before."""
        db.session.rollback()

    @rule(target=placed, code=codes, pieces=st.integers(1, 3))
    def order(self, code: str, pieces: int) -> str:
        if left(code) < pieces:
            deliver(code, 10)
        return scene.order(code, pieces).no

    @rule(no=consumes(placed))
    def cancel(self, no: str) -> None:
        scene.take_back(no)

    @rule(no=consumes(placed))
    def send(self, no: str) -> None:
        send(no)
        send(no)

    @rule(code=codes, pieces=st.integers(1, 9), place=places)
    def deliver(self, code: str, pieces: int, place: str) -> None:
        deliver(code, pieces, place)

    @rule(code=codes, difference=st.integers(-4, 4).filter(bool), place=places)
    def correct(self, code: str, difference: int, place: str) -> None:
        with suppress(Refused):
            correct(code, difference, place)

    @rule(target=counts, code=codes, place=places, off=st.integers(-2, 3))
    def count(self, code: str, place: str, off: int) -> str:
        no = begin(COOKER, RICE, house=place)
        count_all(no, {code: max(lies(code).get(place, 0) + off, 0)})
        return no

    @rule(no=consumes(counts))
    def settle(self, no: str) -> None:
        with suppress(Refused):
            settle(no)

    @invariant()
    def ties(self) -> None:
        db.session.rollback()
        assert list(broken_stock(reading())) == []
        db.session.rollback()


def test_whatever_happens_to_stock_ties(stores: Flask) -> None:
    few = settings(
        max_examples=12, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(Stores, settings=few)  # type: ignore[no-untyped-call]
    assert faults() == []


def test_what_lies_there_is_what_is_free_and_what_orders_wait_for(stores: Flask) -> None:
    first, second = scene.order(COOKER, 3), scene.order(COOKER, 2)
    assert (left(COOKER), lies(COOKER)) == (15, {MAIN: 20})
    send(first.no)
    assert (left(COOKER), lies(COOKER)) == (15, {MAIN: 17})
    scene.take_back(second.no)
    assert (left(COOKER), lies(COOKER)) == (17, {MAIN: 17})
    references = {row[3] for row in stocktaking.told(COOKER)}
    assert references == {"opening", "order", "shipped", "cancelled"}
    assert faults() == []


def test_a_part_leaves_the_warehouse_that_was_chosen(stores: Flask) -> None:
    deliver(COOKER, 4, FAR)
    placed = scene.order(COOKER, 3)
    far = {name: one for one, name in open_warehouses(reading())}[FAR]
    reading().rollback()
    transact(ship, dealer_code=f"D{DEALER}", no=placed.no, part_no=1, waybill="SF1", warehouse_id=far, **SENDER)
    assert lies(COOKER) == {MAIN: 20, FAR: 1}
    second = scene.order(COOKER, 2)
    with pytest.raises(NotThere):
        transact(ship, dealer_code=f"D{DEALER}", no=second.no, part_no=1, waybill="SF2", warehouse_id=far, **SENDER)
    assert faults() == []


def test_a_piece_that_breaks_before_it_is_sent_is_missed_once(stores: Flask) -> None:
    placed = scene.order(COOKER, 2)
    staff: dict[str, Any] = {"dealer_code": f"D{DEALER}", "staff_id": 2, "role": StaffRole.FULFILMENT}
    transact(cannot_deliver, no=placed.no, line_no=1, restock=False, reason="摔坏了", **staff)
    assert (left(COOKER), lies(COOKER)) == (18, {MAIN: 18})
    no = begin(COOKER)
    count_all(no, {COOKER: 18})
    settle(no)
    assert (left(COOKER), lies(COOKER)) == (18, {MAIN: 18})
    assert faults() == []


def test_what_goes_home_refused_leaves_no_warehouse(stores: Flask) -> None:
    made = claiming.claim(claiming.arrived(COOKER), None, ClaimKind.RETURN)
    claiming.agreed(made)
    transact(send_back, **claiming.OWNER, no=made.no, **claiming.BACK)
    claiming.by_staff(refuse_return, made, reason="箱子是空的")
    claiming.by_staff(resend, made, **claiming.SF)
    assert (left(COOKER), lies(COOKER)) == (19, {MAIN: 19}), "one is the dealer's, the others lie there"
    assert faults() == []


def test_movements_name_their_order_and_who_did_it(stores: Flask) -> None:
    placed = scene.order(COOKER, 2)
    send(placed.no)
    rows = reading().execute(
        select(StockMovement.kind, StockMovement.reference, StockMovement.actor, StockMovement.remark)
        .where(StockMovement.reference == placed.no)
        .order_by(StockMovement.seq)
    )
    assert [tuple(row) for row in rows] == [
        ("reserve", placed.no, f"member:{DEALER}", ""),
        ("out", placed.no, "staff:2", "SF1390442701860"),
    ]


def rush(seed: int) -> str:
    """Orders and cancels, as many as there is time for; for processes."""
    chance = random.Random(seed)
    made: list[str] = []
    dealer = DEALER + seed % 2
    for _ in range(8):
        with suppress(Refused):
            if made and chance.random() < 0.4:
                scene.take_back(made.pop(), dealer_id=dealer)
            else:
                made.append(scene.order([(RICE, 1), (COOKER, 1)], dealer_id=dealer).no)
    return "ordered"


def take_stock(seed: int) -> str:
    """Count what lies there, off by one, and post it, again and again; for processes."""
    for off in (1, -1, 0, 1):
        no = begin(COOKER, RICE)
        count_all(no, {code: max(lies(code).get(MAIN, 0) + off, 0) for code in (COOKER, RICE)})
        with suppress(Refused):
            settle(no)
        deliver(COOKER, 2, FAR)
        with suppress(Refused):
            correct(RICE, -1)
    return "counted"


@pytest.mark.xdist_group("races")
def test_counts_and_orders_at_once_leave_nothing_untied(stores: Flask, database_url: str) -> None:
    answers = at_once(database_url, now(), _one, [("rush", n) for n in range(4)] + [("count", n) for n in range(2)])
    assert sorted(answers) == ["counted"] * 2 + ["ordered"] * 4
    assert faults() == []
    assert min(left(COOKER), left(RICE)) >= 0
    held = select(func.sum(StockAt.pieces)).join(Sku, Sku.id == StockAt.sku_id).where(Sku.code == COOKER)
    assert reading().scalar(held) == left(COOKER) + scene.pieces_out(COOKER), "nothing was sent: all lies there"


def _one(what: str, seed: int) -> str:
    return rush(seed) if what == "rush" else take_stock(seed)
