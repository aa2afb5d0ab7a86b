"""A dealer's own orders. Every read takes the dealer, so another's order is not found rather than refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.base.types import Id, Instant
from mall.dealers.models import Member, MemberRole, Staff
from mall.orders.models import (
    ON_ITS_WAY,
    UNDECIDED,
    Ended,
    Happening,
    OrderEvent,
    OrderLine,
    OrderPart,
    OrderState,
    RedemptionOrder,
    carrier_shown,
)
from mall.points.models import Allocation, Lot

PAGE = 10


class At(NamedTuple):
    """A place in a list of orders, newest first: the last one that was shown."""

    placed_at: datetime
    order_id: int


@dataclass(frozen=True)
class OrderShown:
    """An order with its lines."""

    order: RedemptionOrder
    lines: list[OrderLine]


@dataclass(frozen=True)
class EventShown:
    """What happened to an order. `by` names the person where it was one of the dealer's, at the desk staff as well."""

    what: Happening
    at: datetime
    by: str
    role: MemberRole | None
    actor: str
    detail: dict[str, Any]

    @property
    def by_itself(self) -> bool:
        """Nobody pressed anything: time or a gateway decided, or it was handed out as soon as it was paid."""
        return self.actor == "system" or (self.what is Happening.HANDED_OUT and not self.by_mall)

    @property
    def by_mall(self) -> bool:
        """Somebody of the mall did it, whose name is not the dealer's business."""
        return self.actor.startswith("staff:")

    @property
    def why(self) -> str:
        """Why an order ended, in words to be translated when told; nothing for other events."""
        ended = self.detail.get("ended")
        return Ended(ended).name_shown if ended in set(Ended) else ""

    @property
    def said(self) -> str:
        """What a person who declined, cancelled or gave up a line gave as the reason, in their own words."""
        by_person = self.detail.get("ended") in (Ended.DECLINED, Ended.BY_STAFF) or (
            self.what is Happening.LINE_FAILED and self.by_mall
        )
        return str(self.detail.get("reason", "")) if by_person else ""

    @property
    def carrier(self) -> str:
        """With whom a part left, in words to be translated when told; nothing for other events."""
        return carrier_shown(str(self.detail.get("carrier", "")))


@dataclass(frozen=True)
class LotPaid:
    """So many points of an order came from a lot, and so many went back into it."""

    lot_no: int
    points: int
    given_back: int
    earned_at: datetime
    expires_at: datetime


def counts(session: Session, dealer_id: int) -> dict[OrderState, int]:
    """How many orders the dealer has in each state."""
    rows = session.execute(
        select(RedemptionOrder.state, func.count())
        .where(RedemptionOrder.dealer_id == dealer_id)
        .group_by(RedemptionOrder.state)
    )
    return dict.fromkeys(OrderState, 0) | {row[0]: row[1] for row in rows}


class Waiting(NamedTuple):
    """What badges count of a dealer's orders: on their way or undecided, and to be decided by an owner."""

    under_way: int = 0
    to_approve: int = 0


def waiting(session: Session, now: datetime, dealer_id: int) -> Waiting:
    """How many orders of the dealer wait for something, and how many of them for an owner: one statement for both."""
    state = RedemptionOrder.state
    any_of = ON_ITS_WAY | UNDECIDED | {OrderState.AWAITING_APPROVAL}
    of_dealer = (RedemptionOrder.dealer_id == dealer_id, state.in_(any_of))
    under_way = func.count().filter(state.in_(ON_ITS_WAY | UNDECIDED))
    to_approve = func.count().filter(state == OrderState.AWAITING_APPROVAL, RedemptionOrder.close_at > now)
    return Waiting(*session.execute(select(under_way, to_approve).where(*of_dealer)).one())


def pieces_had(session: Session, dealer_id: int, item_ids: Collection[int]) -> dict[int, int]:
    """How many pieces of items the dealer redeemed and kept, by item: what its limits count. Nought is left out."""
    kept = (
        select(OrderLine.item_id, func.sum(OrderLine.quantity - OrderLine.returned_quantity))
        .join(
            RedemptionOrder,
            and_(RedemptionOrder.dealer_id == OrderLine.dealer_id, RedemptionOrder.id == OrderLine.order_id),
        )
        .where(
            OrderLine.dealer_id == dealer_id,
            OrderLine.item_id.in_(item_ids),
            RedemptionOrder.state != OrderState.CANCELLED,
        )
        .group_by(OrderLine.item_id)
    )
    return {item: int(pieces) for item, pieces in session.execute(kept) if pieces}


def orders_of(
    session: Session, dealer_id: int, *, states: Collection[OrderState] = (), before: At | None = None
) -> tuple[list[OrderShown], At | None]:
    """A page of the dealer's orders, newest first, and the place to go on from, if there are more."""
    wanted = select(RedemptionOrder).where(RedemptionOrder.dealer_id == dealer_id)
    if states:
        wanted = wanted.where(RedemptionOrder.state.in_(states))
    if before:
        place = tuple_(RedemptionOrder.placed_at, RedemptionOrder.id)
        wanted = wanted.where(place < tuple_(*before, types=[Instant(), Id]))
    newest_first = (RedemptionOrder.placed_at.desc(), RedemptionOrder.id.desc())
    found = list(session.scalars(wanted.order_by(*newest_first).limit(PAGE + 1)))
    page = found[:PAGE]
    lines = lines_of(session, page)
    shown = [OrderShown(order, lines[order.dealer_id, order.id]) for order in page]
    return shown, At(page[-1].placed_at, page[-1].id) if len(found) > PAGE else None


