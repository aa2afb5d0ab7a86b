"""The proof as a whole: what it says of a sound ledger, how far it looks, what it leaves behind, who it disturbs."""

from __future__ import annotations

import random
import time
from collections import Counter
from contextlib import suppress
from itertools import chain
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from mall.base.refused import Refused
from mall.jobs import queue
from mall.points.actions import Posting
from mall.points.actions.verify import KEPT, Proof, prove, record_proof
from mall.points.models import ProofRun, Scope, Verified
from mall.points.queries.proof import Fault, chains, proven_slices, slices
from mall.points.queries.proof.invariants import INVARIANTS
from mall.web.db import db, now, transact
from tests.conftest import Clock
from tests.points.checkpointing import forge
from tests.points.ledger import EAST, NORTH, Ledger, found_programme
from tests.processes import at_once

MANY = [9_000 + number for number in range(7)]


@pytest.fixture
def url(app: Flask) -> str:
    transact(found_programme)
    return str(app.config["SQLALCHEMY_DATABASE_URI"])


@pytest.fixture
def ledgers(url: str) -> list[Ledger]:
    """Seven dealers with an entry each."""

    def found(session: Any, _at: Any) -> None:
        session.execute(
            text(
                "INSERT INTO dealer (id, code, name, region, channel_level, created_at) "
                "VALUES (:n, :c, 'n', 'r', 'city', 0)"
            ),
            [{"n": number, "c": f"V{number}"} for number in MANY],
        )

    transact(found)
    ledgers = [Ledger(dealer) for dealer in MANY]
    for ledger in ledgers:
        ledger.earn(100, bonus=10)
    return ledgers


def run(scope: Scope = Scope.FULL, dealer_id: int | None = None) -> tuple[Proof, list[Fault]]:
    db.session.remove()
    proof = Proof(scope, now())
    found = list(chain.from_iterable(prove(db.engine, transact, proof, dealer_id=dealer_id)))
    if dealer_id is None:
        transact(record_proof, proof=proof)
    return proof, found


def seen(proof: Proof) -> tuple[int, int, int]:
    return proof.accounts, proof.entries, proof.faults


def watermarks() -> dict[int, int]:
    db.session.remove()
    return {row.dealer_id: row.seq for row in db.session.scalars(select(Verified))}


def live(ledger: Ledger, other: int, steps: int, chance: random.Random, clock: Clock | None = None) -> None:
    """A random life with everything that can happen to an account."""
    spent: list[Posting] = []
    held: list[Posting] = []
    taken: list[Posting] = []
    for _ in range(steps):
        points = chance.randint(1, 30)
        acts = [
            lambda p: ledger.earn(
                p, days=chance.choice([1, 3, 40]), active_in=chance.choice([0, 0, 0.5]), bonus=chance.choice([0, 4])
            ),
            lambda p: ledger.earn(p, reference=f"invoice-{chance.randint(1, 3)}"),
            lambda p: spent.append(ledger.spend(p)),
            lambda p: ledger.refund(chance.choice(spent), p),
            lambda p: held.append(ledger.hold(p, hours=12)),
            lambda p: ledger.capture(chance.choice(held), chance.choice([None, 1, p])),
            lambda _: ledger.void(chance.choice(held)),
            lambda p: taken.append(
                ledger.claw_back(p, reference=chance.choice([None, f"invoice-{chance.randint(1, 3)}"]))
            ),
            lambda _: ledger.reinstate(chance.choice(taken)),
            lambda p: ledger.transfer(other, p),
            lambda p: ledger.adjust(chance.choice([p, -p])),
        ]
        with suppress(Refused, IndexError):
            chance.choice(acts)(points)
        if clock is not None:
            clock.tick(hours=chance.choice([0, 1, 5]))
            if chance.random() < 0.1:
                ledger.release()


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_wrong_after_random_lives_however_often_they_are_proven_on_the_way(
    url: str, clock: Clock, seed: int
) -> None:
    chance = random.Random(seed)
    east, north = Ledger(EAST), Ledger(NORTH)
    for _ in range(6):
        live(east, NORTH, 12, chance, clock)
        live(north, EAST, 6, chance, clock)
        assert run(Scope.CHANGED)[1] == []
    while east.expire():
        pass
    assert run(Scope.CHANGED)[1] == []
    proof, found = run()
    assert found == []
    assert proof.accounts == 2
    kinds = set(db.session.scalars(text("SELECT DISTINCT kind FROM points_entry")))
    assert len(kinds) >= 10


