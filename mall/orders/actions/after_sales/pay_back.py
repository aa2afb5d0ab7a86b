"""Points and money of a claim's pieces go back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from mall.catalog.actions import put_back, write_off
from mall.catalog.models import Because, Reason
from mall.orders.actions.happened import happened
from mall.orders.actions.let_go import follow
from mall.orders.actions.loading import as_reward, lines_of, parts_of
from mall.orders.actions.refund_pieces import Piece, end_if_empty, refund_pieces
from mall.orders.models import (
    Claim,
    ClaimKind,
    ClaimLine,
    ClaimReason,
    Happening,
    OrderLine,
    OrderPart,
    PartState,
    RedemptionOrder,
)
from mall.payments.queries import refunds_of
from mall.points.actions import Book
from mall.rewards.actions import release, take_back, void_code
from mall.rewards.models import CardCode


def pay_back(
    session: Session,
    now: datetime,
    book: Book,
    claim: Claim,
    order: RedemptionOrder,
    claimed: Sequence[ClaimLine],
    *,
    actor: str,
    restock: bool | None = None,
    bad: Sequence[CardCode] = (),
) -> bool:
    """Give back what the claim's pieces cost; true where money is on its way through a gateway.

    `restock` says what becomes of pieces that travelled: into stock again, or written off; without it they never left
    where their part had not, and are lost where it had. What was handed out is taken back from the dealer first, and
    refused where it was used; where people handed it out nothing is taken, so it is written off. `bad` codes are void.
    """
    lines = {line.line_no: line for line in lines_of(session, order)}
    parts = {part.part_no: part for part in parts_of(session, order)}
    back = refund_pieces(
        session,
        now,
        book,
        order,
        [Piece(lines[one.line_no], one.quantity) for one in claimed],
        key=f"claim/{claim.id}",
        reason=claim.reason.value,
        actor=actor,
        freight=not (claim.kind is ClaimKind.RETURN and claim.reason is ClaimReason.NOT_WANTED),
    )
    for one in sorted(claimed, key=lambda each: lines[each.line_no].sku_id):  # stock is locked in this order everywhere
        line = lines[one.line_no]
        part = parts[line.part_no]
        own = [code for code in bad if code.line_no == line.line_no]
        left = line.kind.shipped and not part.waiting
        there = _take_from_dealer(session, now, order, line, part, one.quantity, own, claim.reason.value, actor)
        into_stock = there if restock is None else restock
        because = Because(Reason.CLAIM, order.no, actor, claim.no)
        if into_stock:
            put_back(session, now, {line.sku_id: one.quantity}, because=because, arrived=left)
        else:
            write_off(session, now, {line.sku_id: one.quantity}, because=because)
        one.restocked = int(into_stock)
        if not any(other.kept for other in lines.values() if other.part_no == part.part_no):
            _end(part, line, now, came_back=claim.kind.sends_back)
    claim.points, claim.fen = back.points, back.fen
    session.flush()
    detail = {"claim": claim.no, "points": back.points, "fen": back.fen}
    happened(session, now, order, Happening.REFUNDED, actor=actor, act="order.refund", detail=detail)
    in_order = list(parts.values())
    follow(session, now, order, in_order, list(lines.values()), actor=actor)
    end_if_empty(session, now, order, in_order, back, actor=actor, claim_id=claim.id)
    refunds = refunds_of(session, order.dealer_id, order.id)
    return any(one.key == f"claim/{claim.id}" and not one.done for one in refunds)


def _end(part: OrderPart, line: OrderLine, now: datetime, *, came_back: bool) -> None:
    """A part of which nothing is kept: it never left, got lost on the road, or was at the dealer's and came back."""
    if part.shipped and came_back:
        part.state, part.done_at, line.done_at = PartState.DONE, now, now
    elif part.waiting or part.shipped:
        part.state = PartState.CANCELLED


def _take_from_dealer(
    session: Session,
    now: datetime,
    order: RedemptionOrder,
    line: OrderLine,
    part: OrderPart,
    quantity: int,
    bad: Sequence[CardCode],
    reason: str,
    actor: str,
) -> bool:
    """Take from the dealer what it was handed; true where the pieces are there to be redeemed again."""
    if line.kind.shipped:
        return part.waiting
    if bad:
        for code in bad:
            void_code(session, now, code_id=code.id, reason=reason, actor=actor)
        return False
    if line.done_at is None:
        release(session, now, [as_reward(order, line, None)])
        return True
    return take_back(session, now, as_reward(order, line, None), quantity=quantity, actor=actor)
