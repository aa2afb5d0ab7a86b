"""The brand answers a claim: agreed, where much goes back by two people, or declined with a reason."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.catalog.models import Kind
from mall.dealers.models import StaffRole
from mall.orders.actions.after_sales.pay_back import pay_back
from mall.orders.actions.happened import happened
from mall.orders.actions.moving import for_staff, lines_of_claim, move
from mall.orders.models import (
    Claim,
    ClaimKind,
    ClaimMoved,
    ClaimState,
    Happening,
    NothingToClaim,
    RedemptionOrder,
    SecondPersonNeeded,
    WrongClaim,
)
from mall.points.actions import Book
from mall.rewards.actions import replace_code
from mall.rewards.models import CardCode, CodeState

CHECKED_OVER_FEN = 50_000
CHECKED_OVER_POINTS = 100_000
"""Money or points above this need a second person before they go back, or before another piece is sent for nothing."""


def agree(
    session: Session,
    now: datetime,
    *,
    dealer_code: str,
    no: str,
    staff_id: int,
    role: StaffRole,
    seal: Seal,
    answer: str = "",
    code_ids: tuple[int, ...] = (),
    source_address: str = "",
) -> Claim:
    """Agree to a claim, or be the second person to. `answer` says where to send it, `code_ids` which codes are bad.

    A refund alone goes back at once; what travels is awaited; a bad code is replaced, or paid back and void. Agreed to
    already, a second press changes nothing. Refused: staff who do not answer claims, a claim that stands elsewhere, the
    same person twice where two are needed.
    """
    book, claim, order = for_staff(session, now, dealer_code=dealer_code, no=no, role=role)
    actor = f"staff:{staff_id}"
    if claim.applied:
        claim.decided_by, claim.answer = staff_id, answer or claim.answer
        if needs_two(claim):
            move(session, now, claim, ClaimState.CHECKING, actor=actor, source_address=source_address, quiet=True)
            return claim
    elif claim.checking:
        if claim.decided_by == staff_id:
            raise SecondPersonNeeded
        claim.checked_by, claim.answer = staff_id, answer or claim.answer
    elif claim.agreed and staff_id in (claim.decided_by, claim.checked_by):
        return claim
    else:
        raise ClaimMoved
    if claim.kind.sends_back:
        move(session, now, claim, ClaimState.RETURN_AWAITED, actor=actor, source_address=source_address)
    elif claim.kind is ClaimKind.REISSUE:
        _reissue(session, now, claim, order, _bad_codes(session, claim, order, code_ids), actor)
        move(session, now, claim, ClaimState.DONE, actor=actor, source_address=source_address)
    else:
        _refund(session, now, book, claim, order, _bad_codes(session, claim, order, code_ids), actor, source_address)
    return claim


def decline_claim(
    session: Session,
    now: datetime,
    *,
    dealer_code: str,
    no: str,
    staff_id: int,
    role: StaffRole,
    reason: str,
    source_address: str = "",
) -> Claim:
    """Decline a claim that nobody has agreed to, with a reason for the dealer. A second press gives the same claim."""
    _, claim, _ = for_staff(session, now, dealer_code=dealer_code, no=no, role=role)
    if claim.state is ClaimState.DECLINED:
        return claim
    if not (claim.applied or claim.checking):
        raise ClaimMoved
    if claim.decided_by is None:
        claim.decided_by = staff_id
    claim.answer = reason
    move(session, now, claim, ClaimState.DECLINED, actor=f"staff:{staff_id}", source_address=source_address)
    return claim


def needs_two(claim: Claim) -> bool:
    """Whether so much goes back, or is given once more, that a second person must agree."""
    return claim.fen > CHECKED_OVER_FEN or claim.points > CHECKED_OVER_POINTS


def _refund(
    session: Session,
    now: datetime,
    book: Book,
    claim: Claim,
    order: RedemptionOrder,
    bad: list[CardCode],
    actor: str,
    source_address: str,
) -> None:
    waits = pay_back(session, now, book, claim, order, lines_of_claim(session, claim), actor=actor, bad=bad)
    state = ClaimState.REFUNDING if waits else ClaimState.DONE
    move(session, now, claim, state, actor=actor, source_address=source_address)


def _bad_codes(session: Session, claim: Claim, order: RedemptionOrder, code_ids: tuple[int, ...]) -> list[CardCode]:
    """The codes that are said to be bad: of the claim's lines, as many as it is about at most.

    Refused: none, unless people handed them out; codes of others; more than were claimed, or fewer to be paid back.
    """
    if not claim.names_codes:
        return []
    pieces = {line.line_no: line.quantity for line in lines_of_claim(session, claim)}
    held = (CardCode.dealer_id == order.dealer_id, CardCode.order_id == order.id, CardCode.state == CodeState.ISSUED)
    all_of_them = session.scalars(select(CardCode).where(*held, CardCode.line_no.in_(pieces))).all()
    codes = [code for code in all_of_them if code.id in code_ids]
    by_hand = not all_of_them and claim.kind is ClaimKind.REFUND_ONLY
    if not codes and not by_hand:
        raise NothingToClaim
    if len(codes) != len(set(code_ids)):
        raise WrongClaim
    said = Counter(code.line_no for code in codes)
    whole = claim.kind is ClaimKind.REFUND_ONLY
    of_vault = {code.line_no for code in all_of_them}
    if any(said[no] > many or (whole and no in of_vault and said[no] < many) for no, many in pieces.items()):
        raise WrongClaim
    return codes


def _reissue(
    session: Session, now: datetime, claim: Claim, order: RedemptionOrder, codes: list[CardCode], actor: str
) -> None:
    for code in codes:
        replace_code(
            session,
            now,
            dealer_id=order.dealer_id,
            order_id=order.id,
            code_id=code.id,
            reason=claim.reason.value,
            actor=actor,
        )
    detail = {"claim": claim.no, "pieces": len(codes), "kind": Kind.CARD_CODE.value}
    happened(session, now, order, Happening.REISSUED, actor=actor, act="order.reissue", detail=detail)
