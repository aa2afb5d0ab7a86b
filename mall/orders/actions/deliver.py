"""A supplier has told how a line ended: it has arrived, or its points and money come back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mall.catalog.actions import put_back
from mall.catalog.models import Because, Reason
from mall.dealers.actions.notices import tell
from mall.orders.actions.happened import happened
from mall.orders.actions.let_go import follow
from mall.orders.actions.loading import lines_of, locked_order, parts_of
from mall.orders.actions.refund_pieces import Piece, end_if_empty, refund_pieces
from mall.orders.models import Happening, OrderLine, RedemptionOrder
from mall.points.actions import open_book


def deliver(session: Session, now: datetime, *, dealer_id: int, order_id: int, line_no: int) -> RedemptionOrder:
    """A line has arrived without a parcel, and who ordered it is told once. Safe to repeat."""
    open_book(session, now, dealer_id)
    order = locked_order(session, dealer_id, order_id=order_id)
    lines = lines_of(session, order)
    line = _line(lines, line_no)
    if not order.cancelled and line.done_at is None and line.kept:
        line.done_at = now
        follow(session, now, order, parts_of(session, order), lines, actor="system")
        _tell(session, now, order, "topped_up", {"no": order.no, "item": line.names})
    return order


def fail_line(
    session: Session, now: datetime, *, dealer_id: int, order_id: int, line_no: int, reason: str
) -> RedemptionOrder:
    """A line cannot be delivered: its points go into their lots, its money to its source, its pieces into stock.

    `reason` is a word for the timeline. An order of which nothing is left ends so. Safe to repeat.
    """
    book = open_book(session, now, dealer_id)
    order = locked_order(session, dealer_id, order_id=order_id)
    lines = lines_of(session, order)
    line = _line(lines, line_no)
    if order.cancelled or line.done_at is not None or not line.kept:
        return order
    kept = line.kept
    back = refund_pieces(
        session,
        now,
        book,
        order,
        [Piece(line, kept)],
        key=f"order/{order.id}/line/{line_no}/failed",
        reason="undeliverable",
        actor="system",
    )
    put_back(session, now, {line.sku_id: kept}, because=Because(Reason.FAILED, order.no, "system"))
    detail = {"line": line_no, "reason": reason, "points": back.points, "fen": back.fen}
    happened(session, now, order, Happening.LINE_FAILED, actor="system", act="order.line_failed", detail=detail)
    parts = parts_of(session, order)
    follow(session, now, order, parts, lines, actor="system")
    end_if_empty(session, now, order, parts, back, actor="system")
    _tell(session, now, order, "line_failed", {"no": order.no, "points": back.points, "fen": back.fen})
    return order


def _line(lines: list[OrderLine], line_no: int) -> OrderLine:
    return next(line for line in lines if line.line_no == line_no)


def _tell(session: Session, now: datetime, order: RedemptionOrder, what: str, facts: dict[str, Any]) -> None:
    href = f"/orders/{order.no}"
    tell(session, now, dealer_id=order.dealer_id, member_id=order.member_id, what=what, facts=facts, href=href)
