"""An order hears how its top-up ended: it has arrived, or its points and money come back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.orders.actions.deliver import deliver, fail_line
from mall.rewards.actions.top_ups import told_its_order
from mall.rewards.queries.top_ups import top_up


def conclude(session: Session, now: datetime, *, dealer_id: int, top_up_id: int) -> None:
    """Tell an order of a top-up that has ended. Safe to repeat; one that has not ended is left alone.

    The order's verbs lock the dealer's account; the top-up's row is locked after it, as everywhere.
    """
    one = top_up(session, dealer_id, top_up_id)
    if not one.ended or one.told_at is not None:
        return
    where = {"dealer_id": dealer_id, "order_id": one.order_id, "line_no": one.line_no}
    if one.done:
        deliver(session, now, **where)
    else:
        fail_line(session, now, reason="top_up", **where)
    told_its_order(session, now, dealer_id=dealer_id, top_up_id=top_up_id)
