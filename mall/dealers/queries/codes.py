"""Codes that were sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.dealers.models import Code, CodePurpose
from mall.dealers.rules.codes import TRIES


def code_until(
    session: Session, now: datetime, *, dealer_id: int, member_id: int, purpose: CodePurpose
) -> datetime | None:
    """Until when the code last sent to this member can be used; none where there is no good one."""
    return session.scalar(
        select(Code.expires_at).where(
            Code.dealer_id == dealer_id,
            Code.member_id == member_id,
            Code.purpose == purpose,
            Code.used_at.is_(None),
            Code.tries < TRIES,
            Code.expires_at > now,
        )
    )
