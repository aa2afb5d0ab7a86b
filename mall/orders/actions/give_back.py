"""An order comes to nothing: points into the lots they came from, money to its source, pieces into stock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.catalog.actions import put_back
from mall.catalog.models import Because, Reason
from mall.orders.actions.happened import happened
from mall.orders.actions.loading import as_reward, lines_of, parts_of
from mall.orders.actions.moving import overtaken
from mall.orders.models import Ended, Happening, OrderLine, OrderState, PartState, RedemptionOrder
from mall.payments.actions import shut, want_refund
from mall.payments.queries import payments_of
from mall.points.actions import Book, Posting, refund, void, write
from mall.rewards.actions import release


def give_back(
    session: Session,
    now: datetime,
    book: Book,
    order: RedemptionOrder,
    *,
    ended: Ended,
    actor: str,
    act: str,
    source_address: str = "",
    reason: str = "",
) -> None:
    """Cancel an order none of which has left, and give everything back that it took. The book is its dealer's.

    What was held is let go of; what was redeemed or paid is refunded. The judging is the caller's. `reason` is what
    whoever ended it says to the others, for the timeline.
    """
    lines = [line for line in lines_of(session, order) if line.kept]
    posting = _points_back(session, book, order, ended, actor)
    for payment in payments_of(session, order.dealer_id, order.id):
        if payment.open:
            shut(session, now, dealer_id=order.dealer_id, payment_id=payment.id)
    left_fen = order.pay_fen - order.refunded_fen
    if order.paid_at is not None and order.payment_id is not None and left_fen:
        want_refund(
            session,
            now,
            dealer_id=order.dealer_id,
            payment_id=order.payment_id,
            fen=left_fen,
            key=f"order/{order.id}/cancellation",
            reason=ended.value,
            actor=actor,
        )
        order.refunded_fen = order.pay_fen
    order.state, order.ended, order.cancelled_at, order.close_at = OrderState.CANCELLED, ended, now, None
    order.refund_journal, order.refunded_points = posting.journal_id, order.points
    for part in parts_of(session, order):
        part.state = PartState.CANCELLED
    happened(
        session,
        now,
        order,
        Happening.CANCELLED,
        actor=actor,
        act=act,
        source_address=source_address,
        detail={"ended": ended.value, "points": order.points} | ({"reason": reason} if reason else {}),
    )
    release(session, now, [as_reward(order, line, None) for line in lines])
    put_back(session, now, pieces(lines), because=Because(Reason.CANCELLED, order.no, actor))
    overtaken(session, now, order)


def pieces(lines: list[OrderLine]) -> dict[int, int]:
    """How many pieces of each SKU the lines still keep."""
    kept: dict[int, int] = {}
    for line in lines:
        kept[line.sku_id] = kept.get(line.sku_id, 0) + line.kept
    return kept


def _points_back(session: Session, book: Book, order: RedemptionOrder, ended: Ended, actor: str) -> Posting:
    key, why = f"order/{order.id}/cancellation", {"what": "cancellation", "order": order.no}
    if order.undecided:
        posting = void(book, hold_journal=order.spend_journal, source="mall", key=key, actor=actor, why=why)
    else:
        posting = refund(
            book,
            spend_journal=order.spend_journal,
            points=order.points - order.refunded_points,
            source="mall",
            key=key,
            actor=actor,
            why=why,
        )
    write(session, book)
    return posting
