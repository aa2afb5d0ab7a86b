"""What must hold between lots, what was taken of them, accounts and journals: statements that must give no row.

Each names pairs of what stands somewhere and what must, over portable SQL; a row in which a pair differs is a fault.
`c` are the accounts of a slice, as values: only what entries after `since` touched is looked at, but always against
all there is of it.
"""
# ruff: noqa: S608 - the statements are put together from names and numbers of our own alone

from __future__ import annotations

from dataclasses import dataclass

from mall.points.models import Scope
from mall.points.rules.buckets import AVAILABLE, CLAWED, DEBT, EXPIRED, HELD, ISSUED, MOVED, PENDING, REDEEMED


@dataclass(frozen=True, eq=False)
class Invariant:
    """A rule: over which rows, where a row of it is, and what in it must be equal."""

    code: str
    rows: str
    pairs: dict[str, tuple[str, str]]
    """By what is told of it: what stands there, and what must."""
    group: str | None = None
    """What rows are put together by, after dealer and account."""
    where: str = "c"
    """What carries dealer_id and account_no."""
    seq: str = "NULL"
    lot: str = "NULL"
    scopes: tuple[Scope, ...] = (Scope.FULL, Scope.CHANGED)


def _on(table: str, beside: str = "c", *more: str) -> str:
    """The condition that a row is of the same account as another, and equal in further columns."""
    return " AND ".join(f"{table}.{name} = {beside}.{name}" for name in ("dealer_id", "account_no", *more))


def _sum(points: str, when: str = "1 = 1") -> str:
    return f"COALESCE(SUM(CASE WHEN {when} THEN {points} ELSE 0 END), 0)"


def _at(bucket: int) -> str:
    """How many points of the lines `l` have arrived in a bucket and not left it."""
    return f"COALESCE(SUM(CASE WHEN l.dst = {bucket} THEN l.points WHEN l.src = {bucket} THEN -l.points ELSE 0 END), 0)"


_ENTRIES = f"c JOIN points_entry e ON {_on('e')} AND e.seq > c.since"
_JOURNAL = "points_journal j ON j.dealer_id = e.dealer_id AND j.journal_id = e.journal_id"
_BORN = f"l.src IN ({ISSUED}, {MOVED})"
_REFUNDED = """(SELECT COALESCE(SUM(o.refunded), 0) FROM points_allocation o
    WHERE o.dealer_id = s.dealer_id AND o.journal_id = s.ref_journal)"""
_REFUNDS = """(SELECT COALESCE(SUM(r.points), 0) FROM points_journal r
    WHERE r.dealer_id = s.dealer_id AND r.ref_journal = s.ref_journal AND r.kind = 'refund' AND r.outcome = 1)"""
_OF_HOLD = """(SELECT COALESCE(SUM(o.{0}), 0) FROM points_allocation o
    WHERE o.dealer_id = h.dealer_id AND o.journal_id = h.journal_id)"""
_OUT_OF_HELD = f"""(SELECT COALESCE(SUM(l.points), 0) FROM points_line l
    WHERE {_on("l", "e", "seq")} AND l.src = {HELD} AND l.dst {{0}} {REDEEMED})"""
_REFERS_TO = """CASE WHEN e.kind = 'reinstate' THEN 'clawback' WHEN e.kind = 'refund' AND r.kind <> 'hold' THEN 'spend'
    ELSE 'hold' END"""
_DUE = "MIN(CASE WHEN t.pending > 0 THEN t.active_at ELSE t.expires_at END)"

