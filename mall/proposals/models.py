"""Proposals: what waits for a second person, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.base.models import Base, strict
from mall.base.refused import N_, Forbidden, NotFound, Refused
from mall.base.types import Id, Instant, Json, Name, Word


class ProposalState(StrEnum):
    """Where a proposal stands; all but waiting are final."""

    WAITING = "waiting"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def name_shown(self) -> str:
        """What it is called, to be translated when told."""
        return STATES[self]


STATES: dict[ProposalState, str] = {
    ProposalState.WAITING: N_("待复核"),
    ProposalState.AGREED: N_("已通过"),
    ProposalState.DECLINED: N_("已驳回"),
    ProposalState.WITHDRAWN: N_("已撤回"),
}
ACTS: dict[str, str] = {
    "proposal.ask": N_("提交复核"),
    "proposal.agree": N_("复核通过"),
    "proposal.decline": N_("驳回"),
    "proposal.withdraw": N_("撤回"),
}


class Proposal(Base):
    """Something that one person asked for and that is not done until another one agrees.

    `what` is the kind of act (`plan.below_cost`), `subject` what it is done to, as the audit log names it, `facts` all
    that is needed to do it then. `key` is the form's own: sent twice it is one proposal. That nobody agrees to what
    they asked for themselves is held by the database.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("decided_by IS NULL OR decided_by <> made_by", name="two_persons"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(state IN ('agreed', 'declined')) = (decided_by IS NOT NULL)", name="second_person"),
        Index("ix_proposal_state_what_id", "state", "what", "id"),
        Index("ix_proposal_subject_id", "subject", "id"),
        strict(),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(Name(40))
    subject: Mapped[str] = mapped_column(Name(120))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    note: Mapped[str] = mapped_column(Name(200))
    """Why it is asked for, for colleagues: without personal data."""
    key: Mapped[str] = mapped_column(Name(64))
    state: Mapped[ProposalState] = mapped_column(Word(ProposalState))
    made_by: Mapped[str] = mapped_column(Name(80))
    made_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Name(80))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(Name(200), default="")
    """Why it was declined."""

    @property
    def waiting(self) -> bool:
        """It has not been decided."""
        return self.state is ProposalState.WAITING

    @property
    def agreed(self) -> bool:
        """A second person agreed, and it was done."""
        return self.state is ProposalState.AGREED

    @property
    def declined(self) -> bool:
        """A second person would not have it."""
        return self.state is ProposalState.DECLINED


class NoSuchProposal(NotFound):
    """There is no proposal of this number."""

    text = N_("没有这份申请。")


class OwnProposal(Forbidden):
    """Nobody is the second person to what they asked for themselves."""

    code = "own_proposal"
    text = N_("自己提交的要由另一位同事复核。")


class ProposalOver(Refused):
    """It was decided otherwise, or taken back, since the page was opened."""

    code = "proposal_over"
    text = N_("这份申请已经处理过了，请看过现在的状态。")
