"""Processes that want the same thing at the same moment, through the whole mall, on both databases."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from mall.dealers.actions import begin_member
from mall.orders.actions.cart import put
from mall.orders.models import RedemptionOrder
from mall.orders.queries.cart import chosen_picks, in_cart
from mall.orders.queries.wishes import wished_items
from mall.orders.rules import signed
from mall.points.queries.proof import faults
from mall.web.db import reading, transact
from tests.cast import DEVICE
from tests.conftest import Clock
from tests.orders import scene
from tests.orders.race import Answer, Form, Runners, killable
from tests.orders.scene import COOKER, DEALER, PRICES, SEAL, orders, pieces_out, points_of, stock_of

RUNNERS = 10

pytestmark = pytest.mark.xdist_group("races")


@pytest.fixture(scope="module")
def runners() -> Iterator[Runners]:
    started = Runners(RUNNERS)
    yield started
    started.close()


@pytest.fixture
def race(app: Flask, database_url: str, clock: Clock, runners: Runners) -> Any:
    """Let the runners send these forms at one moment."""
    return lambda forms: runners.race(database_url, clock(), forms)


def form(
    dealer_id: int = DEALER, key: str = "", code: str = COOKER, quantity: int = 1, *, member_id: int = 0, **said: Any
) -> Form:
    """A redemption form as the dealer's owner, or another of its people, would send it."""
    who = member_id or dealer_id
    filled = scene.form(code, quantity, dealer_id=dealer_id, member_id=who, key=key or new_key(), **said)
    return Form(transact(begin_member, dealer_id=dealer_id, member_id=who, device=DEVICE), filled)


def new_key() -> str:
    return f"race-key-{random.getrandbits(80):020x}"


def told(answers: list[Answer]) -> dict[int, int]:
    return dict(Counter(answer.status for answer in answers))


def nothing_is_wrong_with_the_ledger() -> None:
    reading().rollback()
    assert list(faults(reading())) == []


def test_one_dealers_last_points_buy_what_they_buy_and_no_more(race: Any) -> None:
    transact(scene.set_up, points=3 * PRICES[COOKER] + 500)
    answers = race([form() for _ in range(RUNNERS)])
    assert told(answers) == {303: 3, 409: 7}
    assert points_of() == 500
    assert (orders(), stock_of(), pieces_out()) == (3, 47, 3)
    nothing_is_wrong_with_the_ledger()


def test_two_members_reach_for_the_last_points_and_one_has_them(race: Any) -> None:
    transact(scene.set_up, points=PRICES[COOKER] + 500)
    scene.add_member_now(DEALER, 8500)
    answers = race([form(member_id=(DEALER, 8500)[number % 2]) for number in range(RUNNERS)])
    assert told(answers) == {303: 1, 409: RUNNERS - 1}
    assert (orders(), stock_of(), points_of()) == (1, 49, 500)
    nothing_is_wrong_with_the_ledger()


def test_a_cart_ordered_by_ten_taps_is_one_order_and_leaves_it_once(race: Any) -> None:
    transact(scene.set_up)
    own = {"dealer_id": DEALER, "member_id": DEALER}
    transact(put, sku_id=scene.sku_id(COOKER), plan_id=None, quantity=1, key="first-form", **own)
    once = form(key="one-cart-sent-ten-times")
    cart = replace(scene.quote(address_id=DEALER, key="one-cart-sent-ten-times"), from_cart=True)
    answers = race([Form(once.token, once.form | {"quote": signed(cart, SEAL)})] * RUNNERS)
    assert told(answers) == {303: RUNNERS}
    assert len({answer.order for answer in answers}) == 1
    assert (orders(), stock_of(), points_of()) == (1, 49, 100_000 - PRICES[COOKER])
    assert in_cart(reading(), DEALER, DEALER) == 0
    nothing_is_wrong_with_the_ledger()


def test_ten_taps_of_one_form_put_pieces_into_the_cart_once(race: Any) -> None:
    transact(scene.set_up)
    press = form()
    said = {"sku": COOKER, "quantity": "2", "key": "one-tap-of-ten"}
    answers = race([Form(press.token, said, "/cart")] * RUNNERS)
    assert told(answers) == {303: RUNNERS}
    reading().rollback()
    assert [pick.quantity for pick in chosen_picks(reading(), DEALER, DEALER)] == [2]


