"""Transfers, reinstatements, a second person, closed accounts: each promise by itself."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import text

from mall.points.models import (
    AccountClosed,
    AlreadyReinstated,
    Kind,
    NeedsSecondPerson,
    SameAccount,
    SamePerson,
    TooFewPoints,
    UnknownPosting,
)
from mall.web.db import db, transact
from tests.conftest import Clock
from tests.points.ledger import EAST, NORTH, Ledger, found_programme


@pytest.fixture
def east(app: Flask) -> Ledger:
    transact(found_programme)
    return Ledger(EAST)


@pytest.fixture
def north(east: Ledger) -> Ledger:
    return Ledger(NORTH)


def rows(statement: str) -> list[tuple[object, ...]]:
    found = [tuple(row) for row in db.session.execute(text(statement))]
    db.session.rollback()
    return found


def test_points_keep_their_end_worth_and_rule_with_the_other_dealer(east: Ledger, north: Ledger) -> None:
    east.earn(50, days=5)
    east.earn(50, days=9)
    out, arrived = east.transfer(NORTH, 60)
    assert (out.kind, arrived.kind, out.points, arrived.points) == (Kind.TRANSFER, Kind.TRANSFER, 60, 60)
    assert east.balances() == (0, 40, 0, 0)
    assert north.balances() == (0, 60, 0, 0)
    terms = "expires_at, earned_at, unit_value, fund_code, rule_version"
    theirs = rows(f"SELECT {terms}, points FROM points_lot WHERE dealer_id = {NORTH} ORDER BY lot_no")
    ours = rows(f"SELECT {terms}, moved FROM points_lot WHERE dealer_id = {EAST} ORDER BY lot_no")
    assert theirs == ours
    assert len(set(rows("SELECT transfer_id FROM points_journal WHERE kind = 'transfer'"))) == 1
    assert len(set(rows("SELECT posted_at FROM points_journal WHERE kind = 'transfer'"))) == 1
    assert east.faults() == []


def test_what_arrives_pays_what_is_owed(east: Ledger, north: Ledger) -> None:
    east.earn(100)
    north.claw_back(70)
    east.transfer(NORTH, 100)
    assert north.balances() == (0, 30, 0, 0)
    assert east.faults() == []


def test_a_transfer_repeated_moves_once_and_refused_moves_nothing(east: Ledger, north: Ledger) -> None:
    east.earn(100)
    first, again = east.transfer(NORTH, 60, key="t"), east.transfer(NORTH, 60, key="t")
    assert [x.journal_id for x in first] == [x.journal_id for x in again]
    assert all(x.replay for x in again)
    with pytest.raises(TooFewPoints):
        east.transfer(NORTH, 41)
    assert (east.balances(), north.balances()) == ((0, 40, 0, 0), (0, 60, 0, 0))


def test_a_return_stays_with_the_dealer_who_bought(east: Ledger, north: Ledger) -> None:
    east.earn(100, reference="INV-1")
    east.transfer(NORTH, 100)
    east.claw_back(100, reference="INV-1")
    assert east.balances() == (0, 0, 0, 100)
    assert north.balances() == (0, 100, 0, 0)


def test_a_transfer_needs_two_dealers_and_an_account_that_takes_points(east: Ledger) -> None:
    east.earn(100)
    with pytest.raises(SameAccount):
        east.transfer(EAST, 10)
    Ledger(NORTH).earn(1)
    transact(
        lambda session, _at: session.execute(text(f"UPDATE points_account SET status = 3 WHERE dealer_id = {NORTH}"))
    )
    with pytest.raises(AccountClosed):
        east.transfer(NORTH, 10)
    with pytest.raises(AccountClosed):
        Ledger(NORTH).earn(1, key="late")
    assert east.balances() == (0, 100, 0, 0)
    assert east.faults() == []


def test_beyond_the_limit_a_correction_needs_a_second_person(east: Ledger) -> None:
    east.earn(20_000)
    for act in (lambda: east.adjust(5_001), lambda: east.adjust(-5_001), lambda: east.transfer(NORTH, 5_001)):
        with pytest.raises(NeedsSecondPerson) as refused:
            act()
        assert refused.value.params == {"limit": 5_000}
    with pytest.raises(SamePerson):
        east.adjust(10, checker="staff:1")
    east.adjust(5_000)
    east.adjust(-5_001, checker="staff:2")
    assert rows("SELECT checker FROM points_journal WHERE kind = 'adjust' ORDER BY points") == [(None,), ("staff:2",)]
    assert east.faults() == []


def test_a_clawback_is_given_back_once_with_the_end_it_had(east: Ledger) -> None:
    east.earn(100, days=9, reference="INV-1")
    taken = east.claw_back(60, reference="INV-1")
    back = east.reinstate(taken)
    assert (back.kind, back.points) == (Kind.REINSTATE, 60)
    assert east.balances() == (0, 100, 0, 0)
    assert len(set(rows("SELECT expires_at FROM points_lot"))) == 1
    with pytest.raises(AlreadyReinstated):
        east.reinstate(taken)
    east.claw_back(100, reference="INV-1")  # all of the purchase can be returned again
    assert east.balances() == (0, 0, 0, 0)
    assert east.faults() == []


def test_what_had_become_a_debt_pays_it_first(east: Ledger) -> None:
    east.earn(100, reference="INV-1")
    east.spend(80)
    taken = east.claw_back(100, reference="INV-1")
    assert east.balances() == (0, 0, 0, 80)
    east.reinstate(taken)
    assert east.balances() == (0, 20, 0, 0)
    assert east.faults() == []


def test_a_debt_paid_meanwhile_comes_back_as_points(east: Ledger) -> None:
    taken = east.claw_back(30)
    east.earn(50)
    assert east.balances() == (0, 20, 0, 0)
    east.reinstate(taken)
    assert east.balances() == (0, 50, 0, 0)
    assert east.faults() == []


def test_points_that_had_expired_come_back_expired_and_late_ones_for_the_days_of_grace(
    east: Ledger, clock: Clock
) -> None:
    east.earn(40, days=3, reference="INV-1")
    east.earn(40, days=9, reference="INV-2")
    clock.tick(days=4)
    lost = east.claw_back(40, reference="INV-1")
    taken = east.claw_back(40, reference="INV-2")
    assert east.balances() == (0, 0, 0, 0)
    clock.tick(days=6)
    east.reinstate(lost)
    assert east.balances() == (0, 0, 0, 0)
    east.reinstate(taken)
    assert east.balances() == (0, 40, 0, 0)
    clock.tick(days=9)
    assert east.balances() == (0, 0, 0, 0)
    assert east.faults() == []


def test_only_a_clawback_of_this_account_is_given_back(east: Ledger, north: Ledger) -> None:
    east.earn(100)
    north.earn(100)
    with pytest.raises(UnknownPosting):
        east.reinstate(east.spend(10))
    with pytest.raises(UnknownPosting):
        north.reinstate(east.claw_back(10))


def test_the_reinstating_key_repeated_is_the_same_answer(east: Ledger) -> None:
    east.earn(100)
    taken = east.claw_back(10)
    first = east.reinstate(taken, key="r")
    again = east.reinstate(taken, key="r")
    assert (again.journal_id, again.replay) == (first.journal_id, True)
    assert east.balances() == (0, 100, 0, 0)


def test_pending_points_taken_back_come_back_pending(east: Ledger, clock: Clock) -> None:
    east.earn(100, days=30, active_in=5, reference="INV-1")
    east.reinstate(east.claw_back(100, reference="INV-1"))
    assert east.balances() == (100, 0, 0, 0)
    began: datetime = clock.at
    clock.tick(days=5)
    assert east.balances() == (0, 100, 0, 0)
    assert clock.at > began
    assert east.faults() == []
