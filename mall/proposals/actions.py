"""Asking for something that needs a second person, agreeing, declining, taking it back.

`agree` is called by the verb that does what was asked for, in its own transaction: either both are written or neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note as write_down
from mall.base.ids import new_id
from mall.base.refused import Malformed
from mall.proposals.models import NoSuchProposal, OwnProposal, Proposal, ProposalOver, ProposalState


def ask(
    session: Session,
    now: datetime,
    *,
    what: str,
    subject: str,
    facts: Mapping[str, Any],
    note: str,
    key: str,
    actor: str,
    address: str = "",
) -> Proposal:
    """Ask for something; the same `key` again is the same proposal. Refused: no reason given, no key."""
    if not note or not key:
        raise Malformed
    there = session.scalar(select(Proposal).where(Proposal.key == key))
    if there is not None:
        return there
    made = Proposal(
        id=new_id(now),
        what=what,
        subject=subject,
        facts=dict(facts),
        note=note[:200],
        key=key[:64],
        state=ProposalState.WAITING,
        made_by=actor,
        made_at=now,
        answer="",
    )
    session.add(made)
    session.flush()
    _note(session, now, "proposal.ask", made, actor, address, {"note": made.note, "facts": made.facts})
    return made


def locked(session: Session, proposal_id: int, what: str = "") -> Proposal:
    """A proposal under its lock, read anew. Refused: none of this number, or of another kind than `what`."""
    found = session.get(Proposal, proposal_id, with_for_update=True, populate_existing=True)
    if found is None or (what and found.what != what):
        raise NoSuchProposal
    return found


def judge(made: Proposal, actor: str) -> bool:
    """Whether this person is to decide a proposal now; not if it is agreed by them already: that was a second tap.

    Refused: what they asked for themselves; what is decided otherwise.
    """
    if made.made_by == actor:
        raise OwnProposal
    if made.agreed and made.decided_by == actor:
        return False
    if not made.waiting:
        raise ProposalOver
    return True


def agree(session: Session, now: datetime, made: Proposal, *, actor: str, address: str = "") -> None:
    """A second person agrees to a proposal whose lock is held; whoever calls does what was asked for."""
    judge(made, actor)
    made.state, made.decided_by, made.decided_at = ProposalState.AGREED, actor, now
    session.flush()
    _note(session, now, "proposal.agree", made, actor, address, {"asked_by": made.made_by})


def decline(
    session: Session, now: datetime, *, proposal_id: int, answer: str, actor: str, address: str = ""
) -> Proposal:
    """A second person will not have it, and says why. Said again it changes nothing. Refused: as `judge`; no reason."""
    made = locked(session, proposal_id)
    if made.declined and made.decided_by == actor:
        return made
    judge(made, actor)
    if not answer or made.agreed:
        raise Malformed
    made.state, made.decided_by, made.decided_at, made.answer = ProposalState.DECLINED, actor, now, answer[:200]
    session.flush()
    _note(session, now, "proposal.decline", made, actor, address, {"asked_by": made.made_by, "answer": made.answer})
    return made


def withdraw(session: Session, now: datetime, *, proposal_id: int, actor: str, address: str = "") -> Proposal:
    """Its maker takes it back; one taken back stays so. Refused: somebody else's; one that is decided."""
    made = locked(session, proposal_id)
    if made.made_by != actor:
        raise NoSuchProposal
    if made.state is ProposalState.WITHDRAWN:
        return made
    if not made.waiting:
        raise ProposalOver
    made.state, made.decided_at = ProposalState.WITHDRAWN, now
    session.flush()
    _note(session, now, "proposal.withdraw", made, actor, address, {})
    return made


def _note(
    session: Session, now: datetime, act: str, made: Proposal, actor: str, address: str, detail: Mapping[str, Any]
) -> None:
    told = {"proposal": made.id, "what": made.what, **detail}
    write_down(session, now, actor=actor, act=act, subject=made.subject, address=address, detail=told)