def test_an_empty_ledger_is_proven(url: str) -> None:
    assert seen(run()[0]) == seen(run(Scope.CHANGED)[0]) == (0, 0, 0)


def test_a_run_leaves_a_record_and_how_far_each_account_was_proven(ledgers: list[Ledger], clock: Clock) -> None:
    ledgers[0].spend(5)
    run()
    assert watermarks() == dict.fromkeys(MANY, 1) | {MANY[0]: 2}
    kept = db.session.scalars(select(ProofRun)).one()
    assert (kept.scope, kept.accounts, kept.entries, kept.faults, kept.found) == (Scope.FULL, 7, 8, 0, [])
    assert kept.started_at == kept.ended_at == clock.at


def test_only_what_was_posted_since_is_looked_at_if_that_is_wanted(ledgers: list[Ledger]) -> None:
    assert seen(run(Scope.CHANGED)[0]) == (7, 7, 0)
    assert seen(run(Scope.CHANGED)[0]) == (0, 0, 0)
    ledgers[2].refund(ledgers[2].spend(40), 10)
    ledgers[5].spend(1)
    assert seen(run(Scope.CHANGED)[0]) == (2, 3, 0)
    assert seen(run(Scope.CHANGED)[0]) == (0, 0, 0)


def test_an_account_is_proven_from_where_it_was_proven_before_and_its_lots_from_the_beginning(
    ledgers: list[Ledger],
) -> None:
    ledgers[0].spend(40)
    run()
    # What was proven and has not moved since is looked at in the night.
    forge(f"UPDATE points_journal SET why = '{{}}' WHERE dealer_id = {MANY[1]}")
    assert seen(run(Scope.CHANGED)[0]) == (0, 0, 0)
    ledgers[1].spend(1)
    assert run(Scope.CHANGED)[1] == []
    _, found = run()
    assert [(fault.code, fault.dealer_id, fault.seq) for fault in found] == [("hash", MANY[1], 1)]
    # A lot that moved again must be the sum of all its lines, old and new.
    forge(f"UPDATE points_line SET points = points - 1 WHERE dealer_id = {MANY[0]} AND seq = 2")
    ledgers[0].spend(1)
    _, found = run(Scope.CHANGED)
    assert ("lot_lines", MANY[0]) in {(fault.code, fault.dealer_id) for fault in found}


@pytest.mark.parametrize(
    ("change", "code", "seq", "lot"),
    [
        ("UPDATE points_journal SET actor = 'member:7' WHERE kind = 'spend'", "hash", 2, None),
        ("UPDATE points_line SET points = points + 1 WHERE seq = 2", "lines", 2, None),
        ("UPDATE points_allocation SET points = points + 1, redeemed = redeemed + 1", "taken", 2, None),
        ("DELETE FROM points_allocation", "lot_taken", None, 2),
        ("UPDATE points_account SET next_due_at = next_due_at + 86400000000", "account_due", None, None),
        ("UPDATE points_journal SET outcome = 2, reason = 'x' WHERE kind = 'spend'", "journal_entries", 2, None),
    ],
)
def test_what_is_new_is_held_to_everything(
    ledgers: list[Ledger], change: str, code: str, seq: int | None, lot: int | None
) -> None:
    run()
    ledgers[3].spend(105)
    clause = " AND" if "WHERE" in change else " WHERE"
    forge(f"{change}{clause} dealer_id = {MANY[3]}")
    _, found = run(Scope.CHANGED)
    assert (code, MANY[3], seq, lot) in {(fault.code, fault.dealer_id, fault.seq, fault.lot) for fault in found}
    assert {fault.dealer for fault in found} == {f"V{MANY[3]}"}


