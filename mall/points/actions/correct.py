"""Corrections (更正单): asked for by one person, posted at once up to the threshold, else approved by a second one.

Every verb that posts takes the accounts' locks first, and then the correction's own, so that a correction is settled
once whatever is pressed at the same moment. The ledger's key is `correction/<id>`: approving again posts nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import Forbidden, NotFound
from mall.dealers.models import Staff
from mall.points.actions.drawing_up import SOMEBODY, Ask, drawn_up, post
from mall.points.actions.opening import open_books
from mall.points.actions.writing import write
from mall.points.models import Correction, CorrectionState, SamePerson
from mall.points.models.correction import MAY_CORRECT, AlreadySettled, NotTheMaker, PersonalData
from mall.points.rules.corrections import holds_personal_data, needs_second_person


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
