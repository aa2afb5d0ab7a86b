"""Everything at random: networks that misbehave, people who pay, turn back and cancel, workers killed in the middle.

Afterwards each order is paid or has come back whole, the networks hold what we say they hold, and the ledger's proof
finds nothing.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.error import HTTPError

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from mall.base.refused import Refused
from mall.jobs import queue
from mall.orders.actions import cancel
from mall.orders.models import RedemptionOrder
from mall.orders.queries.proof import Looked, order_faults
from mall.payments.actions import Counter
from mall.payments.models import BillDifference, DifferenceKind, GatewayName, Payment, PaymentState, Refund
from mall.points.queries.proof import faults
from mall.web.db import db, reading, transact
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.scene import DEALER, points_of, stock_of
from tests.payments.road import CASH, PHONE, POINTS, Road, order_with_cash, priced, road
from tests.processes import a_mall, context

TASKS = ("ask-payments", "close-unpaid", "send-refunds")
ORDERS = int(os.environ.get("MALL_STORM_ORDERS", "16"))
"""A longer storm on demand: how an hour of them was measured."""
STOCK, BALANCE = ORDERS + 34, ORDERS * POINTS + 68_000

pytestmark = pytest.mark.xdist_group("races")


@pytest.fixture
def storm(app: Flask, clock: Clock, tmp_path: Path, kept_keys: str) -> Iterator[Road]:
    """The whole road, on each engine."""
    priced(stock=STOCK, points=BALANCE)
    with road(app, clock, tmp_path / "sandbox", kept_keys) as opened:
        opened.call("PUT", "/api/pace", {"random_percent": 30, "hang": 0.2, "delay": 400, "hold": 600, "refund": 1})
        yield opened


def worker(url: str, at: datetime, folder: Path) -> None:
    """A worker of its own process, to be killed: it runs the tasks over and over."""
    with a_mall(url, at):
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        app.extensions["counter"] = Counter(folder, lambda: at, seconds=6.0)
        while True:
            for name in TASKS:
                queue.run(app, name)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_storm_money_points_and_stock_tie(storm: Road, database_url: str, seed: int) -> None:
    chance = random.Random(seed)
    numbers = []
    for _ in range(ORDERS):
        no = order_with_cash().no
        numbers.append(no)
        for gateway in chance.sample(["wechat", "alipay"], chance.choice([0, 1, 1, 2, 2])):
            storm.press(no, gateway, PHONE)
            for payment in storm.payments(no):
                if payment.gateway.value == gateway and payment.ticket and chance.random() < 0.7:
                    with suppress(HTTPError):  # the network is out, or has closed it
                        storm.pay(payment)
        if chance.random() < 0.35:
            with suppress(Refused):
                transact(cancel, dealer_id=DEALER, member_id=DEALER, role=scene.MemberRole.OWNER, no=no)
    db.session.rollback()

    for _ in range(6):
        storm.clock.tick(minutes=chance.choice([1, 2, 5]))
        process = context.Process(
            target=worker, args=(database_url, storm.clock(), storm.folder / "gateways"), daemon=True
        )
        process.start()
        storm.post()
        time.sleep(chance.uniform(0.4, 1.6))
        process.kill()
        process.join()
    for _ in range(14):
        storm.clock.tick(minutes=chance.choice([3, 10, 30]))
        storm.post()
        storm.work(*TASKS)
    storm.clock.tick(days=1)
    storm.post()
    for _ in range(8):
        storm.work(*TASKS)
        storm.clock.tick(hours=30)

    db.session.rollback()
    orders = list(reading().scalars(select(RedemptionOrder)))
    assert len(orders) == ORDERS
    assert not [one.no for one in orders if one.awaiting_payment]
    paid = [one for one in orders if not one.cancelled]
    ties_with_the_networks(storm)
    assert points_of() == BALANCE - POINTS * len(paid)
    assert stock_of() == STOCK - len(paid)
    db.session.rollback()
    kept = reading().scalar(
        select(func.coalesce(func.sum(Payment.fen - Payment.refunded_fen), 0)).where(Payment.state == PaymentState.PAID)
    )
    assert kept == CASH * len(paid)
    assert list(faults(reading())) == []
    assert list(order_faults(reading(), storm.clock(), Looked())) == []
    assert paid, "the storm leaves something standing"
    assert len(paid) < ORDERS


def ties_with_the_networks(storm: Road) -> None:
    """What each network holds for a payment is what we have of it; no refund is still on its way."""
    db.session.rollback()
    assert not [one.no for one in reading().scalars(select(Refund)) if not one.done]
    for payment in reading().scalars(select(Payment)).all():
        try:
            theirs = storm.call("GET", f"/api/payments/{payment.gateway.value}/{payment.no}")
        except HTTPError:
            assert not payment.paid, "nobody there has heard of it"
            continue
        taken = theirs["fen"] if theirs["paid_at"] else 0
        ours = payment.fen if payment.paid else 0
        assert (ours, payment.refunded_fen) == (taken, theirs["refunded_fen"]), (payment.no, theirs)
    wrong = select(BillDifference.kind).where(BillDifference.gateway == GatewayName.WECHAT)
    assert set(reading().scalars(wrong)) <= {DifferenceKind.NOTICE}, "wrong amounts alone are listed"
