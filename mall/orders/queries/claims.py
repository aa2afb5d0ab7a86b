"""What can be claimed of an order, and the claims there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.orders.models import OPEN, Claim, ClaimLine, OrderLine, OrderPart, OrderState, RedemptionOrder


def claimable(
    session: Session, order: RedemptionOrder, lines: Iterable[OrderLine], parts: Iterable[OrderPart]
) -> dict[int, int]:
    """How many pieces of each line can be claimed now, by line number; lines without any are left out.

    That is what has left or arrived and is neither given back nor in an open claim; beside it what still waits of an
    order of which other parts have left. A completed order has none.
    """
    if order.undecided or order.cancelled or order.state is OrderState.COMPLETED:
        return {}
    of_part = {part.part_no: part for part in parts}
    in_claims: Counter[int] = Counter()
    rows = session.execute(
        select(ClaimLine.line_no, ClaimLine.quantity)
        .join(Claim, (Claim.dealer_id == ClaimLine.dealer_id) & (Claim.id == ClaimLine.claim_id))
        .where(ClaimLine.dealer_id == order.dealer_id, ClaimLine.order_id == order.id, Claim.state.in_(OPEN))
    )
    for row in rows:
        in_claims[row.line_no] += row.quantity
    left = {
        line.line_no: line.kept - in_claims[line.line_no]
        for line in lines
        if _reachable(order, of_part[line.part_no])
    }
    return {line_no: pieces for line_no, pieces in left.items() if pieces > 0}


def _reachable(order: RedemptionOrder, part: OrderPart) -> bool:
    return part.shipped or part.done or (order.state is OrderState.PARTLY_SHIPPED and part.ready)