def test_a_heart_pressed_by_ten_is_one_wish(race: Any) -> None:
    transact(scene.set_up)
    scene.add_member_now(DEALER, 8500)
    pressed = [form(member_id=(DEALER, 8500)[number % 2]).token for number in range(RUNNERS)]
    answers = race([Form(token, {"wanted": "1"}, "/wishes/CK-5L") for token in pressed])
    assert told(answers) == {303: RUNNERS}
    reading().rollback()
    assert wished_items(reading(), DEALER) == {"CK-5L"}


def test_the_last_unit_goes_to_one_of_ten_dealers(race: Any) -> None:
    transact(scene.set_up, dealers=RUNNERS, stock=1)
    answers = race([form(DEALER + number) for number in range(RUNNERS)])
    assert told(answers) == {303: 1, 409: 9}
    assert (orders(), stock_of(), pieces_out()) == (1, 0, 1)
    assert sum(points_of(DEALER + number) for number in range(RUNNERS)) == RUNNERS * 100_000 - PRICES[COOKER]
    nothing_is_wrong_with_the_ledger()


def test_a_dealers_limit_holds_however_many_hands_reach(race: Any) -> None:
    transact(scene.set_up, points=1_000_000, limit=2)
    answers = race([form() for _ in range(RUNNERS)])
    assert told(answers) == {303: 2, 409: 8}
    assert (orders(), stock_of(), pieces_out()) == (2, 48, 2)
    assert points_of() == 1_000_000 - 2 * PRICES[COOKER]
    nothing_is_wrong_with_the_ledger()


def test_the_same_key_ten_times_is_one_order_told_ten_times(race: Any) -> None:
    transact(scene.set_up)
    once = form(key="one-form-sent-ten-times")
    answers = race([once] * RUNNERS)
    assert told(answers) == {303: RUNNERS}
    assert len({answer.order for answer in answers}) == 1
    assert (orders(), stock_of(), points_of()) == (1, 49, 100_000 - PRICES[COOKER])
    nothing_is_wrong_with_the_ledger()


def test_ten_presses_on_cancel_give_the_points_back_once(race: Any) -> None:
    transact(scene.set_up)
    no = scene.order().no
    press = form()
    answers = race([Form(press.token, {}, f"/orders/{no}/cancellation") for _ in range(RUNNERS)])
    assert told(answers) == {303: RUNNERS}
    assert (pieces_out(), stock_of(), points_of()) == (0, 50, 100_000)
    nothing_is_wrong_with_the_ledger()


def test_a_worker_killed_midway_leaves_nothing_half_done(
    app: Flask, database_url: str, clock: Clock, tmp_path: Path
) -> None:
    transact(scene.set_up, points=50_000_000, stock=2_000)
    first, quoted = form(), scene.quote(address_id=DEALER)
    keys = [f"kill-key-{number:012d}" for number in range(2_000)]
    forms = [Form(first.token, first.form | {"quote": signed(replace(quoted, key=key), SEAL)}) for key in keys]
    noted = tmp_path / "acknowledged"
    worker = killable(database_url, clock(), forms, str(noted))
    worker.start()
    give_up = time.monotonic() + 60
    while not noted.exists() or len(noted.read_text().splitlines()) < 5:
        assert time.monotonic() < give_up
        time.sleep(0.05)
    time.sleep(random.uniform(0, 0.2))
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(10)

    lines = [line.split() for line in noted.read_text().splitlines() if line.count(" ") == 1]
    assert {status for status, _ in lines} == {"303"}
    acknowledged = {no for _, no in lines}
    kept = set(reading().scalars(select(RedemptionOrder.no)))
    # What was answered is there; at most the one in flight came through without its answer.
    assert acknowledged <= kept
    assert len(kept) - len(acknowledged) <= 1
    assert points_of() == 50_000_000 - len(kept) * PRICES[COOKER]
    assert stock_of() == 2_000 - len(kept) == 2_000 - pieces_out()
    nothing_is_wrong_with_the_ledger()

    # The form in flight is sent again with its key, as the phone would: it is one order all the same.
    placed = scene.order(key=keys[len(acknowledged)])
    assert orders() == len(acknowledged) + 1
    assert placed.repeated == (len(kept) > len(acknowledged))
