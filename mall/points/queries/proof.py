"""The ledger's proof: statements that must return no row, and the hash chain computed anew.

Each invariant is portable SQL over one slice of dealers; `chain_faults` recomputes every entry's hash from the rows.
"""
# ruff: noqa: S608 - the statements are put together from bucket numbers of our own alone

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from mall.base.types import micros
from mall.points.actions.drafts import request_hash
from mall.points.models import Account, Entry, Journal, Kind, Line, Lot
from mall.points.rules.buckets import AVAILABLE, CLAWED, DEBT, EXPIRED, HELD, ISSUED, MOVED, PENDING, REDEEMED
from mall.points.rules.chain import Link, Move, entry_hash, genesis


def _balance(bucket: int, points: str = "l.points") -> str:
    return f"COALESCE(SUM(CASE WHEN l.dst = {bucket} THEN {points} WHEN l.src = {bucket} THEN -{points} ELSE 0 END), 0)"


_LOT = "dealer_id, account_no, lot_no"
INVARIANTS: dict[str, str] = {
    "an account's balances are the sums of its lots": """
        SELECT a.dealer_id FROM points_account a LEFT JOIN points_lot t
          ON t.dealer_id = a.dealer_id AND t.account_no = a.account_no
        GROUP BY a.dealer_id, a.account_no, a.pending, a.available, a.held
        HAVING a.pending <> COALESCE(SUM(t.pending), 0) OR a.available <> COALESCE(SUM(t.available), 0)
            OR a.held <> COALESCE(SUM(t.held), 0)""",
    "an account is as its last entry left it": """
        SELECT a.dealer_id FROM points_account a JOIN points_entry e
          ON e.dealer_id = a.dealer_id AND e.account_no = a.account_no AND e.seq = a.last_seq
        WHERE a.pending <> e.pending OR a.available <> e.available OR a.held <> e.held OR a.debt <> e.debt
           OR a.head_hash <> e.hash""",
    "an account has as many entries as its sequence says": """
        SELECT a.dealer_id FROM points_account a LEFT JOIN points_entry e
          ON e.dealer_id = a.dealer_id AND e.account_no = a.account_no
        GROUP BY a.dealer_id, a.account_no, a.last_seq
        HAVING COUNT(e.seq) <> a.last_seq OR COALESCE(MAX(e.seq), 0) <> a.last_seq""",
    "a balance is the balance before plus the change": """
        SELECT e.dealer_id FROM points_entry e LEFT JOIN points_entry p
          ON p.dealer_id = e.dealer_id AND p.account_no = e.account_no AND p.seq = e.seq - 1
        WHERE e.pending <> COALESCE(p.pending, 0) + e.d_pending
           OR e.available <> COALESCE(p.available, 0) + e.d_available
           OR e.held <> COALESCE(p.held, 0) + e.d_held OR e.debt <> COALESCE(p.debt, 0) + e.d_debt""",
    "an entry's changes are the sums of its lines": f"""
        SELECT e.dealer_id FROM points_entry e LEFT JOIN points_line l
          ON l.dealer_id = e.dealer_id AND l.account_no = e.account_no AND l.seq = e.seq
        GROUP BY e.dealer_id, e.account_no, e.seq, e.d_pending, e.d_available, e.d_held, e.d_debt
        HAVING e.d_pending <> {_balance(PENDING)} OR e.d_available <> {_balance(AVAILABLE)}
            OR e.d_held <> {_balance(HELD)} OR e.d_debt <> -({_balance(DEBT)})""",
    "a lot's counters are the sums of its lines": f"""
        SELECT t.dealer_id FROM points_lot t LEFT JOIN points_line l
          ON l.dealer_id = t.dealer_id AND l.account_no = t.account_no AND l.lot_no = t.lot_no
        GROUP BY t.dealer_id, t.account_no, t.lot_no, t.points, t.pending, t.available, t.held, t.redeemed,
                 t.expired, t.clawed, t.settled, t.moved
        HAVING t.pending <> {_balance(PENDING)} OR t.available <> {_balance(AVAILABLE)}
            OR t.held <> {_balance(HELD)} OR t.redeemed <> {_balance(REDEEMED)} OR t.expired <> {_balance(EXPIRED)}
            OR t.clawed <> {_balance(CLAWED)} OR t.settled <> {_balance(DEBT)}
            OR t.moved <> SUM(CASE WHEN l.dst = {MOVED} THEN l.points ELSE 0 END)
            OR t.points <> SUM(CASE WHEN l.src IN ({ISSUED}, {MOVED}) THEN l.points ELSE 0 END)""",
    "what moved out has moved in": f"""
        SELECT q.net FROM (SELECT {_balance(MOVED)} AS net FROM points_line l) q WHERE q.net <> 0""",
    "held points are what holds have open": """
        SELECT a.dealer_id FROM points_account a LEFT JOIN points_allocation o
          ON o.dealer_id = a.dealer_id AND o.account_no = a.account_no
        GROUP BY a.dealer_id, a.account_no, a.held HAVING a.held <> COALESCE(SUM(o.open), 0)""",
    "a hold has open what its allocations have open": """
        SELECT h.dealer_id FROM points_hold h LEFT JOIN points_allocation o
          ON o.dealer_id = h.dealer_id AND o.journal_id = h.journal_id
        GROUP BY h.dealer_id, h.journal_id, h.open HAVING h.open <> COALESCE(SUM(o.open), 0)""",
    "what was posted has an entry": """
        SELECT j.dealer_id FROM points_journal j LEFT JOIN points_entry e
          ON e.dealer_id = j.dealer_id AND e.journal_id = j.journal_id
        WHERE j.outcome = 1 AND e.seq IS NULL""",
    "what was refused has none": """
        SELECT j.dealer_id FROM points_journal j JOIN points_entry e
          ON e.dealer_id = j.dealer_id AND e.journal_id = j.journal_id WHERE j.outcome = 2""",
    "an entry is what its journal says": """
        SELECT e.dealer_id FROM points_entry e JOIN points_journal j
          ON j.dealer_id = e.dealer_id AND j.journal_id = e.journal_id
        WHERE e.kind <> j.kind OR e.account_no <> j.account_no OR e.effective_at <> j.effective_at
           OR e.posted_at <> j.posted_at""",
    "a lot's redeemed points are what its allocations have redeemed and not given back": f"""
        SELECT t.{_LOT.replace(", ", ", t.")} FROM points_lot t LEFT JOIN points_allocation o
          ON o.dealer_id = t.dealer_id AND o.account_no = t.account_no AND o.lot_no = t.lot_no
        GROUP BY t.{_LOT.replace(", ", ", t.")}, t.redeemed
        HAVING t.redeemed <> COALESCE(SUM(o.redeemed - o.refunded), 0)""",
}


