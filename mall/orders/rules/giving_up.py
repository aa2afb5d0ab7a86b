"""What the brand may give up of an order before it is out of its hands, and what comes back then."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mall.orders.models import OrderLine, OrderPart, RedemptionOrder


@dataclass(frozen=True)
class ComesBack:
    """Points, and fen of which so much is freight."""

    points: int
    fen: int
    freight_fen: int


def may_give_up(order: RedemptionOrder, part: OrderPart, line: OrderLine, supplied: Collection[int]) -> bool:
    """Whether a line can still be given up: it has not left, was not handed out, and no supplier has it.

    `supplied` are the numbers of the lines whose end is a supplier's to tell.
    """
    open_ = not order.cancelled and part.waiting and line.part_no == part.part_no
    return open_ and line.kept > 0 and line.done_at is None and line.line_no not in supplied


def may_call_off(
    order: RedemptionOrder, parts: Sequence[OrderPart], lines: Sequence[OrderLine], supplied: Collection[int]
) -> bool:
    """Whether the brand can cancel an order whole: nothing has left or was handed out, and no supplier has any of it.

    What is picked lies in the brand's own hands and stands in nobody's way.
    """
    here = all(part.untouched or part.picked or part.cancelled for part in parts)
    out = any(line.kept and (line.done_at or line.line_no in supplied) for line in lines)
    return order.cancellable and here and not out


def line_comes_back(order: RedemptionOrder, lines: Sequence[OrderLine], line: OrderLine) -> ComesBack:
    """What giving up a line gives back: the freight goes with the last of the order."""
    fen, last = line.cash_each_fen * line.kept, not any(one.kept for one in lines if one is not line)
    freight = order.pay_fen - order.refunded_fen - fen if last and order.payment_id is not None else 0
    return ComesBack(line.points_each * line.kept, fen + freight, freight)


def order_comes_back(order: RedemptionOrder) -> ComesBack:
    """What cancelling the order gives back: all that is left of it. What is not paid yet need not come back."""
    fen = order.pay_fen - order.refunded_fen if order.payment_id is not None else 0
    return ComesBack(order.points - order.refunded_points, fen, min(fen, order.freight_fen))
