"""What the brand may give up of an order before it is out of its hands, and what comes back then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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


def freight_back(order: RedemptionOrder, lines: Iterable[OrderLine], going: Mapping[int, int]) -> int:
    """The freight in fen that goes back with so many pieces by line number: with the last that was to travel.

    `lines` are all of the order, as they are before. What came back with others is not given twice.
    """
    every = list(lines)
    stays = [line for line in every if line.kept > going.get(line.line_no, 0)]
    travel_ends = any(line.kind.shipped and going.get(line.line_no) for line in every)
    if order.payment_id is None or any(line.kind.shipped for line in stays) or (stays and not travel_ends):
        return 0
    given = order.refunded_fen - sum(line.cash_each_fen * line.returned_quantity for line in every)
    return max(order.freight_fen - given, 0)


def line_comes_back(order: RedemptionOrder, lines: Sequence[OrderLine], line: OrderLine) -> ComesBack:
    """What giving up a line gives back, with the freight if nothing is left to travel."""
    fen, freight = line.cash_each_fen * line.kept, freight_back(order, lines, {line.line_no: line.kept})
    return ComesBack(line.points_each * line.kept, fen + freight, freight)


def order_comes_back(order: RedemptionOrder) -> ComesBack:
    """What cancelling the order gives back: all that is left of it. What is not paid yet need not come back."""
    fen = order.pay_fen - order.refunded_fen if order.payment_id is not None else 0
    return ComesBack(order.points - order.refunded_points, fen, min(fen, order.freight_fen))
