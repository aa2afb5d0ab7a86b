"""The ledger's promises, one by one, on both engines."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from mall.points.models import (
    AlreadyExpired,
    ClosedPeriod,
    KeyReused,
    NotRefundable,
    Outcome,
    Programme,
    SpendingStopped,
    TooFewPoints,
    UnknownPosting,
)
from mall.web.db import db, transact
from tests.conftest import Clock
from tests.points.ledger import NORTH, Ledger, found_programme


@pytest.fixture
def ledger(app: Flask) -> Any:
    transact(found_programme)
    books = Ledger()
    yield books
    assert books.faults() == []


def lots(column: str) -> dict[str, int]:
    rows = db.session.execute(text(f"SELECT source_ref, {column} FROM points_lot ORDER BY lot_no")).all()
    db.session.rollback()
    return {row[0]: row[1] for row in rows}


def test_points_are_spent_earliest_expiry_first_whatever_the_order_they_came_in(ledger: Ledger) -> None:
    ledger.earn(100, days=90, reference="late")
    ledger.earn(100, days=10, reference="soon")
    ledger.earn(100, days=40, reference="middle")
    ledger.spend(150)
    assert lots("available") == {"late": 100, "soon": 0, "middle": 50}


def test_a_lot_is_unspendable_from_the_instant_of_its_expiry_with_no_job_run(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100, days=10)
    clock.tick(days=10, microseconds=-1)
    assert ledger.balances()[1] == 100
    clock.tick(microseconds=1)
    with pytest.raises(TooFewPoints) as refusal:
        ledger.spend(1)
    assert refusal.value.params == {"short": 1}


def test_a_late_expiry_job_gives_what_a_punctual_one_gives(ledger: Ledger, clock: Clock) -> None:
    other = Ledger(NORTH)
    for account in (ledger, other):
        account.earn(100, days=10)
        account.earn(70, days=20)
    clock.tick(days=11)
    assert ledger.expire() == 2
    assert ledger.expire() == 0
    clock.tick(days=30)
    ledger.expire()
    entries = db.session.execute(
        text("SELECT kind, d_available, available, effective_at FROM points_entry WHERE dealer_id = 501 ORDER BY seq")
    ).all()
    assert [tuple(row)[:3] for row in entries] == [
        ("earn", 100, 100),
        ("earn", 70, 170),
        ("expire", -100, 70),
        ("expire", -70, 0),
    ]
    assert ledger.balances() == other.balances() == (0, 0, 0, 0)


def test_the_same_key_posts_once_and_gets_the_same_answer(ledger: Ledger) -> None:
    first, again = ledger.earn(100, key="invoice/1"), ledger.earn(100, key="invoice/1")
    assert (again.journal_id, again.replay, again.result) == (first.journal_id, True, first.result)
    assert ledger.balances()[1] == 100


def test_the_same_key_with_another_content_is_refused(ledger: Ledger) -> None:
    ledger.earn(100)
    ledger.spend(10, key="order/1")
    with pytest.raises(KeyReused):
        ledger.spend(11, key="order/1")
    assert ledger.balances()[1] == 90


def test_a_remembered_refusal_is_the_answer_for_ever(ledger: Ledger) -> None:
    first = ledger.spend(50, key="order/1", remember=True)
    ledger.earn(100)
    again = ledger.spend(50, key="order/1", remember=True)
    assert (first.outcome, first.reason) == (Outcome.REFUSED, "too_few_points")
    assert (again.journal_id, again.outcome, again.replay) == (first.journal_id, Outcome.REFUSED, True)
    assert ledger.balances()[1] == 100


def test_a_dealers_refused_tap_leaves_nothing_and_may_be_tried_again(ledger: Ledger) -> None:
    with pytest.raises(TooFewPoints):
        ledger.spend(50, key="order/1")
    assert db.session.execute(text("SELECT COUNT(*) FROM points_journal")).scalar() == 0
    ledger.earn(100)
    assert not ledger.spend(50, key="order/1").replay


def test_a_refund_goes_back_into_the_lots_it_came_from_last_taken_first(ledger: Ledger) -> None:
    ledger.earn(100, days=10, reference="soon")
    ledger.earn(100, days=90, reference="late")
    spent = ledger.spend(150)
    ledger.refund(spent, 80)
    assert lots("available") == {"soon": 30, "late": 100}
    ledger.refund(spent, 70)
    assert lots("available") == {"soon": 100, "late": 100}
    with pytest.raises(NotRefundable) as refusal:
        ledger.refund(spent, 1)
    assert refusal.value.params == {"left": 0}


def test_redeeming_and_cancelling_does_not_make_expiring_points_fresh(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100, days=10, reference="soon")
    ledger.refund(ledger.spend(100), 100)
    clock.tick(days=10)
    assert ledger.balances()[1] == 0


def test_a_refund_to_an_expired_lot_goes_to_a_grace_lot_of_seven_whole_days(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100, days=10, reference="soon")
    spent = ledger.spend(60)
    clock.tick(days=12)
    posting = ledger.refund(spent, 60)
    assert posting.result["grace"] == 60
    assert ledger.balances()[1] == 60
    clock.tick(days=7)  # the seventh day itself is still good, to its end in Shanghai
    assert ledger.balances()[1] == 60
    clock.tick(hours=4)
    assert ledger.balances()[1] == 0


def test_only_a_spend_of_this_account_can_be_refunded(ledger: Ledger) -> None:
    other = Ledger(NORTH)
    other.earn(100)
    foreign = other.spend(100)
    earned = ledger.earn(100)
    for posting in (foreign, earned):
        with pytest.raises(UnknownPosting):
            ledger.refund(posting, 10)


def test_a_clawback_takes_its_own_lots_then_others_then_owes(ledger: Ledger) -> None:
    ledger.earn(100, days=90, reference="invoice/1")
    ledger.earn(30, days=10, reference="invoice/2")
    ledger.spend(50)  # 30 of invoice/2, 20 of invoice/1
    ledger.earn(15, days=20, reference="invoice/3")
    posting = ledger.claw_back(100, reference="invoice/1")
    assert posting.result["collected"] == 95
    assert posting.result["owed"] == 5
    assert ledger.balances() == (0, 0, 0, 5)


def test_what_is_owed_is_paid_by_the_next_earning_before_anything_else(ledger: Ledger) -> None:
    ledger.claw_back(40)
    assert ledger.balances() == (0, 0, 0, 40)
    ledger.earn(30)
    assert ledger.balances() == (0, 0, 0, 10)
    ledger.earn(30)
    assert ledger.balances() == (0, 20, 0, 0)


def test_what_is_owed_is_paid_by_a_refund_too(ledger: Ledger) -> None:
    ledger.earn(100)
    spent = ledger.spend(100)
    ledger.claw_back(40)
    ledger.refund(spent, 100)
    assert ledger.balances() == (0, 60, 0, 0)


def test_points_that_expired_unused_are_not_taken_twice(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100, days=10, reference="invoice/1")
    clock.tick(days=11)
    ledger.claw_back(100, reference="invoice/1")
    assert ledger.balances() == (0, 0, 0, 0)


def test_a_return_cannot_take_more_than_its_purchase_earned(ledger: Ledger) -> None:
    ledger.earn(100, reference="invoice/1")
    ledger.earn(500)
    ledger.claw_back(70, reference="invoice/1")
    with pytest.raises(NotRefundable) as refusal:
        ledger.claw_back(31, reference="invoice/1")
    assert refusal.value.params == {"left": 30}
    ledger.claw_back(30, reference="invoice/1")
    assert ledger.balances()[1] == 500


def test_a_grace_lot_does_not_double_what_a_return_may_take(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100, days=10, reference="invoice/1")
    spent = ledger.spend(100)
    clock.tick(days=11)
    ledger.refund(spent, 100)
    with pytest.raises(NotRefundable):
        ledger.claw_back(101, reference="invoice/1")
    ledger.claw_back(100, reference="invoice/1")
    assert ledger.balances() == (0, 0, 0, 0)


def test_pending_points_land_on_their_day(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100, active_in=3)
    assert ledger.balances() == (100, 0, 0, 0)
    with pytest.raises(TooFewPoints):
        ledger.spend(1)
    clock.tick(days=3)
    ledger.spend(1)
    assert ledger.balances() == (0, 99, 0, 0)


def test_points_that_come_after_their_expiry_are_shown_issued_and_expired_and_pay_no_debt(ledger: Ledger) -> None:
    ledger.claw_back(20)
    posting = ledger.earn(100, earned_ago=60, days=-10)
    assert posting.points == 100
    assert posting.result["expired"] == 100
    assert ledger.balances() == (0, 0, 0, 20)
    assert list(lots("expired").values()) == [100]


def test_a_lot_must_live(ledger: Ledger) -> None:
    with pytest.raises(AlreadyExpired):
        ledger.earn(100, earned_ago=0, days=0)
    refused = ledger.earn(100, days=0, remember=True, key="doc")
    assert refused.reason == "already_expired"


def test_each_part_of_an_earning_is_a_lot_of_its_own(ledger: Ledger) -> None:
    posting = ledger.earn(100, bonus=25)
    assert posting.points == 125
    rows = db.session.execute(text("SELECT kind, points FROM points_lot ORDER BY lot_no")).all()
    assert [tuple(row) for row in rows] == [("base", 100), ("bonus", 25)]


def test_adjustments_add_a_lot_or_take_the_earliest(ledger: Ledger) -> None:
    ledger.adjust(100, days=90)
    ledger.adjust(50, days=10)
    ledger.adjust(-60)
    rows = db.session.execute(text("SELECT points, available FROM points_lot ORDER BY lot_no")).all()
    assert [tuple(row) for row in rows] == [(100, 90), (50, 0)]
    with pytest.raises(TooFewPoints):
        ledger.adjust(-91)


def test_nothing_takes_effect_in_a_closed_period(ledger: Ledger, clock: Clock) -> None:
    programme = db.session.get(Programme, 1)
    assert programme
    programme.closed_until = clock.at
    db.session.commit()
    with pytest.raises(ClosedPeriod):
        ledger.earn(100, earned_ago=1)
    assert ledger.earn(100, earned_ago=0).outcome is Outcome.POSTED


def test_an_account_that_may_not_spend_still_earns(ledger: Ledger) -> None:
    ledger.earn(100)
    db.session.execute(text("UPDATE points_account SET status = 2"))
    db.session.commit()
    ledger.earn(10)
    with pytest.raises(SpendingStopped):
        ledger.spend(1)


@pytest.mark.parametrize("points", [0, -1, 10**12 + 1])
def test_amounts_out_of_bounds_are_refused(ledger: Ledger, points: int) -> None:
    with pytest.raises(ValueError, match="between 1 and"):
        ledger.spend(points)


@pytest.mark.parametrize("points", [True, 1.0, "1", None])
def test_amounts_that_are_no_integers_are_refused(ledger: Ledger, points: Any) -> None:
    with pytest.raises(TypeError):
        ledger.spend(points)


def test_a_clock_that_steps_back_does_not_turn_the_history_round(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100)
    clock.tick(seconds=-30)
    ledger.earn(100)
    moments = db.session.execute(text("SELECT posted_at FROM points_entry ORDER BY seq")).scalars().all()
    assert moments == sorted(moments)


def test_many_small_lots_pay_one_spend(ledger: Ledger) -> None:
    for number in range(230):
        ledger.earn(3, days=10 + (number * 7) % 17)
    ledger.spend(600)
    assert ledger.balances()[1] == 90
    left = db.session.execute(text("SELECT MIN(expires_at) FROM points_lot WHERE available > 0")).scalar()
    spent = db.session.execute(text("SELECT MAX(expires_at) FROM points_lot WHERE redeemed > 0")).scalar()
    assert left >= spent


def test_a_posting_takes_few_statements_however_long_the_history(ledger: Ledger) -> None:
    for _ in range(20):
        ledger.earn(10)
    counted: list[str] = []

    def count(*seen: Any) -> None:
        if not seen[2].startswith("BEGIN"):
            counted.append(seen[2])

    event.listen(db.engine, "before_cursor_execute", count)
    took = []
    for act in (lambda: ledger.earn(10), lambda: ledger.spend(55)):
        counted.clear()
        act()
        took.append(len(counted))
    event.remove(db.engine, "before_cursor_execute", count)
    assert took[0] <= 8
    assert took[1] <= 10
