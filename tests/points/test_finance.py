"""Finance's reports against the same figures added up by hand, line after line, over random lives on both engines."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from mall.audit.models import AuditEntry
from mall.base.money import fen_of
from mall.base.refused import Refused
from mall.base.time import civil_day, start_of_day
from mall.points.actions import Part, Posting, close_period, earn
from mall.points.actions.expected_rate import expect_redemption
from mall.points.models import ClosedPeriod, Entry, ExpectedRate, Line, Lot, ProofRun, RateSet, Scope
from mall.points.queries.breakage import breakage, expected_rates, rate_on
from mall.points.queries.funding import cost_by_fund, funding
from mall.points.queries.liability import liability
from mall.points.queries.proof_runs import proof_state
from mall.points.queries.roll_forward import by_cohort, by_month
from mall.points.queries.trial_balance import Against, all_lines, balances, lots_now, net, trial_balance
from mall.points.rules.breakage import revenue_to_date
from mall.points.rules.buckets import AVAILABLE, CLAWED, DEBT, EXPIRED, HELD, ISSUED, MOVED, PENDING, REDEEMED
from mall.points.rules.movements import Movement
from mall.web.db import db, now, snapshot, transact
from tests.conftest import ENGINES, Clock, Databases, running
from tests.points.ledger import EAST, NORTH, Ledger, found_programme

ZONE = "Asia/Shanghai"
FUNDS = (("rebate", 10_000), ("campaign", 12_345), ("", 0), ("launch", 333))


class Funded(Ledger):
    """A hand on the ledger that earns for several funds, at several unit values."""

    def earn_for(
        self, fund: str, unit_value: int, points: int, *, days: float, active_in: float, ago: float
    ) -> Posting:
        at, name = now(), self._key(None)
        posting: Posting = self._do(
            lambda book: earn(
                book,
                parts=[Part(points)],
                source="dms",
                key=name,
                reference=name,
                earned_at=at - timedelta(days=ago),
                active_at=at + timedelta(days=active_in) if active_in else None,
                expires_at=at + timedelta(days=days),
                rule_version="rule/1",
                fund_code=fund,
                unit_value=unit_value,
                actor="partner:dms",
                why={"points": points},
            )
        )
        return posting


@dataclass(frozen=True)
class Posted:
    """A line with everything that a report asks of it."""

    at: datetime
    src: int
    dst: int
    points: int
    fund: str | None
    unit_value: int
    earned: date | None
    expiry: int | None


def everything() -> list[Posted]:
    """All lines there are, in Python."""
    lots = {(x.dealer_id, x.lot_no): x for x in db.session.scalars(select(Lot))}
    found = []
    rows = db.session.execute(
        select(Line, Entry.posted_at).join(Entry, (Entry.dealer_id == Line.dealer_id) & (Entry.seq == Line.seq))
    )
    for line, at in rows:
        lot = lots.get((line.dealer_id, line.lot_no))
        found.append(
            Posted(
                at,
                line.src,
                line.dst,
                line.points,
                lot.fund_code if lot else None,
                lot.unit_value if lot else 0,
                civil_day(lot.earned_at, ZONE).replace(day=1) if lot else None,
                lot.expiry_month if lot else None,
            )
        )
    return found


def owed(lines: list[Posted], *, micros: bool = False) -> int:
    """What lines leave pending, available and held; points, or what they are worth."""
    here = (PENDING, AVAILABLE, HELD)
    return sum(((x.dst in here) - (x.src in here)) * x.points * (x.unit_value if micros else 1) for x in lines)


def counted(lines: list[Posted], bucket: int, *, out: bool = False) -> int:
    """Points that came to a bucket, or left it."""
    return sum(x.points for x in lines if (x.src if out else x.dst) == bucket)


@pytest.fixture(scope="module")
def lived() -> datetime:
    return datetime(2026, 5, 4, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module", params=[e for e in ("sqlite", "postgresql") if e in ENGINES])
def ledgers(request: pytest.FixtureRequest, databases: Databases, lived: datetime) -> Iterator[list[Funded]]:
    """Two dealers who have lived half a year at random: everything that can happen to points has happened.

    Lived once for all tests that only read.
    """
    url, clock = str(getattr(databases, request.param)()), Clock(lived)
    with contextmanager(running)(url, clock):
        yield live(clock)
    databases.take_back(url)


def live(clock: Clock) -> list[Funded]:
    transact(found_programme)
    chance = random.Random(20261122)
    hands = [Funded(EAST), Funded(NORTH)]
    spends: list[tuple[Funded, Posting]] = []
    holds: list[tuple[Funded, Posting]] = []
    taken: list[tuple[Funded, Posting]] = []
    for _step in range(150):
        clock.tick(hours=chance.randint(4, 52))
        ours = chance.choice(hands)
        theirs = hands[1 - hands.index(ours)]
        points = chance.randint(1, 60)
        with suppress(Refused):
            match chance.choice("eeeeessshhvcrrkkkatti"):
                case "e":
                    fund, worth = chance.choice(FUNDS)
                    ours.earn_for(
                        fund,
                        worth,
                        points * 3,
                        days=chance.choice((20, 45, 90, 400)),
                        active_in=chance.choice((0, 0, 6)),
                        ago=chance.choice((0, 0, 30, 70)),
                    )
                case "s":
                    spends.append((ours, ours.spend(points)))
                case "h":
                    holds.append((ours, ours.hold(points, hours=200)))
                case "v" if holds:
                    hand, held = holds.pop(chance.randrange(len(holds)))
                    hand.void(held)
                case "c" if holds:
                    hand, held = holds.pop(chance.randrange(len(holds)))
                    spends.append((hand, hand.capture(held, chance.randint(1, held.points))))
                case "r" if spends:
                    hand, spent = chance.choice(spends)
                    hand.refund(spent, chance.randint(1, max(spent.points // 2, 1)))
                case "k":
                    taken.append((ours, ours.claw_back(points * 4)))
                case "a":
                    ours.adjust(chance.choice((points, -points)))
                case "t":
                    ours.transfer(theirs.dealer_id, points)
                case "i" if taken:
                    hand, clawed = taken.pop()
                    hand.reinstate(clawed)
                case _:
                    ours.release()
    return hands


def moments(first: datetime) -> Iterator[datetime]:
    """Some moments of their lives, between postings and at one."""
    for days in (-1, 20, 61, 118, 300):
        yield first + timedelta(days=days)
    yield sorted({x.at for x in everything()})[40]


def test_the_life_has_seen_everything(ledgers: list[Funded]) -> None:
    seen = Counter((x.src, x.dst) for x in everything())
    for move in ((ISSUED, PENDING), (HELD, REDEEMED), (REDEEMED, MOVED), (AVAILABLE, EXPIRED), (DEBT, CLAWED),
                 (AVAILABLE, DEBT), (AVAILABLE, MOVED)):  # fmt: skip
        assert seen[move], move
    assert ledgers[0].faults() == []


def test_a_trial_balance_ties_for_any_period_and_says_what_happened(ledgers: list[Funded], lived: datetime) -> None:
    lines = everything()
    ends = sorted(moments(lived))
    for since, until in pairwise(ends):
        found = trial_balance(snapshot(), since, until)
        before, within = [x for x in lines if x.at < since], [x for x in lines if since <= x.at < until]
        assert found.ties, found.differences
        debt = counted(before, DEBT, out=True) - counted(before, DEBT)
        assert net(found.opening) == owed(before) - debt
        assert found.closing["available"] == counted(before + within, AVAILABLE) - counted(
            before + within, AVAILABLE, out=True
        )
        assert found.closing == found.accounts
        told = {movement: net(change) for movement, change in found.movements.items()}
        assert told[Movement.ISSUED] == counted(within, ISSUED, out=True)
        assert told[Movement.REDEEMED] == -counted(within, REDEEMED)
        assert told[Movement.GIVEN_BACK] == counted(within, REDEEMED, out=True)
        assert told[Movement.EXPIRED] == -counted(within, EXPIRED)
        assert told[Movement.CLAWED] == -counted(within, CLAWED) + found.reclassified
        assert [told[x] for x in (Movement.MOVED, Movement.ACTIVATED, Movement.HELD, Movement.SETTLED)] == [0] * 4
        assert net(found.opening) + sum(told.values()) == net(found.closing)


def test_a_changed_line_a_changed_account_and_a_changed_lot_do_not_tie(ledgers: list[Funded], lived: datetime) -> None:
    spans = (lived, now() + timedelta(days=1))

    def against(statement: str) -> set[tuple[Against, str]]:
        db.session.rollback()
        db.session.execute(text(statement))
        found = {(one.against, one.balance) for one in trial_balance(db.session, *spans).differences}
        db.session.rollback()
        return found

    assert against("UPDATE points_account SET held = held + 7 WHERE dealer_id = 501") == {
        (Against.OPENING, "held"),
        (Against.CLOSING, "held"),
    }
    assert against(
        "UPDATE points_lot SET available = available + 5, points = points + 5, is_open = 1 "
        "WHERE dealer_id = 501 AND lot_no = 1"
    ) == {(Against.LOTS, "available")}


def test_liability_at_any_moment_is_what_all_lines_until_then_say(ledgers: list[Funded], lived: datetime) -> None:
    lines = everything()
    for at in moments(lived):
        until = [x for x in lines if x.at < at]
        found = liability(snapshot(), now(), ZONE, at)
        assert found.total.points == owed(until)
        assert found.total.fen == fen_of(owed(until, micros=True))
        assert found.debt == counted(until, DEBT, out=True) - counted(until, DEBT)
        for fund in {x.fund for x in until if x.fund is not None}:
            mine = [x for x in until if x.fund == fund]
            told = found.by_fund.get(fund)
            assert (told.points if told else 0) == owed(mine)
            assert (told.fen if told else 0) == fen_of(owed(mine, micros=True))
        for month in {x.expiry for x in until if x.expiry is not None}:
            told = found.by_expiry.get(month)
            assert (told.points if told else 0) == owed([x for x in until if x.expiry == month])
        for rows in (found.by_expiry, found.by_age, found.by_fund):
            assert sum(row.points for row in rows.values()) == found.total.points
            assert sum(row.position.worth() for row in rows.values()) == found.total.position.worth()


def test_now_is_the_same_read_from_lots_and_as_a_past_moment(ledgers: list[Funded]) -> None:
    today = liability(snapshot(), now(), ZONE)
    later = liability(snapshot(), now(), ZONE, now() + timedelta(days=1))
    assert today.total.points == later.total.points == owed(everything()) > 0
    assert today.by_expiry.keys() == later.by_expiry.keys()
    assert today.by_fund["rebate"].fen == later.by_fund["rebate"].fen > 0


def test_months_roll_forward_from_closing_to_opening_and_tie_to_the_lots(ledgers: list[Funded]) -> None:
    found = by_month(snapshot(), date(2026, 4, 1), civil_day(now(), ZONE), ZONE)
    rows, lines = list(found.months.values()), everything()
    assert rows[0].opening == 0
    for row, following in pairwise(rows):
        assert (row.closing, row.debt_closing) == (following.opening, following.debt_opening)
    for row in (*rows, found.total):
        moved = row.issued + row.redeemed + row.given_back + row.expired + row.clawed + row.settled + row.moved
        assert row.opening + moved == row.closing
        assert row.debt_opening + row.debt_incurred + row.debt_paid == row.debt_closing
        assert row.moved == 0
        assert row.settled == row.debt_paid
    assert rows[-1].closing == found.now == found.lots == owed(lines)
    assert found.total.issued == counted(lines, ISSUED, out=True)
    june = [x for x in lines if start_of_day(date(2026, 6, 1), ZONE) <= x.at < start_of_day(date(2026, 7, 1), ZONE)]
    assert found.months[date(2026, 6, 1)].redeemed == -counted(june, REDEEMED) < 0


def test_cohorts_tie_to_their_lots_and_add_up_to_the_months(ledgers: list[Funded]) -> None:
    last = civil_day(now(), ZONE)
    months = by_month(snapshot(), date(2026, 6, 1), last, ZONE).total
    found = by_cohort(snapshot(), now(), date(2026, 6, 1), last, ZONE)
    assert found.untied == {}
    assert len(found.cells) > 5
    for name in ("opening", "issued", "redeemed", "given_back", "expired", "settled", "moved", "closing"):
        assert getattr(found.total, name) == getattr(months, name), name
    assert found.total.clawed == months.clawed
    assert found.without_lot == months.debt_incurred > 0
    db.session.execute(text("UPDATE points_lot SET available = 1, points = points + 1, is_open = 1 WHERE available = 0 "
                            "AND pending = 0 AND held = 0 AND dealer_id = 501"))  # fmt: skip
    assert by_cohort(db.session, now(), date(2026, 6, 1), last, ZONE).untied
    db.session.rollback()


def test_funds_pay_for_what_their_lots_did(ledgers: list[Funded], lived: datetime) -> None:
    since, until = lived + timedelta(days=30), lived + timedelta(days=120)
    found, lines = funding(snapshot(), since, until), everything()
    within = [x for x in lines if since <= x.at < until]
    for fund in ("rebate", "campaign", "", "launch", "marketing"):
        mine, row = [x for x in within if x.fund == fund], found.funds.get(fund)
        if row is None:
            assert not [x for x in lines if x.fund == fund and x.at < until and owed([x])]
            continue
        assert row["issued"].points == counted(mine, ISSUED, out=True)
        assert row["redeemed"].points == -counted(mine, REDEEMED)
        assert row["redeemed"].micros == -sum(x.points * x.unit_value for x in mine if x.dst == REDEEMED)
        assert row["given_back"].points == counted(mine, REDEEMED, out=True)
        moved = sum(amount.points for amount in row.by.values())
        assert (
            row.opening.points + moved
            == row.closing.points
            == owed([x for x in lines if x.fund == fund and x.at < until])
        )
        assert row.opening.micros + sum(amount.micros for amount in row.by.values()) == row.closing.micros
    assert found.owed == sum(x.points for x in within if x.src == DEBT)


def test_a_redemption_costs_each_fund_what_its_lots_paid(app: Flask, clock: Clock) -> None:
    transact(found_programme)
    hand = Funded()
    hand.earn_for("rebate", 10_000, 100, days=10, active_in=0, ago=0)
    hand.earn_for("campaign", 12_345, 100, days=20, active_in=0, ago=0)
    spent = hand.spend(150)
    told = [(x.fund_code, x.points, x.given_back, x.fen) for x in cost_by_fund(db.session, EAST, spent.journal_id)]
    assert told == [("campaign", 50, 0, 62), ("rebate", 100, 0, 100)]
    hand.refund(spent, 60)
    told = [(x.fund_code, x.points, x.given_back, x.fen) for x in cost_by_fund(db.session, EAST, spent.journal_id)]
    assert told == [("campaign", 0, 50, 0), ("rebate", 90, 10, 90)]
    assert cost_by_fund(db.session, NORTH, spent.journal_id) == []


def set_rate(on: date, bps: int, note: str = "curves", **more: Any) -> ExpectedRate:
    return transact(expect_redemption, from_on=on, rate_bps=bps, note=note, actor="staff:7", **more)


def test_breakage_tells_the_handbooks_figures(app: Flask, clock: Clock) -> None:
    clock.at = datetime(2026, 1, 10, 2, 0, tzinfo=UTC)
    transact(found_programme)
    hand = Funded()
    hand.earn_for("rebate", 900_000, 10_000, days=900, active_in=0, ago=0)  # 9,000.00 for 10,000 points
    clock.tick(days=5)
    hand.spend(4_500)
    set_rate(date(2026, 1, 1), 9_700)
    clock.at = datetime(2026, 2, 10, 2, 0, tzinfo=UTC)
    hand.spend(4_000)
    first, second = start_of_day(date(2026, 1, 1), ZONE), start_of_day(date(2026, 2, 1), ZONE)

    def told(since: datetime, until: datetime) -> tuple[int, int, int]:
        row = breakage(snapshot(), now(), ZONE, since=since, until=until).cohorts[date(2026, 1, 1)]
        return row.before, row.revenue, row.remaining

    assert told(first, second) == (0, 417_526, 900_000 - 417_526)
    third = start_of_day(date(2026, 3, 1), ZONE)
    set_rate(date(2026, 2, 1), 9_900)
    assert told(second, third) == (417_526, 355_201, 900_000 - 772_727)
    # The estimate is mended: a further row for the same day, and the period before stays as it was told.
    set_rate(date(2026, 2, 1), 9_200, supersede=True)
    assert told(second, third) == (417_526, 831_522 - 417_526, 900_000 - 831_522)
    assert told(first, second) == (0, 417_526, 900_000 - 417_526)


def test_breakage_adds_up_over_cohorts_of_any_length(ledgers: list[Funded], lived: datetime) -> None:
    set_rate(date(2026, 1, 1), 8_000)
    lines, until = everything(), now()
    for at in moments(lived):
        for yearly in (False, True):
            found = breakage(snapshot(), now(), ZONE, since=at, until=max(at, until), yearly=yearly)
            for month, row in found.cohorts.items():
                mine = [x for x in lines if x.earned and (x.earned.replace(month=1) if yearly else x.earned) == month]
                redeemed = counted(mine, REDEEMED) - counted(mine, REDEEMED, out=True)
                expired = counted(mine, EXPIRED) - counted(mine, EXPIRED, out=True)
                assert (row.redeemed, row.expired, row.owed) == (redeemed, expired, owed(mine))
                assert row.points == redeemed + expired + owed(mine)
                assert row.to_date == revenue_to_date(
                    allocated=row.allocated, redeemed=row.redeemed, expected=row.expected
                )
                issued = counted(mine, ISSUED, out=True)
                gone = counted(mine, CLAWED) + counted(mine, DEBT)
                moved = counted(mine, MOVED, out=True) - counted(mine, MOVED)
                assert row.points == issued - gone + moved
            assert found.total.revenue == found.total.to_date - found.total.before


def test_without_an_estimate_all_points_are_expected_to_be_redeemed(app: Flask, clock: Clock) -> None:
    transact(found_programme)
    hand = Funded()
    hand.earn_for("rebate", 10_000, 100, days=30, active_in=0, ago=0)
    hand.spend(40)
    span = {"since": now() - timedelta(days=40), "until": now() + timedelta(days=1)}
    found = breakage(snapshot(), now(), ZONE, **span)
    assert found.rate is None
    assert (found.total.expected, found.total.to_date, found.total.remaining) == (100, 40, 60)
    clock.tick(days=31)
    hand.touch()
    span = {"since": now() - timedelta(days=40), "until": now() + timedelta(days=1)}
    found = breakage(snapshot(), now(), ZONE, **span)
    assert (found.total.expired, found.total.to_date, found.total.remaining) == (60, 100, 0)


def test_an_estimate_is_superseded_and_never_edited(app: Flask) -> None:
    transact(found_programme)
    first = set_rate(date(2026, 11, 1), 9_000)
    assert set_rate(date(2026, 11, 1), 9_000).set_at == first.set_at  # the same again changes nothing
    with pytest.raises(RateSet):
        set_rate(date(2026, 11, 1), 8_500)
    set_rate(date(2026, 11, 1), 8_500, "last year's curves", supersede=True)
    set_rate(date(2026, 12, 1), 8_000)
    rates = expected_rates(db.session)
    assert [(x.from_on.month, x.no, x.rate_bps) for x in rates] == [(12, 1, 8_000), (11, 2, 8_500), (11, 1, 9_000)]
    assert rate_on(rates, date(2026, 10, 31)) is None
    assert [(rate_on(rates, date(2026, month, 30)) or first).rate_bps for month in (11, 12)] == [8_500, 8_000]
    acts = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "points.expected_rate")).all()
    assert [(x.actor, x.detail["bps"]) for x in acts] == [("staff:7", 9_000), ("staff:7", 8_500), ("staff:7", 8_000)]


def test_a_closed_period_takes_no_new_estimate(app: Flask, clock: Clock) -> None:
    transact(found_programme)
    transact(close_period, until=start_of_day(date(2026, 11, 1), ZONE), actor="staff:1")
    with pytest.raises(ClosedPeriod):
        set_rate(date(2026, 10, 31), 9_000)
    set_rate(date(2026, 11, 1), 9_000)


def test_an_old_proof_and_a_missing_checkpoint_are_told(app: Flask, clock: Clock) -> None:
    transact(found_programme)
    state = proof_state(db.session, now())
    assert (state.last, state.full_overdue, state.checkpoint_overdue) == (None, True, False)  # nothing was posted yet
    Ledger().earn(10)
    assert proof_state(db.session, now()).checkpoint_overdue

    def run(session: Any, at: datetime) -> None:
        common = {"accounts": 1, "entries": 1, "checkpoints": 0, "faults": 0, "found": []}
        session.add(ProofRun(id=1, started_at=at, ended_at=at, scope=Scope.FULL, **common))
        later = at + timedelta(hours=50)
        wrong = common | {"faults": 1, "found": [{"code": "hash", "dealer": EAST, "seq": 1, "lot": None}]}
        session.add(ProofRun(id=2, started_at=later, ended_at=later, scope=Scope.CHANGED, **wrong))

    transact(run)
    state = proof_state(db.session, now())
    assert not state.full_overdue
    assert state.last is not None
    assert (state.last.id, state.full.id if state.full else 0) == (2, 1)
    assert state.dealers[EAST].code == f"D{EAST}"
    assert proof_state(db.session, clock.tick(hours=49)).full_overdue


def test_a_report_sees_one_moment_whatever_is_posted_meanwhile(app: Flask) -> None:
    transact(found_programme)
    hand = Funded()
    hand.earn(100)
    session = snapshot()
    assert balances(all_lines(session))["available"] == 100

    def post() -> None:
        with app.app_context():
            hand.earn(50)

    meanwhile = Thread(target=post)
    meanwhile.start()
    meanwhile.join()
    assert (balances(all_lines(session))["available"], lots_now(session)["available"]) == (100, 100)
    assert lots_now(snapshot())["available"] == 150


def test_points_that_are_over_but_not_yet_written_off_are_told(app: Flask, clock: Clock) -> None:
    transact(found_programme)
    hand = Funded()
    hand.earn(100, days=2)
    clock.tick(days=3)
    found = liability(snapshot(), now(), ZONE)
    assert (found.total.points, found.overdue) == (100, 100)
    hand.touch()
    found = liability(snapshot(), now(), ZONE)
    assert (found.total.points, found.overdue) == (0, 0)


def test_reports_are_nought_without_a_ledger(app: Flask) -> None:
    span = (now() - timedelta(days=9), now())
    assert trial_balance(snapshot(), *span).ties
    assert (
        liability(snapshot(), now(), ZONE).total.points == liability(snapshot(), now(), ZONE, now()).total.points == 0
    )
    assert by_month(snapshot(), date(2026, 10, 1), date(2026, 11, 1), ZONE).total.closing == 0
    assert by_cohort(snapshot(), now(), date(2026, 10, 1), date(2026, 11, 1), ZONE).cells == {}
    assert funding(snapshot(), *span).funds == {}
    assert breakage(snapshot(), now(), ZONE, since=span[0], until=span[1]).cohorts == {}
