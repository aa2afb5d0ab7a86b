"""What time and gateways do to claims."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mall.orders.actions.after_sales.moving import claim_of, move
from mall.orders.models import Claim, ClaimState
from mall.payments.queries import refunds_of
from mall.points.actions import open_books

_NOT_SENT = (
    select(Claim.dealer_id, Claim.id)
    .where(Claim.state == ClaimState.RETURN_AWAITED, Claim.due_at <= bindparam("now"))
    .order_by(Claim.due_at)
    .limit(bindparam("limit"))
)
_REFUNDING = select(Claim.dealer_id, Claim.id).where(Claim.state == ClaimState.REFUNDING).order_by(Claim.due_at)


def lapse_claims(session: Session, now: datetime, *, limit: int = 50) -> int:
    """Close up to `limit` claims whose pieces were not sent back in time; gives how many, nought means done."""
    over = session.connection().execute(_NOT_SENT, {"now": now, "limit": limit}).all()
    open_books(session, now, {row.dealer_id for row in over})
    for dealer_id, claim_id in over:
        claim = claim_of(session, dealer_id, claim_id=claim_id)
        if claim.return_awaited:
            move(session, now, claim, ClaimState.LAPSED, actor="system")
    return len(over)


def close_refunded(session: Session, now: datetime) -> int:
    """Close the claims whose money has arrived, and give how many there were."""
    waiting = session.connection().execute(_REFUNDING).all()
    open_books(session, now, {row.dealer_id for row in waiting})
    closed = 0
    for dealer_id, claim_id in waiting:
        claim = claim_of(session, dealer_id, claim_id=claim_id)
        own = [one for one in refunds_of(session, dealer_id, claim.order_id) if one.key == f"claim/{claim_id}"]
        if claim.state is ClaimState.REFUNDING and all(one.done for one in own):
            move(session, now, claim, ClaimState.DONE, actor="system")
            closed += 1
    return closed