def lines_of(session: Session, orders: Iterable[RedemptionOrder]) -> dict[tuple[int, int], list[OrderLine]]:
    """The lines of these orders, by (dealer, order)."""
    by_order: dict[tuple[int, int], list[OrderLine]] = defaultdict(list)
    if keys := [(order.dealer_id, order.id) for order in orders]:
        rows = session.scalars(
            select(OrderLine)
            .where(
                OrderLine.dealer_id.in_({dealer for dealer, _ in keys}),
                tuple_(OrderLine.dealer_id, OrderLine.order_id).in_(keys),
            )
            .order_by(OrderLine.line_no)
        )
        for line in rows:
            by_order[line.dealer_id, line.order_id].append(line)
    return by_order


def parts_of(session: Session, orders: Iterable[RedemptionOrder]) -> dict[tuple[int, int], list[OrderPart]]:
    """The parts of these orders, by (dealer, order)."""
    by_order: dict[tuple[int, int], list[OrderPart]] = defaultdict(list)
    if keys := [(order.dealer_id, order.id) for order in orders]:
        rows = session.scalars(
            select(OrderPart)
            .where(
                OrderPart.dealer_id.in_({dealer for dealer, _ in keys}),
                tuple_(OrderPart.dealer_id, OrderPart.order_id).in_(keys),
            )
            .order_by(OrderPart.part_no)
        )
        for part in rows:
            by_order[part.dealer_id, part.order_id].append(part)
    return by_order


def due_of(session: Session, order: RedemptionOrder) -> datetime | None:
    """By when the next of what waits for fulfilment should have left; none where nothing waits."""
    return due_among(parts_of(session, [order])[order.dealer_id, order.id])


def due_among(parts: Iterable[OrderPart]) -> datetime | None:
    """By when the next of these parts should have left; none where none of them waits."""
    return min((part.due_at for part in parts if part.waiting and part.due_at), default=None)


def order_of(session: Session, dealer_id: int, no: str) -> RedemptionOrder:
    """The dealer's order of this number; refused as not found where it is another's or nobody's."""
    order = session.scalars(
        select(RedemptionOrder).where(RedemptionOrder.dealer_id == dealer_id, RedemptionOrder.no == no)
    ).one_or_none()
    if order is None:
        raise NotFound
    return order


def number_by_key(session: Session, dealer_id: int, key: str) -> str:
    """The number of the order that a form made; refused as not found while it has made none."""
    no = session.scalar(
        select(RedemptionOrder.no).where(RedemptionOrder.dealer_id == dealer_id, RedemptionOrder.key == key)
    )
    if no is None:
        raise NotFound
    return no


def events_of(session: Session, order: RedemptionOrder, *, staff_named: bool = False) -> list[EventShown]:
    """What happened to an order, newest first, its placing included, with the dealer's own people by name."""
    rows = session.execute(
        select(OrderEvent.what, OrderEvent.at, OrderEvent.actor, OrderEvent.detail)
        .where(OrderEvent.dealer_id == order.dealer_id, OrderEvent.order_id == order.id)
        .order_by(OrderEvent.event_no.desc())
    )
    events = [*rows, (Happening.PLACED, order.placed_at, f"member:{order.member_id}", {})]
    actors = {actor for _, _, actor, _ in events}
    ids = {int(actor.removeprefix("member:")) for actor in actors if actor.startswith("member:")}
    members = session.scalars(select(Member).where(Member.dealer_id == order.dealer_id, Member.id.in_(ids)))
    people: dict[str, Member | Staff] = {f"member:{member.id}": member for member in members}
    if staff_named and (at_desk := {int(actor[6:]) for actor in actors if actor.startswith("staff:")}):
        people |= {f"staff:{one.id}": one for one in session.scalars(select(Staff).where(Staff.id.in_(at_desk)))}
    return [
        EventShown(what, at, who.name if who else "", who.role if isinstance(who, Member) else None, actor, detail)
        for what, at, actor, detail in events
        for who in [people.get(actor)]
    ]


def lots_paid(session: Session, order: RedemptionOrder) -> list[LotPaid]:
    """Which lots paid for an order, in the order they were taken."""
    rows = session.execute(
        select(Lot.lot_no, Allocation.points, Allocation.refunded, Lot.earned_at, Lot.expires_at)
        .join(
            Lot,
            (Lot.dealer_id == Allocation.dealer_id)
            & (Lot.account_no == Allocation.account_no)
            & (Lot.lot_no == Allocation.lot_no),
        )
        .where(Allocation.dealer_id == order.dealer_id, Allocation.journal_id == order.spend_journal)
        .order_by(Allocation.ord)
    )
    return [LotPaid(*row) for row in rows]
