"""What the proofs have left behind: the last runs, what they found and for whom, the last checkpoint; how old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from mall.base.types import EPOCH
from mall.dealers.models import Dealer
from mall.points.models import Account, Checkpoint, ProofRun, Scope, Verified

FULL_EVERY = timedelta(days=2)
CHECKPOINT_EVERY = timedelta(hours=2)
MOST_RUNS = 20


@dataclass(frozen=True)
class ProofState:
    """How well the ledger is proven at a moment."""

    runs: list[ProofRun]
    """The newest first."""
    full: ProofRun | None
    """The last run over everything."""
    checkpoint: Checkpoint | None
    postings_since: bool
    """Whether anything was posted after the last checkpoint (or ever, without one)."""
    dealers: dict[int, Dealer]
    """Whom the faults of the newest run concern."""
    full_overdue: bool
    checkpoint_overdue: bool
    unproven: int
    """Entries that no run has proven yet."""

    @property
    def last(self) -> ProofRun | None:
        """The newest run of any scope."""
        return self.runs[0] if self.runs else None


def proof_state(session: Session, now: datetime) -> ProofState:
    """Runs and checkpoint as they stand. A full run is due every two days, a checkpoint two hours after postings."""
    newest = select(ProofRun).order_by(ProofRun.ended_at.desc(), ProofRun.id.desc())
    runs = list(session.scalars(newest.limit(MOST_RUNS)))
    full = session.scalar(newest.where(ProofRun.scope == Scope.FULL).limit(1))
    checkpoint = session.scalar(select(Checkpoint).order_by(Checkpoint.no.desc()).limit(1))
    posted = Account.last_posted_at > (checkpoint.taken_at if checkpoint else EPOCH)
    since = bool(session.scalar(select(exists().where(posted))))
    concerned = {fault["dealer"] for fault in runs[0].found if fault.get("dealer")} if runs else set()
    rows = session.scalars(select(Dealer).where(Dealer.id.in_(concerned))) if concerned else ()
    return ProofState(
        runs=runs,
        full=full,
        checkpoint=checkpoint,
        postings_since=since,
        dealers={dealer.id: dealer for dealer in rows},
        full_overdue=full is None or now - full.ended_at > FULL_EVERY,
        checkpoint_overdue=since and (checkpoint is None or now - checkpoint.taken_at > CHECKPOINT_EVERY),
        unproven=unproven(session),
    )


def unproven(session: Session) -> int:
    """How many entries a proof of what changed would look at."""
    there = (Verified.dealer_id == Account.dealer_id) & (Verified.account_no == Account.account_no)
    beyond = select(func.sum(Account.last_seq - func.coalesce(Verified.seq, 0))).outerjoin(Verified, there)
    return int(session.scalar(beyond) or 0)
