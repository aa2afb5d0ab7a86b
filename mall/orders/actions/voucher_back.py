"""A system cannot honour a voucher: its piece of the order comes back, points into their lots, money to its source."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from mall.catalog.actions import put_back
from mall.catalog.models import Because, Reason
from mall.dealers.actions.notices import tell
from mall.orders.actions.happened import happened
from mall.orders.actions.loading import lines_of, locked_order
from mall.orders.actions.moving import overtaken
from mall.orders.actions.refund_pieces import Piece, refund_pieces
from mall.orders.models import Happening
from mall.outbox.models import System
from mall.points.actions import open_book
from mall.rewards.actions.vouchers import Used, hand_back
from mall.rewards.queries.vouchers import voucher_of_system


def voucher_back(
    session: Session, now: datetime, *, no: str, systems: Collection[System], reason: str, actor: str
) -> Used:
    """A system hands back a voucher that was issued to it: what it cost is given back, and the dealer is told.

    Handed back again it is the same return. Refused: a voucher of nobody or of another system, used or expired.
    """
    dealer_id = voucher_of_system(session, no, systems)[0].dealer_id
    book = open_book(session, now, dealer_id)
    done = hand_back(session, now, no=no, systems=systems, reason=reason, actor=actor)
    if done.repeat:
        return done
    voucher = done.voucher
    order = locked_order(session, dealer_id, order_id=voucher.order_id)
    line = next(one for one in lines_of(session, order) if one.line_no == voucher.line_no)
    back = refund_pieces(
        session,
        now,
        book,
        order,
        [Piece(line, 1)],
        key=f"order/{order.id}/voucher/{voucher.id}",
        reason="voucher_returned",
        actor=actor,
    )
    put_back(session, now, {line.sku_id: 1}, because=Because(Reason.FAILED, order.no, actor, voucher.no))
    overtaken(session, now, order)
    facts = {"no": order.no, "points": back.points, "fen": back.fen}
    detail = {"line": voucher.line_no, "voucher": voucher.no, "points": back.points, "fen": back.fen}
    happened(session, now, order, Happening.REFUNDED, actor=actor, act="order.voucher_back", detail=detail)
    href = f"/orders/{order.no}"
    tell(session, now, dealer_id=dealer_id, member_id=order.member_id, what="voucher_returned", facts=facts, href=href)
    return done
