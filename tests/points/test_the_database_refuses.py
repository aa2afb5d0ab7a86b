"""The database itself is the last honest check: what a broken program might write, it refuses, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from mall.dealers.models import ChannelLevel, Dealer
from mall.points.actions.verify import Proof, prove
from mall.points.models import Scope
from mall.points.queries.proof import proven_slices
from mall.web.db import db, now, transact
from tests.points.checkpointing import forge
from tests.points.ledger import EAST, NORTH, Ledger, found_programme

COPY = """(dealer_id, journal_id, account_no, source, idem_key, request_hash, kind, outcome, reason, points,
    ref_journal, transfer_id, effective_at, posted_at, actor, checker, why, result)
  SELECT dealer_id, journal_id + 1, account_no, source, {0}, request_hash, {3}, outcome, reason, points, journal_id,
    transfer_id, effective_at, posted_at, {1}, {2}, why, result FROM points_journal WHERE kind = 'earn'"""
BROKEN = {
    "a history rewritten": "UPDATE points_entry SET available = available + 1 WHERE seq = 1",
    "a journal rewritten": "UPDATE points_journal SET points = 1",
    "a line rewritten": "UPDATE points_line SET points = points + 1",
    "a history cut": "DELETE FROM points_line",
    "an entry removed": "DELETE FROM points_entry WHERE seq = 2",
    "a journal removed": "DELETE FROM points_journal",
    "a balance below nought": "UPDATE points_account SET available = -1",
    "owing and having at once": "UPDATE points_account SET debt = 5",
    "a lot that holds more than it had": "UPDATE points_lot SET available = available + 1, is_open = 1",
    "a lot overdrawn": "UPDATE points_lot SET available = available - 200, redeemed = redeemed + 200, is_open = 1",
    "a lot said to be closed while open": "UPDATE points_lot SET is_open = 0 WHERE available > 0",
    "more given back than was spent": "UPDATE points_allocation SET refunded = redeemed + 1",
    "a head that is no hash": "UPDATE points_account SET head_hash = head_hash || head_hash",
    "a gap in the chain": """
        INSERT INTO points_entry SELECT dealer_id, account_no, 9, 8, journal_id, kind, d_pending, d_available, d_held,
          d_debt, pending, available, held, debt, effective_at, posted_at, prev_hash, hash
        FROM points_entry WHERE seq = 2""",
    "a fork in the chain": """
        INSERT INTO points_entry SELECT dealer_id, account_no, 3, 2, journal_id, kind, d_pending, d_available, d_held,
          d_debt, pending, available, held, debt, effective_at, posted_at, prev_hash, hash
        FROM points_entry WHERE seq = 2""",
    "a posting under a used key": f"INSERT INTO points_journal {COPY.format('idem_key', 'actor', 'checker', 'kind')}",
    "a correction checked by its own maker": f"""
        INSERT INTO points_journal {COPY.format("'another key'", "actor", "actor", "kind")}""",
    "a clawback reinstated twice": f"""
        INSERT INTO points_journal {COPY.format("'another key'", "actor", "checker", "'reinstate'")}
        UNION ALL SELECT dealer_id, journal_id + 2, account_no, source, 'a third key', request_hash, 'reinstate',
          outcome, reason, points, journal_id, transfer_id, effective_at, posted_at, actor, checker, why, result
        FROM points_journal WHERE kind = 'earn'""",
    "points held without an end": 'UPDATE points_allocation SET "open" = redeemed, redeemed = 0',
    "a hold resolved twice": "UPDATE points_allocation SET voided = redeemed",
    "a move that does not exist (issued to redeemed)": """
        INSERT INTO points_line SELECT dealer_id, account_no, seq, 77, lot_no, 1, 5, 10 FROM points_line
        WHERE seq = 1""",
    "a move of nothing": """
        INSERT INTO points_line SELECT dealer_id, account_no, seq, 77, lot_no, src, dst, 0 FROM points_line
        WHERE seq = 1""",
    "a debt hidden in a lot": """
        INSERT INTO points_line SELECT dealer_id, account_no, seq, 77, lot_no, 8, 7, 10 FROM points_line
        WHERE seq = 1""",
}


@pytest.fixture
def ledger(app: Flask) -> Iterator[Ledger]:
    transact(found_programme)
    ledger = Ledger()
    ledger.earn(100)
    ledger.refund(ledger.spend(60), 20)
    yield ledger
    assert ledger.balances() == (0, 60, 0, 0)
    assert ledger.faults() == []


@pytest.mark.parametrize("statement", BROKEN.values(), ids=BROKEN.keys())
def test_the_database_refuses(ledger: Ledger, statement: str) -> None:
    with pytest.raises(DBAPIError) as refusal:
        db.session.execute(text(statement))
    assert isinstance(refusal.value, IntegrityError) or "append-only" in str(refusal.value)
    db.session.rollback()


def test_sqlite_does_not_let_a_row_be_replaced_unseen(ledger: Ledger) -> None:
    if db.engine.dialect.name != "sqlite":
        with pytest.raises(DBAPIError):
            db.session.execute(text("TRUNCATE points_line"))
    else:
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(text("INSERT OR REPLACE INTO points_line SELECT * FROM points_line"))
    db.session.rollback()


# What somebody forges who can take the guards down. Of three dealers the first is tampered with; the second has to do
# with her by a transfer; the third is never accused.

FIRST, SECOND, THIRD = EAST, NORTH, 503
EARNED, SPENT, REFUNDED, HELD, CAPTURED, HELD_STILL, TRANSFERRED, CLAWED, REINSTATED = range(1, 10)
"""What happened to the first, by the number of its entry."""
EARNED_TOO, SPENT_TOO, ARRIVED = range(1, 4)
BASE, BONUS = 1, 2
"""Her lots. The base lasts longer than the bonus: points are taken of the bonus first."""
Place = tuple[str, int, int | None, int | None]
"""The code of a fault, the dealer, the entry and the lot."""


@pytest.fixture
def three(app: Flask) -> tuple[Ledger, Ledger, Ledger]:
    transact(found_programme)
    transact(
        lambda session, at: session.add(
            Dealer(id=THIRD, code="D503", name="西", region="西", channel_level=ChannelLevel.CITY, created_at=at)
        )
    )
    first, second, third = Ledger(FIRST), Ledger(SECOND), Ledger(THIRD)
    for ledger in (second, third):
        ledger.earn(50)
        ledger.spend(5)
    first.earn(100, bonus=20, reference="invoice")
    first.refund(first.spend(60), 20)
    first.capture(first.hold(30), 10)
    first.hold(15)
    first.transfer(SECOND, 12)
    first.reinstate(first.claw_back(25, reference="invoice"))
    assert places() == set()
    return first, second, third


def places(scope: Scope = Scope.FULL) -> set[Place]:
    db.session.remove()
    return {
        (fault.code, fault.dealer_id, fault.seq, fault.lot)
        for part in proven_slices(db.engine, scope)
        for fault in part.faults
    }


def journal_of(seq: int, dealer: int = FIRST) -> str:
    of = f"SELECT journal_id FROM points_entry WHERE dealer_id = {dealer} AND seq = {seq}"
    return f"dealer_id = {dealer} AND journal_id = ({of})"


def cut(dealer: int, last: int) -> list[str]:
    """Take out an account's last entry and what hangs on it, and set its head back; its older lots stay as they are."""
    where = f"dealer_id = {dealer}"
    before = f"SELECT {{}} FROM points_entry WHERE {where} AND seq = {last - 1}"
    back = ", ".join(f"{name} = ({before.format(name)})" for name in ("pending", "available", "held", "debt"))
    return [
        f"DELETE FROM points_lot WHERE {journal_of(last, dealer)}",
        f"DELETE FROM points_journal WHERE {journal_of(last, dealer)}",
        f"DELETE FROM points_line WHERE {where} AND seq = {last}",
        f"DELETE FROM points_entry WHERE {where} AND seq = {last}",
        f"""UPDATE points_account SET last_seq = {last - 1}, {back}, head_hash = ({before.format("hash")}),
          last_posted_at = ({before.format("posted_at")}),
          last_lot = (SELECT MAX(lot_no) FROM points_lot WHERE {where}) WHERE {where}""",
    ]


