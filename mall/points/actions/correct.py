"""Corrections (更正单): asked for by one person, posted at once up to the threshold, else approved by a second one.

Every verb that posts takes the accounts' locks first, and then the correction's own, so that a correction is settled
once whatever is pressed at the same moment. The ledger's key is `correction/<id>`: approving again posts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import Forbidden, NotFound
from mall.dealers.models import Dealer, Staff
from mall.points.actions.adjust import adjust
from mall.points.actions.book import Book
from mall.points.actions.drafts import Posting
from mall.points.actions.opening import open_books
from mall.points.actions.reinstate import reinstate
from mall.points.actions.transfer import transfer
from mall.points.actions.writing import write
from mall.points.models import (
    Correction,
    CorrectionKind,
    CorrectionReason,
    CorrectionState,
    Journal,
    Kind,
    Outcome,
    SamePerson,
    UnknownPosting,
)
from mall.points.models.correction import (
    MAY_CORRECT,
    REASONS,
    AlreadySettled,
    ExpiryPassed,
    NoSuchReason,
    NotTheMaker,
    PersonalData,
    ReinstatedBefore,
)
from mall.points.rules.amounts import whole
from mall.points.rules.corrections import ALONE_WITHIN, holds_personal_data, needs_second_person

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


def request(session: Session, now: datetime, *, ask: Ask, key: str, staff_id: int, address: str = "") -> Correction:
    """Ask for a correction: posted at once where one person may, else it waits for a second one.

    `key` comes with the form; the same form again gives the same correction. Refused: who may not correct, a reason
    that does not fit, a remark with personal data, and whatever the ledger would refuse if it were posted now.
    """
    _may_correct(session, staff_id)
    books = open_books(session, now, ask.dealers, together=True)
    known = select(Correction).where(Correction.dealer_id == ask.dealer_id, Correction.key == key)
    if earlier := session.scalar(known):
        return earlier
    made = drawn_up(session, books, ask, key=key, staff_id=staff_id)
    waits = needs_second_person(made.counted, made.threshold)
    posting = post(session, books, made, checker=SOMEBODY if waits else None)
    if not waits:
        write(session, books.values())
        _settle(made, books[made.dealer_id].now, CorrectionState.POSTED, journal_id=posting.journal_id)
    session.add(made)
    session.flush()
    _note(session, now, made, "request", staff_id, address, points=made.points, counted=made.counted)
    if made.posted:
        _note(session, now, made, "post", staff_id, address, journal=str(posting.journal_id))
    return made


def approve(session: Session, now: datetime, *, correction_id: int, staff_id: int, address: str = "") -> Correction:
    """A second person agrees, and it is posted; the same person again gets the same answer.

    Refused: the maker; what has been settled otherwise; and whatever the ledger refuses (points spent meanwhile, an
    expiry that has passed): then it goes on waiting.
    """
    _may_correct(session, staff_id)
    found = _one(session, correction_id)
    books = open_books(session, now, found.dealers, together=True)
    made = _locked(session, found)
    if made.posted and made.checker_id == staff_id:
        return made
    if not made.waiting:
        raise AlreadySettled
    if made.maker_id == staff_id:
        raise SamePerson
    posting = post(session, books, made, checker=f"staff:{staff_id}")
    write(session, books.values())
    at = books[made.dealer_id].now
    _settle(made, at, CorrectionState.POSTED, checker_id=staff_id, journal_id=posting.journal_id)
    session.flush()
    _note(session, now, made, "approve", staff_id, address, journal=str(posting.journal_id))
    return made


def decline(
    session: Session, now: datetime, *, correction_id: int, staff_id: int, answer: str, address: str = ""
) -> Correction:
    """A second person will not have it, and says why. Refused: the maker; personal data; what has been settled."""
    _may_correct(session, staff_id)
    if holds_personal_data(answer):
        raise PersonalData
    made = _locked(session, _one(session, correction_id))
    if made.declined and made.checker_id == staff_id:
        return made
    if not made.waiting:
        raise AlreadySettled
    if made.maker_id == staff_id:
        raise SamePerson
    made.answer = answer
    _settle(made, now, CorrectionState.DECLINED, checker_id=staff_id)
    session.flush()
    _note(session, now, made, "decline", staff_id, address, answer=answer)
    return made


def withdraw(session: Session, now: datetime, *, correction_id: int, staff_id: int, address: str = "") -> Correction:
    """Its maker takes it back. Refused: anybody else; what has been settled."""
    made = _locked(session, _one(session, correction_id))
    if made.maker_id != staff_id:
        raise NotTheMaker
    if made.state is CorrectionState.WITHDRAWN:
        return made
    if not made.waiting:
        raise AlreadySettled
    _settle(made, now, CorrectionState.WITHDRAWN)
    session.flush()
    _note(session, now, made, "withdraw", staff_id, address)
    return made


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


def _may_correct(session: Session, staff_id: int) -> None:
    staff = session.get(Staff, staff_id, populate_existing=True)
    if staff is None or staff.disabled_at is not None or staff.role not in MAY_CORRECT:
        raise Forbidden


def _one(session: Session, correction_id: int) -> Correction:
    found = session.scalar(select(Correction).where(Correction.id == correction_id))
    if found is None:
        raise NotFound
    return found


def _locked(session: Session, found: Correction) -> Correction:
    key = (found.dealer_id, found.id)
    locked = session.get(Correction, key, with_for_update=True, populate_existing=True)
    if locked is None:
        raise NotFound
    return locked


def _settle(
    made: Correction,
    at: datetime,
    state: CorrectionState,
    *,
    checker_id: int | None = None,
    journal_id: int | None = None,
) -> None:
    made.state, made.settled_at, made.checker_id, made.journal_id = state, at, checker_id, journal_id


def _note(
    session: Session, now: datetime, made: Correction, act: str, staff_id: int, address: str, **detail: Any
) -> None:
    note(
        session,
        now,
        actor=f"staff:{staff_id}",
        act=f"correction.{act}",
        subject=f"correction:{made.id}",
        address=address,
        detail={"kind": made.kind.value, **detail},
    )
