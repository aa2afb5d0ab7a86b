"""One account's chain, entry by entry: what is wrong with each, by itself and beside the one before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from mall.base.types import canonical
from mall.points.models import Kind, Outcome
from mall.points.queries.proof.fault import Fault, differing, told
from mall.points.queries.proof.slices import Account
from mall.points.rules.buckets import AVAILABLE, CLAWED, DEBT, EXPIRED, HELD, ISSUED, MOVED, PENDING, REDEEMED
from mall.points.rules.chain import Birth, Link, Move, details_hash, entry_hash

COUNTED: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    Kind.EARN: ((ISSUED,), ()),
    Kind.ACTIVATE: ((PENDING,), ()),
    Kind.SPEND: ((), (REDEEMED,)),
    Kind.REFUND: ((REDEEMED,), ()),
    Kind.EXPIRE: ((), (EXPIRED,)),
    Kind.CLAWBACK: ((), (CLAWED,)),
    Kind.REINSTATE: ((ISSUED,), ()),
    Kind.ADJUST: ((ISSUED,), (CLAWED,)),
    Kind.HOLD: ((), (HELD,)),
    Kind.CAPTURE: ((), (REDEEMED,)),
    Kind.VOID: ((HELD,), ()),
    Kind.TRANSFER: ((MOVED,), (MOVED,)),
}
"""What a journal's points count, by its kind: what left these buckets, and what arrived in those."""
_POSTED = int(Outcome.POSTED)
Balances = tuple[int, int, int, int]


