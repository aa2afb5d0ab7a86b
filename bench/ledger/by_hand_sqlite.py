"""The hand-written side on SQLite: a plain sqlite3 loop with the same durability, behind the same side file."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from random import getrandbits
from typing import Any

from sqlalchemy.engine import make_url

from .verbs import POINTS, Act

EARNED = '{"base":12800,"rate":"1/100","rounding":"down","tier":"gold","what":"invoice"}'
REDEEMED = '{"items":[{"points":3,"quantity":1,"sku":"TEA-250"}],"order":"R2026112200017","what":"redemption"}'
CANCELLED = '{"order":"R2026112200017","what":"cancellation"}'
YEAR = 365 * 86_400 * 1_000_000
HOUR = 3_600 * 1_000_000

LOCK = (
    "SELECT pending, available, held, debt, last_seq, last_lot, head_hash, next_due_at, status FROM points_account "
    "WHERE dealer_id = ? AND account_no = 0"
)
KNOWN = "SELECT request_hash FROM points_journal WHERE dealer_id = ? AND source = 'bench' AND idem_key = ?"
OPEN = (
    "SELECT lot_no, available, redeemed, held FROM points_lot WHERE dealer_id = ? AND account_no = 0 AND is_open = 1 "
    "AND expires_at > ? ORDER BY expires_at, lot_no LIMIT 1"
)
LOT = "SELECT available, redeemed, held FROM points_lot WHERE dealer_id = ? AND account_no = 0 AND lot_no = ?"
SPENT = (
    "SELECT a.journal_id, a.ord, a.lot_no, a.refunded FROM points_journal j JOIN points_allocation a "
    "ON a.dealer_id = j.dealer_id AND a.journal_id = j.journal_id "
    "WHERE j.dealer_id = ? AND j.source = 'bench' AND j.idem_key = 'ground/spend'"
)
HELD = (
    "SELECT ord, lot_no, open FROM points_allocation WHERE dealer_id = ? AND journal_id = ? AND open > 0 "
    "ORDER BY ord LIMIT 1"
)
ADD_JOURNAL = (
    "INSERT INTO points_journal (dealer_id, journal_id, account_no, source, idem_key, request_hash, kind, outcome, "
    "points, ref_journal, effective_at, posted_at, actor, why, result) "
    "VALUES (?, ?, 0, 'bench', ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)"
)
ADD_ENTRY = (
    "INSERT INTO points_entry (dealer_id, account_no, seq, prev_seq, journal_id, kind, d_pending, d_available, d_held, "
    "d_debt, pending, available, held, debt, effective_at, posted_at, prev_hash, hash) "
    "VALUES (?, 0, ?, ?, ?, ?, 0, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)"
)
ADD_LINE = "INSERT INTO points_line VALUES (?, 0, ?, 1, ?, ?, ?, ?)"
ADD_LOT = (
    "INSERT INTO points_lot (dealer_id, account_no, lot_no, journal_id, kind, source, source_ref, fund_code, "
    "rule_version, multiplier_bps, unit_value, points, pending, available, held, redeemed, expired, clawed, settled, "
    "moved, reversed, earned_at, active_at, expires_at, expiry_month, is_open) "
    "VALUES (?, 0, ?, ?, 'base', 'bench', ?, '', 'bench/1', 10000, 0, ?, 0, ?, 0, 0, 0, 0, 0, 0, 0, ?, ?, ?, 202711, 1)"
)
ADD_ALLOCATION = (
    "INSERT INTO points_allocation (dealer_id, journal_id, ord, account_no, lot_no, points, open, redeemed, voided, "
    "refunded, held_until) VALUES (?, ?, 1, 0, ?, ?, ?, ?, 0, 0, ?)"
)
RESOLVE = "UPDATE points_allocation SET open = 0, redeemed = ? WHERE dealer_id = ? AND journal_id = ? AND ord = ?"
GIVE_BACK = "UPDATE points_allocation SET refunded = ? WHERE dealer_id = ? AND journal_id = ? AND ord = ?"
CHANGE_LOT = (
    "UPDATE points_lot SET available = ?, redeemed = ?, held = ? WHERE dealer_id = ? AND account_no = 0 AND lot_no = ?"
)
CHANGE_ACCOUNT = (
    "UPDATE points_account SET available = ?, held = ?, last_seq = ?, last_lot = ?, last_posted_at = ?, "
    "next_due_at = ?, head_hash = ? WHERE dealer_id = ? AND account_no = 0 AND last_seq = ?"
)


class Loop:
    """One client: a connection of its own, the statements of an act one after another."""

    def __init__(self, url: str, _threads: int, *, queued: bool = True) -> None:
        path = str(make_url(url).database)
        self.turn = os.open(f"{path}.turn", os.O_RDWR | os.O_CREAT, 0o600) if queued else None
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.acts: dict[str, Act] = {
            "earn": self.earn,
            "spend": self.spend,
            "refund": self.refund,
            "hold": self.hold_and_capture,
        }

    def close(self) -> None:
        self.connection.close()
        if self.turn is not None:
            os.close(self.turn)

    @contextmanager
    def one(self) -> Iterator[None]:
        """What a single act runs in."""
        yield

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """A turn, and a transaction in it; gives what executes."""
        if self.turn is not None:
            fcntl.flock(self.turn, fcntl.LOCK_EX)
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection.execute
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")
        finally:
            if self.turn is not None:
                fcntl.flock(self.turn, fcntl.LOCK_UN)

    def earn(self, dealer: int, key: str) -> None:
        now = time.time_ns() // 1000
        with self.writing() as execute:
            pending, available, held, debt, seq, lot, head, due, _ = execute(LOCK, (dealer,)).fetchone()
            assert execute(KNOWN, (dealer, key)).fetchone() is None
            journal, until = _id(now), now + YEAR
            available += POINTS
            digest = _hash("earn", dealer, seq + 1, head, journal, key, now, available, held, lot + 1, 1, 3, EARNED)
            self._journal(execute, "earn", dealer, journal, key, None, now, "system", EARNED, seq + 1, digest)
            execute(ADD_LOT, (dealer, lot + 1, journal, key, POINTS, POINTS, now, now, until))
            execute(
                ADD_ENTRY,
                (dealer, seq + 1, seq, journal, "earn", POINTS, 0, pending, available, held, debt, now, now, head,
                 digest),
            )  # fmt: skip
            execute(ADD_LINE, (dealer, seq + 1, lot + 1, 1, 3, POINTS))
            execute(CHANGE_ACCOUNT, (available, held, seq + 1, lot + 1, now, min(due, until), digest, dealer, seq))

    def spend(self, dealer: int, key: str) -> None:
        self._take("spend", dealer, key)

    def hold_and_capture(self, dealer: int, key: str) -> None:
        self._capture(dealer, f"{key}/capture", self._take("hold", dealer, key))

    def _take(self, kind: str, dealer: int, key: str) -> int:
        now = time.time_ns() // 1000
        with self.writing() as execute:
            pending, available, held, debt, seq, last_lot, head, due, _ = execute(LOCK, (dealer,)).fetchone()
            assert execute(KNOWN, (dealer, key)).fetchone() is None
            lot, left, redeemed, lot_held = execute(OPEN, (dealer, now)).fetchone()
            assert left >= POINTS
            journal, kept = _id(now), POINTS if kind == "hold" else 0
            digest = _hash(
                kind, dealer, seq + 1, head, journal, key, now, available, held, lot, 3, 4 if kept else 5, REDEEMED
            )
            self._journal(execute, kind, dealer, journal, key, None, now, "member:7", REDEEMED, seq + 1, digest)
            execute(
                ADD_ENTRY,
                (dealer, seq + 1, seq, journal, kind, -POINTS, kept, pending, available - POINTS, held + kept, debt,
                 now, now, head, digest),
            )  # fmt: skip
            execute(ADD_LINE, (dealer, seq + 1, lot, 3, 4 if kept else 5, POINTS))
            execute(ADD_ALLOCATION, (dealer, journal, lot, POINTS, kept, POINTS - kept, now + HOUR if kept else None))
            execute(CHANGE_LOT, (left - POINTS, redeemed + POINTS - kept, lot_held + kept, dealer, lot))
            execute(CHANGE_ACCOUNT, (available - POINTS, held + kept, seq + 1, last_lot, now, due, digest, dealer, seq))
        return journal

    def _capture(self, dealer: int, key: str, hold: int) -> None:
        now = time.time_ns() // 1000
        with self.writing() as execute:
            pending, available, held, debt, seq, last_lot, head, due, _ = execute(LOCK, (dealer,)).fetchone()
            assert execute(KNOWN, (dealer, key)).fetchone() is None
            number, lot, open_ = execute(HELD, (dealer, hold)).fetchone()
            left, redeemed, lot_held = execute(LOT, (dealer, lot)).fetchone()
            journal = _id(now)
            digest = _hash(
                "capture", dealer, seq + 1, head, journal, key, now, available, held - open_, lot, 4, 5, REDEEMED
            )
            self._journal(execute, "capture", dealer, journal, key, hold, now, "member:7", REDEEMED, seq + 1, digest)
            execute(
                ADD_ENTRY,
                (dealer, seq + 1, seq, journal, "capture", 0, -open_, pending, available, held - open_, debt,
                 now, now, head, digest),
            )  # fmt: skip
            execute(ADD_LINE, (dealer, seq + 1, lot, 4, 5, open_))
            execute(RESOLVE, (open_, dealer, hold, number))
            execute(CHANGE_LOT, (left, redeemed + open_, lot_held - open_, dealer, lot))
            execute(CHANGE_ACCOUNT, (available, held - open_, seq + 1, last_lot, now, due, digest, dealer, seq))

    def refund(self, dealer: int, key: str) -> None:
        now = time.time_ns() // 1000
        with self.writing() as execute:
            pending, available, held, debt, seq, last_lot, head, due, _ = execute(LOCK, (dealer,)).fetchone()
            assert execute(KNOWN, (dealer, key)).fetchone() is None
            spent, number, lot, refunded = execute(SPENT, (dealer,)).fetchone()
            left, redeemed, lot_held = execute(LOT, (dealer, lot)).fetchone()
            journal = _id(now)
            available += POINTS
            digest = _hash("refund", dealer, seq + 1, head, journal, key, now, available, held, lot, 5, 3, CANCELLED)
            self._journal(execute, "refund", dealer, journal, key, spent, now, "member:7", CANCELLED, seq + 1, digest)
            execute(
                ADD_ENTRY,
                (dealer, seq + 1, seq, journal, "refund", POINTS, 0, pending, available, held, debt, now, now, head,
                 digest),
            )  # fmt: skip
            execute(ADD_LINE, (dealer, seq + 1, lot, 5, 3, POINTS))
            execute(CHANGE_LOT, (left + POINTS, redeemed - POINTS, lot_held, dealer, lot))
            execute(GIVE_BACK, (refunded + POINTS, dealer, spent, number))
            execute(CHANGE_ACCOUNT, (available, held, seq + 1, last_lot, now, due, digest, dealer, seq))

    def _journal(
        self,
        execute: Any,
        kind: str,
        dealer: int,
        journal: int,
        key: str,
        ref: int | None,
        now: int,
        actor: str,
        why: str,
        seq: int,
        digest: bytes,
    ) -> None:
        request = sha256(f"{kind}|{key}|{POINTS}|{ref}|{why}".encode()).digest()
        result = f'{{"hash":"{digest.hex()}","seq":{seq}}}'
        execute(ADD_JOURNAL, (dealer, journal, key, request, kind, POINTS, ref, now, now, actor, why, result))


def _id(now: int) -> int:
    return (now // 1000) << 21 | getrandbits(21)


def _hash(kind: str, dealer: int, seq: int, head: bytes, *rest: object) -> bytes:
    told = "|".join(map(str, ("PL1", kind, dealer, seq, *rest, POINTS)))
    return sha256(head + told.encode()).digest()
