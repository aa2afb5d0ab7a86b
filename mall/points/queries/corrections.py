"""Corrections as the desk lists and shows them, with the names of everybody concerned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from mall.audit.models import AuditEntry
from mall.base.places import behind
from mall.base.refused import N_, NotFound
from mall.dealers.models import Dealer, Staff
from mall.dealers.queries.found import named
from mall.dealers.queries.people import staff_names
from mall.points.models import Correction, CorrectionKind, CorrectionReason, CorrectionState, Entry, Journal

PAGE = 25
FUNDS = 50


class View(StrEnum):
    """What a list of corrections is opened for."""

    FOR_ME = "for-me"
    MINE = "mine"
    WAITING = "waiting"
    POSTED = "posted"
    DECLINED = "declined"
    ALL = "all"

    @property
    def name_shown(self) -> str:
        """Its name, to be translated when told."""
        return VIEWS[self]


VIEWS: dict[View, str] = {
    View.FOR_ME: N_("待我复核"),
    View.MINE: N_("我申请的"),
    View.WAITING: N_("全部待复核"),
    View.POSTED: N_("已入账"),
    View.DECLINED: N_("驳回与撤回"),
    View.ALL: N_("全部更正"),
}
_SETTLED_OTHERWISE = (CorrectionState.DECLINED, CorrectionState.WITHDRAWN)


@dataclass(frozen=True, kw_only=True)
class CorrectionsAsked:
    """The filters of a list, as its address carries them."""

    view: View
    kind: CorrectionKind | None = None
    reason: CorrectionReason | None = None
    dealer: str = ""
    before: int | None = None
    oldest: bool = False
    size: int = PAGE


@dataclass(frozen=True)
class CorrectionShown:
    """A correction with the names of everybody concerned."""

    correction: Correction
    dealer: Dealer
    to_dealer: Dealer | None
    maker: str
    checker: str


@dataclass(frozen=True)
class Corrections:
    """A page of a list; `before` is the id it goes on behind."""

    rows: tuple[CorrectionShown, ...]
    before: int | None


@dataclass(frozen=True)
class Trace:
    """A line of the audit log, with the person's name where one is known."""

    at: datetime
    by: str
    act: str
    address: str
    detail: dict[str, Any]


_receiver = aliased(Dealer)
_checker = aliased(Staff)
_SHOWN = (
    select(Correction, Dealer, _receiver, Staff.name, func.coalesce(_checker.name, ""))
    .join(Dealer, Dealer.id == Correction.dealer_id)
    .join(Staff, Staff.id == Correction.maker_id)
    .outerjoin(_receiver, _receiver.id == Correction.to_dealer_id)
    .outerjoin(_checker, _checker.id == Correction.checker_id)
)


def corrections(session: Session, asked: CorrectionsAsked, staff_id: int) -> Corrections:
    """A page of the corrections wanted, newest first unless asked otherwise."""
    query = _SHOWN.where(*_of_view(asked.view, staff_id))
    if asked.kind:
        query = query.where(Correction.kind == asked.kind)
    if asked.reason:
        query = query.where(Correction.reason == asked.reason)
    if asked.dealer:
        query = query.where(or_(named(asked.dealer), _is(_receiver, asked.dealer)))
    query = behind(query, (asked.before,) if asked.before else None, Correction.id, oldest=asked.oldest)
    rows = session.execute(query.limit(asked.size + 1)).all()
    shown = tuple(_shown(row) for row in rows[: asked.size])
    return Corrections(shown, shown[-1].correction.id if len(rows) > asked.size else None)


def correction(session: Session, correction_id: int) -> CorrectionShown:
    """One correction. Refused as not found where there is none of this number."""
    row = session.execute(_SHOWN.where(Correction.id == correction_id)).one_or_none()
    if row is None:
        raise NotFound
    return _shown(row)


def waiting_for(session: Session, staff_id: int) -> int:
    """How many corrections wait for a second person, who could be this one."""
    return session.scalar(select(func.count()).select_from(Correction).where(*_of_view(View.FOR_ME, staff_id))) or 0


def view_counts(session: Session, staff_id: int) -> dict[View, int]:
    """How many corrections wait: for this person, of this person, and in all."""
    waiting = Correction.state == CorrectionState.WAITING
    mine = Correction.maker_id == staff_id
    of_mine, in_all = session.execute(
        select(func.count().filter(mine), func.count()).select_from(Correction).where(waiting)
    ).one()
    return {View.FOR_ME: in_all - of_mine, View.MINE: of_mine, View.WAITING: in_all}


def entries_of(session: Session, made: Correction) -> list[tuple[Dealer, int, bytes]]:
    """What the ledger posted for a correction: dealer, sequence and hash of each entry, of a transfer both legs."""
    if made.journal_id is None:
        return []
    posted = and_(Journal.dealer_id == made.dealer_id, Journal.journal_id == made.journal_id)
    legs = and_(Journal.dealer_id.in_(made.dealers), Journal.transfer_id == made.journal_id)
    rows = session.execute(
        select(Dealer, Entry.seq, Entry.hash)
        .join(Entry, Entry.dealer_id == Dealer.id)
        .join(Journal, and_(Journal.dealer_id == Entry.dealer_id, Journal.journal_id == Entry.journal_id))
        .where(or_(posted, legs))
        .order_by(Entry.dealer_id != made.dealer_id)
    )
    return [(dealer, seq, digest) for dealer, seq, digest in rows]


def traces(session: Session, subject: str) -> list[Trace]:
    """The audit log of a subject, newest first."""
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id.desc()).limit(100)
    ).all()
    names = staff_names(session, (entry.actor for entry in entries))
    return [
        Trace(entry.at, names.get(entry.actor, entry.actor), entry.act, entry.address, entry.detail)
        for entry in entries
    ]


def fund_codes(session: Session) -> Sequence[str]:
    """The funds that corrections have named so far."""
    funds = select(Correction.fund_code).where(Correction.fund_code != "").distinct()
    return session.scalars(funds.order_by(Correction.fund_code).limit(FUNDS)).all()


def _of_view(view: View, staff_id: int) -> list[ColumnElement[bool]]:
    waiting = Correction.state == CorrectionState.WAITING
    mine = Correction.maker_id == staff_id
    conditions: dict[View, list[ColumnElement[bool]]] = {
        View.FOR_ME: [waiting, Correction.maker_id != staff_id],
        View.MINE: [mine],
        View.WAITING: [waiting],
        View.POSTED: [Correction.state == CorrectionState.POSTED],
        View.DECLINED: [Correction.state.in_(_SETTLED_OTHERWISE)],
        View.ALL: [],
    }
    return conditions[view]


def _is(who: Any, words: str) -> ColumnElement[bool]:
    return and_(who.id.is_not(None), named(words, who))


def _shown(row: Row[*tuple[Any, ...]]) -> CorrectionShown:
    return CorrectionShown(*row)
