"""Telling a dealer's people, and what they have read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, literal, select, tuple_
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.base.types import Id, Instant
from mall.dealers.models import NOTICES, Member, MemberRole, Notice, NoticeRead
from mall.dealers.queries.notices import notice, unread_ids

KEPT = timedelta(days=180)
AT_ONCE = 500
"""Notices forgotten in a transaction."""


def tell(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int | None = None,
    what: str,
    facts: dict[str, Any],
    href: str,
) -> None:
    """Leave a notice, in the transaction of what it tells of; `what` is a key of `NOTICES`, `href` a page of the mall.

    To `member_id`; without one to each owner or to everybody of the dealer, as its kind says. A verb that is safe to
    repeat tells once, since it writes once.
    """
    whom: list[int | None] = [member_id]
    if member_id is None and NOTICES[what].owners:
        owners = (Member.dealer_id == dealer_id, Member.role == MemberRole.OWNER, Member.disabled_at.is_(None))
        whom = list(session.scalars(select(Member.id).where(*owners).order_by(Member.id)))
    if missing := NOTICES[what].wants - set(facts):
        raise ValueError(f"a notice {what!r} says {sorted(missing)}, and nobody told it")
    session.add_all(
        Notice(dealer_id=dealer_id, id=new_id(now), member_id=one, what=what, facts=facts, href=href, created_at=now)
        for one in whom
    )


def read_notice(session: Session, now: datetime, *, dealer_id: int, member_id: int, notice_id: int) -> str:
    """Note that a member has opened a notice, and give back where it leads. A second time changes nothing."""
    opened = notice(session, dealer_id, member_id, notice_id)
    if opened.unread:
        session.add(NoticeRead(dealer_id=dealer_id, notice_id=notice_id, member_id=member_id, read_at=now))
    return opened.href


def read_notices(session: Session, now: datetime, *, dealer_id: int, member_id: int) -> None:
    """Note that a member has read all there is."""
    all_of_them = unread_ids(dealer_id, member_id).with_only_columns(
        Notice.dealer_id, Notice.id, literal(member_id, Id), literal(now, Instant())
    )
    columns = ["dealer_id", "notice_id", "member_id", "read_at"]
    session.execute(insert(NoticeRead).from_select(columns, all_of_them, include_defaults=False))


def forget_notices(session: Session, now: datetime) -> int:
    """Remove some notices older than 180 days, and who read them; for the worker. Gives back how many."""
    old = select(Notice.dealer_id, Notice.id).where(Notice.created_at <= now - KEPT).limit(AT_ONCE)
    gone = [tuple(row) for row in session.execute(old)]
    if gone:
        named = tuple_(Notice.dealer_id, Notice.id).in_(gone)
        session.execute(delete(Notice).where(named).execution_options(synchronize_session=False))
    return len(gone)