def faults(session: Session) -> list[str]:
    """The invariants that do not hold, each with the first dealers concerned; an empty list is the proof."""
    found = []
    for name, statement in INVARIANTS.items():
        rows = session.execute(text(statement)).fetchmany(5)
        if rows:
            found.append(f"{name}: not so for {', '.join(str(row[0]) for row in rows)}")
    return found + list(chain_faults(session))


def chain_faults(session: Session) -> Iterator[str]:
    """Entries whose hash, or whose request's, is not what their rows, recomputed, give; per account the first one.

    By the request of an earning its lots' lives and worths are proven too, by any of these the reason told.
    """
    accounts = {(a.dealer_id, a.account_no): a for a in session.query(Account)}
    lines: dict[tuple[int, int, int], list[Move]] = {}
    for line in session.query(Line).order_by(Line.dealer_id, Line.account_no, Line.seq, Line.line_no):
        key = (line.dealer_id, line.account_no, line.seq)
        lines.setdefault(key, []).append((line.lot_no, line.src, line.dst, line.points))
    lots: dict[tuple[int, int], list[Lot]] = {}
    for lot in session.query(Lot).order_by(Lot.dealer_id, Lot.account_no, Lot.lot_no):
        lots.setdefault((lot.dealer_id, lot.journal_id), []).append(lot)
    rows = session.query(Entry, Journal).join(
        Journal, (Journal.dealer_id == Entry.dealer_id) & (Journal.journal_id == Entry.journal_id)
    )
    ordered = rows.order_by(Entry.dealer_id, Entry.account_no, Entry.seq)
    for (dealer_id, account_no), group in groupby(ordered, key=lambda x: (x[0].dealer_id, x[0].account_no)):
        head = genesis(dealer_id, account_no, accounts[dealer_id, account_no].programme_id)
        for entry, journal in group:
            head = _hash(entry, journal, head, lines.get((dealer_id, account_no, entry.seq), []))
            if head != entry.hash:
                yield f"the chain of dealer {dealer_id} breaks at entry {entry.seq}"
                break
            asked = _asked(journal, lots.get((dealer_id, journal.journal_id), []))
            if asked is not None and request_hash(journal.kind, asked) != journal.request_hash:
                yield f"of dealer {dealer_id} entry {entry.seq} is not what was asked for"
                break


def _asked(journal: Any, lots: list[Lot]) -> dict[str, Any] | None:
    """The request as journal and lots tell it; none for kinds of which they do not keep all."""
    if journal.kind is Kind.SPEND:
        return {"points": journal.points, "why": journal.why}
    if journal.kind is Kind.REFUND:
        return {"spend": journal.ref_journal, "points": journal.points, "why": journal.why}
    if journal.kind is not Kind.EARN or not lots:
        return None
    parts = [{"points": x.points, "kind": x.kind.value, "multiplier_bps": x.multiplier_bps} for x in lots]
    terms = [
        {
            "reference": lot.source_ref,
            "earned_at": micros(lot.earned_at),
            "active_at": micros(lot.active_at),
            "expires_at": micros(lot.expires_at),
            "rule": lot.rule_version,
            "fund": lot.fund_code,
            "unit_value": lot.unit_value,
        }
        for lot in lots
    ]
    # The parts of an earning share their terms; parts that differ were never asked for.
    return terms[0] | {"parts": parts, "why": journal.why} if all(x == terms[0] for x in terms) else {}


def _hash(entry: Any, journal: Any, prev: bytes, moves: list[Move]) -> bytes:
    return entry_hash(
        Link(
            dealer_id=entry.dealer_id,
            account_no=entry.account_no,
            seq=entry.seq,
            prev_hash=prev,
            journal_id=journal.journal_id,
            source=journal.source,
            idem_key=journal.idem_key,
            request_hash=journal.request_hash,
            kind=journal.kind.value,
            effective_at=micros(entry.effective_at),
            posted_at=micros(entry.posted_at),
            deltas=(entry.d_pending, entry.d_available, entry.d_held, entry.d_debt),
            balances=(entry.pending, entry.available, entry.held, entry.debt),
        ),
        moves,
    )
