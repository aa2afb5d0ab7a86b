"""Telling a dealer's people, and what they have read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.dealers.models import NOTICES, Member, MemberRole, Notice


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
