"""The ledger against a model in which every point is a token of its own: no counters, no shared arithmetic.

Every call is made twice with the same key; after every step the balances and every lot's counters are those of the
tokens, and all invariants and the chain hold.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from mall.base.time import civil_day, start_of_day
from mall.points.actions import Posting
from mall.points.models import NotRefundable, TooFewPoints
from mall.web.db import db, transact
from tests.conftest import Clock, Databases, running
from tests.points.ledger import Ledger, found_programme

EXAMPLES = int(os.environ.get("MALL_MODEL_EXAMPLES", "25"))
STEPS = int(os.environ.get("MALL_MODEL_STEPS", "25"))
AMOUNT = st.integers(1, 12)


class Token:
    """One point: the lot it is in, and where it is now."""

    def __init__(self, lot: int, at: str, active_at: datetime, expires_at: datetime, reference: str) -> None:
        self.lot, self.at = lot, at
        self.active_at, self.expires_at, self.reference = active_at, expires_at, reference
        self.grace = False
        self.spend: Posting | None = None
        self.paid_at = 0


class Machine(RuleBasedStateMachine):
    """Random lives of one account, told to the ledger and to the model alike."""

    url: str
    clock: Clock

    @initialize()
    def begin(self) -> None:
        self.context = contextmanager(running)(self.url, self.clock)
        self.context.__enter__()
        self.ledger = Ledger(self.fresh_dealer())
        self.tokens: list[Token] = []
        self.gone: list[Token] = []
        self.debt = 0
        self.lots = 0
        self.keys = 0
        self.references: dict[str, list[int]] = {}
        self.spends: list[Posting] = []

    def fresh_dealer(self) -> int:
        number = int(db.session.execute(text("SELECT COUNT(*) FROM dealer")).scalar() or 0) + 1000

        def found(session: Any, at: datetime) -> None:
            if number == 1000:
                found_programme(session, at)
            session.execute(
                text(
                    "INSERT INTO dealer (id, code, name, region, channel_level, created_at) "
                    "VALUES (:n, :c, 'n', 'r', 'city', 0)"
                ),
                {"n": number, "c": f"M{number}"},
            )

        transact(found)
        return number

    @property
    def now(self) -> datetime:
        return self.clock.at

    def key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"

    def twice(self, act: Any) -> Posting:
        first, again = act(), act()
        assert again.replay
        assert (again.journal_id, again.result) == (first.journal_id, first.result)
        return first

    # The model's own rules, in the words of docs/ledger.md.

    def sweep(self) -> None:
        for token in self.tokens:
            if token.at == "pending" and token.active_at <= self.now:
                token.at = "available"
        self.settle()
        for token in self.tokens:
            if token.at == "available" and token.expires_at <= self.now:
                token.at = "expired"

    def in_turn(self) -> list[Token]:
        usable = [t for t in self.tokens if t.at == "available"]
        return sorted(usable, key=lambda t: (t.expires_at, t.lot))

    def settle(self) -> None:
        for token in self.in_turn()[: self.debt]:
            token.at = "settled"
            self.debt -= 1

    @rule(points=AMOUNT, days=st.integers(1, 40), starts=st.sampled_from([0, 0, 0, 2, 5]), late=st.booleans())
    def earn(self, points: int, days: int, starts: int, late: bool) -> None:
        self.sweep()
        key = self.key()
        expires_in, active_in = (days + starts, starts)
        if late and days > 30:
            expires_in, active_in = -1, 0
        reference = f"invoice-{self.keys % 7}"
        self.twice(
            lambda: self.ledger.earn(
                points,
                days=expires_in,
                active_in=active_in,
                earned_ago=5 if expires_in < 0 else 0,
                reference=reference,
                key=key,
            )
        )
        self.lots += 1
        active_at, expires_at = self.now + timedelta(days=active_in), self.now + timedelta(days=expires_in)
        at = "expired" if expires_in < 0 else "pending" if active_in else "available"
        self.tokens += [Token(self.lots, at, active_at, expires_at, reference) for _ in range(points)]
        self.references.setdefault(reference, []).append(self.lots)
        self.settle()

    @rule(points=st.integers(1, 30))
    def spend(self, points: int) -> None:
        self.sweep()
        key = self.key()
        usable = self.in_turn()
        if len(usable) < points:
            with pytest.raises(TooFewPoints):
                self.ledger.spend(points, key=key)
            return
        posting = self.twice(lambda: self.ledger.spend(points, key=key))
        self.spends.append(posting)
        for order, token in enumerate(usable[:points]):
            token.at, token.spend, token.paid_at = "redeemed", posting, order

    @precondition(lambda self: self.spends)
    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        self.sweep()
        spent = self.spends[data.draw(st.integers(0, len(self.spends) - 1))]
        key = self.key()
        paid = [t for t in self.tokens if t.at == "redeemed" and t.spend is spent]
        points = data.draw(st.integers(1, len(paid) + 1))
        if len(paid) < points:
            with pytest.raises(NotRefundable):
                self.ledger.refund(spent, points, key=key)
            return
        self.twice(lambda: self.ledger.refund(spent, points, key=key))
        grace_end = start_of_day(civil_day(self.now, "Asia/Shanghai") + timedelta(days=8), "Asia/Shanghai")
        graces: dict[int, int] = {}
        for token in sorted(paid, key=lambda t: -t.paid_at)[:points]:
            token.spend = None
            if token.expires_at > self.now:
                token.at = "available"
                continue
            moved = Token(token.lot, "moved", token.active_at, token.expires_at, token.reference)
            self.gone.append(moved)
            if token.lot not in graces:
                self.lots += 1
                graces[token.lot] = self.lots
            token.lot, token.at, token.expires_at, token.grace = graces[token.lot], "available", grace_end, True
        self.settle()

    @rule(points=AMOUNT)
    def claw_back_without_a_purchase(self, points: int) -> None:
        self.sweep()
        key = self.key()
        self.twice(lambda: self.ledger.claw_back(points, key=key))
        taken = self.in_turn()[:points]
        for token in taken:
            token.at = "clawed"
        self.debt += points - len(taken)

    @precondition(lambda self: self.references)
    @rule(points=AMOUNT, data=st.data())
    def claw_back_of_a_purchase(self, points: int, data: st.DataObject) -> None:
        self.sweep()
        reference = data.draw(st.sampled_from(sorted(self.references)))
        liable = self.liable(reference)
        key = self.key()
        if points > liable:
            with pytest.raises(NotRefundable):
                self.ledger.claw_back(points, reference=reference, key=key)
            return
        self.twice(lambda: self.ledger.claw_back(points, reference=reference, key=key))
        self.reversed[reference] = self.reversed.get(reference, 0) + points
        left = points
        own = [t for t in self.tokens if t.reference == reference]
        for lot in sorted({t.lot for t in own}, reverse=True):
            for at in ("pending", "available", "expired"):
                for token in [t for t in own if t.lot == lot and t.at == at][:left]:
                    token.at = "clawed"
                    left -= 1
        for token in self.in_turn()[:left]:
            token.at = "clawed"
            left -= 1
        self.debt += left

    reversed: dict[str, int] = {}

    def liable(self, reference: str) -> int:
        return sum(1 for t in self.tokens if t.reference == reference) - self.reversed.get(reference, 0)

    @rule(points=AMOUNT, down=st.booleans())
    def adjust(self, points: int, down: bool) -> None:
        self.sweep()
        key = self.key()
        usable = self.in_turn()
        if not down:
            self.twice(lambda: self.ledger.adjust(points, days=9, key=key))
            self.lots += 1
            expires_at = self.now + timedelta(days=9)
            self.tokens += [Token(self.lots, "available", self.now, expires_at, key) for _ in range(points)]
            self.settle()
        elif len(usable) < points:
            with pytest.raises(TooFewPoints):
                self.ledger.adjust(-points, key=key)
        else:
            self.twice(lambda: self.ledger.adjust(-points, key=key))
            for token in usable[:points]:
                token.at = "clawed"

    @rule(hours=st.integers(1, 24 * 9))
    def time_passes(self, hours: int) -> None:
        self.clock.tick(hours=hours)

    @rule()
    def the_job_runs(self) -> None:
        while self.ledger.expire():
            pass
        self.sweep()

    def check(self) -> None:
        self.sweep()
        at = Counter(t.at for t in self.tokens)
        assert self.ledger.balances() == (at["pending"], at["available"], 0, self.debt)
        while self.ledger.expire():
            pass
        columns = ("pending", "available", "redeemed", "expired", "clawed", "settled", "moved")
        rows = db.session.execute(
            text(f"SELECT lot_no, {', '.join(columns)} FROM points_lot WHERE dealer_id = {self.ledger.dealer_id}")
        ).all()
        db.session.rollback()
        model: dict[int, Counter[str]] = {}
        for token in self.tokens + self.gone:
            model.setdefault(token.lot, Counter())[token.at] += 1
        assert {row[0]: row[1:] for row in rows} == {
            number: tuple(counted[c] for c in columns) for number, counted in model.items()
        }

    @rule()
    def everything_ties(self) -> None:
        self.check()

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.check()
            assert self.ledger.faults() == []
            self.context.__exit__(None, None, None)


def _play(url: str, examples: int) -> None:
    class Here(Machine):
        def __init__(self) -> None:
            super().__init__()
            self.clock = Clock(datetime(2026, 11, 12, 12, 0, tzinfo=UTC))
            self.reversed = {}

    Here.url = url
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def fresh(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    url = getattr(databases, request.param)()
    yield url
    databases.take_back(url)


@pytest.mark.parametrize(
    ("fresh", "examples"), [("sqlite", EXAMPLES), ("postgresql", max(5, EXAMPLES // 3))], indirect=["fresh"]
)
def test_the_ledger_does_what_the_tokens_do(fresh: str, examples: int) -> None:
    _play(fresh, examples)