INVARIANTS = (
    Invariant(
        "account_lots",
        f"c JOIN points_account a ON {_on('a')} LEFT JOIN points_lot t ON {_on('t')}",
        {
            "pending": ("a.pending", _sum("t.pending")),
            "available": ("a.available", _sum("t.available")),
            "held": ("a.held", _sum("t.held")),
            "lots": ("a.last_lot", "COUNT(t.lot_no)"),
            "last lot": ("a.last_lot", "COALESCE(MAX(t.lot_no), 0)"),
        },
        group="a.pending, a.available, a.held, a.last_lot",
    ),
    Invariant(
        "account_held",
        f'c JOIN points_account a ON {_on("a")} LEFT JOIN points_allocation o ON {_on("o")} AND o."open" > 0',
        {
            "held": ("a.held", _sum('o."open"')),
            "held without an end": (_sum('o."open"', "o.held_until IS NULL"), "0"),
        },
        group="a.held",
    ),
    Invariant(
        "account_due",
        f"c JOIN points_account a ON {_on('a')} JOIN points_lot t ON {_on('t')} AND t.is_open = 1",
        {"next due": ("a.next_due_at", f"CASE WHEN a.next_due_at > {_DUE} THEN {_DUE} ELSE a.next_due_at END")},
        group="a.next_due_at",
    ),
    Invariant(
        "lot_lines",
        f"{{touched}} LEFT JOIN points_line l ON {_on('l', 't', 'lot_no')}",
        {
            "points": ("t.points", _sum("l.points", _BORN)),
            "pending": ("t.pending", _at(PENDING)),
            "available": ("t.available", _at(AVAILABLE)),
            "held": ("t.held", _at(HELD)),
            "redeemed": ("t.redeemed", _at(REDEEMED)),
            "expired": ("t.expired", _at(EXPIRED)),
            "clawed": ("t.clawed", _at(CLAWED)),
            "settled": ("t.settled", _at(DEBT)),
            "moved": ("t.moved", _sum("l.points", f"l.dst = {MOVED}")),
            "open": ("t.is_open", "CASE WHEN t.pending + t.available > 0 THEN 1 ELSE 0 END"),
            "births": (_sum("1", _BORN), "1"),
        },
        group="t.lot_no, t.points, t.pending, t.available, t.held, t.redeemed, t.expired, t.clawed, t.settled, "
        "t.moved, t.is_open",
        where="t",
        lot="t.lot_no",
    ),
    Invariant(
        "lot_taken",
        # Put together by a sort, not by a join: allocations have no index by lot, and need none elsewhere.
        f"""(SELECT t.dealer_id, t.account_no, t.lot_no, 1 AS lots, t.redeemed, t.held, 0 AS spent, 0 AS kept
             FROM {{touched}}
             UNION ALL
             SELECT c.dealer_id, c.account_no, o.lot_no, 0, 0, 0, o.redeemed - o.refunded, o."open"
             FROM c JOIN points_allocation o ON {_on("o")}) s""",
        {
            "redeemed": ("CASE WHEN MAX(s.lots) = 1 THEN SUM(s.redeemed) ELSE SUM(s.spent) END", "SUM(s.spent)"),
            "held": ("CASE WHEN MAX(s.lots) = 1 THEN SUM(s.held) ELSE SUM(s.kept) END", "SUM(s.kept)"),
        },
        group="s.lot_no",
        where="s",
        lot="s.lot_no",
    ),
    Invariant(
        "taken",
        f"""{_ENTRIES} AND e.kind IN ('spend', 'hold')
            JOIN points_line l ON {_on("l", "e", "seq")} AND l.src = {AVAILABLE} AND l.dst IN ({REDEEMED}, {HELD})
            LEFT JOIN points_allocation o ON o.dealer_id = e.dealer_id AND o.journal_id = e.journal_id
              AND o.ord = l.line_no""",
        {"lot": ("o.lot_no", "l.lot_no"), "points": ("o.points", "l.points")},
        seq="e.seq",
    ),
    Invariant(
        "taken_by_none",
        f"""c JOIN points_allocation o ON {_on("o")}
            LEFT JOIN points_entry e ON e.dealer_id = o.dealer_id AND e.journal_id = o.journal_id
            LEFT JOIN points_line l ON {_on("l", "e", "seq")} AND l.line_no = o.ord""",
        {"lot": ("o.lot_no", "l.lot_no")},
        seq="e.seq",
        lot="o.lot_no",
        scopes=(Scope.FULL,),
    ),
    Invariant(
        "refunded",
        f"""(SELECT DISTINCT c.dealer_id, c.account_no, j.ref_journal
             FROM {_ENTRIES} AND e.kind = 'refund' JOIN {_JOURNAL} WHERE j.ref_journal IS NOT NULL) s
            JOIN points_entry e ON e.dealer_id = s.dealer_id AND e.journal_id = s.ref_journal""",
        {"given back": (_REFUNDED, _REFUNDS)},
        where="s",
        seq="e.seq",
    ),
    Invariant(
        "resolved",
        f"""{_ENTRIES} AND e.kind IN ('capture', 'void') JOIN {_JOURNAL}
            JOIN points_entry h ON h.dealer_id = j.dealer_id AND h.journal_id = j.ref_journal""",
        {
            "redeemed": (_OF_HOLD.format("redeemed"), _OUT_OF_HELD.format("=")),
            "voided": (_OF_HOLD.format("voided"), _OUT_OF_HELD.format("<>")),
        },
        seq="h.seq",
    ),
    Invariant(
        "journal_entries",
        f"""c JOIN points_journal j ON {_on("j")} AND j.journal_id >= c.since_journal
            LEFT JOIN points_entry e ON e.dealer_id = j.dealer_id AND e.journal_id = j.journal_id""",
        {"entries": ("COUNT(e.seq)", "CASE j.outcome WHEN 1 THEN 1 ELSE 0 END")},
        group="j.journal_id, j.outcome",
        seq="MIN(e.seq)",
    ),
    Invariant(
        "reference",
        f"""{_ENTRIES} AND e.kind IN ('refund', 'capture', 'void', 'reinstate') JOIN {_JOURNAL}
            LEFT JOIN points_journal r ON r.dealer_id = j.dealer_id AND r.journal_id = j.ref_journal""",
        {
            "kind": ("r.kind", _REFERS_TO),
            "account": ("r.account_no", "j.account_no"),
            "outcome": ("r.outcome", "1"),
        },
        seq="e.seq",
    ),
    Invariant(
        "reinstated",
        # CROSS JOIN keeps SQLite to the order in which tables are named: an entry by its journal, then its lines.
        f"""(SELECT c.dealer_id, c.account_no, e.seq,
               (SELECT COALESCE(SUM(l.points), 0) FROM points_line l WHERE {_on("l", "e", "seq")}
                AND l.src = {ISSUED}) AS back,
               (SELECT COALESCE(SUM(l.points), 0) FROM points_entry r CROSS JOIN points_line l
                WHERE {_on("l", "r", "seq")} AND r.dealer_id = j.dealer_id AND r.journal_id = j.ref_journal
                  AND l.dst = {CLAWED}) AS taken
             FROM {_ENTRIES} AND e.kind = 'reinstate' JOIN {_JOURNAL}) s""",
        {"given back": ("s.back", "CASE WHEN s.back > s.taken THEN s.taken ELSE s.back END")},
        where="s",
        seq="s.seq",
    ),
    Invariant(
        "transfer",
        f"""(SELECT c.dealer_id, c.account_no, e.seq, j.points, j.posted_at, o.points AS points_there,
               o.posted_at AS posted_there,
               (SELECT COUNT(*) FROM points_journal n WHERE n.transfer_id = j.transfer_id) AS legs,
               (SELECT SUM(CASE WHEN l.dst = {MOVED} THEN l.points WHEN l.src = {MOVED} THEN -l.points ELSE 0 END)
                FROM points_line l WHERE {_on("l", "e", "seq")}) AS out_here,
               (SELECT SUM(CASE WHEN l.src = {MOVED} THEN l.points WHEN l.dst = {MOVED} THEN -l.points ELSE 0 END)
                FROM points_entry f CROSS JOIN points_line l
                WHERE {_on("l", "f", "seq")} AND f.dealer_id = o.dealer_id AND f.journal_id = o.journal_id) AS in_there
             FROM {_ENTRIES} AND e.kind = 'transfer' JOIN {_JOURNAL}
             LEFT JOIN points_journal o ON o.transfer_id = j.transfer_id AND o.journal_id <> j.journal_id) s""",
        {
            "legs": ("s.legs", "2"),
            "points": ("s.points_there", "s.points"),
            "posted at": ("s.posted_there", "s.posted_at"),
            "moved": ("s.in_there", "s.out_here"),
        },
        where="s",
        seq="s.seq",
    ),
    Invariant(
        "reversed",
        f"""(SELECT c.dealer_id, c.account_no, t.source, t.source_ref, t.reversed, 0 AS charged, t.lot_no
             FROM c JOIN points_lot t ON {_on("t")} AND t.reversed > 0 AND t.kind <> 'grace'
             UNION ALL
             SELECT c.dealer_id, c.account_no, j.source, {{reference}}, 0, j.points, NULL
             FROM {_ENTRIES} AND e.kind = 'clawback' JOIN {_JOURNAL} WHERE {{reference}} IS NOT NULL) s""",
        {"charged": (_sum("s.reversed"), _sum("s.charged"))},
        group="s.source, s.source_ref",
        where="s",
        lot="MIN(s.lot_no)",
        scopes=(Scope.FULL,),
    ),
)

TOUCHED = {
    Scope.FULL: f"c JOIN points_lot t ON {_on('t')}",
    Scope.CHANGED: f"""(SELECT DISTINCT c.dealer_id, c.account_no, l.lot_no
        FROM c JOIN points_line l ON {_on("l")} AND l.seq > c.since WHERE l.lot_no IS NOT NULL) k
        JOIN points_lot t ON {_on("t", "k", "lot_no")}""",
}
"""The lots that entries touched."""
REFERENCE = {"postgresql": "CAST(j.result AS json) ->> 'reference'", "sqlite": "j.result ->> 'reference'"}
"""The purchase that a clawback was charged to."""
NO_ACCOUNT = " UNION ".join(
    f"""SELECT x.dealer_id, x.account_no FROM {table} x
        WHERE x.dealer_id > :after AND x.dealer_id <= :upto AND NOT EXISTS (
            SELECT 1 FROM points_account a WHERE {_on("a", "x")})"""
    for table in ("points_journal", "points_entry", "points_lot")
)
"""Postings and lots of no account at all, among dealers after one and up to another."""
