"""Taking an order back: points into their lots, pieces into stock, once."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from mall.base.refused import NotFound
from mall.dealers.models import MayNotRedeem, MemberRole
from mall.orders.models import NotCancellable, OrderState, RedemptionOrder
from mall.orders.queries import mine
from mall.points.models import Lot
from mall.web.db import db, reading
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.scene import CARD, COOKER, DEALER, everything, points_of, stock_of


def lots() -> list[tuple[int, int]]:
    db.session.rollback()
    rows = db.session.execute(select(Lot.lot_no, Lot.available).where(Lot.dealer_id == DEALER).order_by(Lot.lot_no))
    return [(row[0], row[1]) for row in rows]


def test_points_go_back_into_the_lots_they_came_from(set_up: Flask) -> None:
    before, stock = lots(), stock_of(CARD)
    placed = scene.order(CARD)
    assert lots() != before
    taken_back = scene.take_back(placed.no)
    assert taken_back.cancelled
    assert taken_back.refund_journal
    assert lots() == before
    assert stock_of(CARD) == stock
    assert points_of() == 100_000


def test_a_second_press_gives_the_same_cancelled_order(set_up: Flask) -> None:
    placed = scene.order()
    scene.take_back(placed.no)
    before = everything()
    assert scene.take_back(placed.no).cancelled
    assert everything() == before


def test_points_whose_lot_expired_meanwhile_come_back_with_days_of_grace(set_up: Flask, clock: Clock) -> None:
    placed = scene.order(COOKER)
    clock.tick(days=20)
    assert points_of() == 66_667
    scene.take_back(placed.no)
    assert points_of() == 66_667 + 18_800


def test_what_has_left_cannot_be_taken_back(set_up: Flask) -> None:
    placed = scene.order()
    db.session.execute(update(RedemptionOrder).values(state=OrderState.SHIPPED))
    db.session.commit()
    before = everything()
    with pytest.raises(NotCancellable):
        scene.take_back(placed.no)
    assert everything() == before


def test_a_clerk_takes_nothing_back(set_up: Flask) -> None:
    placed = scene.order()
    with pytest.raises(MayNotRedeem):
        scene.take_back(placed.no, role=MemberRole.CLERK)


def test_a_number_nobody_has_is_not_found(set_up: Flask) -> None:
    with pytest.raises(NotFound):
        scene.take_back("26111200000000")


def test_the_timeline_tells_both(set_up: Flask) -> None:
    placed = scene.order()
    taken_back = scene.take_back(placed.no)
    assert [event.what for event in mine.events_of(reading(), taken_back)] == ["cancelled", "placed"]
