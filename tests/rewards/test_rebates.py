"""Points as money on the dealer's account: exact, within the caps whoever comes at once, told to the ERP once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from mall.base.refused import Refused
from mall.catalog.models import Kind
from mall.rewards.actions import handed_out
from mall.rewards.models import Issued, Line, NotReturnable, Rebate, RebateState
from mall.rewards.models.rebate import (
    COUNTED,
    OverRebateCap,
    OverYearlyRebateCap,
    RebateNotOffered,
    RebateTooSmall,
    TermsInThePast,
)
from mall.rewards.queries.rebates import all_terms, by_dealer, room_of, terms_in_force
from mall.rewards.rules.rebate import Room, rebate_fen, returned_fen
from mall.web.db import db, now, reading, transact
from tests.cast import Cast, cast
from tests.conftest import Clock
from tests.processes import at_once
from tests.rewards.vouching import bought, come_back, let_go, line, ordered, paid, terms, told

AT = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)


@pytest.fixture
def here(app: Flask) -> Cast:
    return transact(cast, seal=app.extensions["seal"])


def cash(dealer_id: int, order_id: int, points: int = 10_000, quantity: int = 1) -> Line:
    return line(dealer_id, order_id, Kind.CASH_REBATE, points=points, quantity=quantity)


def one(order_id: int) -> Rebate:
    db.session.remove()
    return db.session.scalars(select(Rebate).where(Rebate.order_id == order_id)).one()


@given(st.integers(1, 10**9), st.integers(1, 10**6))
def test_a_rebate_is_never_more_than_its_points_are_worth_and_less_by_under_a_fen(points: int, ratio: int) -> None:
    fen = rebate_fen(points, ratio)
    assert fen * ratio <= points * 100 < (fen + 1) * ratio
    assert rebate_fen(points, 100) == points


@given(st.integers(1, 10**9), st.lists(st.integers(1, 20), min_size=1, max_size=20))
def test_taken_back_in_parts_is_all_of_it_in_the_end(fen: int, parts: list[int]) -> None:
    quantity, sums, before = sum(parts), 0, 0
    for at, _ in enumerate(parts, 1):
        total = returned_fen(fen, quantity, sum(parts[:at]))
        assert total >= before
        sums, before = sums + total - before, total
    assert sums == fen


def test_an_order_is_credited_once_and_the_erp_is_told_once(here: Cast) -> None:
    terms()
    wanted = cash(here.linan.id, 1, points=12_345)
    assert bought(wanted) == {1: Issued.DONE}
    assert transact(paid, lines=[wanted]) == {1: Issued.DONE}
    rebate = one(1)
    assert (rebate.fen, rebate.state, rebate.month, rebate.terms_no) == (12_345, RebateState.CREDITED, 202611, 1)
    [message] = told()
    assert (message.system, message.topic, message.key) == ("erp", "rebate.credit", f"rebate/{rebate.id}")
    assert message.body == {
        "rebate": str(rebate.id), "order": f"{1:014d}", "line": 1, "points": 12_345, "fen": 12_345, "currency": "CNY",
        "terms": 1,
    }  # fmt: skip
    [thing] = handed_out(reading(), here.linan.id, 1, [Kind.CASH_REBATE])[1].things
    assert (thing.text, thing.state) == ("¥123.45", "已记入往来账")


def test_without_terms_nothing_is_offered_and_what_makes_no_fen_is_refused(here: Cast, clock: Clock) -> None:
    terms(ratio=300, from_on=date(2026, 11, 14))
    with pytest.raises(RebateNotOffered):
        transact(ordered, lines=[cash(here.linan.id, 1)])
    clock.tick(days=2)
    with pytest.raises(RebateTooSmall):
        transact(ordered, lines=[cash(here.linan.id, 1, points=2)])
    transact(ordered, lines=[cash(here.linan.id, 1, points=1_000)])
    assert one(1).fen == 333


def test_caps_say_what_is_left_and_count_the_whole_order(here: Cast) -> None:
    terms(month=30_000, year=35_000)
    transact(ordered, lines=[cash(here.linan.id, 1, points=20_000)])
    both = [line(here.linan.id, 2, Kind.CASH_REBATE, points=6_000, line_no=number) for number in (1, 2)]
    with pytest.raises(OverRebateCap) as refused:
        transact(ordered, lines=both)
    assert refused.value.params == {"left": "100.00", "left_fen": 10_000}
    transact(ordered, lines=[cash(here.linan.id, 3, points=10_000)])
    with pytest.raises(OverRebateCap) as refused:
        transact(ordered, lines=[cash(here.linan.id, 4, points=1)])
    assert refused.value.params["left_fen"] == 0
    transact(ordered, lines=[cash(here.ningbo.id, 5, points=30_000)])


def test_a_month_ends_by_the_programmes_clock_and_the_years_cap_outlives_it(here: Cast, clock: Clock) -> None:
    clock.at = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    terms(month=10_000, year=15_000)
    transact(ordered, lines=[cash(here.linan.id, 1)])
    with pytest.raises(OverRebateCap):
        transact(ordered, lines=[cash(here.linan.id, 2, points=1)])
    clock.tick(minutes=1)  # midnight in Shanghai
    with pytest.raises(OverYearlyRebateCap) as refused:
        transact(ordered, lines=[cash(here.linan.id, 2)])
    assert refused.value.params == {"left": "50.00", "left_fen": 5_000}
    transact(ordered, lines=[cash(here.linan.id, 2, points=5_000)])
    clock.at = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    transact(ordered, lines=[cash(here.linan.id, 3)])
    # What was ordered in November counts there, though it is credited in January.
    transact(paid, lines=[cash(here.linan.id, 1)])
    assert one(1).month == 202611


def test_what_is_let_go_leaves_room_again_and_cannot_be_issued(here: Cast) -> None:
    terms(month=10_000)
    first = cash(here.linan.id, 1)
    transact(ordered, lines=[first])
    for _ in range(2):
        transact(let_go, lines=[first])
    assert transact(paid, lines=[first]) == {1: Issued.BY_HAND}
    assert told() == []
    assert bought(cash(here.linan.id, 2)) == {1: Issued.DONE}
    transact(let_go, lines=[cash(here.linan.id, 2)])
    assert one(2).credited


def test_staff_alone_take_a_credit_back_in_parts_and_never_more(here: Cast) -> None:
    terms(month=10_000)
    three = cash(here.linan.id, 1, points=10_000, quantity=3)
    bought(three)
    with pytest.raises(NotReturnable):
        transact(come_back, one=three, quantity=1, actor="member:1")
    transact(come_back, one=three, quantity=1)
    assert (one(1).returned_fen, one(1).state) == (3_333, RebateState.CREDITED)
    with pytest.raises(NotReturnable):
        transact(come_back, one=three, quantity=3)
    transact(ordered, lines=[cash(here.linan.id, 2, points=3_333)])
    transact(come_back, one=three, quantity=2)
    assert one(1).state is RebateState.TAKEN_BACK
    assert [(message.topic, message.body["fen"]) for message in told()] == [
        ("rebate.credit", 10_000), ("rebate.debit", 3_333), ("rebate.debit", 6_667),
    ]  # fmt: skip
    with pytest.raises(NotReturnable):
        transact(come_back, one=three, quantity=1)


def test_terms_have_versions_and_what_was_ordered_keeps_its_own(here: Cast, clock: Clock) -> None:
    assert terms(ratio=100) == 1
    assert terms(ratio=100) == 1, "the same again changes nothing"
    transact(ordered, lines=[cash(here.linan.id, 1)])
    assert terms(ratio=200, from_on=date(2026, 12, 1)) == 2
    transact(ordered, lines=[cash(here.linan.id, 2)])
    clock.tick(days=20)
    transact(ordered, lines=[cash(here.linan.id, 3)])
    transact(paid, lines=[cash(here.linan.id, 1)])
    assert [one(order).fen for order in (1, 2, 3)] == [10_000, 10_000, 5_000]
    with pytest.raises(TermsInThePast):
        terms(ratio=50, from_on=date(2026, 12, 1))
    in_force = terms_in_force(reading(), now())
    assert in_force is not None
    assert [known.no for known in all_terms(reading())] == [2, 1]
    assert in_force.no == 2


def test_finance_sees_each_dealer_against_the_caps(here: Cast) -> None:
    terms(month=30_000, year=100_000)
    bought(cash(here.linan.id, 1))
    transact(ordered, lines=[cash(here.linan.id, 2, points=5_000)])
    bought(cash(here.ningbo.id, 3, points=300))
    rows = by_dealer(reading(), date(2026, 11, 12), terms_in_force(reading(), now())).rows
    assert [(row.code, row.room.month_fen, row.credited_fen, row.waiting_fen) for row in rows] == [
        ("LA0571", 15_000, 10_000, 5_000), ("NB0574", 300, 300, 0),
    ]  # fmt: skip
    assert rows[0].room.left == 15_000
    assert [row.code for row in by_dealer(reading(), date(2026, 11, 12), None, words="海曙").rows] == ["NB0574"]
    assert by_dealer(reading(), date(2027, 1, 1), None).rows == []


@given(st.integers(0, 100), st.integers(0, 100), st.none() | st.integers(1, 90), st.none() | st.integers(1, 90))
def test_room_is_what_both_caps_leave_and_never_below_nothing(
    month: int, more: int, monthly: int | None, yearly: int | None
) -> None:
    left = Room(month, month + more, monthly, yearly).left
    if left is None:
        assert monthly is None
        assert yearly is None
    else:
        assert left >= 0
        assert monthly is None or month + left <= max(monthly, month)
        assert yearly is None or month + more + left <= max(yearly, month + more)


def order_and_end(dealer_id: int, order_id: int, points: int, end: str) -> str:
    """One order of many at once: refused, or ended as told."""
    wanted = [cash(dealer_id, order_id, points=points)]
    try:
        transact(ordered, lines=wanted)
    except Refused as refusal:
        return refusal.code
    if end == "paid":
        transact(paid, lines=wanted)
    elif end == "let go":
        transact(let_go, lines=wanted)
    return end


def test_caps_hold_whoever_orders_at_once(here: Cast, database_url: str) -> None:
    terms(month=30_000, year=50_000)
    ends = ("paid", "let go", "left")
    orders = [
        (dealer, 100 * at + number, 7_000 + 500 * number, ends[number % 3])
        for at, dealer in enumerate((here.linan.id, here.ningbo.id), 1)
        for number in range(6)
    ]
    answers = at_once(database_url, AT, order_and_end, orders)
    assert "over_rebate_cap" in answers
    db.session.remove()
    for dealer in (here.linan.id, here.ningbo.id):
        kept = db.session.scalar(
            select(func.sum(Rebate.fen - Rebate.returned_fen)).where(
                Rebate.dealer_id == dealer, Rebate.state.in_(COUNTED)
            )
        )
        room = room_of(reading(), dealer, date(2026, 11, 12), terms_in_force(reading(), now()))
        assert kept == room.month_fen <= 30_000
    credited = db.session.scalar(select(func.count()).where(Rebate.state == RebateState.CREDITED))
    assert len(told("rebate.credit")) == credited == answers.count("paid")