OF_FIRST = f"dealer_id = {FIRST}"
TAMPERED: dict[str, tuple[list[str], set[Place]]] = {
    "an entry's balances": (
        [
            f"""UPDATE points_entry SET available = available + 5, d_available = d_available + 5
                WHERE {OF_FIRST} AND seq = {SPENT}"""
        ],
        {("hash", FIRST, SPENT, None), ("lines", FIRST, SPENT, None), ("balance", FIRST, REFUNDED, None)},
    ),
    "an entry's moment": (
        [f"UPDATE points_entry SET effective_at = effective_at - 1 WHERE {OF_FIRST} AND seq = 3"],
        {("hash", FIRST, REFUNDED, None), ("journal", FIRST, REFUNDED, None)},
    ),
    "an entry told as something else": (
        [f"UPDATE points_entry SET kind = 'adjust' WHERE {OF_FIRST} AND seq = 3"],
        {("hash", FIRST, REFUNDED, None), ("journal", FIRST, REFUNDED, None)},
    ),
    "an entry's hash": (
        [f"UPDATE points_entry SET hash = prev_hash WHERE {OF_FIRST} AND seq = 4"],
        {("hash", FIRST, HELD, None), ("link", FIRST, CAPTURED, None)},
    ),
    "an entry taken out of the middle": (
        [f"DELETE FROM points_entry WHERE {OF_FIRST} AND seq = 3"],
        {("entry_missing", FIRST, REFUNDED, None), ("journal_entries", FIRST, None, None)},
    ),
    "a line's points": (
        [f"UPDATE points_line SET points = points + 1 WHERE {OF_FIRST} AND seq = 2 AND lot_no = {BASE}"],
        {("hash", FIRST, SPENT, None), ("lines", FIRST, SPENT, None), ("lot_lines", FIRST, None, BASE)},
    ),
    "a line's lot": (
        [f"UPDATE points_line SET lot_no = {BONUS} WHERE {OF_FIRST} AND seq = 3"],
        {("hash", FIRST, REFUNDED, None), ("lot_lines", FIRST, None, BASE), ("lot_lines", FIRST, None, BONUS)},
    ),
    "a line less": (
        [f"DELETE FROM points_line WHERE {OF_FIRST} AND seq = 3"],
        {("hash", FIRST, REFUNDED, None), ("lines", FIRST, REFUNDED, None), ("amount", FIRST, REFUNDED, None)},
    ),
    "why it happened": (
        [f"UPDATE points_journal SET why = '{{}}' WHERE {journal_of(SPENT)}"],
        {("hash", FIRST, SPENT, None)},
    ),
    "who did it": (
        [f"UPDATE points_journal SET actor = 'member:2' WHERE {journal_of(SPENT)}"],
        {("hash", FIRST, SPENT, None)},
    ),
    "who checked it": (
        [f"UPDATE points_journal SET checker = 'staff:9' WHERE {journal_of(REINSTATED)}"],
        {("hash", FIRST, REINSTATED, None)},
    ),
    "what it is said to have moved": (
        [f"UPDATE points_journal SET points = points + 1 WHERE {journal_of(REFUNDED)}"],
        {("hash", FIRST, REFUNDED, None), ("amount", FIRST, REFUNDED, None), ("refunded", FIRST, SPENT, None)},
    ),
    "what was asked for": (
        [
            f"""UPDATE points_journal SET request_hash = head_hash FROM points_account a
                WHERE a.dealer_id = points_journal.dealer_id AND points_journal.{journal_of(SPENT)}"""
        ],
        {("hash", FIRST, SPENT, None)},
    ),
    "under which key": (
        [f"UPDATE points_journal SET idem_key = 'another' WHERE {journal_of(EARNED)}"],
        {("hash", FIRST, EARNED, None)},
    ),
    "what came of it": (
        [f"UPDATE points_journal SET result = REPLACE(result, 'collected', 'corrected') WHERE {journal_of(CLAWED)}"],
        {("hash", FIRST, CLAWED, None)},
    ),
    "which entry it is said to have made": (
        [f"UPDATE points_journal SET result = REPLACE(result, '\"seq\":2', '\"seq\":7') WHERE {journal_of(SPENT)}"],
        {("result", FIRST, SPENT, None)},
    ),
    "what it refers to": (
        [f"UPDATE points_journal SET ref_journal = journal_id WHERE {journal_of(REFUNDED)}"],
        {("hash", FIRST, REFUNDED, None), ("reference", FIRST, REFUNDED, None)},
    ),
    "when it was posted": (
        [
            f"UPDATE points_journal SET posted_at = posted_at + 1 WHERE {journal_of(SPENT)}",
            f"UPDATE points_entry SET posted_at = posted_at + 1 WHERE {OF_FIRST} AND seq = 2",
        ],
        {("hash", FIRST, SPENT, None), ("posted_back", FIRST, REFUNDED, None)},
    ),
    "when it took effect": (
        [
            f"UPDATE points_journal SET effective_at = posted_at + 1 WHERE {journal_of(SPENT)}",
            f"UPDATE points_entry SET effective_at = posted_at + 1 WHERE {OF_FIRST} AND seq = 2",
        ],
        {("hash", FIRST, SPENT, None), ("effective_late", FIRST, SPENT, None)},
    ),
    "a lot's end": (
        [f"UPDATE points_lot SET expires_at = expires_at + 1 WHERE {OF_FIRST} AND lot_no = {BASE}"],
        {("hash", FIRST, EARNED, None)},
    ),
    "what a lot's points are worth": (
        [f"UPDATE points_lot SET unit_value = unit_value + 1 WHERE {OF_FIRST} AND lot_no = {BONUS}"],
        {("hash", FIRST, EARNED, None)},
    ),
    "who pays for a lot": (
        [f"UPDATE points_lot SET fund_code = 'another' WHERE dealer_id = {SECOND} AND source = 'transfer'"],
        {("hash", SECOND, ARRIVED, None)},
    ),
    "which posting made a lot": (
        [f"UPDATE points_lot SET journal_id = journal_id + 1 WHERE {OF_FIRST} AND lot_no = {BONUS}"],
        {("lot_born", FIRST, EARNED, BONUS)},
    ),
    "what was charged against a lot": (
        [f"UPDATE points_lot SET reversed = 0 WHERE {OF_FIRST}"],
        {("reversed", FIRST, None, None)},
    ),
    "a lot and the balance raised together": (
        [
            f"""UPDATE points_lot SET available = available + 5, redeemed = redeemed - 5
                WHERE {OF_FIRST} AND lot_no = {BASE}""",
            f"UPDATE points_account SET available = available + 5 WHERE {OF_FIRST}",
        ],
        {("lot_lines", FIRST, None, BASE), ("lot_taken", FIRST, None, BASE), ("head", FIRST, REINSTATED, None)},
    ),
    "the balance alone": (
        [f"UPDATE points_account SET available = available + 5 WHERE {OF_FIRST}"],
        {("head", FIRST, REINSTATED, None), ("account_lots", FIRST, None, None)},
    ),
    "when something is next due": (
        [f"UPDATE points_account SET next_due_at = next_due_at + 86400000000 WHERE {OF_FIRST}"],
        {("account_due", FIRST, None, None)},
    ),
    "the account itself": (
        [f"DELETE FROM points_account WHERE {OF_FIRST}"],
        {("no_account", FIRST, None, None)},
    ),
    "what a spend took": (
        [f"DELETE FROM points_allocation WHERE {journal_of(SPENT)} AND lot_no = {BASE}"],
        {("taken", FIRST, SPENT, None), ("lot_taken", FIRST, None, BASE), ("refunded", FIRST, SPENT, None)},
    ),
    "what was given back of a spend": (
        [f"UPDATE points_allocation SET refunded = 0 WHERE {journal_of(SPENT)}"],
        {("refunded", FIRST, SPENT, None), ("lot_taken", FIRST, None, BASE)},
    ),
    "a hold moved to another lot": (
        [f"UPDATE points_allocation SET lot_no = {BONUS} WHERE {journal_of(HELD_STILL)}"],
        {("taken", FIRST, HELD_STILL, None), ("lot_taken", FIRST, None, BASE), ("lot_taken", FIRST, None, BONUS)},
    ),
    "a hold let go": (
        [f'UPDATE points_allocation SET voided = points, "open" = 0 WHERE {journal_of(HELD_STILL)}'],
        {("lot_taken", FIRST, None, BASE), ("account_held", FIRST, None, None)},
    ),
    "a hold that was captured": (
        [f"UPDATE points_allocation SET voided = 30, redeemed = 0 WHERE {journal_of(HELD)}"],
        {("resolved", FIRST, HELD, None), ("lot_taken", FIRST, None, BASE)},
    ),
    "points taken that no entry took": (
        [f"UPDATE points_allocation SET ord = 7 WHERE {journal_of(HELD)}"],
        {("taken", FIRST, HELD, None), ("taken_by_none", FIRST, HELD, BASE)},
    ),
    "a receipt for nothing": (
        [
            f"""UPDATE points_entry SET journal_id = (
                  SELECT journal_id FROM points_entry WHERE {OF_FIRST} AND seq = {SPENT}
                ) WHERE {OF_FIRST} AND seq = {REFUNDED}"""
        ],
        {
            ("journal_entries", FIRST, None, None),
            ("journal_entries", FIRST, SPENT, None),
            ("hash", FIRST, REFUNDED, None),
            ("journal", FIRST, REFUNDED, None),
        },
    ),
    "a posting made a refusal": (
        [f"UPDATE points_journal SET outcome = 2, reason = 'too_few_points' WHERE {journal_of(SPENT)}"],
        {("journal", FIRST, SPENT, None), ("journal_entries", FIRST, SPENT, None)},
    ),
    "a transfer that arrives as more": (
        [f"UPDATE points_journal SET points = points + 5 WHERE {journal_of(ARRIVED, SECOND)}"],
        {("transfer", FIRST, TRANSFERRED, None), ("transfer", SECOND, ARRIVED, None), ("hash", SECOND, ARRIVED, None)},
    ),
    "a transfer that never arrived": (
        cut(SECOND, ARRIVED),
        {("transfer", FIRST, TRANSFERRED, None)},
    ),
    "more given back than was taken": (
        [f"UPDATE points_line SET points = points - 1 WHERE {OF_FIRST} AND seq = {CLAWED} AND line_no = 1"],
        {("reinstated", FIRST, REINSTATED, None), ("hash", FIRST, CLAWED, None)},
    ),
}


