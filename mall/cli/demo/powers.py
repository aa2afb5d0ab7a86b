"""What the owner of 临安恒泰商贸 lets its buyer do: a cap a month, personal use, approval for what is large."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.dealers.actions import authorise_personal, set_cap
from mall.dealers.models import Dealer, Member, MemberRole

DEALER = "LA0571"
CAP, APPROVAL_OVER = 300_000, 60_000


def set_powers(session: Session, now: datetime) -> None:
    """Set them once; what somebody changes in the demo afterwards stays as it is."""
    dealer = session.scalars(select(Dealer).where(Dealer.code == DEALER)).one()
    by_role = select(Member.id).where(Member.dealer_id == dealer.id)
    owner = session.scalars(by_role.where(Member.role == MemberRole.OWNER)).first()
    buyer = session.scalars(by_role.where(Member.role == MemberRole.BUYER)).first()
    seen = session.scalars(
        select(AuditEntry.id).where(AuditEntry.subject == f"member:{buyer}", AuditEntry.act == "member.set_cap")
    ).first()
    if owner is None or buyer is None or seen is not None:
        return
    set_cap(session, now, dealer_id=dealer.id, member_id=buyer, cap=CAP, by=owner)
    authorise_personal(session, now, dealer_id=dealer.id, member_id=buyer, allowed=True, by=owner)
    dealer.approval_over = APPROVAL_OVER
