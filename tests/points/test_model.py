"""The ledger against a model in which every point is a token of its own: no counters, no shared arithmetic.

Two dealers live random lives. Every call is made twice with the same key; after every step the balances and every
lot's counters are those of the tokens; at the end of each life its invariants and chain hold, at the very end all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text, update

from mall.base.refused import Refused
from mall.points.actions import Posting
from mall.points.models import (
    AlreadyReinstated,
    ClosedPeriod,
    NeedsSecondPerson,
    NotHeld,
    NotRefundable,
    Programme,
    SamePerson,
    Scope,
    TooFewPoints,
)
from mall.points.queries.proof import proven_slices
from mall.web.db import db, transact
from tests.conftest import Clock, Databases, running
from tests.points.ledger import COUNTERS, Ledger, found_programme
from tests.points.tokens import Account, Reference

EXAMPLES = int(os.environ.get("MALL_MODEL_EXAMPLES", "20"))
STEPS = int(os.environ.get("MALL_MODEL_STEPS", "30"))
AMOUNT = st.integers(1, 12)
WHO = st.integers(0, 1)
CHECKER = st.sampled_from([None, "staff:1", "staff:2"])
OFTEN = {"earn": 4, "spend": 2, "hold": 2, "claw_back": 2, "time_passes": 2}
SELDOM = ("adjust", "refund", "capture", "void", "reinstate", "transfer")
JOBS = ("the_expiry_job_runs", "the_release_job_runs", "a_period_is_closed")
ACTS = [*(name for name, times in OFTEN.items() for _ in range(times)), *SELDOM, *JOBS]
BEGINNING = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
APPROVAL = 10
"""Above so many points a correction needs a second person, here as elsewhere above thousands."""


class Machine(RuleBasedStateMachine):
    """Random lives of two accounts, told to the ledger and to the model alike."""

    clock: Clock
    lives: Iterator[int]

    @initialize(points=st.lists(AMOUNT, min_size=2, max_size=2))
    def begin(self, points: list[int]) -> None:
        # Each life has its own years, so that jobs find little of another's (ids hold until 2109).
        self.clock.at = BEGINNING + timedelta(days=500 * (next(self.lives) % 50))
        self.keys = count(1)
        self.ledgers = [Ledger(number) for number in self.fresh_dealers()]
        self.accounts = [Account(), Account()]
        self.references: list[dict[str, None]] = [{}, {}]
        self.spends: list[list[Posting]] = [[], []]
        self.holds: list[dict[int, tuple[Posting, datetime]]] = [{}, {}]
        self.clawbacks: list[list[Posting]] = [[], []]
        self.closed_until: datetime | None = None
        for who, some in enumerate(points):
            self.earned(who, 2 * some, 0, 20, 0, 0)

    @rule(what=st.sampled_from(ACTS), data=st.data())
    def something_happens(self, what: str, data: st.DataObject) -> None:
        # One rule for all: a rule each would be left out of most lives, and holds would seldom meet transfers.
        getattr(self, what)(data)

    def fresh_dealers(self) -> list[int]:
        first = int(db.session.execute(text("SELECT COUNT(*) FROM dealer")).scalar() or 0) + 1000

        def found(session: Any, at: datetime) -> None:
            if first == 1000:
                found_programme(session, at)
                session.flush()
            session.execute(update(Programme).values(closed_until=None, approval_points=APPROVAL))
            for number in (first, first + 1):
                session.execute(
                    text(
                        "INSERT INTO dealer (id, code, name, region, channel_level, created_at) "
                        "VALUES (:n, :c, 'n', 'r', 'city', 0)"
                    ),
                    {"n": number, "c": f"M{number}"},
                )

        transact(found)
        return [first, first + 1]

    @property
    def now(self) -> datetime:
        return self.clock.at

    def key(self) -> str:
        return f"key-{next(self.keys)}"

    def swept(self, *who: int) -> list[Account]:
        """The accounts as any posting finds them: what is due has happened."""
        for number in who:
            self.accounts[number].sweep(self.now)
        return [self.accounts[number] for number in who]

    def twice(self, act: Any) -> Posting:
        """Made twice, posted once: the same answer."""
        first, again = act(), act()
        assert again.replay
        assert not first.replay
        assert (again.journal_id, again.points, again.result) == (first.journal_id, first.points, first.result)
        return first

    def refused(self, kind: type[Refused], act: Any) -> None:
        """Refused twice, the second time as the first."""
        for _ in range(2):
            with pytest.raises(kind):
                act()

    # Points come in.

    def earn(self, data: st.DataObject) -> None:
        starts, days = data.draw(st.sampled_from([0, 0, 0, 2, 5])), data.draw(st.integers(1, 40))
        ends, ago = days + starts, 0
        if data.draw(st.integers(0, 9)) == 0:
            starts, ends, ago = 0, -1, 5
        self.earned(data.draw(WHO), data.draw(AMOUNT), data.draw(st.sampled_from([0, 0, 3])), ends, starts, ago)

    def earned(self, who: int, points: int, bonus: int, ends: int, starts: int, ago: int) -> None:
        (account,) = self.swept(who)
        key = self.key()
        reference = f"invoice-{len(account.lots) % 5}"
        act = lambda: self.ledgers[who].earn(  # noqa: E731
            points, bonus=bonus, days=ends, active_in=starts, earned_ago=ago, reference=reference, key=key
        )
        if self.closed_until and self.now - timedelta(days=ago) < self.closed_until:
            return self.refused(ClosedPeriod, act)
        self.twice(act)
        self.references[who][reference] = None
        active_at = self.now + timedelta(days=starts - ago)
        at = "expired" if ago else "pending" if starts else "available"
        for part in (points, bonus):
            if part:
                expires_at = self.now + timedelta(days=ends)
                account.new_lot(part, at, active_at, expires_at, ("dms", reference))
        account.settle()
        return None

    def adjust(self, data: st.DataObject) -> None:
        who, points, down = data.draw(WHO), data.draw(st.integers(1, 14)), data.draw(st.booleans())
        checker = data.draw(CHECKER)
        (account,) = self.swept(who)
        key = self.key()
        act = lambda: self.ledgers[who].adjust(  # noqa: E731
            -points if down else points, days=9, checker=checker, key=key
        )
        if self.not_by_two(points, checker, act):
            return
        if not down:
            self.twice(act)
            account.new_lot(points, "available", self.now, self.now + timedelta(days=9), ("desk", key))
            account.settle()
        elif account.count("available") < points:
            self.refused(TooFewPoints, act)
        else:
            self.twice(act)
            account.take(points, "clawed", 0)

    def not_by_two(self, points: int, checker: str | None, act: Any) -> bool:
        """Whether it is refused for want of a second person."""
        if checker is None and points > APPROVAL:
            self.refused(NeedsSecondPerson, act)
        elif checker == "staff:1":
            self.refused(SamePerson, act)
        else:
            return False
        return True

    # Points go out and come back.

    def spend(self, data: st.DataObject) -> None:
        who, points = data.draw(WHO), data.draw(st.integers(1, 15))
        (account,) = self.swept(who)
        key = self.key()
        if account.count("available") < points:
            return self.refused(TooFewPoints, lambda: self.ledgers[who].spend(points, key=key))
        posting = self.twice(lambda: self.ledgers[who].spend(points, key=key))
        account.take(points, "redeemed", posting.journal_id)
        self.spends[who].append(posting)
        return None

    def refund(self, data: st.DataObject) -> None:
        if not any(self.spends):
            return None
        who = data.draw(st.sampled_from([n for n in (0, 1) if self.spends[n]]))
        (account,) = self.swept(who)
        spent = data.draw(st.sampled_from(self.spends[who]))
        paid = account.taken(spent.journal_id, "redeemed")
        points = data.draw(st.integers(1, len(paid) + 1))
        key = self.key()
        if len(paid) < points:
            return self.refused(NotRefundable, lambda: self.ledgers[who].refund(spent, points, key=key))
        self.twice(lambda: self.ledgers[who].refund(spent, points, key=key))
        account.give_back(list(reversed(paid))[:points], self.now)
        return None

    def hold(self, data: st.DataObject) -> None:
        who, points, hours = data.draw(WHO), data.draw(st.integers(1, 12)), data.draw(st.integers(1, 24 * 8))
        (account,) = self.swept(who)
        key, until = self.key(), self.now + timedelta(hours=hours)
        if account.count("available") < points:
            return self.refused(TooFewPoints, lambda: self.ledgers[who].hold(points, until=until, key=key))
        posting = self.twice(lambda: self.ledgers[who].hold(points, until=until, key=key))
        account.take(points, "held", posting.journal_id)
        self.holds[who][posting.journal_id] = (posting, until)
        self.spends[who].append(posting)
        return None

    def capture(self, data: st.DataObject) -> None:
        if not any(self.holds):
            return None
        who = data.draw(st.sampled_from([n for n in (0, 1) if self.holds[n]]))
        whole = data.draw(st.booleans())
        (account,) = self.swept(who)
        held, _until = data.draw(st.sampled_from(list(self.holds[who].values())))
        open_ = account.taken(held.journal_id, "held")
        points = None if whole else data.draw(st.integers(1, held.points + 1))
        key = self.key()
        wanted = len(open_) if points is None else points
        if not open_ or wanted > len(open_):
            return self.refused(NotHeld, lambda: self.ledgers[who].capture(held, points, key=key))
        posting = self.twice(lambda: self.ledgers[who].capture(held, points, key=key))
        assert posting.points == wanted
        for token in open_[:wanted]:
            token.at = "redeemed"
        account.give_back(open_[wanted:], self.now)
        return None

    def void(self, data: st.DataObject) -> None:
        if not any(self.holds):
            return None
        who = data.draw(st.sampled_from([n for n in (0, 1) if self.holds[n]]))
        (account,) = self.swept(who)
        held, _until = data.draw(st.sampled_from(list(self.holds[who].values())))
        open_ = account.taken(held.journal_id, "held")
        key = self.key()
        if not open_:
            return self.refused(NotHeld, lambda: self.ledgers[who].void(held, key=key))
        self.twice(lambda: self.ledgers[who].void(held, key=key))
        account.give_back(open_, self.now)
        return None

    def the_release_job_runs(self, _data: st.DataObject) -> None:
        self.swept(0, 1)
        while self.ledgers[0].release():
            pass
        for who, account in enumerate(self.accounts):
            for journal, (_, until) in self.holds[who].items():
                if until <= self.now and (open_ := account.taken(journal, "held")):
                    account.give_back(open_, self.now)

    # Points are taken back, and given back.

    def claw_back(self, data: st.DataObject) -> None:
        who, points, named = data.draw(WHO), data.draw(AMOUNT), data.draw(st.booleans())
        (account,) = self.swept(who)
        name: str | None = None
        if named and self.references[who]:
            name = data.draw(st.sampled_from(list(self.references[who])))
        reference: Reference | None = ("dms", name) if name else None
        key = self.key()
        act = lambda: self.ledgers[who].claw_back(points, reference=name, key=key)  # noqa: E731
        if reference and points > account.liable(reference):
            return self.refused(NotRefundable, act)
        posting = self.twice(act)
        account.claw_back(points, reference, posting.journal_id)
        self.clawbacks[who].append(posting)
        return None

    def reinstate(self, data: st.DataObject) -> None:
        if not any(self.clawbacks):
            return None
        who = data.draw(st.sampled_from([n for n in (0, 1) if self.clawbacks[n]]))
        checker = data.draw(CHECKER)
        (account,) = self.swept(who)
        taken = data.draw(st.sampled_from(self.clawbacks[who]))
        key = self.key()
        act = lambda: self.ledgers[who].reinstate(taken, checker=checker, key=key)  # noqa: E731
        if taken.journal_id not in account.clawed:
            return self.refused(AlreadyReinstated, act)
        if self.not_by_two(taken.points, checker, act):
            return None
        self.twice(act)
        account.reinstate(taken.journal_id, self.now)
        return None

    # Points change hands.

    def transfer(self, data: st.DataObject) -> None:
        who, points, checker = data.draw(WHO), data.draw(st.integers(1, 14)), data.draw(CHECKER)
        ours, theirs = self.swept(who, 1 - who)
        sender, receiver, key = self.ledgers[who], self.ledgers[1 - who].dealer_id, self.key()
        act = lambda: sender.transfer(receiver, points, checker=checker, key=key)  # noqa: E731
        if self.not_by_two(points, checker, act):
            return
        if ours.count("available") < points:
            self.refused(TooFewPoints, act)
            return
        first, again = act(), act()
        for one, two in zip(first, again, strict=True):
            assert (one.replay, two.replay) == (False, True)
            assert (one.journal_id, one.result) == (two.journal_id, two.result)
        ours.hand_over(points, theirs, sender.dealer_id)

    # Time goes by.

    def time_passes(self, data: st.DataObject) -> None:
        self.clock.tick(hours=data.draw(st.integers(1, 24 * 9)))

    def the_expiry_job_runs(self, _data: st.DataObject) -> None:
        while self.ledgers[0].expire():
            pass
        self.swept(0, 1)

    def a_period_is_closed(self, data: st.DataObject) -> None:
        until = self.now - timedelta(days=data.draw(st.integers(1, 9)))
        if self.closed_until is None or until > self.closed_until:
            self.ledgers[0].close_period(until)
            self.closed_until = until

    @invariant()
    def everything_ties(self) -> None:
        if not hasattr(self, "ledgers"):
            return
        for ledger, account in zip(self.ledgers, self.swept(0, 1), strict=True):
            balances, lots = ledger.standing()
            assert balances == account.balances
            assert lots == {
                number: tuple(counted[name] for name in COUNTERS) for number, counted in account.counters().items()
            }

    def teardown(self) -> None:
        if hasattr(self, "ledgers"):
            for ledger in self.ledgers:
                ledger.touch()
                proven = proven_slices(db.engine, Scope.FULL, dealer_id=ledger.dealer_id)
                assert [fault.text for piece in proven for fault in piece.faults] == []


def play(url: str, examples: int, steps: int) -> None:
    """So many random lives on one database."""
    here = Clock(BEGINNING)

    class Here(Machine):
        clock = here
        lives = count()

    with contextmanager(running)(url, here):
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            Here,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert Ledger().faults() == []


@pytest.fixture
def fresh(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    url = getattr(databases, request.param)()
    yield url
    databases.take_back(url)


@pytest.mark.parametrize(
    ("fresh", "examples"), [("sqlite", EXAMPLES), ("postgresql", max(5, EXAMPLES // 3))], indirect=["fresh"]
)
def test_the_ledger_does_what_the_tokens_do(fresh: str, examples: int) -> None:
    play(fresh, examples, STEPS)
