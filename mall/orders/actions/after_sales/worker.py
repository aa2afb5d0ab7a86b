"""What time and gateways do to claims."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, String, bindparam, cast, exists, literal, select
from sqlalchemy.orm import Session

from mall.orders.actions.moving import claim_of, move, told
from mall.orders.models import Claim, ClaimState
from mall.payments.models import Refund, RefundState
from mall.points.actions import open_books

REMINDED_BEFORE = timedelta(days=2)
_OWED = exists().where(
    Refund.dealer_id == Claim.dealer_id,
    Refund.key == literal("claim/", String) + cast(Claim.id, String),
    Refund.state != RefundState.DONE,
)
_NOT_SENT = (
    select(Claim.dealer_id, Claim.id)
    .where(Claim.state == ClaimState.RETURN_AWAITED, Claim.due_at <= bindparam("now"))
    .order_by(Claim.due_at)
    .limit(bindparam("limit"))
)
_NEARLY = (
    select(Claim.dealer_id, Claim.id)
    .where(
        Claim.state == ClaimState.RETURN_AWAITED, Claim.due_at <= bindparam("until"), Claim.reminded_at.is_(None)
    )
    .order_by(Claim.due_at)
    .limit(bindparam("limit"))
)
_REFUNDED = (
    select(Claim.dealer_id, Claim.id)
    .where(Claim.state == ClaimState.REFUNDING, ~_OWED)
    .order_by(Claim.due_at)
    .limit(bindparam("limit"))
)


def remind_claims(session: Session, now: datetime, *, limit: int = 50) -> int:
    """Tell dealers two days before their time to send pieces back is over, once; gives how many, nought means done."""
    found = session.connection().execute(_NEARLY, {"until": now + REMINDED_BEFORE, "limit": limit}).all()
    open_books(session, now, {row.dealer_id for row in found})
    for dealer_id, claim_id in found:
        claim = claim_of(session, dealer_id, claim_id=claim_id)
        if claim.return_awaited and claim.reminded_at is None:
            claim.reminded_at = now
            told(session, now, claim, "claim_ending")
    session.flush()
    return len(found)


def lapse_claims(session: Session, now: datetime, *, limit: int = 50) -> int:
    """Close up to `limit` claims whose pieces were not sent back in time; gives how many, nought means done."""
    return _end(session, now, _NOT_SENT, limit, ClaimState.RETURN_AWAITED, ClaimState.LAPSED)


def close_refunded(session: Session, now: datetime, *, limit: int = 50) -> int:
    """Close up to `limit` claims whose money has arrived; gives how many, nought means done."""
    return _end(session, now, _REFUNDED, limit, ClaimState.REFUNDING, ClaimState.DONE)


def _end(
    session: Session,
    now: datetime,
    which: Select[int, int],
    limit: int,
    stands: ClaimState,
    ends: ClaimState,
) -> int:
    found = session.connection().execute(which, {"now": now, "limit": limit}).all()
    open_books(session, now, {row.dealer_id for row in found})
    for dealer_id, claim_id in found:
        claim = claim_of(session, dealer_id, claim_id=claim_id)
        if claim.state is stands:
            move(session, now, claim, ends, actor="system")
    return len(found)
