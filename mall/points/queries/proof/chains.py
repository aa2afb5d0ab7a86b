"""The chains, computed anew: every entry from its journal, its lines and its lots, and each beside the one before."""
# ruff: noqa: S608 - the statements are put together from names and numbers of our own alone

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from mall.points.queries.proof.fault import MOST, Fault
from mall.points.queries.proof.slices import Account, pages
from mall.points.queries.proof.walk import Walk
from mall.points.rules.buckets import ISSUED, MOVED
from mall.points.rules.chain import Move

_SPANS = "WITH c (dealer_id, account_no, first, last) AS (VALUES {spans})"
_WITHIN = "{0}.dealer_id = c.dealer_id AND {0}.account_no = c.account_no AND {0}.seq BETWEEN c.first AND c.last"
ENTRIES = f"""{_SPANS}
    SELECT e.dealer_id, e.account_no, e.seq, e.prev_seq, e.kind, e.d_pending, e.d_available, e.d_held, e.d_debt,
           e.pending, e.available, e.held, e.debt, e.effective_at, e.posted_at, e.prev_hash, e.hash,
           j.journal_id, j.account_no AS account_there, j.source, j.idem_key, j.request_hash, j.kind AS kind_there,
           j.outcome, j.points, j.ref_journal, j.transfer_id, j.effective_at AS effective_there,
           j.posted_at AS posted_there, j.actor, j.checker, j.why, j.result
    FROM c JOIN points_entry e ON {_WITHIN.format("e")}
    LEFT JOIN points_journal j ON j.dealer_id = e.dealer_id AND j.journal_id = e.journal_id
    ORDER BY e.dealer_id, e.account_no, e.seq"""
LINES = f"""{_SPANS}
    SELECT l.dealer_id, l.account_no, l.seq, l.lot_no, l.src, l.dst, l.points
    FROM c JOIN points_line l ON {_WITHIN.format("l")}
    ORDER BY l.dealer_id, l.account_no, l.seq, l.line_no"""
BIRTHS = f"""{_SPANS}
    SELECT l.dealer_id, l.account_no, l.seq, t.journal_id, t.lot_no, t.kind, t.origin_lot, t.source, t.source_ref,
           t.fund_code, t.rule_version, t.multiplier_bps, t.unit_value, t.points, t.earned_at, t.active_at,
           t.expires_at, t.expiry_month
    FROM c JOIN points_line l ON {_WITHIN.format("l")} AND l.src IN ({ISSUED}, {MOVED})
    JOIN points_lot t ON t.dealer_id = l.dealer_id AND t.account_no = l.account_no AND t.lot_no = l.lot_no
    ORDER BY l.dealer_id, l.account_no, l.seq, t.lot_no"""
"""The lots that an entry made: a lot's first move comes from ISSUED or MOVED, and none comes from there again."""

Key = tuple[int, int, int]
_NONE: tuple[Any, ...] = ()


def chain_faults(connection: Connection, accounts: list[Account]) -> Iterator[Fault]:
    """What is wrong with the entries of these accounts, from where each is to be proven."""
    walk: Walk | None = None
    for page in pages(accounts):
        spans = ", ".join(f"({a.dealer_id}, {a.account_no}, {first}, {last})" for a, first, last in page)
        lines: dict[Key, list[Move]] = {}
        for row in _read(connection, LINES, spans):
            lines.setdefault(row[:3], []).append(row[3:])
        births: dict[Key, list[Any]] = {}
        for row in _read(connection, BIRTHS, spans):
            births.setdefault(row[:3], []).append(row)
        entries: dict[tuple[int, int], list[Any]] = {}
        for row in _read(connection, ENTRIES, spans):
            entries.setdefault(row[:2], []).append(row)
        for account, _, _ in page:
            if walk is None or walk.account is not account:
                yield from _end(walk)
                walk = Walk(account)
            for row in entries.get(account.key, _NONE):
                if walk.faults >= MOST:
                    break
                key = row[:3]
                yield from walk.step(row, lines.get(key, _NONE), births.get(key, _NONE))
    yield from _end(walk)


def _end(walk: Walk | None) -> Iterator[Fault]:
    if walk and walk.faults < MOST:
        yield from walk.end()


def _read(connection: Connection, statement: str, spans: str) -> Any:
    return connection.exec_driver_sql(statement.replace("{spans}", spans)).all()
