"""Moving a claim from state to state, and finding it under its dealer's lock."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import Forbidden, NotFound
from mall.base.types import micros
from mall.dealers.actions.notices import tell
from mall.dealers.models import Dealer, StaffRole
from mall.orders.actions.loading import lines_of, locked_order
from mall.orders.models import (
    MAY_SEND,
    OPEN,
    TURNS,
    Claim,
    ClaimEvent,
    ClaimLine,
    ClaimMoved,
    ClaimState,
    RedemptionOrder,
)
from mall.points.actions import Book, open_book

GOING_BACK = frozenset({ClaimState.REFUNDING})
"""Its pieces have been given back already."""


def claim_of(session: Session, dealer_id: int, *, no: str = "", claim_id: int = 0) -> Claim:
    """A claim as it is now; its dealer's account is locked. Another dealer's is as if there were none."""
    which = Claim.id == claim_id if claim_id else Claim.no == no
    claim = session.scalars(
        select(Claim).where(Claim.dealer_id == dealer_id, which).execution_options(populate_existing=True)
    ).one_or_none()
    if claim is None:
        raise NotFound
    return claim


def for_staff(
    session: Session, now: datetime, *, dealer_code: str, no: str, role: StaffRole
) -> tuple[Book, Claim, RedemptionOrder]:
    """A claim for a person of the brand who may answer it, its dealer locked, with its order."""
    if role not in MAY_SEND:
        raise Forbidden
    dealer_id = session.scalar(select(Dealer.id).where(Dealer.code == dealer_code))
    if dealer_id is None:
        raise NotFound
    book = open_book(session, now, dealer_id)
    claim = claim_of(session, dealer_id, no=no)
    return book, claim, locked_order(session, dealer_id, order_id=claim.order_id)


def lines_of_claim(session: Session, claim: Claim) -> list[ClaimLine]:
    """What the claim is about, line by line."""
    return list(
        session.scalars(
            select(ClaimLine)
            .where(ClaimLine.dealer_id == claim.dealer_id, ClaimLine.claim_id == claim.id)
            .order_by(ClaimLine.line_no)
            .execution_options(populate_existing=True)
        )
    )


def move(
    session: Session,
    now: datetime,
    claim: Claim,
    state: ClaimState,
    *,
    actor: str,
    detail: dict[str, Any] | None = None,
    source_address: str = "",
    quiet: bool = False,
    what: str = "",
) -> None:
    """Let a claim become what it may become, set whose turn it is until when, and write it down.

    The dealer's person is told, unless it was theirs to do (`quiet`), with `what` where the state's own words do not
    fit. Refused: ClaimMoved where it may not.
    """
    if not claim.may_become(state):
        raise ClaimMoved
    claim.state = state
    turn = TURNS.get(state)
    claim.due_at = now + turn[1] if turn else None
    claim.ended_at = None if turn else now
    of_claim = (ClaimEvent.dealer_id == claim.dealer_id, ClaimEvent.claim_id == claim.id)
    last = int(session.scalar(select(func.max(ClaimEvent.event_no)).where(*of_claim)) or 0)
    session.add(
        ClaimEvent(
            dealer_id=claim.dealer_id,
            claim_id=claim.id,
            event_no=last + 1,
            at=now,
            state=state,
            actor=actor,
            detail=detail or {},
        )
    )
    said = {"no": claim.no, "state": state.value, **(detail or {})}
    note(session, now, actor=actor, act="claim.move", subject=f"claim:{claim.id}", address=source_address, detail=said)
    if not quiet:
        told(session, now, claim, what or f"claim_{state.value}")
    session.flush()


def overtaken(session: Session, now: datetime, order: RedemptionOrder, *, but: int = 0) -> None:
    """Pieces went back otherwise than by a claim: claims about more than are left are over, the newest first.

    A claim whose pieces travel already is left to people, and so is `but`, the one that is being paid back. The dealer
    is told.
    """
    kept = {line.line_no: 0 if order.cancelled else line.kept for line in lines_of(session, order)}
    rows = session.execute(
        select(Claim, ClaimLine)
        .join(ClaimLine, (ClaimLine.dealer_id == Claim.dealer_id) & (ClaimLine.claim_id == Claim.id))
        .where(Claim.dealer_id == order.dealer_id, Claim.order_id == order.id, Claim.state.in_(OPEN - GOING_BACK))
        .where(Claim.id != but)
        .order_by(Claim.id)
        .execution_options(populate_existing=True)
    ).all()
    for _id, own in groupby(rows, key=lambda row: row[0].id):
        claims, pieces = zip(*own, strict=True)
        if claims[0].withdrawable and any(kept[one.line_no] < one.quantity for one in pieces):
            move(session, now, claims[0], ClaimState.WITHDRAWN, actor="system", what="claim_overtaken")
            continue
        for one in pieces:
            kept[one.line_no] -= one.quantity


def told(session: Session, now: datetime, claim: Claim, what: str) -> None:
    """Tell who claimed, by a kind of notice."""
    facts, href = _facts(claim), f"/after-sales/{claim.no}"
    tell(session, now, dealer_id=claim.dealer_id, member_id=claim.member_id, what=what, facts=facts, href=href)


def _facts(claim: Claim) -> dict[str, Any]:
    until = {"until_at": micros(claim.due_at)} if claim.due_at else {}
    return {"no": claim.no, "points": claim.points, "fen": claim.fen, "answer": claim.answer, **until}
