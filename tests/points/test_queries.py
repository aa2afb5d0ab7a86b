"""What a dealer is told of points is what the next posting will find, at the same cost however long the history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import event

from mall.base.refused import NotFound
from mall.points.models import Kind, LotKind
from mall.points.queries import (
    Shown,
    allocations,
    balance,
    balances_as_of,
    closed_lots,
    expiring_by_month,
    first_posted,
    history,
    lots,
    month_totals,
    movement,
)
from mall.points.queries.due import as_swept
from mall.web.db import db, now, transact
from tests.conftest import Clock
from tests.points.ledger import EAST, NORTH, Ledger, found_programme

ZONE = "Asia/Shanghai"


@pytest.fixture
def ledger(app: Flask) -> Ledger:
    transact(found_programme)
    return Ledger()


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def told() -> tuple[int, int, int, int]:
    seen = balance(db.session, EAST, now())
    db.session.rollback()
    return (seen.pending, seen.available, seen.held, seen.debt)


def test_a_dealer_who_never_had_points_has_nought(ledger: Ledger) -> None:
    seen = balance(db.session, EAST, now())
    assert (seen.pending, seen.available, seen.held, seen.debt, seen.soon_on) == (0, 0, 0, 0, None)
    assert [month.points for month in expiring_by_month(db.session, EAST, now(), ZONE)] == [0] * 6
    assert history(db.session, EAST).movements == ()
    assert lots(db.session, EAST, now()) == closed_lots(db.session, EAST, now()) == []


def test_expired_points_are_not_available_from_their_instant_although_nothing_has_swept(
    ledger: Ledger, clock: Clock
) -> None:
    ledger.earn(100, days=1)
    ledger.earn(300, days=90)
    clock.tick(days=1, microseconds=-1)
    assert told() == (0, 400, 0, 0)
    clock.tick(microseconds=1)
    assert told() == (0, 300, 0, 0)
    assert ledger.balances() == (0, 300, 0, 0)


def test_points_on_their_way_are_available_from_their_instant_although_nothing_has_swept(
    ledger: Ledger, clock: Clock
) -> None:
    ledger.earn(70, days=90, active_in=2)
    seen = balance(db.session, EAST, now())
    assert (seen.pending, seen.available, seen.arrives_on) == (70, 0, date(2026, 11, 14))
    clock.tick(days=2)
    assert told() == (0, 70, 0, 0)


def test_what_arrives_pays_what_is_owed_first_even_if_it_is_over_by_now(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(50, days=9)
    ledger.earn(80, days=3, active_in=1)
    ledger.earn(40, days=60, active_in=2)
    ledger.claw_back(150)
    assert told() == ledger.balances() == (120, 0, 0, 100)
    clock.tick(days=1.5)
    assert told() == ledger.balances() == (40, 0, 0, 20)
    clock.tick(days=5)
    assert told() == ledger.balances() == (0, 20, 0, 0)


def test_the_next_expiry_within_45_days_is_told_by_its_last_usable_day(ledger: Ledger, clock: Clock) -> None:
    clock.at = datetime(2026, 11, 12, 16, 0, tzinfo=UTC)  # midnight of the 13th in Shanghai
    ledger.earn(100, days=18)  # ends with the 30th
    ledger.earn(20, days=18)
    ledger.earn(500, days=40)
    ledger.earn(900, days=46)
    seen = balance(db.session, EAST, now())
    assert (seen.soon_points, seen.soon_on) == (120, date(2026, 11, 30))
    ledger.spend(120)
    seen = balance(db.session, EAST, now())
    assert (seen.soon_points, seen.soon_on) == (500, date(2026, 12, 22))
    ledger.spend(500)
    assert balance(db.session, EAST, now()).soon_on is None


def test_the_chart_counts_a_lot_for_the_month_whose_end_it_sees(ledger: Ledger, clock: Clock) -> None:
    clock.at = datetime(2026, 11, 12, 16, 0, tzinfo=UTC)
    ledger.earn(100, days=18)  # midnight at the start of 1 December
    ledger.earn(30, days=49)  # midnight at the start of 1 January
    ledger.earn(7, days=19)
    ledger.earn(1000, days=400)
    months = expiring_by_month(db.session, EAST, now(), ZONE)
    assert [(month.month, month.points) for month in months] == [
        (date(2026, 11, 1), 100),
        (date(2026, 12, 1), 37),
        (date(2027, 1, 1), 0),
        (date(2027, 2, 1), 0),
        (date(2027, 3, 1), 0),
        (date(2027, 4, 1), 0),
    ]


def test_history_pages_meet_without_gaps_or_duplicates_while_new_rows_arrive(ledger: Ledger) -> None:
    for _ in range(23):
        ledger.earn(10)
    seen: list[int] = []
    before = None
    while True:
        page = history(db.session, EAST, before=before, limit=5)
        seen += [move.seq for move in page.movements]
        if page.before is None:
            break
        before = page.before
        ledger.earn(1)
    assert seen == list(range(23, 0, -1))


def test_each_row_tells_the_balance_after_it(ledger: Ledger) -> None:
    ledger.earn(100)
    ledger.spend(30)
    ledger.claw_back(90)
    ledger.earn(25)
    rows = history(db.session, EAST).movements
    assert [(row.kind, row.change, row.available, row.debt) for row in rows] == [
        (Kind.EARN, 25, 5, 0),
        (Kind.CLAWBACK, -90, 0, 20),
        (Kind.SPEND, -30, 70, 0),
        (Kind.EARN, 100, 100, 0),
    ]
    earned, taken = rows[0], rows[1]
    assert (earned.paid_debt, taken.owed) == (20, 20)
    assert [(step.points, step.pays_debt) for step in earned.steps] == [(25, False), (20, True)]
    assert [(step.points, step.makes_debt) for step in taken.steps] == [(70, False), (20, True)]


def test_a_filter_shows_its_own_rows_alone_and_pages_through_them(ledger: Ledger, clock: Clock) -> None:
    for _ in range(4):
        ledger.earn(10, days=5)
    spent = ledger.spend(15)
    ledger.refund(spent, 5)
    ledger.earn(8, days=90, active_in=3)
    ledger.adjust(50, days=400)
    ledger.claw_back(1)
    clock.tick(days=6)
    ledger.spend(1)

    def kinds(shown: Shown) -> list[Kind]:
        return [row.kind for row in history(db.session, EAST, shown).movements]

    assert kinds(Shown.EARNED) == [Kind.ACTIVATE] + [Kind.EARN] * 5
    assert kinds(Shown.USED) == [Kind.SPEND] * 2
    assert kinds(Shown.RETURNED) == [Kind.REFUND]
    assert kinds(Shown.COMING) == [Kind.ACTIVATE, Kind.EARN]
    assert kinds(Shown.EXPIRED) == [Kind.EXPIRE]
    assert kinds(Shown.TAKEN_BACK) == [Kind.CLAWBACK]
    assert kinds(Shown.ADJUSTED) == [Kind.ADJUST]
    first = history(db.session, EAST, Shown.EARNED, limit=4)
    rest = history(db.session, EAST, Shown.EARNED, before=first.before, limit=4)
    assert [row.seq for row in first.movements + rest.movements] == sorted(
        (row.seq for row in history(db.session, EAST, Shown.EARNED).movements), reverse=True
    )
    assert rest.before is None


def test_a_filter_never_looks_through_more_than_its_reach_at_once(ledger: Ledger) -> None:
    ledger.adjust(5)
    for _ in range(10):
        ledger.earn(1)
    page = history(db.session, EAST, Shown.ADJUSTED, reach=4)
    walked = [page.before]
    while page.before and not page.movements:
        page = history(db.session, EAST, Shown.ADJUSTED, before=page.before, reach=4)
        walked.append(page.before)
    assert [row.kind for row in page.movements] == [Kind.ADJUST]
    assert walked == [8, 4, None]


def test_a_movement_of_another_dealer_cannot_be_found(ledger: Ledger) -> None:
    ledger.earn(10)
    assert movement(db.session, EAST, 1).points == 10
    for dealer, seq in ((NORTH, 1), (EAST, 2), (EAST, 0), (EAST, 10**30)):
        with pytest.raises(NotFound):
            movement(db.session, dealer, seq)


def test_a_list_shows_the_first_steps_and_the_movement_all_of_them(ledger: Ledger) -> None:
    for day in range(12):
        ledger.earn(10, days=30 + day)
    spent = ledger.spend(120)
    row = history(db.session, EAST, limit=1).movements[0]
    assert (len(row.steps), row.more_steps) == (8, True)
    whole = movement(db.session, EAST, row.seq)
    assert (len(whole.steps), whole.more_steps) == (12, False)
    assert sum(step.signed for step in whole.steps) == -120
    taken = allocations(db.session, EAST, spent.journal_id)
    assert [(part.points, part.lot.lot_no) for part in taken] == [(10, number) for number in range(1, 13)]
    assert allocations(db.session, NORTH, spent.journal_id) == []


def test_points_given_back_after_their_day_are_told_as_a_grace_lot(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100, days=2)
    spent = ledger.spend(60)
    clock.tick(days=3)
    ledger.refund(spent, 60)
    row = history(db.session, EAST, Shown.RETURNED).movements[0]
    assert row.change == 60
    shown = [step for step in row.steps if not step.passing]
    assert [(step.points, step.lot and step.lot.kind) for step in shown] == [(60, LotKind.GRACE)]
    assert [lot.kind for lot in lots(db.session, EAST, now())] == [LotKind.GRACE]


def test_lots_come_in_the_order_in_which_they_are_spent_and_page_without_gaps(ledger: Ledger) -> None:
    for days in (50, 20, 20, 90, 10):
        ledger.earn(10, days=days)
    turn, seen = None, []
    while page := lots(db.session, EAST, now(), after=turn, limit=2):
        seen += [lot.lot_no for lot in page]
        turn = page[-1].turn
    assert seen == [5, 2, 3, 1, 4]


def test_a_lot_that_is_over_counts_as_expired_before_any_sweep(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(10, days=1)
    ledger.earn(20, days=60)
    ledger.spend(4)
    clock.tick(days=2)
    assert [lot.lot_no for lot in lots(db.session, EAST, now())] == [2]
    (over,) = closed_lots(db.session, EAST, now())
    assert (over.lot_no, over.redeemed, over.expired, over.left) == (1, 4, 6, 0)
    ledger.expire()
    assert closed_lots(db.session, EAST, now()) == [over]


def test_the_figures_of_a_month_are_those_of_its_civil_days(ledger: Ledger, clock: Clock) -> None:
    clock.at = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)  # a minute before November in Shanghai
    ledger.earn(1000, days=90)
    clock.tick(minutes=1)
    ledger.earn(300, days=90)
    spent = ledger.spend(200)
    ledger.refund(spent, 50)
    ledger.claw_back(10)
    clock.at = datetime(2026, 12, 5, tzinfo=UTC)
    ledger.spend(7)
    october, november, december, january = (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1))
    totals = month_totals(db.session, EAST, [december, november, october, january], ZONE)
    seen = {month: (t.earned, t.used, t.returned, t.lost) for month, t in totals.items()}
    assert seen == {
        october: (1000, 0, 0, 0),
        november: (300, 200, 50, 10),
        december: (0, 7, 0, 0),
        january: (0, 0, 0, 0),
    }
    assert month_totals(db.session, NORTH, [october], ZONE)[october].earned == 0


def test_a_moment_is_found_among_entries_by_halving(ledger: Ledger, clock: Clock) -> None:
    moments = []
    for number in range(37):
        moments.append(clock.tick(hours=1 + number % 3))
        ledger.earn(1, days=400)
        if number % 5 == 0:
            ledger.earn(1, days=400)
    posted = [row.posted_at for row in reversed(history(db.session, EAST, limit=100).movements)]
    wanted = [*moments, moments[0] - timedelta(days=1), moments[-1] + timedelta(microseconds=1)]
    found = first_posted(db.session, EAST, wanted)
    assert found == {at: sum(p < at for p in posted) + 1 for at in wanted}


def test_all_dealers_balances_agree_with_each_ones_own(ledger: Ledger, clock: Clock) -> None:
    ledger.earn(100, days=1)
    ledger.earn(40, days=60, active_in=0.5)
    north = Ledger(NORTH)
    north.earn(30, days=9)
    north.claw_back(45)
    clock.tick(days=1)
    standings = list(balances_as_of(db.session, now()))
    assert [(s.dealer_code, s.pending, s.available, s.held, s.debt) for s in standings] == [
        ("D501", 0, 40, 0, 0),
        ("D502", 0, 0, 0, 15),
    ]


def test_pages_cost_the_same_few_statements_however_long_the_history(ledger: Ledger) -> None:
    def counts() -> list[int]:
        found = []
        for read in (
            lambda: balance(db.session, EAST, now()),
            lambda: expiring_by_month(db.session, EAST, now(), ZONE),
            lambda: history(db.session, EAST),
            lambda: history(db.session, EAST, Shown.EARNED),
            lambda: month_totals(db.session, EAST, [date(2026, 11, 1), date(2026, 10, 1)], ZONE),
            lambda: lots(db.session, EAST, now()),
        ):
            with statements() as sent:
                read()
            found.append(len([s for s in sent if s != "BEGIN"]))
            db.session.rollback()
        return found

    ledger.earn(10)
    few = counts()
    for _ in range(40):
        ledger.earn(10)
    assert counts() == few == [2, 2, 2, 3, 2, 1]


_moment = some.integers(0, 20)


@given(
    debt=some.integers(0, 300),
    coming=some.lists(some.tuples(_moment, some.integers(1, 20), some.integers(1, 100)), max_size=6),
)
def test_what_arrives_is_either_owed_usable_or_over_and_never_lost_from_sight(
    debt: int, coming: list[tuple[int, int, int]]
) -> None:
    start, at = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 11, tzinfo=UTC)
    arriving = sorted((start + timedelta(a), start + timedelta(a + life), points) for a, life, points in coming)
    pending = sum(points for _, _, points in arriving)
    due = as_swept(pending=pending, available=0, debt=debt, ending=(), coming=arriving, now=at)
    arrived = sum(points for active, _, points in arriving if active <= at)
    assert due.pending == pending - arrived
    assert due.debt == max(debt - arrived, 0)
    assert due.available == sum(due.usable.values()) <= max(arrived - debt, 0)
    assert due.debt == 0 or due.available == 0


def test_a_balance_with_nothing_about_to_end_is_one_key_read(ledger: Ledger, clock: Clock) -> None:
    for _ in range(30):
        ledger.earn(10, days=90)
    with statements() as sent:
        seen = balance(db.session, EAST, now())
    db.session.rollback()
    assert (seen.available, seen.soon_points) == (300, 0)
    assert len([statement for statement in sent if statement.startswith("SELECT")]) == 1
    clock.tick(days=60)
    assert balance(db.session, EAST, now()).soon_points == 300
    clock.tick(days=31)
    assert balance(db.session, EAST, now()).available == 0
    db.session.rollback()


def test_a_transfer_is_found_among_what_came_in_by_one_side_alone(ledger: Ledger) -> None:
    ledger.earn(50)
    ledger.transfer(NORTH, 20)
    kinds = {shown: [x.kind for x in history(db.session, EAST, shown).movements] for shown in Shown}
    assert kinds[Shown.EARNED] == [Kind.EARN]
    assert kinds[Shown.ADJUSTED] == [Kind.TRANSFER]
    assert [x.kind for x in history(db.session, NORTH, Shown.EARNED).movements] == [Kind.TRANSFER]
    db.session.rollback()
