"""The ledger in slices: accounts in the order of their dealers, few enough that a snapshot of them is soon let go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from mall.base.ids import AHEAD
from mall.points.models import Scope
from mall.points.rules.chain import genesis

DEALERS = 200
"""So many dealers in a slice, at most."""
ENTRIES = 50_000
"""So many entries in a slice, unless one dealer alone has more."""
PAGE = 2_000
"""So many entries in memory at a time."""
LAST = 2**63 - 1

GENTLY = ("enable_seqscan = off", "max_parallel_workers_per_gather = 0", "jit = off")
"""A slice is a small part of a large ledger: PostgreSQL reads it by key, on one core, beside a mall at work."""

_CHANGED = "(v.seq IS NULL OR v.seq <> a.last_seq OR v.hash <> a.head_hash)"
_NEXT = """
    SELECT a.dealer_id, SUM(a.last_seq - {since}) FROM points_account a
    LEFT JOIN points_verified v ON v.dealer_id = a.dealer_id AND v.account_no = a.account_no
    WHERE a.dealer_id > :after AND a.dealer_id <= :upto AND {which}
    GROUP BY a.dealer_id ORDER BY a.dealer_id LIMIT :limit"""
_ACCOUNTS = """
    SELECT a.dealer_id, a.account_no, d.code, a.programme_id, a.pending, a.available, a.held, a.debt, a.last_seq,
           a.head_hash, a.last_posted_at, v.seq AS proven_seq, v.hash AS proven_hash, w.hash AS hash_there,
           w.journal_id AS journal_there
    FROM points_account a LEFT JOIN dealer d ON d.id = a.dealer_id
    LEFT JOIN points_verified v ON v.dealer_id = a.dealer_id AND v.account_no = a.account_no
    LEFT JOIN points_entry w ON w.dealer_id = v.dealer_id AND w.account_no = v.account_no AND w.seq = v.seq
    WHERE a.dealer_id > :after AND a.dealer_id <= :upto AND {which}
    ORDER BY a.dealer_id, a.account_no"""
_OF = {
    Scope.FULL: {"since": "0", "which": "1 = 1"},
    Scope.CHANGED: {"since": "COALESCE(v.seq, 0)", "which": _CHANGED},
}
NEXT = {scope: text(_NEXT.format(**of)) for scope, of in _OF.items()}
ACCOUNTS = {scope: text(_ACCOUNTS.format(**of)) for scope, of in _OF.items()}


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its row tells it, and from where on it is to be proven."""

    dealer_id: int
    account_no: int
    dealer: str
    """The dealer's code."""
    programme_id: int
    balances: tuple[int, int, int, int]
    last_seq: int
    head_hash: bytes
    last_posted_at: int | None
    since: int
    """What comes after this entry is to be proven; nought: everything."""
    since_journal: int
    """Journals from this one on may be new."""
    proven: tuple[int, bytes] | None
    """The entry up to which it was proven before, and the hash that entry had."""
    hash_there: bytes | None
    """The hash that entry has now."""

    @property
    def key(self) -> tuple[int, int]:
        """Dealer and number of the account."""
        return self.dealer_id, self.account_no

    @property
    def start(self) -> bytes:
        """The head of its chain before the first entry."""
        return genesis(self.dealer_id, self.account_no, self.programme_id)


@dataclass(frozen=True, slots=True)
class Slice:
    """Dealers after one and up to another, and the accounts of theirs that are to be proven."""

    after: int
    upto: int
    accounts: list[Account]


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database, blocks nobody and can write nothing."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    # SQLite's transaction begins with its first read and sees no later commit until it ends.
    with engine.connect().execution_options(**options) as connection:
        if options:
            for setting in GENTLY:
                connection.exec_driver_sql(f"SET LOCAL {setting}")
        yield connection


def next_slice(connection: Connection, scope: Scope, after: int, upto: int) -> Slice:
    """The slice that begins after a dealer; its last dealer is `upto` itself when nothing follows."""
    wants = {"after": after, "upto": upto, "limit": DEALERS + 1}
    dealers = connection.execute(NEXT[scope], wants).all()
    weight = 0
    kept: list[int] = []
    for dealer, entries in dealers[:DEALERS]:
        weight += int(entries)
        if kept and weight > ENTRIES:
            break
        kept.append(dealer)
    end = upto if len(kept) == len(dealers) else kept[-1]
    rows = connection.execute(ACCOUNTS[scope], {"after": after, "upto": end})
    return Slice(after, end, [_account(row, scope) for row in rows])


def _account(row: Any, scope: Scope) -> Account:
    # A watermark that no longer stands is told as such, and the account proven from its beginning.
    stands = row.proven_seq is not None and row.hash_there == row.proven_hash
    since = row.proven_seq if scope is Scope.CHANGED and stands else 0
    return Account(
        dealer_id=row.dealer_id,
        account_no=row.account_no,
        dealer=row.code or str(row.dealer_id),
        programme_id=row.programme_id,
        balances=(row.pending, row.available, row.held, row.debt),
        last_seq=row.last_seq,
        head_hash=row.head_hash,
        last_posted_at=row.last_posted_at,
        since=since,
        # Ids begin with the millisecond in which they were made, give or take how far they may run ahead.
        since_journal=max((row.journal_there >> 21) - AHEAD, 0) << 21 if since else 0,
        proven=(row.proven_seq, row.proven_hash) if row.proven_seq else None,
        hash_there=row.hash_there,
    )


def pages(accounts: list[Account]) -> Iterator[list[tuple[Account, int, int]]]:
    """Entries to be read together: accounts with the first and the last sequence, in order, few enough for memory.

    Each begins with the entry proven before, if there is one, and ends one past the last that there should be.
    """
    page: list[tuple[Account, int, int]] = []
    room = PAGE
    for account in accounts:
        first, last = max(account.since, 1), account.last_seq + 1
        while first <= last:
            until = min(last, first + room - 1)
            page.append((account, first, until))
            room -= until - first + 1
            first = until + 1
            if room <= 0:
                yield page
                page, room = [], PAGE
    if page:
        yield page
