"""Drawing up a correction: what is asked for, judged, and posted on open books in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.dealers.models import Dealer
from mall.points.actions.adjust import adjust
from mall.points.actions.book import Book
from mall.points.actions.drafts import Posting
from mall.points.actions.reinstate import reinstate
from mall.points.actions.transfer import transfer
from mall.points.models import (
    Correction,
    CorrectionKind,
    CorrectionReason,
    CorrectionState,
    Journal,
    Kind,
    Outcome,
    UnknownPosting,
)
from mall.points.models.correction import REASONS, ExpiryPassed, NoSuchReason, PersonalData, ReinstatedBefore
from mall.points.rules.amounts import whole
from mall.points.rules.corrections import ALONE_WITHIN, holds_personal_data

SOURCE = "desk"
SOMEBODY = "staff:?"
"""Stands for the second person while a correction is only tried."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What is asked for. Of a reinstatement the points are those of the clawback, whatever is said here."""

    kind: CorrectionKind
    dealer_id: int
    reason: CorrectionReason
    note: str
    points: int = 0
    to_dealer_id: int | None = None
    clawback_journal: int | None = None
    fund_code: str = ""
    expires_at: datetime | None = None
    unit_value: int = 0

    @property
    def dealers(self) -> list[int]:
        """Whose accounts it touches."""
        return [self.dealer_id] if self.to_dealer_id is None else [self.dealer_id, self.to_dealer_id]


def drawn_up(session: Session, books: Mapping[int, Book], ask: Ask, *, key: str, staff_id: int) -> Correction:
    """The correction that is asked for, judged and not yet kept. The accounts' locks are held."""
    if ask.reason not in REASONS[ask.kind]:
        raise NoSuchReason
    if holds_personal_data(ask.note):
        raise PersonalData
    book = books[ask.dealer_id]
    points = _clawed(session, ask) if ask.kind is CorrectionKind.REINSTATE else whole(ask.points)
    alone = max(_posted_alone(session, dealer, staff_id, book.now) for dealer in ask.dealers)
    return Correction(
        dealer_id=ask.dealer_id,
        id=new_id(book.now),
        kind=ask.kind,
        state=CorrectionState.WAITING,
        to_dealer_id=ask.to_dealer_id,
        clawback_journal=ask.clawback_journal,
        points=points,
        reason=ask.reason,
        note=ask.note,
        fund_code=ask.fund_code,
        expires_at=ask.expires_at,
        unit_value=ask.unit_value,
        threshold=book.approval_points,
        counted=points + alone,
        key=key,
        maker_id=staff_id,
        made_at=book.now,
        answer="",
    )


def post(session: Session, books: Mapping[int, Book], made: Correction, *, checker: str | None) -> Posting:
    """Post a correction on open books, in memory: whoever calls writes them, or does not."""
    book = books[made.dealer_id]
    who: dict[str, Any] = {
        "source": SOURCE,
        "key": made.posting_key,
        "actor": f"staff:{made.maker_id}",
        "checker": checker,
    }
    if made.expires_at is not None and made.expires_at <= book.now:
        raise ExpiryPassed
    why: dict[str, Any] = {"reason": made.reason.value, "correction": made.id}
    if made.to_dealer_id is not None:
        why |= _named(session, made.dealer_id, made.to_dealer_id)
        return transfer(book, books[made.to_dealer_id], points=made.points, why=why, **who)[0]
    if made.clawback_journal is not None:
        return reinstate(book, clawback_journal=made.clawback_journal, why=why, **who)
    return adjust(
        book,
        points=made.change,
        reason=made.reason.value,
        fund_code=made.fund_code,
        expires_at=made.expires_at,
        unit_value=made.unit_value,
        **who,
    )


def _clawed(session: Session, ask: Ask) -> int:
    """The points of the clawback that is to be reinstated."""
    points = session.scalar(
        select(Journal.points).where(
            Journal.dealer_id == ask.dealer_id,
            Journal.journal_id == ask.clawback_journal,
            Journal.kind == Kind.CLAWBACK,
            Journal.outcome == int(Outcome.POSTED),
        )
    )
    if points is None:
        raise UnknownPosting
    living = select(Correction.id).where(
        Correction.dealer_id == ask.dealer_id,
        Correction.clawback_journal == ask.clawback_journal,
        Correction.state.in_([CorrectionState.WAITING, CorrectionState.POSTED]),
    )
    if session.scalar(living.limit(1)) is not None:
        raise ReinstatedBefore
    return points


def _posted_alone(session: Session, dealer_id: int, staff_id: int, now: datetime) -> int:
    """How many points this person has posted for this dealer shortly before without anybody else."""
    total = session.scalar(
        select(func.coalesce(func.sum(Correction.points), 0)).where(
            Correction.maker_id == staff_id,
            or_(Correction.dealer_id == dealer_id, Correction.to_dealer_id == dealer_id),
            Correction.state == CorrectionState.POSTED,
            Correction.checker_id.is_(None),
            Correction.settled_at > now - ALONE_WITHIN,
        )
    )
    return int(total or 0)


def _named(session: Session, sender: int, receiver: int) -> dict[str, str]:
    """Both dealers' business names as they are now: the ledger tells the transfer by them for ever."""
    rows = session.execute(select(Dealer.id, Dealer.name).where(Dealer.id.in_([sender, receiver])))
    names: dict[int, str] = {row.id: row.name for row in rows}
    return {"from_name": names[sender], "to_name": names[receiver]}
