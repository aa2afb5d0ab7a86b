"""Looking at the pictures of a claim: labels of parcels carry names and numbers, so who looked is written down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.audit.models import AuditEntry
from mall.base.refused import Forbidden
from mall.dealers.models import StaffRole
from mall.orders.models import MAY_SEE_ADDRESSES

ACT = "claim.look"


def looked(session: Session, *, claim_id: int, staff_id: int) -> bool:
    """Whether it is written down that this person has looked at the claim's pictures."""
    of_claim = (AuditEntry.subject == f"claim:{claim_id}", AuditEntry.act == ACT)
    asked = select(AuditEntry.id).where(*of_claim, AuditEntry.actor == f"staff:{staff_id}")
    return session.scalar(asked.limit(1)) is not None


def look(
    session: Session, now: datetime, *, claim_id: int, staff_id: int, role: StaffRole, source_address: str = ""
) -> None:
    """Write down that a person looks at the claim's pictures: once, however many there are and however often."""
    if role not in MAY_SEE_ADDRESSES:
        raise Forbidden
    if not looked(session, claim_id=claim_id, staff_id=staff_id):
        subject = f"claim:{claim_id}"
        note(session, now, actor=f"staff:{staff_id}", act=ACT, subject=subject, address=source_address, detail={})
