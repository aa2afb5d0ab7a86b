"""Holds: set aside, captured, voided, released; each resolved once, each point back where it came from."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from mall.jobs import queue
from mall.points.actions import Posting
from mall.points.models import (
    AlreadyExpired,
    Kind,
    NotHeld,
    NotRefundable,
    SpendingStopped,
    TooFewPoints,
    UnknownPosting,
)
from mall.web.db import db, now, transact
from tests.conftest import Clock
from tests.points.ledger import NORTH, Ledger, found_programme


@pytest.fixture
def ledger(app: Flask) -> Ledger:
    transact(found_programme)
    return Ledger()


def lots(ledger: Ledger, *counters: str) -> list[tuple[int, ...]]:
    found = db.session.execute(
        text(f"SELECT {', '.join(counters)} FROM points_lot WHERE dealer_id = {ledger.dealer_id} ORDER BY lot_no")
    )
    told = [tuple(row) for row in found]
    db.session.rollback()
    return told


def test_held_points_cannot_be_spent_and_come_back_when_voided(ledger: Ledger) -> None:
    ledger.earn(100)
    held = ledger.hold(70)
    assert (held.kind, held.points) == (Kind.HOLD, 70)
    assert ledger.balances() == (0, 30, 70, 0)
    with pytest.raises(TooFewPoints) as refused:
        ledger.spend(31)
    assert refused.value.params == {"short": 1}
    assert ledger.void(held).points == 70
    assert ledger.balances() == (0, 100, 0, 0)
    assert ledger.faults() == []


def test_a_capture_redeems_and_a_part_of_it_gives_the_rest_back(ledger: Ledger) -> None:
    ledger.earn(50, days=5)
    ledger.earn(50, days=9)
    whole, part = ledger.hold(60), ledger.hold(30)
    assert ledger.capture(whole).points == 60
    taken = ledger.capture(part, 10)
    assert (taken.points, taken.result["given_back"]) == (10, 20)
    assert lots(ledger, "available", "redeemed") == [(0, 50), (30, 20)]
    assert ledger.balances() == (0, 30, 0, 0)
    assert ledger.faults() == []


def test_a_hold_is_resolved_once(ledger: Ledger) -> None:
    ledger.earn(100)
    held = ledger.hold(40)
    ledger.capture(held, 15)
    for again in (lambda: ledger.capture(held), lambda: ledger.void(held), lambda: ledger.capture(held, 1)):
        with pytest.raises(NotHeld) as refused:
            again()
        assert refused.value.params == {"left": 0}
    assert ledger.balances() == (0, 85, 0, 0)


def test_no_more_is_captured_than_is_held(ledger: Ledger) -> None:
    ledger.earn(100)
    held = ledger.hold(40)
    with pytest.raises(NotHeld) as refused:
        ledger.capture(held, 41)
    assert refused.value.params == {"left": 40}
    assert ledger.balances() == (0, 60, 40, 0)


def test_capturing_nothing_is_no_capture(ledger: Ledger) -> None:
    ledger.earn(100)
    held = ledger.hold(40)
    with pytest.raises(ValueError, match="between 1 and"):
        ledger.capture(held, 0)
    assert ledger.balances() == (0, 60, 40, 0)


def test_the_same_key_holds_captures_and_voids_once(ledger: Ledger) -> None:
    ledger.earn(100)
    first = ledger.hold(40, key="h", until=now() + timedelta(hours=1))
    again = ledger.hold(40, key="h", until=now() + timedelta(hours=1))
    assert (again.journal_id, again.replay) == (first.journal_id, True)
    captured = ledger.capture(first, 30, key="c")
    assert ledger.capture(first, 30, key="c").journal_id == captured.journal_id
    other = ledger.hold(20)
    voided = ledger.void(other, key="v")
    assert ledger.void(other, key="v").journal_id == voided.journal_id
    assert ledger.balances() == (0, 70, 0, 0)


def test_what_was_captured_can_be_refunded_last_taken_first(ledger: Ledger) -> None:
    ledger.earn(50, days=5)
    ledger.earn(50, days=9)
    held = ledger.hold(80)
    with pytest.raises(NotRefundable):
        ledger.refund(held, 1)
    ledger.capture(held, 70)
    ledger.refund(held, 25)
    assert lots(ledger, "available", "redeemed") == [(5, 45), (50, 0)]
    with pytest.raises(NotRefundable) as refused:
        ledger.refund(held, 46)
    assert refused.value.params == {"left": 45}
    assert ledger.faults() == []


def test_held_points_do_not_expire_and_come_back_for_the_days_of_grace(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100, days=5)
    held = ledger.hold(60, hours=24 * 30)
    clock.tick(days=6)
    assert ledger.balances() == (0, 0, 60, 0)
    assert ledger.void(held).result["grace"] == 60
    assert ledger.balances() == (0, 60, 0, 0)
    assert lots(ledger, "available", "expired", "moved") == [(0, 40, 60), (60, 0, 0)]
    clock.tick(days=9)
    assert ledger.balances() == (0, 0, 0, 0)
    assert ledger.faults() == []


def test_a_late_capture_counts_until_the_hold_is_let_go(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100)
    paid, forgotten = ledger.hold(40, hours=1), ledger.hold(30, hours=1)
    clock.tick(hours=2)
    ledger.capture(paid)
    assert ledger.release() == 1
    assert ledger.release() == 0
    assert ledger.balances() == (0, 60, 0, 0)
    with pytest.raises(NotHeld):
        ledger.capture(forgotten)


def test_the_worker_lets_go_of_what_is_over_in_every_account(ledger: Ledger, app: Flask, clock: Clock) -> None:
    north = Ledger(NORTH)
    for each in (ledger, north):
        each.earn(100)
        each.hold(10, hours=1)
        each.hold(20, hours=3)
    clock.tick(hours=2)
    assert queue.run(app, "release") == 2
    assert queue.run(app, "release") == 0
    assert ledger.balances() == north.balances() == (0, 80, 20, 0)


def test_held_points_are_not_taken_by_a_return_and_pay_the_debt_when_they_come_back(ledger: Ledger) -> None:
    ledger.earn(100, reference="INV-1")
    held = ledger.hold(80)
    ledger.claw_back(100, reference="INV-1")
    assert ledger.balances() == (0, 0, 80, 80)
    ledger.void(held)
    assert ledger.balances() == (0, 0, 0, 0)
    assert ledger.faults() == []


def test_only_a_hold_of_this_account_is_resolved(ledger: Ledger) -> None:
    ledger.earn(100)
    Ledger(NORTH).earn(100)
    spent: Posting = ledger.spend(10)
    with pytest.raises(UnknownPosting):
        ledger.capture(spent)
    with pytest.raises(UnknownPosting):
        Ledger(NORTH).void(ledger.hold(10))


def test_a_hold_must_end_and_an_account_must_be_allowed_to_spend(ledger: Ledger) -> None:
    ledger.earn(100)
    with pytest.raises(AlreadyExpired):
        ledger.hold(10, hours=-1)
    transact(lambda session, _at: session.execute(text("UPDATE points_account SET status = 2")))
    with pytest.raises(SpendingStopped):
        ledger.hold(10)
    assert ledger.balances() == (0, 100, 0, 0)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param('"open" = 0, redeemed = points, voided = points', id="resolved twice"),
        pytest.param("held_until = NULL", id="held without an end"),
        pytest.param("refunded = redeemed + 1", id="more given back than spent"),
    ],
)
def test_the_database_itself_refuses(ledger: Ledger, change: str) -> None:
    ledger.earn(100)
    ledger.hold(40)
    with pytest.raises(IntegrityError):
        db.session.execute(text(f"UPDATE points_allocation SET {change}"))
    db.session.rollback()
