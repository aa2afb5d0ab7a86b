"""Taking an order back: points into the lots they came from, money to its source, pieces into stock. Safe to repeat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.dealers.models import MayNotRedeem, MemberRole
from mall.orders.actions.give_back import give_back
from mall.orders.actions.loading import locked_order, parts_of
from mall.orders.models import Ended, NotCancellable, RedemptionOrder
from mall.points.actions import open_book


def cancel(
    session: Session,
    now: datetime,
    *,
    dealer_id: int,
    member_id: int,
    role: MemberRole,
    no: str,
    source_address: str = "",
) -> RedemptionOrder:
    """Cancel a dealer's own order while nobody has begun with any of it. A second press gives the same cancelled order.

    Refused: a clerk, an order that is not this dealer's (as if there were none), one of which a part was picked, has
    left or was handed out.
    """
    if not role.may_redeem:
        raise MayNotRedeem
    book = open_book(session, now, dealer_id)
    order = locked_order(session, dealer_id, no=no)
    if order.cancelled:
        return order
    if not order.cancellable or not all(part.untouched or part.cancelled for part in parts_of(session, order)):
        raise NotCancellable
    give_back(
        session,
        now,
        book,
        order,
        ended=Ended.BY_MEMBER,
        actor=f"member:{member_id}",
        act="order.cancel",
        source_address=source_address,
    )
    return order
