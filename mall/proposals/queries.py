"""Proposals as pages show them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.dealers.queries.people import staff_names
from mall.proposals.models import NoSuchProposal, Proposal, ProposalState

PAGE = 50
"""Proposals that are decided, as many as a page shows."""


@dataclass(frozen=True)
class Shown:
    """A proposal with the names of both people."""

    proposal: Proposal
    maker: str
    checker: str


def waiting(session: Session, whats: Collection[str]) -> list[Shown]:
    """All that waits of these kinds, the oldest first."""
    found = select(Proposal).where(Proposal.state == ProposalState.WAITING, Proposal.what.in_(whats))
    return _shown(session, session.scalars(found.order_by(Proposal.id)).all())


def decided(session: Session, whats: Collection[str]) -> list[Shown]:
    """The last that were decided of these kinds, or taken back, the newest first."""
    found = select(Proposal).where(Proposal.state != ProposalState.WAITING, Proposal.what.in_(whats))
    return _shown(session, session.scalars(found.order_by(Proposal.id.desc()).limit(PAGE)).all())


def proposal(session: Session, proposal_id: int) -> Shown:
    """One proposal. Refused: none of this number."""
    found = session.get(Proposal, proposal_id)
    if found is None:
        raise NoSuchProposal
    return _shown(session, [found])[0]


def waiting_of(session: Session, subject: str, what: str) -> list[Shown]:
    """What waits for a second person of one object."""
    mine = (Proposal.subject == subject, Proposal.what == what, Proposal.state == ProposalState.WAITING)
    return _shown(session, session.scalars(select(Proposal).where(*mine).order_by(Proposal.id)).all())


def waiting_for(session: Session, actor: str, whats: Collection[str]) -> int:
    """How many wait for a second person who could be this one."""
    theirs = (Proposal.state == ProposalState.WAITING, Proposal.what.in_(whats), Proposal.made_by != actor)
    return session.scalar(select(func.count()).select_from(Proposal).where(*theirs)) or 0


def _shown(session: Session, found: Sequence[Proposal]) -> list[Shown]:
    names = staff_names(session, (actor for each in found for actor in (each.made_by, each.decided_by)))
    return [
        Shown(each, names.get(each.made_by, each.made_by), names.get(each.decided_by or "", each.decided_by or ""))
        for each in found
    ]
