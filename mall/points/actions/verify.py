"""Proving the ledger: every slice is proven in a snapshot of its own, and what came of it is kept.

Where an account was found clean, its watermark moves up to the entry that was its last; a proof of what changed
begins there the next time. What was found is kept with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.points.models import ProofRun, Scope, Verified
from mall.points.queries.checkpoint_faults import checkpoint_faults
from mall.points.queries.checkpoints import Folder
from mall.points.queries.proof import Account, Fault, proven_slices

KEPT = 50
"""So many faults are kept with a run; all are counted."""
Run = Callable[..., Any]
"""A door's `transact`."""
verified: Table = Verified.__table__  # type: ignore[assignment]


@dataclass
class Proof:
    """A run of the proof: what it has looked at and found so far."""

    scope: Scope
    started_at: datetime
    accounts: int = 0
    entries: int = 0
    checkpoints: int = 0
    faults: int = 0
    found: list[Fault] = field(default_factory=list)
    """The first of them."""

    def note(self, faults: Iterable[Fault]) -> None:
        """Count faults, and keep the first."""
        for fault in faults:
            self.faults += 1
            if len(self.found) < KEPT:
                self.found.append(fault)


def prove(engine: Engine, run: Run, proof: Proof, *, dealer_id: int | None = None) -> Iterator[list[Fault]]:
    """Prove the ledger (or one dealer's accounts) slice by slice; gives what was found in each as it is found.

    Whoever takes the last has `proof` complete but for `record_proof`, which is theirs to call: before it they may
    add what else was held against the ledger.
    """
    for part in proven_slices(engine, proof.scope, dealer_id=dealer_id):
        proof.accounts += part.accounts
        proof.entries += part.entries
        proof.note(part.faults)
        if part.clean:
            run(mark_proven, accounts=part.clean)
        yield part.faults


def hold_against(
    session: Session, proof: Proof, folder: Folder, *, keys: Mapping[str, bytes] | None = None
) -> Iterator[Fault]:
    """Hold the ledger against the checkpoints in a folder, and note what is found (`keys`: those that are trusted).

    Where only what changed is proven, the heads are those of the checkpoints since the last run without a fault.
    """
    session.rollback()  # what was read before is older than the folder
    clean = select(ProofRun.checkpoints).where(ProofRun.faults == 0).order_by(ProofRun.ended_at.desc()).limit(1)
    after = session.scalar(clean) or 0 if proof.scope is Scope.CHANGED else 0
    session.rollback()
    proof.checkpoints = len(folder.numbers())
    for fault in checkpoint_faults(session, folder, keys=keys, after=after):
        proof.note([fault])
        yield fault
    session.rollback()


def mark_proven(session: Session, now: datetime, *, accounts: list[Account]) -> None:
    """Move the watermarks of these accounts up to where they were proven; never back."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(verified)
    statement = statement.on_conflict_do_update(
        index_elements=["dealer_id", "account_no"],
        set_={name: statement.excluded[name] for name in ("seq", "hash", "verified_at")},
        where=statement.excluded.seq >= verified.c.seq,
    )
    session.connection().execute(
        statement,
        [
            {
                "dealer_id": account.dealer_id,
                "account_no": account.account_no,
                "seq": account.last_seq,
                "hash": account.head_hash,
                "verified_at": now,
            }
            for account in accounts
        ],
    )


def record_proof(session: Session, now: datetime, *, proof: Proof) -> None:
    """Keep what came of a run."""
    session.execute(
        insert(ProofRun),
        {
            "id": new_id(now),
            "started_at": proof.started_at,
            "ended_at": max(now, proof.started_at),
            "scope": proof.scope,
            "accounts": proof.accounts,
            "entries": proof.entries,
            "checkpoints": proof.checkpoints,
            "faults": proof.faults,
            "found": [fault.as_dict() for fault in proof.found],
        },
    )
