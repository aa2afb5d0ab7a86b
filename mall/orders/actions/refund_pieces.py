"""Pieces of an order come back, or never arrived: their points into their lots, their money to its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.orders.actions.happened import happened
from mall.orders.actions.moving import overtaken
from mall.orders.models import (
    Ended,
    Happening,
    NotNow,
    OrderLine,
    OrderPart,
    OrderState,
    RedemptionOrder,
    state_of,
)
from mall.orders.rules.giving_up import freight_back
from mall.payments.actions import want_refund
from mall.points.actions import Book, refund, write


@dataclass(frozen=True)
class Piece:
    """So many pieces of a line."""

    line: OrderLine
    quantity: int


@dataclass(frozen=True)
class Back:
    """What went back: points, fen, and the posting that gave the points back."""

    points: int
    fen: int
    journal_id: int


def refund_pieces(
    session: Session,
    now: datetime,
    book: Book,
    order: RedemptionOrder,
    pieces: Sequence[Piece],
    *,
    key: str,
    reason: str,
    actor: str,
    freight: bool = True,
) -> Back:
    """Give back points and money of pieces of a paid order; the book is its dealer's, locked. Stock is the caller's.

    The freight goes back with the last piece that was to travel, unless `freight` says that it was earned. `key` makes
    it once: a verb that may be repeated looks first whether it was done. Refused: more pieces than a line keeps; an
    order that is not paid, or was cancelled.
    """
    fits = all(1 <= piece.quantity <= piece.line.kept for piece in pieces)
    if order.paid_at is None or order.cancelled or not pieces or not fits:
        raise NotNow
    points = sum(piece.line.points_each * piece.quantity for piece in pieces)
    fen = sum(piece.line.cash_each_fen * piece.quantity for piece in pieces)
    going = {piece.line.line_no: piece.quantity for piece in pieces}
    fen += freight_back(order, _lines(session, order), going) if freight else 0
    posting = refund(
        book,
        spend_journal=order.spend_journal,
        points=points,
        source="mall",
        key=key,
        actor=actor,
        why={
            "what": "after_sales",
            "order": order.no,
            "items": [{"sku": piece.line.sku_code, "quantity": piece.quantity} for piece in pieces],
        },
    )
    write(session, book)
    for piece in pieces:
        piece.line.returned_quantity += piece.quantity
    order.refunded_points += points
    session.flush()
    if fen and order.payment_id is not None:
        want_refund(
            session,
            now,
            dealer_id=order.dealer_id,
            payment_id=order.payment_id,
            fen=fen,
            key=key,
            reason=reason,
            actor=actor,
        )
        order.refunded_fen += fen
    session.flush()
    return Back(points, fen, posting.journal_id)


def end_if_empty(
    session: Session,
    now: datetime,
    order: RedemptionOrder,
    parts: list[OrderPart],
    back: Back,
    *,
    actor: str,
    claim_id: int = 0,
) -> None:
    """An order of which every part came to nothing is cancelled, undeliverable. `claim_id` paid its last back."""
    if state_of([part.state for part in parts]) is not OrderState.CANCELLED or order.cancelled:
        return
    order.state, order.ended, order.cancelled_at = OrderState.CANCELLED, Ended.UNDELIVERABLE, now
    order.refund_journal = back.journal_id
    detail = {"ended": Ended.UNDELIVERABLE.value, "points": back.points}
    happened(session, now, order, Happening.CANCELLED, actor=actor, act="order.cancel", detail=detail)
    overtaken(session, now, order, but=claim_id)


def _lines(session: Session, order: RedemptionOrder) -> list[OrderLine]:
    """All its lines, as the caller has them: what a verb has changed so far stays."""
    of_order = (OrderLine.dealer_id == order.dealer_id, OrderLine.order_id == order.id)
    return list(session.scalars(select(OrderLine).where(*of_order)))
