"""Everything at random for an hour: networks and systems that misbehave, people who do as people do, workers killed.

Afterwards time goes on until nothing is open, and ledger, stock, cash and orders tie to the last point, piece and fen:
`flask orders verify` and `flask points verify` say so, and so do the books of everybody outside.

`MALL_STORM_ORDERS=800 pytest tests/storm/test_storm.py -s` is the busy hour of a brand with some thousand dealers.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from mall.orders.models import OrderLine, OrderState, RedemptionOrder
from mall.outbox.actions import resend_dead
from mall.outbox.models import System
from mall.sandbox.letters import Post
from mall.web.db import db, reading, transact
from tests.payments.road import Road, road
from tests.storm import books, claims
from tests.storm.conftest import opened
from tests.storm.crew import TASKS, SharedClock, crew
from tests.storm.people import People, Where
from tests.storm.shelves import stock_up
from tests.storm.weather import Weather

ORDERS = int(os.environ.get("MALL_STORM_ORDERS", "24"))
SEEDS = [int(word) for word in os.environ.get("MALL_STORM_SEEDS", "1").split(",")]
DEALERS = max(4, ORDERS // 12)
HOUR = 3_600
AFTERWARDS = (
    *(timedelta(minutes=1),) * 4, *(timedelta(minutes=12),) * 4, *(timedelta(hours=5),) * 5, *(timedelta(days=1),) * 3,
    *(timedelta(days=4),) * 3,
)  # fmt: skip
"""How time goes on: gateways are asked at short pauses first, then long; approvals lapse in two days, parcels count as
received after ten, and orders are completed fifteen later."""

pytestmark = pytest.mark.xdist_group("races")


@pytest.fixture
def storm(app: Flask, clock: SharedClock, tmp_path: Path, kept_keys: str) -> Iterator[Road]:
    """The whole road, on each engine."""
    stock_up(dealers=DEALERS, pieces=ORDERS * 8, points=600_000 + ORDERS * 2_000)
    with road(app, clock, tmp_path / "sandbox", kept_keys) as open_road:
        open_road.call("PUT", "/api/pace", {"random_percent": 25, "hang": 0.1, "delay": 400, "hold": 600, "refund": 1})
        yield opened(app, open_road)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_hour_points_pieces_and_fen_tie(
    storm: Road, database_url: str, clock: SharedClock, seed: int
) -> None:
    begun = time.monotonic()
    people = People(storm, random.Random(seed), DEALERS)
    weather = Weather(storm, random.Random(f"weather/{seed}"))
    post: Post = storm.sandbox.extensions["post"]
    post.start()
    try:
        with crew(database_url, clock.face, storm.folder, seed=seed) as working:
            for number in range(ORDERS):
                an_order(people, weather, number)
            stormed = time.monotonic() - begun
    finally:
        post.stop()
    kinds = kinds_ordered()
    go_on(people, weather)
    books.tie(storm)
    told = books.told(storm) | {"kinds": kinds, "switches": weather.drawn(), "people": people.done}
    told |= {"vouchers": weather.honoured, "kills": working.kills, "storm_seconds": round(stormed, 1)}
    told |= {"seconds": round(time.monotonic() - begun, 1), "complaints": working.complaints()}
    print(json.dumps(told, ensure_ascii=False, indent=1))
    assert working.complaints() == ""
    assert told["orders"] == len(people.orders)
    assert {"completed", "by_member"} <= set(told["ends"]), "the storm leaves something standing, and something not"


def an_order(people: People, weather: Weather, number: int) -> None:
    """One more order, paid at once or not; then some others are gone on with, and a moment passes."""
    chance, storm = people.chance, people.road
    if number % 8 == 0:
        weather.turn()
    if where := people.redeem():
        for gateway in chance.sample(["wechat", "alipay"], chance.choice([0, 1, 1, 1, 2])):
            people.press(where, gateway)
        people.pay(where)
    for other in chance.choices(people.orders[-40:], k=5) if people.orders else []:
        people.wander(other)
    if people.orders and chance.random() < 0.5:
        other = chance.choice(people.orders)
        claims.claim(people, other)
        if chance.random() < 0.4:
            claims.look(people, other)
    if number % 6 == 5:
        claims.go_on(people, least=0.4)
        weather.honour()
    storm.clock.tick(seconds=HOUR / ORDERS)


def go_on(people: People, weather: Weather) -> None:
    """The weather clears, everybody does what is theirs to do, and time goes on until nothing is open."""
    storm = people.road
    weather.clear()
    for step in AFTERWARDS:
        storm.post()
        work(storm)
        weather.end_top_ups()
        weather.honour()
        for where in to_fulfil():
            people.fulfil(where)
        claims.go_on(people)
        for system in System:
            transact(resend_dead, system=system, actor="staff:1")
        pass_time(storm, step)
    storm.post()
    work(storm)
    for _ in range(3):
        if not books.still_open():
            break
        pass_time(storm, timedelta(days=16))
        claims.go_on(people)
        work(storm)


def pass_time(storm: Road, step: timedelta) -> None:
    """Let it pass; money is looked after meanwhile, and every morning its bills are."""
    half = timedelta(hours=12)
    while step > half:
        storm.clock.at, step = storm.clock.at + half, step - half
        storm.work("ask-payments", "send-refunds", "reconcile")
    storm.clock.at += step


def to_fulfil() -> list[Where]:
    """Orders of which something has yet to leave."""
    db.session.rollback()
    waiting = RedemptionOrder.state.in_((OrderState.TO_SHIP, OrderState.PARTLY_SHIPPED))
    found = reading().execute(select(RedemptionOrder.dealer_id, RedemptionOrder.no).where(waiting))
    return [(row.dealer_id, row.no) for row in found.all()]


def work(storm: Road) -> None:
    """All of a worker's tasks, until there is nothing more to do at this moment."""
    storm.work(*TASKS)


def kinds_ordered() -> Counter[str]:
    """How many pieces of each kind orders were placed for."""
    db.session.rollback()
    rows: Any = reading().execute(
        select(OrderLine.kind, OrderLine.quantity).join(
            RedemptionOrder,
            (RedemptionOrder.dealer_id == OrderLine.dealer_id) & (RedemptionOrder.id == OrderLine.order_id),
        )
    )
    found: Counter[str] = Counter()
    for kind, quantity in rows:
        found[kind.value] += quantity
    return found