class Walk:
    """Where on an account's chain the proof is: at an entry, its hash, the balances it left and when it was posted."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.seq = account.since
        self.hash = account.start
        self.balances: Balances = (0, 0, 0, 0)
        self.posted_at = 0
        self.faults = 0

    def step(self, row: Any, moves: Sequence[Move], births: Sequence[Any]) -> Iterator[Fault]:
        """The next entry with its journal, its lines and the lots it made. The one proven before is but a start."""
        seq, account = row.seq, self.account
        if seq > account.last_seq:
            yield self._fault("entry_beyond", seq, f"entry {seq}", f"{account.last_seq} entries")
            return
        balances = (row.pending, row.available, row.held, row.debt)
        if seq > account.since:
            deltas = (row.d_pending, row.d_available, row.d_held, row.d_debt)
            yield from self._linked(row, balances, deltas)
            yield from self._counted(row, moves, balances, deltas)
            if row.journal_id is None:
                yield self._fault("journal", seq, "no journal", "one")
            else:
                yield from self._hashed(row, moves, births, balances, deltas)
                yield from self._told(row)
        self.seq, self.hash, self.posted_at, self.balances = seq, row.hash, row.posted_at, balances

    def end(self) -> Iterator[Fault]:
        """The account beside its last entry, and what was proven before."""
        account = self.account
        if account.proven and account.hash_there != account.proven[1]:
            yield self._fault("proven", account.proven[0], account.hash_there, account.proven[1])
        if self.seq < account.last_seq:
            yield self._fault("entry_missing", self.seq + 1, "nothing", f"{account.last_seq} entries")
            return
        there = (account.balances, account.head_hash, account.last_posted_at or 0)
        if there != (self.balances, self.hash, self.posted_at):
            pairs = _by_name(account.balances, self.balances)
            pairs["hash"] = (account.head_hash, self.hash)
            pairs["last posted at"] = (account.last_posted_at or 0, self.posted_at)
            yield self._fault("head", self.seq or None, *differing(pairs))

    def _fault(self, code: str, seq: int | None, found: object, expected: object, lot: int | None = None) -> Fault:
        self.faults += 1
        return Fault(code, self.account.dealer_id, self.account.dealer, seq, lot, told(found), told(expected))

    def _linked(self, row: Any, balances: Balances, deltas: Balances) -> Iterator[Fault]:
        """It follows the entry before: by number, hash, balances and time."""
        seq = row.seq
        if seq != self.seq + 1:
            yield self._fault("entry_missing", self.seq + 1, f"entry {seq}", f"entry {self.seq + 1}")
        elif (row.prev_seq, row.prev_hash) != ((seq - 1, self.hash) if seq > 1 else (None, None)):
            pairs = {"entry": (row.prev_seq, seq - 1 or None), "hash": (row.prev_hash, self.hash if seq > 1 else None)}
            yield self._fault("link", seq, *differing(pairs))
        else:
            stepped = tuple(map(int.__add__, self.balances, deltas))
            if balances != stepped:
                yield self._fault("balance", seq, *differing(_by_name(balances, stepped)))
            if row.posted_at < self.posted_at:
                yield self._fault("posted_back", seq, row.posted_at, f"{self.posted_at} or later")
        if row.effective_at > row.posted_at:
            yield self._fault("effective_late", seq, row.effective_at, f"{row.posted_at} or earlier")

    def _counted(self, row: Any, moves: Sequence[Move], balances: Balances, deltas: Balances) -> Iterator[Fault]:
        """It is the sum of its lines."""
        gone, come = [0] * 10, [0] * 10
        for _, src, dst, points in moves:
            gone[src] += points
            come[dst] += points
        sums = (
            come[PENDING] - gone[PENDING],
            come[AVAILABLE] - gone[AVAILABLE],
            come[HELD] - gone[HELD],
            gone[DEBT] - come[DEBT],
        )
        if deltas != sums:
            yield self._fault("lines", row.seq, *differing(_by_name(deltas, sums)))
        if come[MOVED] != gone[MOVED] and row.kind != Kind.TRANSFER:
            yield self._fault("moved", row.seq, come[MOVED], gone[MOVED])
        sources, targets = COUNTED.get(row.kind, ((), ()))
        moved = sum(gone[bucket] for bucket in sources) + sum(come[bucket] for bucket in targets)
        if row.kind == Kind.CAPTURE and not moved:  # nothing of the hold was wanted
            moved = gone[HELD]
        if row.points != moved and row.journal_id is not None:
            yield self._fault("amount", row.seq, row.points, moved)

    def _hashed(
        self, row: Any, moves: Sequence[Move], births: Sequence[Any], balances: Balances, deltas: Balances
    ) -> Iterator[Fault]:
        """Its hash is that of everything it covers, and its journal's answer names it."""
        born = {birth.lot_no: Birth(*birth[4:]) for birth in births}
        for birth in births:
            if birth.journal_id != row.journal_id:
                yield self._fault("lot_born", row.seq, birth.journal_id, row.journal_id, birth.lot_no)
        result, answer = _answer(row.result)
        link = Link(
            dealer_id=row.dealer_id,
            account_no=row.account_no,
            seq=row.seq,
            prev_hash=self.account.start if row.prev_hash is None else row.prev_hash,
            journal_id=row.journal_id,
            source=row.source,
            idem_key=row.idem_key,
            request_hash=row.request_hash,
            kind=row.kind,
            points=row.points,
            ref_journal=row.ref_journal,
            transfer_id=row.transfer_id,
            effective_at=row.effective_at,
            posted_at=row.posted_at,
            deltas=deltas,
            balances=balances,
            details=details_hash(row.actor, row.checker, row.why, result, tuple(born.values())),
        )
        digest = entry_hash(link, moves)
        if digest != row.hash:
            yield self._fault("hash", row.seq, row.hash, digest)
        elif answer != (row.seq, digest.hex()):
            pairs = {"entry": (answer[0], row.seq), "hash": (str(answer[1])[:16], digest)}
            yield self._fault("result", row.seq, *differing(pairs))

    def _told(self, row: Any) -> Iterator[Fault]:
        """It says what its journal says."""
        here = (row.kind, row.account_no, row.effective_at, row.posted_at, _POSTED)
        there = (row.kind_there, row.account_there, row.effective_there, row.posted_there, row.outcome)
        if here != there:
            names = ("kind", "account", "effective at", "posted at", "outcome")
            pairs = {name: (here[n], there[n]) for n, name in enumerate(names)}
            yield self._fault("journal", row.seq, *differing(pairs))


def _by_name(found: Sequence[int], expected: Sequence[int]) -> dict[str, tuple[object, object]]:
    return {name: (found[n], expected[n]) for n, name in enumerate(("pending", "available", "held", "debt"))}


def _answer(result: str) -> tuple[str, tuple[Any, Any]]:
    """A journal's result without what its entry has itself, and that: the sequence and the hash."""
    kept = json.loads(result)
    answer = (kept.pop("seq", None), kept.pop("hash", None))
    return canonical(kept) if kept else "{}", answer
