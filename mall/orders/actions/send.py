"""What fulfilment does with a part of an order: picks it, puts it back, ships it, hands it out."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.refused import Forbidden, NotFound
from mall.catalog.actions import send_out
from mall.catalog.models import Because, Kind, Reason
from mall.dealers.actions.notices import tell
from mall.dealers.models import Dealer, StaffRole
from mall.orders.actions.happened import happened
from mall.orders.actions.let_go import follow
from mall.orders.actions.loading import lines_of, locked_order, parts_of
from mall.orders.models import (
    MAY_SEND,
    Claim,
    ClaimLine,
    ClaimOpen,
    ClaimState,
    Happening,
    NotNow,
    OrderLine,
    OrderPart,
    PartState,
    RedemptionOrder,
)
from mall.points.actions import open_book
from mall.rewards.queries.top_ups import under_way


def pick(
    session: Session, now: datetime, *, dealer_code: str, no: str, part_no: int, staff_id: int, role: StaffRole
) -> RedemptionOrder:
    """Begin with a part: from now on the dealer can neither cancel nor send it elsewhere. Safe to repeat.

    Refused: staff who do not send; a part that is not ready, since it was cancelled or has left; one of which the
    dealer has asked to be paid back for a piece, and nobody has answered (ClaimOpen).
    """
    order, parts, part = _part(session, now, dealer_code, no, part_no, role)
    if part.picked:
        return order
    _nothing_given_up(session, part)
    _become(part, PartState.PICKED)
    part.picked_at = now
    return _told(session, now, order, parts, part, Happening.PICKED, staff_id, "order.pick", {})


def put_back_on_shelf(
    session: Session, now: datetime, *, dealer_code: str, no: str, part_no: int, staff_id: int, role: StaffRole
) -> RedemptionOrder:
    """Undo a picking: the part waits again, and the dealer may take the order back. Safe to repeat.

    Refused: what nobody has in hand; what a supplier has, for it may be filled by now; what is handed out in part.
    """
    order, parts, part = _part(session, now, dealer_code, no, part_no, role)
    if part.ready:
        return order
    out = any(line.part_no == part_no and line.kept and line.done_at for line in lines_of(session, order))
    if not part.picked or out or _with_supplier(session, part):
        raise NotNow
    _become(part, PartState.READY)
    part.picked_at = None
    return _told(session, now, order, parts, part, Happening.PUT_BACK, staff_id, "order.put_back", {})


def ship(
    session: Session,
    now: datetime,
    *,
    dealer_code: str,
    no: str,
    part_no: int,
    carrier: str,
    waybill: str,
    staff_id: int,
    role: StaffRole,
    warehouse_id: int | None = None,
) -> RedemptionOrder:
    """A part has left with a carrier under a waybill number, out of the warehouse named, else each SKU's first.

    Sent again with the same waybill it changes nothing.

    Refused: staff who do not send; a part that is handed out rather than shipped; one that was cancelled, or that has
    left under another waybill; one of which a piece is to be paid back (ClaimOpen).
    """
    order, parts, part = _part(session, now, dealer_code, no, part_no, role)
    if (part.shipped or part.done) and (part.carrier, part.waybill) == (carrier, waybill):
        return order
    if not part.kind.shipped:
        raise NotNow
    _nothing_given_up(session, part)
    _become(part, PartState.SHIPPED)
    part.shipped_at, part.carrier, part.waybill = now, carrier, waybill
    going: Counter[int] = Counter()
    for line in lines_of(session, order):
        if line.part_no == part_no and line.kept:
            going[line.sku_id] += line.kept
    because = Because(Reason.SHIPPED, order.no, f"staff:{staff_id}", waybill)
    send_out(session, now, going, because=because, warehouse_id=warehouse_id)
    facts = {"carrier": carrier, "waybill": waybill}
    order = _told(session, now, order, parts, part, Happening.SHIPPED, staff_id, "order.ship", facts)
    tell(
        session,
        now,
        dealer_id=order.dealer_id,
        member_id=order.member_id,
        what="shipped",
        facts={"no": order.no, **facts},
        href=f"/orders/{order.no}",
    )
    return order


def hand_over(
    session: Session, now: datetime, *, dealer_code: str, no: str, part_no: int, staff_id: int, role: StaffRole
) -> RedemptionOrder:
    """A person has handed out a part that travels in no parcel. Safe to repeat.

    Refused: what is shipped, and what a supplier has in hand: its end is the supplier's to tell.
    """
    order, parts, part = _part(session, now, dealer_code, no, part_no, role)
    if part.done:
        return order
    if part.kind.shipped or _with_supplier(session, part):
        raise NotNow
    _nothing_given_up(session, part)
    _become(part, PartState.DONE)
    part.done_at = now
    for line in lines_of(session, order):
        if line.part_no == part_no and line.kept:
            line.done_at = line.done_at or now
    return _told(session, now, order, parts, part, Happening.HANDED_OUT, staff_id, "order.hand_over", {})


def _part(
    session: Session, now: datetime, dealer_code: str, no: str, part_no: int, role: StaffRole
) -> tuple[RedemptionOrder, list[OrderPart], OrderPart]:
    if role not in MAY_SEND:
        raise Forbidden
    dealer_id = session.scalar(select(Dealer.id).where(Dealer.code == dealer_code))
    if dealer_id is None:
        raise NotFound
    open_book(session, now, dealer_id)  # the dealer's lock: whoever cancels or pays waits for us
    order = locked_order(session, dealer_id, no=no)
    parts = parts_of(session, order)
    part = next((part for part in parts if part.part_no == part_no), None)
    if part is None:
        raise NotFound
    return order, parts, part


def _nothing_given_up(session: Session, part: OrderPart) -> None:
    """While the brand owes an answer to who gives pieces up that have not left, they do not leave."""
    if not part.ready:
        return
    open_claim = session.scalar(
        select(Claim.no)
        .join(ClaimLine, (ClaimLine.dealer_id == Claim.dealer_id) & (ClaimLine.claim_id == Claim.id))
        .join(
            OrderLine,
            (OrderLine.dealer_id == ClaimLine.dealer_id)
            & (OrderLine.order_id == ClaimLine.order_id)
            & (OrderLine.line_no == ClaimLine.line_no),
        )
        .where(
            Claim.dealer_id == part.dealer_id,
            Claim.order_id == part.order_id,
            Claim.state.in_((ClaimState.APPLIED, ClaimState.CHECKING)),
            OrderLine.part_no == part.part_no,
        )
        .limit(1)
    )
    if open_claim is not None:
        raise ClaimOpen(no=open_claim)


def _with_supplier(session: Session, part: OrderPart) -> bool:
    return part.kind is Kind.TOP_UP and under_way(session, part.dealer_id, part.order_id)


def _become(part: OrderPart, state: PartState) -> None:
    if not part.may_become(state):
        raise NotNow
    part.state = state


def _told(
    session: Session,
    now: datetime,
    order: RedemptionOrder,
    parts: list[OrderPart],
    part: OrderPart,
    what: Happening,
    staff_id: int,
    act: str,
    facts: dict[str, Any],
) -> RedemptionOrder:
    actor = f"staff:{staff_id}"
    follow(session, now, order, parts, lines_of(session, order), actor=actor)
    happened(session, now, order, what, actor=actor, act=act, detail={"part": part.part_no, **facts})
    return order