@pytest.mark.parametrize(("statements", "expected"), TAMPERED.values(), ids=TAMPERED.keys())
def test_what_is_tampered_with_is_found_where_it_is(
    three: tuple[Ledger, ...], statements: list[str], expected: set[Place]
) -> None:
    forge(*statements)
    found = places()
    assert expected <= found
    # Neither the third dealer nor any other entry of the chain is accused.
    assert {place[1] for place in found} == {place[1] for place in expected}
    assert {place for place in found if place[0] in {"hash", "link", "journal", "result"}} == {
        place for place in expected if place[0] in {"hash", "link", "journal", "result"}
    }


def test_a_tail_cut_from_under_its_lots_is_found(three: tuple[Ledger, ...]) -> None:
    three[0].spend(3)
    forge(*cut(FIRST, REINSTATED + 1))
    found = places()
    assert {("account_lots", FIRST, None, None), ("lot_lines", FIRST, None, BASE)} <= found
    assert {dealer for _, dealer, _, _ in found} == {FIRST}


def test_a_tail_cut_with_its_lots_is_found_where_it_had_been_proven(three: tuple[Ledger, ...]) -> None:
    # Nothing in the ledger itself tells of it; else it takes a checkpoint (test_checkpoints.py).
    proof = Proof(Scope.FULL, now())
    assert list(chain.from_iterable(prove(db.engine, transact, proof))) == []
    forge(*cut(FIRST, REINSTATED))
    assert places() == places(Scope.CHANGED) == {("proven", FIRST, REINSTATED, None)}
    assert list(chain.from_iterable(prove(db.engine, transact, proof)))
    assert places() == {("proven", FIRST, REINSTATED, None)}  # it is not forgotten by being told


def test_points_held_without_an_end_are_found(three: tuple[Ledger, ...]) -> None:
    if db.engine.dialect.name == "postgresql":
        forge("ALTER TABLE points_allocation DROP CONSTRAINT ck_points_allocation_held")
    forge(
        *(["PRAGMA ignore_check_constraints = ON"] if db.engine.dialect.name == "sqlite" else []),
        'UPDATE points_allocation SET held_until = NULL WHERE "open" > 0',
    )
    assert places() == {("account_held", FIRST, None, None)}


def test_a_fault_says_what_stands_there_and_what_was_expected(three: tuple[Ledger, ...]) -> None:
    forge(f"UPDATE points_account SET available = available + 5 WHERE {OF_FIRST}")
    assert "D501: the account is not the sum of its lots: available 48, expected available 43 [account_lots]" in (
        three[0].faults()
    )
