"""Two ways that must end the same: no model is needed to say that they differ.

Twins live the same random life; then one goes one way and one the other, and every lot of theirs must be the same.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mall.base.refused import Refused
from mall.earning.actions import deliver
from mall.points.models import Programme
from mall.web.db import db, transact
from tests.conftest import ENGINES, Clock, Databases, running
from tests.earning.conftest import body, prepare
from tests.earning.test_receive import has, histories
from tests.points.ledger import Ledger, a_dealer, found_programme

LONG = int(os.environ.get("MALL_PROVE", "0"))
"""Of the long form: how many examples of each."""
numbers = count(1_000)
POINTS = st.integers(1, 25)
MANY = settings(
    max_examples=LONG or 15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture(params=ENGINES if LONG else ["sqlite"])
def anew(request: pytest.FixtureRequest, databases: Databases, clock: Clock) -> Iterator[Callable[[], Ledger]]:
    """Makes a dealer without points, and proves everything at the end."""
    url = getattr(databases, request.param)()

    def one_more() -> Ledger:
        number = next(numbers)
        transact(lambda session, at: session.add(a_dealer(number, f"经销商 {number}", at)))
        return Ledger(number)

    with contextmanager(running)(url, clock):
        transact(found_programme)
        yield one_more
        assert Ledger().faults() == []
    databases.take_back(url)


Step = tuple[str, int, int, int]


@st.composite
def lives(draw: st.DrawFn, *, times: bool = True) -> list[Step]:
    """What happens to a dealer: (what, points, days, an earlier step it may name)."""
    kinds = ["earn", "earn", "earn", "later", "spend", "refund", "claw", "hold", "void"] + ["time"] * (2 * times)
    step = st.tuples(st.sampled_from(kinds), st.integers(1, 15), st.integers(1, 30), st.integers(0, 9))
    return [("earn", 12, 9, 0), *draw(st.lists(step, max_size=9))]


def live(ledger: Ledger, clock: Clock, life: list[Step], *, punctual: bool = False) -> None:
    """One life, told by its steps alone: twins end in the same state."""
    spent: list[Any] = []
    for number, (what, points, days, which) in enumerate(life):
        try:
            match what:
                case "earn" | "later":
                    starts = 2 if what == "later" else 0
                    ledger.earn(
                        points, days=days + starts, active_in=starts, reference=f"i{which % 3}", key=f"e{number}"
                    )
                case "spend":
                    spent.append(ledger.spend(points))
                case "hold":
                    spent.append(ledger.hold(points, hours=24 * days))
                case "void" if spent:
                    ledger.void(spent[which % len(spent)])
                case "refund" if spent:
                    ledger.refund(spent[which % len(spent)], points)
                case "claw":
                    ledger.claw_back(points, reference=f"i{which % 3}" if which < 5 else None)
                case "time":
                    clock.tick(hours=days * 7)
        except Refused:
            continue
        finally:
            if punctual:
                ledger.touch()


LOTS = """SELECT lot_no, kind, origin_lot, source_ref, points, pending, available, held, redeemed, expired, clawed,
  settled, moved, reversed, active_at, expires_at FROM points_lot WHERE dealer_id = :dealer ORDER BY lot_no"""


def state(ledger: Ledger) -> tuple[Any, ...]:
    """All that an account has and owes, lot by lot."""
    ledger.touch()
    lots = [tuple(row) for row in db.session.execute(text(LOTS), {"dealer": ledger.dealer_id})]
    db.session.rollback()
    return (ledger.balances(), lots)


def twins(anew: Callable[[], Ledger], clock: Clock, life: list[Step]) -> tuple[Ledger, Ledger]:
    at, one, two = clock.at, anew(), anew()
    live(one, clock, life)
    clock.at = at
    live(two, clock, life)
    assert state(one) == state(two)
    return one, two


@MANY
@given(life=lives(), kept=POINTS, back=POINTS)
def test_giving_back_part_of_a_spend_is_having_spent_less(
    anew: Callable[[], Ledger], clock: Clock, life: list[Step], kept: int, back: int
) -> None:
    one, two = twins(anew, clock, life)
    assume(one.balances()[1] >= kept + back)
    one.refund(one.spend(kept + back), back)
    two.spend(kept)
    assert state(one) == state(two)


@MANY
@given(life=lives(), kept=POINTS, back=st.integers(0, 25))
def test_capturing_part_of_a_hold_is_having_spent_that_part(
    anew: Callable[[], Ledger], clock: Clock, life: list[Step], kept: int, back: int
) -> None:
    one, two = twins(anew, clock, life)
    assume(one.balances()[1] >= kept + back)
    one.capture(one.hold(kept + back), kept)
    two.spend(kept)
    assert state(one) == state(two)


@MANY
@given(life=lives())
def test_expiry_told_late_is_expiry_told_in_time(anew: Callable[[], Ledger], clock: Clock, life: list[Step]) -> None:
    at, one, two = clock.at, anew(), anew()
    live(one, clock, life, punctual=True)
    clock.tick(days=50)
    one.touch()
    clock.at = at
    live(two, clock, life)
    clock.tick(days=50)
    assert state(one) == state(two)
    assert swept(one) == swept(two)


def swept(ledger: Ledger) -> list[tuple[Any, ...]]:
    """What became due, when it did, and how many points that were."""
    rows = db.session.execute(
        text(
            "SELECT kind, effective_at, d_pending, d_available, d_debt FROM points_entry "
            "WHERE dealer_id = :dealer AND kind IN ('expire', 'activate') ORDER BY seq"
        ),
        {"dealer": ledger.dealer_id},
    ).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


@MANY
@given(life=lives(), first=POINTS, then=POINTS, named=st.booleans())
def test_a_return_in_two_parts_is_one_return(
    anew: Callable[[], Ledger], clock: Clock, life: list[Step], first: int, then: int, named: bool
) -> None:
    one, two = twins(anew, clock, life)
    reference = "i0" if named else None
    try:
        one.claw_back(first + then, reference=reference)
    except Refused:
        assume(False)
    two.claw_back(first, reference=reference)
    two.claw_back(then, reference=reference)
    assert state(one) == state(two)


@MANY
@given(life=lives(), points=POINTS)
def test_points_that_go_and_come_back_expire_when_they_would_have(
    anew: Callable[[], Ledger], clock: Clock, life: list[Step], points: int
) -> None:
    ledger, friend = anew(), anew()
    live(ledger, clock, life)
    assume(ledger.balances()[1] >= points)
    before, had = ends(ledger), ledger.balances()
    ledger.transfer(friend.dealer_id, points)
    assert friend.balances() == (0, points, 0, 0)
    friend.transfer(ledger.dealer_id, points)
    assert ends(ledger) == before
    assert (ledger.balances(), friend.balances()) == (had, (0, 0, 0, 0))


def ends(ledger: Ledger) -> list[tuple[Any, ...]]:
    """What can be spent, by the day of its end and the terms on which it was earned."""
    ledger.touch()
    rows = db.session.execute(
        text(
            "SELECT expires_at, earned_at, fund_code, unit_value, rule_version, SUM(available) FROM points_lot "
            "WHERE dealer_id = :dealer AND available > 0 "
            "GROUP BY expires_at, earned_at, fund_code, unit_value, rule_version ORDER BY 1, 2"
        ),
        {"dealer": ledger.dealer_id},
    ).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


@settings(MANY, max_examples=LONG // 3 or 10)
@given(documents=histories(), chance=st.randoms(use_true_random=False), size=st.integers(1, 7))
def test_all_revisions_in_any_order_and_number_are_the_last_of_each(
    mall: Flask, documents: list[dict[str, Any]], chance: random.Random, size: int
) -> None:
    transact(_with_partner)
    newest = {d["name"]: d for d in sorted(documents, key=lambda d: d["revision"])}
    number = next(numbers)
    codes = (f"A{number}", f"B{number}")
    storm = documents + chance.choices(documents, k=len(documents))
    chance.shuffle(storm)
    for code, told in zip(codes, (storm, list(newest.values())), strict=True):
        bodies = [_body(code, document) for document in told]
        for start in range(0, len(bodies), size):
            deliver(transact, source="dms", bodies=bodies[start : start + size])
    assert has(codes[0]) == has(codes[1])


def _with_partner(session: Any, at: datetime) -> None:
    if session.get(Programme, 1) is None:
        prepare(session, at)


def _body(code: str, told: dict[str, Any]) -> dict[str, Any]:
    return body(
        f"{code}-{told['name']}",
        told["revision"],
        kind=told["kind"],
        dealer={"code": code},
        cancelled=told["cancelled"],
        ordered_at=told["at"],
        lines=[{"sku": "A", "quantity": 1, "amount_fen": told["fen"], "flags": told["flags"]}],
        **({"returns": f"{code}-{told['returns']}"} if told["returns"] else {}),
    )


def test_an_account_in_which_nothing_was_due_after_all_is_as_its_last_entry_left_it(
    anew: Callable[[], Ledger], clock: Clock
) -> None:
    ledger = anew()
    ledger.earn(10, days=30)
    ledger.spend(10)
    clock.tick(days=31)
    ledger.expire()
    assert ledger.faults() == []
