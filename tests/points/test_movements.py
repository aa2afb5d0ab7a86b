"""Holds, transfers, reinstatements and second persons, promise by promise, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from mall.points.models import (
    AlreadyReinstated,
    NeedsSecondPerson,
    NotHeld,
    NotRefundable,
    SameAccount,
    SamePerson,
    TooFewPoints,
    UnknownPosting,
)
from mall.web.db import transact
from tests.conftest import Clock
from tests.points.ledger import EAST, NORTH, Ledger, found_programme

LARGE = 5_001
"""One point more than one person may move alone."""


@pytest.fixture
def ledger(app: Flask) -> Iterator[Ledger]:
    transact(found_programme)
    books = Ledger()
    yield books
    assert books.faults() == []


def test_held_points_are_out_of_everybodys_reach(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100, days=10, reference="invoice/1")
    held = ledger.hold(60, hours=24 * 30)
    with pytest.raises(TooFewPoints):
        ledger.spend(41)
    ledger.claw_back(100, reference="invoice/1")
    assert ledger.balances() == (0, 0, 60, 60)
    clock.tick(days=11)
    assert ledger.balances() == (0, 0, 60, 60)
    ledger.void(held)  # into a grace lot, which pays what is owed
    assert ledger.balances() == (0, 0, 0, 0)


def test_a_hold_is_resolved_once(ledger: Ledger) -> None:
    ledger.earn(100)
    held = ledger.hold(60)
    ledger.capture(held, 20)
    assert ledger.balances() == (0, 80, 0, 0)
    for again in (lambda: ledger.capture(held), lambda: ledger.capture(held, 40), lambda: ledger.void(held)):
        with pytest.raises(NotHeld):
            again()
    assert ledger.balances() == (0, 80, 0, 0)


def test_what_was_captured_can_be_given_back_and_no_more(ledger: Ledger) -> None:
    ledger.earn(100)
    held = ledger.hold(60)
    with pytest.raises(NotRefundable):
        ledger.refund(held, 1)
    ledger.capture(held, 20)
    with pytest.raises(NotRefundable):
        ledger.refund(held, 21)
    ledger.refund(held, 20)
    assert ledger.balances() == (0, 100, 0, 0)


def test_a_hold_whose_time_is_over_comes_back_unless_it_is_captured_before(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100)
    late, forgotten = ledger.hold(30, hours=2), ledger.hold(50, hours=2)
    clock.tick(hours=3)
    ledger.capture(late)
    assert ledger.release() == 1
    assert ledger.release() == 0
    assert ledger.balances() == (0, 70, 0, 0)
    with pytest.raises(NotHeld):
        ledger.capture(forgotten)


def test_a_spend_is_no_hold_and_another_dealers_hold_is_not_ours(ledger: Ledger) -> None:
    other = Ledger(NORTH)
    for account in (ledger, other):
        account.earn(100)
    for posting in (ledger.spend(10), other.hold(10)):
        with pytest.raises(UnknownPosting):
            ledger.void(posting)


def test_a_transfer_arrives_whole_with_its_ends_and_pays_what_is_owed_there(ledger: Ledger, clock: Clock) -> None:
    other = Ledger(NORTH)
    ledger.earn(30, days=10)
    ledger.earn(100, days=90)
    other.claw_back(5)
    out, arrived = ledger.transfer(NORTH, 50)
    assert (out.points, arrived.points) == (50, 50)
    assert ledger.balances() == (0, 80, 0, 0)
    assert other.balances() == (0, 45, 0, 0)
    clock.tick(days=11)
    assert other.balances() == (0, 20, 0, 0)


def test_a_transfer_that_is_refused_moves_nothing(ledger: Ledger) -> None:
    ledger.earn(30)
    with pytest.raises(TooFewPoints):
        ledger.transfer(NORTH, 31)
    with pytest.raises(SameAccount):
        ledger.transfer(EAST, 1)
    assert (ledger.balances(), Ledger(NORTH).balances()) == ((0, 30, 0, 0), (0, 0, 0, 0))


def test_a_clawback_is_reinstated_once(ledger: Ledger) -> None:
    ledger.earn(100, reference="invoice/1")
    ledger.spend(70)
    taken = ledger.claw_back(100, reference="invoice/1")
    assert ledger.balances() == (0, 0, 0, 70)
    ledger.reinstate(taken)
    assert ledger.balances() == (0, 30, 0, 0)
    with pytest.raises(AlreadyReinstated):
        ledger.reinstate(taken)
    assert ledger.balances() == (0, 30, 0, 0)


def test_a_large_correction_needs_a_second_person(ledger: Ledger) -> None:
    ledger.earn(3 * LARGE, reference="invoice/1")
    taken = ledger.claw_back(LARGE, reference="invoice/1")
    for large in (
        lambda checker: ledger.adjust(LARGE, checker=checker),
        lambda checker: ledger.adjust(-LARGE, checker=checker),
        lambda checker: ledger.transfer(NORTH, LARGE, checker=checker),
        lambda checker: ledger.reinstate(taken, checker=checker),
    ):
        with pytest.raises(NeedsSecondPerson):
            large(None)
        with pytest.raises(SamePerson):
            large("staff:1")
        large("staff:2")
    assert ledger.balances() == (0, 2 * LARGE, 0, 0)
    assert Ledger(NORTH).balances() == (0, LARGE, 0, 0)
