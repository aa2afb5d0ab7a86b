"""A member's notices: their own, and those told to everybody of the dealer since they joined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.dealers.models import NOTICES, Member, Notice, NoticeRead, Saying

PAGE = 20
COUNTED = 100
"""A badge shows no more than 99+."""


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """A notice as a list shows it; what is said is made of `saying` and `facts` in the reader's language."""

    id: int
    what: str
    facts: dict[str, Any]
    href: str
    created_at: datetime
    read_at: datetime | None

    @property
    def saying(self) -> Saying:
        """How it is said."""
        return NOTICES[self.what]

    @property
    def unread(self) -> bool:
        """Whether this member has yet to open it."""
        return self.read_at is None


def notices(
    session: Session, dealer_id: int, member_id: int, *, before: int | None = None
) -> tuple[list[NoticeShown], int | None]:
    """A page of a member's notices, newest first, and the id to go on from, if there are more."""
    wanted = _told(dealer_id, member_id)
    if before is not None:
        wanted = wanted.where(Notice.id < before)
    rows = session.execute(wanted.order_by(Notice.id.desc()).limit(PAGE + 1)).all()
    shown = [NoticeShown(*row) for row in rows[:PAGE] if row.what in NOTICES]
    return shown, rows[PAGE - 1].id if len(rows) > PAGE else None


def notice(session: Session, dealer_id: int, member_id: int, notice_id: int) -> NoticeShown:
    """One notice told to this member; refuses any other."""
    row = session.execute(_told(dealer_id, member_id).where(Notice.id == notice_id)).one_or_none()
    if row is None:
        raise NotFound
    return NoticeShown(*row)


def unread(session: Session, dealer_id: int, member_id: int) -> int:
    """How many notices this member has yet to open, counted up to 100."""
    some = unread_ids(dealer_id, member_id).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def unread_ids(dealer_id: int, member_id: int) -> Select[int]:
    """The ids of what this member has yet to open."""
    read = exists().where(_read_by(member_id))
    return select(Notice.id).where(visible(dealer_id, member_id), ~read)


def visible(dealer_id: int, member_id: int) -> ColumnElement[bool]:
    """Told to this member, or to everybody while they were one of them."""
    joined = (
        select(Member.created_at).where(Member.dealer_id == dealer_id, Member.id == member_id).scalar_subquery()
    )
    to_all = and_(Notice.member_id.is_(None), Notice.created_at >= joined)
    return and_(Notice.dealer_id == dealer_id, or_(Notice.member_id == member_id, to_all))


def _told(dealer_id: int, member_id: int) -> Select[Any]:
    return (
        select(Notice.id, Notice.what, Notice.facts, Notice.href, Notice.created_at, NoticeRead.read_at)
        .outerjoin(NoticeRead, _read_by(member_id))
        .where(visible(dealer_id, member_id))
    )


def _read_by(member_id: int) -> ColumnElement[bool]:
    return and_(
        NoticeRead.dealer_id == Notice.dealer_id,
        NoticeRead.notice_id == Notice.id,
        NoticeRead.member_id == member_id,
    )
