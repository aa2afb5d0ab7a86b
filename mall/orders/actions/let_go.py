"""Nothing is left to decide: the parts of an order go to fulfilment, and what needs no person is handed out at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.orders.actions.happened import happened
from mall.orders.actions.loading import as_reward, lines_of, parts_of
from mall.orders.models import Happening, OrderLine, OrderPart, OrderState, PartState, RedemptionOrder, state_of
from mall.orders.rules import due_at
from mall.rewards.actions import issue
from mall.rewards.models import Issued


def let_go(session: Session, now: datetime, order: RedemptionOrder, *, actor: str, seal: Seal) -> None:
    """Let the parts of an order go that was approved and paid just now; its dealer's account is locked."""
    order.paid_at, order.close_at = now, None
    order.state = OrderState.TO_SHIP
    parts, lines = parts_of(session, order), lines_of(session, order)
    for part in parts:
        part.state = PartState.READY
        part.due_at = min(due_at(now, line.delivery) for line in lines if line.part_no == part.part_no)
    session.flush()
    hand_out(session, now, order, parts, lines, actor=actor, seal=seal)


def hand_out(
    session: Session,
    now: datetime,
    order: RedemptionOrder,
    parts: list[OrderPart],
    lines: list[OrderLine],
    *,
    actor: str,
    seal: Seal,
) -> None:
    """Issue what the mall can issue by itself. A part whose lines are all out is done.

    One of which a line is under way, or is out while another is left to people, is in hand: it is not taken back whole.
    """
    by_itself = [line for line in lines if not line.kind.shipped and line.done_at is None and line.kept]
    if not by_itself:
        return
    came = issue(session, now, [as_reward(order, line, seal) for line in by_itself], actor=actor, seal=seal)
    for line in by_itself:
        if came.get(line.line_no) is Issued.DONE:
            line.done_at = now
    begun = {line.part_no for line in by_itself if came.get(line.line_no) in (Issued.UNDER_WAY, Issued.DONE)}
    left = {line.part_no for line in by_itself if line.done_at is None}
    for part in parts:
        if part.part_no in begun & left and part.ready:
            part.state, part.picked_at = PartState.PICKED, now
    follow(session, now, order, parts, lines, actor=actor)


def follow(
    session: Session,
    now: datetime,
    order: RedemptionOrder,
    parts: list[OrderPart],
    lines: list[OrderLine],
    *,
    actor: str,
) -> None:
    """Let parts follow their lines, and the order its parts; what arrived is written down once.

    A part of which nothing is kept before it left has come to nothing.
    """
    done = []
    for part in parts:
        kept = [line for line in lines if line.part_no == part.part_no and line.kept]
        if part.waiting and not kept:
            part.state = PartState.CANCELLED
        elif part.waiting and not part.kind.shipped and all(line.done_at for line in kept):
            part.state, part.done_at = PartState.DONE, now
            done.append(part.part_no)
    became = state_of([part.state for part in parts])
    if became is not OrderState.CANCELLED and order.may_become(became):
        if became is OrderState.RECEIVED and order.received_at is None:
            order.received_at = now
        order.state = became
    session.flush()
    if done:
        happened(session, now, order, Happening.HANDED_OUT, actor=actor, detail={"parts": done})
