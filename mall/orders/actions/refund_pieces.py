"""Pieces of a line come back, or never arrived: their points into their lots, their money to its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.actions import put_back, write_off
from mall.orders.actions.happened import happened
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
from mall.payments.actions import want_refund
from mall.points.actions import Book, refund, write


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
    line: OrderLine,
    *,
    quantity: int,
    key: str,
    reason: str,
    actor: str,
    restock: bool,
    whole_freight: bool = False,
    fen: int | None = None,
) -> Back:
    """Give back points and money of so many pieces of a paid order's line; the book is its dealer's, locked.

    Money is what these pieces cost, or `fen` where less was agreed; with `whole_freight` the freight too once nothing
    of the order is kept. `restock` puts the pieces into stock again, else
    they are written off. `key` makes it once: a verb that may be repeated
    looks first whether it was done. Refused: more pieces than the line keeps, an order that is not paid, more money
    than they cost.
    """
    if order.paid_at is None or order.cancelled or not 1 <= quantity <= line.kept:
        raise NotNow
    points = line.points_each * quantity
    money = line.cash_each_fen * quantity if fen is None else fen
    if not 0 <= money <= line.cash_each_fen * quantity:
        raise NotNow
    posting = refund(
        book,
        spend_journal=order.spend_journal,
        points=points,
        source="mall",
        key=key,
        actor=actor,
        why={"what": "after_sales", "order": order.no, "sku": line.sku_code, "quantity": quantity},
    )
    write(session, book)
    line.returned_quantity += quantity
    order.refunded_points += points
    session.flush()
    if whole_freight and not _anything_kept(session, order):
        money = order.pay_fen - order.refunded_fen
    if money and order.payment_id is not None:
        want_refund(
            session,
            now,
            dealer_id=order.dealer_id,
            payment_id=order.payment_id,
            fen=money,
            key=key,
            reason=reason,
            actor=actor,
        )
        order.refunded_fen += money
    session.flush()
    (put_back if restock else write_off)(session, now, {line.sku_id: quantity})
    return Back(points, money, posting.journal_id)


def end_if_empty(
    session: Session, now: datetime, order: RedemptionOrder, parts: list[OrderPart], back: Back, *, actor: str
) -> None:
    """An order of which every part came to nothing is cancelled: it was undeliverable."""
    if state_of([part.state for part in parts]) is not OrderState.CANCELLED or order.cancelled:
        return
    order.state, order.ended, order.cancelled_at = OrderState.CANCELLED, Ended.UNDELIVERABLE, now
    order.refund_journal = back.journal_id
    detail = {"ended": Ended.UNDELIVERABLE.value, "points": back.points}
    happened(session, now, order, Happening.CANCELLED, actor=actor, act="order.cancel", detail=detail)


def _anything_kept(session: Session, order: RedemptionOrder) -> bool:
    kept = select(OrderLine.line_no).where(
        OrderLine.dealer_id == order.dealer_id,
        OrderLine.order_id == order.id,
        OrderLine.quantity > OrderLine.returned_quantity,
    )
    return session.scalar(kept.limit(1)) is not None
