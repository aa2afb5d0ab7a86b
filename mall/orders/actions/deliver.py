"""How a line ends without its parcel: it has arrived otherwise, or its points and money come back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mall.catalog.actions import put_back, write_off
from mall.catalog.models import Because, Reason
from mall.dealers.actions.notices import tell
from mall.orders.actions.happened import happened
from mall.orders.actions.let_go import follow
from mall.orders.actions.loading import as_reward, lines_of, locked_order, parts_of
from mall.orders.actions.moving import overtaken
from mall.orders.actions.refund_pieces import Piece, end_if_empty, refund_pieces
from mall.orders.models import Happening, OrderLine, RedemptionOrder
from mall.points.actions import Book, open_book
from mall.rewards.actions import release


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
    come_to_nothing(
        session, now, book, order, lines, line, reason=reason, actor="system", act="order.line_failed", into_stock=True
    )
    return order


def come_to_nothing(
    session: Session,
    now: datetime,
    book: Book,
    order: RedemptionOrder,
    lines: list[OrderLine],
    line: OrderLine,
    *,
    reason: str,
    actor: str,
    act: str,
    into_stock: bool,
    source_address: str = "",
) -> None:
    """What a line keeps is given back whole, and who ordered it is told. The judging is the caller's, the book locked.

    It has not left. Its pieces go into stock, or are written off where there are none to go. Open claims about them
    are over.
    """
    kept = line.kept
    back = refund_pieces(
        session,
        now,
        book,
        order,
        [Piece(line, kept)],
        key=f"order/{order.id}/line/{line.line_no}/failed",
        reason="undeliverable",
        actor=actor,
    )
    release(session, now, [as_reward(order, line, None)])
    because = Because(Reason.FAILED, order.no, actor)
    if into_stock:
        put_back(session, now, {line.sku_id: kept}, because=because)
    else:
        write_off(session, now, {line.sku_id: kept}, because=because, there=line.kind.shipped)
    detail = {"line": line.line_no, "reason": reason, "points": back.points, "fen": back.fen}
    detail |= {} if into_stock else {"written_off": kept}
    happened(
        session, now, order, Happening.LINE_FAILED, actor=actor, act=act, source_address=source_address, detail=detail
    )
    parts = parts_of(session, order)
    follow(session, now, order, parts, lines, actor=actor)
    end_if_empty(session, now, order, parts, back, actor=actor)
    overtaken(session, now, order)
    _tell(session, now, order, "line_failed", {"no": order.no, "points": back.points, "fen": back.fen})


def _line(lines: list[OrderLine], line_no: int) -> OrderLine:
    return next(line for line in lines if line.line_no == line_no)


def _tell(session: Session, now: datetime, order: RedemptionOrder, what: str, facts: dict[str, Any]) -> None:
    href = f"/orders/{order.no}"
    tell(session, now, dealer_id=order.dealer_id, member_id=order.member_id, what=what, facts=facts, href=href)
