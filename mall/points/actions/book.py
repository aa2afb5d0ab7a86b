"""A book: one account opened under its lock, changed in memory, written in a few set-based statements.

Opening locks the account's row, reads it again under the lock, and sweeps: lots whose day has come become active,
lots whose day is over expire, each in its own entry, before anything else is judged. What the verbs do to a book
becomes journals, entries, lines and lots when it is written. One book or five hundred, the statements are the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from mall.base.ids import new_id
from mall.base.time import last_day
from mall.base.types import micros
from mall.points.actions.drafts import Draft, request_hash
from mall.points.actions.lots import Allocation, LotState
from mall.points.models import Kind, LotKind
from mall.points.rules.buckets import AVAILABLE, CLAWED, DEBT, HELD, ISSUED, MOVED, PENDING
from mall.points.rules.chain import Birth

BALANCES = {PENDING: "pending", AVAILABLE: "available", HELD: "held", DEBT: "debt"}
"""Which balance of the account follows which bucket."""


@dataclass
class Book:
    """An account under its lock, with everything that has been read of it and everything to be written.

    What is to be written are rows as the database takes them: moments in microseconds, words and documents as text.
    """

    connection: Connection
    now: datetime
    dealer_id: int
    account_no: int
    programme_id: int
    zone: str
    grace_days: int
    approval_points: int
    closed_until: datetime | None
    status: int
    pending: int
    available: int
    held: int
    debt: int
    last_seq: int
    last_lot: int
    last_posted_at: datetime | None
    next_due_at: datetime
    head_hash: bytes

    lots: dict[int, LotState] = field(default_factory=dict)
    allocations: dict[int, list[Allocation]] = field(default_factory=dict)
    """By the journal of the spend or hold, in the order in which the lots were taken."""
    known: dict[tuple[str, str], Any] = field(default_factory=dict)
    """Journals by (source, key): their request hash, and their row or posting."""
    foreseen: frozenset[tuple[str, str]] = frozenset()
    """Keys that have been looked for; what is not among `known` is not there."""
    recalled: set[tuple[str, str]] = field(default_factory=set)
    """(source, reference) whose lots have been read."""
    fifo_at: tuple[datetime, int] | None = None
    """Up to where in spending order the open lots have been read."""
    fifo_done: bool = False

    seen_seq: int = 0
    """The sequence that was read under the lock: writing makes sure that it still stands there."""
    seen_due: datetime | None = None
    told: tuple[int, int, int, int] = (0, 0, 0, 0)
    """The four balances as the last entry tells them."""
    journals: list[tuple[Any, ...]] = field(default_factory=list)
    entries: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[tuple[Any, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seen_seq, self.seen_due = self.last_seq, self.next_due_at
        self.told = (self.pending, self.available, self.held, self.debt)

    def draft(
        self,
        kind: Kind,
        *,
        source: str,
        key: str,
        request: dict[str, Any],
        points: int,
        effective_at: datetime,
        actor: str,
        why: dict[str, Any],
        ref_journal: int | None = None,
        checker: str | None = None,
    ) -> Draft:
        """Begin a posting. `request` is what a repeat must match."""
        return Draft(
            journal_id=new_id(self.now),
            kind=kind,
            source=source,
            key=key,
            request_hash=request_hash(kind, request),
            points=points,
            effective_at=effective_at,
            actor=actor,
            why=why,
            ref_journal=ref_journal,
            checker=checker,
        )

    def new_lot(
        self,
        draft: Draft,
        *,
        kind: LotKind,
        points: int,
        came_from: int,
        to: int,
        source_ref: str,
        fund_code: str,
        rule_version: str,
        multiplier_bps: int,
        unit_value: int,
        earned_at: datetime,
        active_at: datetime,
        expires_at: datetime,
        source: str | None = None,
        origin_lot: int | None = None,
    ) -> LotState:
        """Make a lot of `points`, arriving from ISSUED or MOVED in PENDING or AVAILABLE."""
        self.last_lot += 1
        last = last_day(expires_at, self.zone)
        lot = LotState(
            lot_no=self.last_lot,
            journal_id=draft.journal_id,
            kind=kind,
            origin_lot=origin_lot,
            source=source or draft.source,
            source_ref=source_ref,
            fund_code=fund_code,
            rule_version=rule_version,
            multiplier_bps=multiplier_bps,
            unit_value=unit_value,
            points=points,
            earned_at=earned_at,
            active_at=active_at,
            expires_at=expires_at,
            expiry_month=last.year * 100 + last.month,
            reversed=0,
            at=[0] * 10,
        )
        lot.birth = Birth(
            lot_no=lot.lot_no,
            kind=kind.value,
            origin_lot=origin_lot,
            source=lot.source,
            source_ref=source_ref,
            fund_code=fund_code,
            rule_version=rule_version,
            multiplier_bps=multiplier_bps,
            unit_value=unit_value,
            points=points,
            earned_at=micros(earned_at),
            active_at=micros(active_at),
            expires_at=micros(expires_at),
            expiry_month=lot.expiry_month,
        )
        draft.births.append(lot.birth)
        self.lots[lot.lot_no] = lot
        self.move(draft, lot, came_from, to, points)
        return lot

    def like(
        self,
        draft: Draft,
        lot: LotState,
        points: int,
        *,
        kind: LotKind,
        came_from: int,
        expires_at: datetime | None = None,
        source: str | None = None,
        source_ref: str | None = None,
        origin_lot: int | None = None,
    ) -> LotState:
        """Make a lot on another's terms: what its points are worth, who pays, when they were earned, begin and end.

        With an `expires_at` of its own it can be used from now until then.
        """
        starts_at = lot.active_at if expires_at is None else self.now
        return self.new_lot(
            draft,
            kind=kind,
            points=points,
            came_from=came_from,
            to=PENDING if starts_at > self.now else AVAILABLE,
            source=source or lot.source,
            source_ref=lot.source_ref if source_ref is None else source_ref,
            fund_code=lot.fund_code,
            rule_version=lot.rule_version,
            multiplier_bps=lot.multiplier_bps,
            unit_value=lot.unit_value,
            earned_at=lot.earned_at,
            active_at=starts_at,
            expires_at=expires_at or lot.expires_at,
            origin_lot=origin_lot,
        )

    def move(self, draft: Draft, lot: LotState | None, src: int, dst: int, points: int) -> None:
        """Move points of a lot from one bucket to another (no lot: a debt is incurred)."""
        if points == 0:
            return
        draft.moves.append((lot.lot_no if lot else None, src, dst, points))
        if lot is not None:
            if src not in (ISSUED, MOVED):
                lot.at[src] -= points
            lot.at[dst] += points
            lot.changed = True
            if dst == AVAILABLE:
                self.next_due_at = min(self.next_due_at, lot.expires_at)
            elif dst == PENDING:
                self.next_due_at = min(self.next_due_at, lot.active_at)
        for bucket, change in ((src, -points), (dst, points)):
            if balance := BALANCES.get(bucket):
                # DEBT is a source of points: what leaves it is owed.
                setattr(self, balance, getattr(self, balance) + (-change if bucket == DEBT else change))

    def settle(self, draft: Draft) -> None:
        """Pay what is owed from what is available, earliest expiry first.

        Owing and having at once is impossible, so all that is available here was made so by this very draft and
        its lots are in memory.
        """
        if not (self.debt and self.available):
            return
        for lot in sorted((x for x in self.lots.values() if x.at[AVAILABLE]), key=lambda x: x.turn):
            paid = min(self.debt, lot.at[AVAILABLE])
            self.move(draft, lot, AVAILABLE, DEBT, paid)
            if not self.debt:
                return

    def open_lots_in_turn(self) -> list[LotState]:
        """The open lots read so far that nothing unread can precede, in spending order."""
        lots = [x for x in self.lots.values() if x.at[AVAILABLE] > 0]
        if not self.fifo_done:
            reach = self.fifo_at
            lots = [x for x in lots if reach is not None and x.turn <= reach]
        return sorted(lots, key=lambda x: x.turn)

    def take_back(self, draft: Draft, lot: LotState, points: int, buckets: Iterable[int]) -> int:
        """Move up to `points` of a lot from the given buckets to CLAWED; gives how many were taken."""
        taken = 0
        for bucket in buckets:
            part = min(points - taken, lot.at[bucket])
            self.move(draft, lot, bucket, CLAWED, part)
            taken += part
        return taken
