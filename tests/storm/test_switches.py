"""Every switch of the sandbox in turn, at either network, against the mall: each order ends well, and the books tie."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from mall.dealers.models import MemberRole
from mall.orders.actions import cancel
from mall.payments.models import GatewayName
from mall.sandbox.switches import GROUPS, SWITCHES
from mall.web.db import transact
from tests.orders import scene
from tests.orders.scene import COOKER, DEALER
from tests.payments.road import Road, road
from tests.storm import books, shelves
from tests.storm.conftest import opened
from tests.storm.crew import SharedClock
from tests.storm.people import OUT, People, Where
from tests.storm.weather import Weather, outside

OF_ORDERS = [switch for switch in SWITCHES if switch.group != "sms"]
"""No order sends messages: tests/dealers throws that one."""
POSITIONS: list[tuple[str, str | bool]] = [
    *((switch.name, word) for switch in OF_ORDERS for word, _ in switch.choices),
    *((switch.name, True) for switch in OF_ORDERS if not switch.choices),
]
TASKS = ("ask-payments", "close-unpaid", "send-refunds", "top-ups")
"""What finds out about money and top-ups; the storm runs all tasks."""
PACE = {"hang": 0.1, "delay": 400, "hold": 600, "refund": 1, "top_up": 30}

pytestmark = pytest.mark.xdist_group("races")


@pytest.fixture
def way(app: Flask, clock: SharedClock, tmp_path: Path, kept_keys: str) -> Iterator[Road]:
    """The whole road, on each engine."""
    shelves.stock_up(dealers=1, pieces=200, points=3_000_000)
    with road(app, clock, tmp_path / "sandbox", kept_keys) as open_road:
        open_road.call("PUT", "/api/pace", PACE)
        yield opened(app, open_road)


def test_no_switch_is_left_out() -> None:
    assert {switch.group for switch in SWITCHES} == set(GROUPS)
    assert {name for name, _ in POSITIONS} == {switch.name for switch in SWITCHES} - {"sms_outage"}


@pytest.mark.parametrize("gateway", [GatewayName.WECHAT, GatewayName.ALIPAY])
def test_each_switch_in_turn(way: Road, gateway: GatewayName) -> None:
    people = People(way, random.Random(1), 1)
    weather = Weather(way, random.Random(1))
    for name, position in POSITIONS:
        try:
            under(people, weather, gateway, name, position)
        except AssertionError as fault:
            fault.add_note(f"{gateway.value}, {name}={position}")
            raise
    books.proofs_find_nothing(way.app)


def under(people: People, weather: Weather, gateway: GatewayName, name: str, position: str | bool) -> None:
    """One is paid and kept, one paid and cancelled, one cancelled and paid after all, one left; and one is a top-up."""
    storm = people.road
    new = partial(placed, people, gateway)
    kept, turned, late, filled = new(), new(), new(), new(shelves.TOP_UP)
    for where in (kept, turned, late, filled):
        people.press(where, gateway.value)
    storm.throw(**{name: position})
    left = new()
    people.press(left, gateway.value)  # the network may give no link now
    for where in (kept, turned, filled):
        settle(people, where)
    taken_back(turned)  # whether the mall has heard of its payment or not
    taken_back(late)
    settle(people, late)
    go_on(storm, minutes=1)
    go_on(storm, minutes=1)
    weather.clear()
    for _ in range(3):
        go_on(storm, minutes=9)
    weather.end_top_ups()
    for _ in range(2):
        go_on(storm, hours=3)

    assert people.order(kept).paid_at is not None, "what was paid is kept"
    assert [people.order(where).cancelled for where in (kept, turned, late, left)] == [False, True, True, True]
    failed = bool(outside(storm, "SELECT 1 FROM top_up WHERE outcome = 'failed' AND id = (SELECT max(id) FROM top_up)"))
    assert people.order(filled).cancelled is failed
    assert people.order(filled).received_at is not None or failed
    people.fulfil(kept)
    books.orders_tie()
    books.networks_tie(storm)
    books.top_ups_tie(storm)
    books.nothing_forged_was_taken(storm)
    assert {what for what in books.still_open() if not what.startswith(("order shipped", "order received"))} == set()


def placed(people: People, gateway: GatewayName, sku: str = COOKER) -> Where:
    accounts = {1: "13800138000"} if sku == shelves.TOP_UP else None
    made = scene.order(sku, plan_id=people.plans[sku, True], gateway=gateway, accounts=accounts)
    return DEALER, made.no


def settle(people: People, where: Where) -> None:
    """The person pays at the network, if it still takes it; what is due is told."""
    for payment in people.payments(where):
        with suppress(*OUT):
            people.road.pay(payment)
    people.road.post()


def taken_back(where: Where) -> None:
    transact(cancel, dealer_id=DEALER, member_id=DEALER, role=MemberRole.OWNER, no=where[1])


def go_on(storm: Road, **step: float) -> None:
    storm.post()
    storm.work(*TASKS)
    storm.clock.tick(**step)