def test_an_account_with_a_fault_is_told_of_until_it_is_sound_again(ledgers: list[Ledger]) -> None:
    forge(f"UPDATE points_account SET available = available + 1 WHERE dealer_id = {MANY[4]}")
    assert seen(run()[0]) == (7, 7, 2)
    assert watermarks() == dict.fromkeys([dealer for dealer in MANY if dealer != MANY[4]], 1)
    assert seen(run(Scope.CHANGED)[0]) == (1, 1, 2)
    forge(f"UPDATE points_account SET available = available - 1 WHERE dealer_id = {MANY[4]}")
    assert seen(run(Scope.CHANGED)[0]) == (1, 1, 0)
    assert watermarks() == dict.fromkeys(MANY, 1)


def test_one_dealer_can_be_proven_alone(ledgers: list[Ledger]) -> None:
    forge("UPDATE points_account SET available = available + 1 WHERE dealer_id > 9001")
    assert seen(run(dealer_id=MANY[1])[0]) == (1, 1, 0)
    assert seen(run(dealer_id=MANY[2])[0]) == (1, 1, 2)


def test_however_thin_the_slices_everything_is_looked_at(
    ledgers: list[Ledger], monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    live(ledgers[3], MANY[4], 40, random.Random(4), clock)
    whole = seen(run()[0])
    forge(
        f"UPDATE points_journal SET actor = 'x' WHERE dealer_id = {MANY[3]} AND kind <> 'expire'",
        f"UPDATE points_lot SET held = held + 1, points = points + 1 WHERE dealer_id = {MANY[6]}",
    )
    told = {fault.text for fault in run()[1]}
    for dealers, entries, page in ((2, 100, 3), (1, 1, 1), (200, 5, 2), (3, 1, 2_000)):
        monkeypatch.setattr(slices, "DEALERS", dealers)
        monkeypatch.setattr(slices, "ENTRIES", entries)
        monkeypatch.setattr(slices, "PAGE", page)
        parts = list(proven_slices(db.engine, Scope.FULL))
        assert len(parts) >= 7 // dealers
        assert {fault.text for part in parts for fault in part.faults} == told
        assert (sum(part.accounts for part in parts), sum(part.entries for part in parts)) == whole[:2]


def test_a_page_never_holds_more_entries_than_there_is_room_for(
    ledgers: list[Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "PAGE", 5)
    for ledger in ledgers:
        for _ in range(ledger.dealer_id - MANY[0]):
            ledger.earn(1)
    with slices.snapshot(db.engine) as connection:
        accounts = slices.next_slice(connection, Scope.FULL, -1, slices.LAST).accounts
    pages = list(slices.pages(accounts))
    assert max(sum(last - first + 1 for _, first, last in page) for page in pages) == 5
    read = [
        (account.dealer_id, seq) for page in pages for account, first, last in page for seq in range(first, last + 1)
    ]
    # Each entry once, and one beyond the last, where none must be.
    assert read == [(dealer, seq) for dealer in MANY for seq in range(1, dealer - MANY[0] + 3)]


def test_a_snapshot_can_write_nothing(ledgers: list[Ledger]) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite's reading transaction would become a writing one; nothing in it writes")
    with pytest.raises(Exception, match="read-only transaction"), slices.snapshot(db.engine) as connection:
        connection.execute(text("UPDATE points_account SET status = 2"))


def test_the_command_tells_each_fault_and_fails(app: Flask, ledgers: list[Ledger]) -> None:
    command = app.test_cli_runner().invoke
    sound = command(args=["points", "verify"])
    assert sound.exit_code == 0
    assert "7 accounts, 7 entries" in sound.output
    assert "0 faults" in sound.output
    forge(f"UPDATE points_journal SET why = '{{}}' WHERE dealer_id = {MANY[2]}")
    broken = command(args=["points", "verify", "--full"])
    assert broken.exit_code == 1
    assert f"NO  V{MANY[2]}, entry 1: the hash is not that of the entry, its journal" in broken.output
    assert command(args=["points", "verify", "--changed"]).exit_code == 0
    assert command(args=["points", "verify", "--dealer", f"V{MANY[2]}"]).exit_code == 1
    assert command(args=["points", "verify", "--dealer", f"V{MANY[1]}"]).exit_code == 0
    assert command(args=["points", "verify", "--dealer", "nobody"]).exit_code == 2
    db.session.remove()
    runs = db.session.scalars(select(ProofRun).order_by(ProofRun.id)).all()
    assert [(kept.scope, kept.faults) for kept in runs] == [(Scope.FULL, 0), (Scope.FULL, 1), (Scope.CHANGED, 0)]
    (found,) = runs[1].found
    assert (found["code"], found["dealer"], found["seq"], found["lot"]) == ("hash", MANY[2], 1, None)
    assert found["text"] in broken.output


def test_of_many_faults_the_first_are_kept_and_all_are_counted(ledgers: list[Ledger]) -> None:
    for _ in range(2 * KEPT):
        ledgers[0].earn(1)
    forge("UPDATE points_journal SET why = '{}'")
    proof, found = run()
    assert proof.faults == len(found) == 2 * KEPT + 7
    db.session.remove()
    assert len(db.session.scalars(select(ProofRun)).one().found) == KEPT


def test_where_everything_is_wrong_that_is_told_and_not_listed(
    ledgers: list[Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "MOST", 20)
    for _ in range(40):
        ledgers[0].earn(1)
    forge("UPDATE points_journal SET why = '{}'")
    told = Counter(fault.dealer_id for fault in run()[1])
    assert told == dict.fromkeys(MANY, 1) | {MANY[0]: 20}
    assert watermarks() == {}


def test_the_worker_proves_every_hour_what_changed_and_every_night_everything(
    app: Flask, ledgers: list[Ledger], caplog: pytest.LogCaptureFixture
) -> None:
    assert queue.run(app, "verify") == 7
    assert queue.run(app, "verify") == 0
    assert queue.run(app, "verify-all") == 7
    assert not caplog.records
    forge(f"UPDATE points_lot SET unit_value = 5 WHERE dealer_id = {MANY[5]}")
    assert queue.run(app, "verify-all") == 7
    (told,) = caplog.records
    assert told.getMessage().startswith(f"the ledger's proof: V{MANY[5]}, entry 1: the hash is not that")


def test_no_rule_goes_by_two_names() -> None:
    codes = [invariant.code for invariant in INVARIANTS]
    assert len(codes) == len(set(codes))


def post_for(dealer: int, other: int, seconds: float, seed: int) -> int:
    ledger, until, count = Ledger(dealer), time.monotonic() + seconds, 0
    ledger._keys = iter(f"{seed}/{number}" for number in range(10**6))  # type: ignore[assignment]
    chance = random.Random(seed)
    while time.monotonic() < until:
        live(ledger, other, 5, chance)
        count += 5
    return count


def prove_for(seconds: float) -> tuple[int, list[str]]:
    until, runs, found = time.monotonic() + seconds, 0, []
    while time.monotonic() < until:
        for scope in Scope:
            found += [fault.text for fault in run(scope)[1]]
            runs += 1
    return runs, found


def race(role: str, *args: Any) -> Any:
    return post_for(*args) if role == "post" else prove_for(*args)


def test_a_mall_at_work_is_never_accused(app: Flask, url: str, clock: Clock) -> None:
    clock.tick(days=1)
    parts = [("post", EAST, NORTH, 6.0, 1), ("post", NORTH, EAST, 6.0, 2), ("prove", 7.0)]
    *posted, (runs, found) = sorted(at_once(url, clock.at, race, parts), key=lambda told: isinstance(told, tuple))
    assert found == []
    assert runs >= 4
    assert sum(posted) >= 40
    assert run()[1] == []
    assert run(Scope.CHANGED)[0].accounts == 0


def test_a_fault_is_kept_as_a_page_needs_it() -> None:
    fault = Fault("lot_lines", 501, "D501", lot=3, found="held 5", expected="held 4")
    assert fault.as_dict() == {
        "code": "lot_lines",
        "dealer": 501,
        "dealer_code": "D501",
        "seq": None,
        "lot": 3,
        "found": "held 5",
        "expected": "held 4",
        "text": "D501, lot 3: the lot is not the sum of its lines: held 5, expected held 4 [lot_lines]",
    }
