"""The database itself is the last honest check: what a broken program might write, it refuses, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from mall.web.db import db, transact
from tests.points.ledger import Ledger, found_programme

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
    "a posting under a used key": """
        INSERT INTO points_journal SELECT dealer_id, journal_id + 1, account_no, source, idem_key, request_hash, kind,
          outcome, reason, points, ref_journal, transfer_id, effective_at, posted_at, actor, why, result
        FROM points_journal WHERE kind = 'earn'""",
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
    with pytest.raises(DBAPIError):
        db.session.execute(text(statement))
    db.session.rollback()


def test_sqlite_does_not_let_a_row_be_replaced_unseen(ledger: Ledger) -> None:
    if db.engine.dialect.name != "sqlite":
        with pytest.raises(DBAPIError):
            db.session.execute(text("TRUNCATE points_line"))
    else:
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(text("INSERT OR REPLACE INTO points_line SELECT * FROM points_line"))
    db.session.rollback()


FORGERIES = {
    "a balance raised": (
        "UPDATE points_account SET available = available + 5",
        "an account is as its last entry left it",
    ),
    "a lot and its account raised together": (
        "UPDATE points_lot SET points = points + 5, available = available + 5",
        "a lot's counters are the sums of its lines",
    ),
    "an actor's document exchanged": (
        "UPDATE points_journal SET request_hash = zero WHERE kind = 'spend'",
        "breaks at entry 2",
    ),
    "an entry's moment moved": (
        "UPDATE points_entry SET effective_at = effective_at - 1 WHERE seq = 3",
        "breaks at entry 3",
    ),
    "an entry told as something else": (
        "UPDATE points_entry SET kind = 'adjust' WHERE seq = 2",
        "an entry is what its journal says",
    ),
    "a journal's day moved": (
        "UPDATE points_journal SET posted_at = posted_at - 1 WHERE kind = 'refund'",
        "an entry is what its journal says",
    ),
    "a lot's life prolonged": (
        "UPDATE points_lot SET expires_at = expires_at + 1",
        "entry 1 is not what was asked for",
    ),
    "a lot's points worth more": (
        "UPDATE points_lot SET unit_value = unit_value + 1",
        "entry 1 is not what was asked for",
    ),
    "a reason rewritten": (
        "UPDATE points_journal SET why = '{}' WHERE kind = 'spend'",
        "entry 2 is not what was asked for",
    ),
    "more said than was moved": (
        "UPDATE points_journal SET points = points + 1 WHERE kind = 'refund'",
        "entry 3 is not what was asked for",
    ),
}


@pytest.mark.parametrize(("statement", "finding"), FORGERIES.values(), ids=FORGERIES.keys())
def test_what_is_forged_with_the_guards_taken_down_is_found(app: Flask, statement: str, finding: str) -> None:
    transact(found_programme)
    ledger = Ledger()
    ledger.earn(100)
    ledger.refund(ledger.spend(60), 20)
    assert ledger.faults() == []
    if db.engine.dialect.name == "sqlite":
        for name in db.session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            db.session.execute(text(f"DROP TRIGGER {name}"))
        zero = "zeroblob(32)"
    else:
        for table in ("points_journal", "points_entry", "points_line"):
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        zero = f"'\\x{'00' * 32}'"
    db.session.execute(text(statement.replace("zero", zero).replace(":", "\\:")))
    db.session.commit()
    assert any(finding in fault for fault in ledger.faults())
