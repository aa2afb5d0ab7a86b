"""Writing the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.ids import new_id


def note(
    session: Session,
    now: datetime,
    *,
    actor: str,
    act: str,
    subject: str,
    address: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Write down an act, in the transaction of the act itself. `detail` holds no personal data."""
    where, more = address[:64], detail or {}
    session.add(AuditEntry(id=new_id(now), at=now, actor=actor, act=act, subject=subject, address=where, detail=more))
