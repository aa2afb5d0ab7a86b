"""The back office's work queue: views with their counts, filters, and pages by time limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from mall.base.time import civil_day, start_of_day
from mall.base.types import Id, Instant, Small
from mall.catalog.models import Item, Kind, Sku
from mall.dealers.models import Dealer, Member
from mall.dealers.queries.found import dealers_meant
from mall.orders.models import OrderLine, OrderPart, OrderState, PartState, RedemptionOrder
from mall.orders.queries.mine import lines_of

PAGE = 25
MANY = 1000
"""Matches are counted up to here: beyond it a person narrows the search, and the database is spared."""
COUNTED = 10_000
"""The archive's own number stops here."""
NUMBER_DIGITS = 14
WAITING = (PartState.READY, PartState.PICKED)
"""Parts that fulfilment has yet to act on."""
_CALM = case((RedemptionOrder.nudged_at.is_not(None), 0), else_=1)


class View(StrEnum):
    """What a queue is opened for."""

    WAITING = "waiting"
    LATE = "late"
    TODAY = "today"
    HAND_OUT = "hand-out"
    NUDGED = "nudged"
    ALL = "all"

    @property
    def urgent_first(self) -> bool:
        """Work is done by its time limit; the archive is read newest first."""
        return self is not View.ALL


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The filters of a queue, as its address carries them; `since` and `until` are civil days, both included."""

    view: View = View.WAITING
    state: OrderState | None = None
    kind: Kind | None = None
    region: str = ""
    dealer: str = ""
    sku: str = ""
    q: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def narrowed(self) -> bool:
        """Whether any filter beside the view is on."""
        return any((self.state, self.kind, self.region, self.dealer, self.sku, self.q, self.since, self.until))


class Mark(NamedTuple):
    """A place in the queue: the last part that was shown, by its moment (time limit, or placing of its order).

    `calm` is 0 where the dealer asked to hurry: within one limit that goes first.
    """

    at: datetime
    calm: int
    dealer_id: int
    order_id: int
    part_no: int


@dataclass(frozen=True)
class Counts:
    """The summary above the queue. `first_due_at` is the earliest time limit among what waits."""

    waiting: int
    late: int
    today: int
    hand_out: int
    nudged: int
    placed_today: int
    all: int
    """Every part there ever was, counted up to `COUNTED`."""
    first_due_at: datetime | None


@dataclass(frozen=True)
class Row:
    """A part of an order in the queue, with its own lines and who ordered."""

    order: RedemptionOrder
    part: OrderPart
    dealer: Dealer
    member: str
    lines: list[OrderLine]


@dataclass(frozen=True)
class Found:
    """A page of the queue. `total` stops at `MANY`; `after` is the place to go on from."""

    rows: list[Row]
    total: int
    after: Mark | None

    @property
    def many(self) -> bool:
        """Whether there are more than were counted."""
        return self.total >= MANY


def counts(session: Session, now: datetime, zone: str) -> Counts:
    """How much work there is, how much of it is late, and what today asks for."""

    def those(*asked: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(*asked), 1), else_=0)), 0)

    midnight = _midnight(now, zone)
    since = start_of_day(civil_day(now, zone), zone)
    placed = select(func.count()).select_from(RedemptionOrder).where(RedemptionOrder.placed_at >= since)
    some = select(OrderPart.part_no).limit(COUNTED).subquery()
    number, late, today, hand_out, nudged, first_due_at, placed_today, every = session.execute(
        select(
            func.count(),
            those(OrderPart.due_at <= now),
            those(OrderPart.due_at > now, OrderPart.due_at <= midnight),
            those(OrderPart.kind != Kind.PHYSICAL),
            those(RedemptionOrder.nudged_at.is_not(None)),
            func.min(OrderPart.due_at),
            placed.scalar_subquery(),
            select(func.count()).select_from(some).scalar_subquery(),
        )
        .join(
            RedemptionOrder,
            and_(RedemptionOrder.dealer_id == OrderPart.dealer_id, RedemptionOrder.id == OrderPart.order_id),
        )
        .where(OrderPart.state.in_(WAITING))
    ).one()
    # PostgreSQL's SUM of BIGINT is a NUMERIC.
    return Counts(
        waiting=number,
        late=int(late),
        today=int(today),
        hand_out=int(hand_out),
        nudged=int(nudged),
        placed_today=placed_today,
        all=every,
        first_due_at=first_due_at,
    )


def waiting(session: Session) -> int:
    """How many parts wait for fulfilment: what the side's link counts."""
    to_ship = select(func.count()).select_from(OrderPart).where(OrderPart.state.in_(WAITING))
    return session.scalar(to_ship) or 0


def queue(session: Session, now: datetime, zone: str, wanted: Wanted, after: Mark | None = None) -> Found:
    """A page of the parts wanted: work by its time limit, the archive newest first."""
    moment = OrderPart.due_at if wanted.view.urgent_first else RedemptionOrder.placed_at
    place = (moment, _CALM, OrderPart.dealer_id, OrderPart.order_id, OrderPart.part_no)
    of_order = and_(OrderPart.dealer_id == RedemptionOrder.dealer_id, OrderPart.order_id == RedemptionOrder.id)
    key = (OrderPart.dealer_id, OrderPart.order_id, OrderPart.part_no)
    # The page's keys first: what a row shows besides is read for these alone.
    matching = select(*key).select_from(RedemptionOrder).join(OrderPart, of_order)
    matching = matching.where(*_asked(session, now, zone, wanted))
    page = matching
    if after:
        mark = tuple_(*after, types=[Instant(), Small, Id, Id, Small])
        page = page.where(tuple_(*place) > mark if wanted.view.urgent_first else tuple_(*place) < mark)
    order = [column if wanted.view.urgent_first else column.desc() for column in place]
    first = page.order_by(*order).limit(PAGE + 1).subquery("first")
    its_part = zip(key, (first.c.dealer_id, first.c.order_id, first.c.part_no), strict=True)
    found = session.execute(
        select(RedemptionOrder, OrderPart, Dealer, Member.name)
        .select_from(first)
        .join(OrderPart, and_(*(column == its for column, its in its_part)))
        .join(RedemptionOrder, of_order)
        .join(Dealer, Dealer.id == RedemptionOrder.dealer_id)
        .join(Member, and_(Member.dealer_id == RedemptionOrder.dealer_id, Member.id == RedemptionOrder.member_id))
        .order_by(*order)
    ).all()
    lines = lines_of(session, [row[0] for row in found[:PAGE]])
    rows = [
        Row(
            order,
            part,
            dealer,
            name,
            [line for line in lines[order.dealer_id, order.id] if line.part_no == part.part_no],
        )
        for order, part, dealer, name in found[:PAGE]
    ]
    counted = matching.with_only_columns(RedemptionOrder.id).limit(MANY).subquery()
    total = session.scalar(select(func.count()).select_from(counted)) or 0
    if len(found) <= PAGE:
        return Found(rows, total, None)
    last = rows[-1]
    at = last.part.due_at if wanted.view.urgent_first else last.order.placed_at
    calm = int(last.order.nudged_at is None)
    part = last.part
    return Found(rows, total, Mark(at or last.order.placed_at, calm, part.dealer_id, part.order_id, part.part_no))


def regions(session: Session) -> list[str]:
    """The regions dealers belong to, each with those above it: 华东, 华东/浙江, 华东/浙江/杭州."""
    paths: set[str] = set()
    for path in session.scalars(select(Dealer.region).distinct()):
        steps = path.split("/")
        paths |= {"/".join(steps[: depth + 1]) for depth in range(len(steps)) if steps[0]}
    return sorted(paths)


def _midnight(now: datetime, zone: str) -> datetime:
    return start_of_day(civil_day(now, zone) + timedelta(days=1), zone)


def _asked(session: Session, now: datetime, zone: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    order = RedemptionOrder
    asked = _of_view(now, zone, wanted)
    if wanted.kind:
        asked.append(OrderPart.kind == wanted.kind)
    if wanted.since:
        asked.append(order.placed_at >= start_of_day(wanted.since, zone))
    if wanted.until:
        asked.append(order.placed_at < start_of_day(wanted.until + timedelta(days=1), zone))
    if wanted.region:
        there = (Dealer.region + "/").startswith(f"{wanted.region}/", autoescape=True)
        asked.append(order.dealer_id.in_(select(Dealer.id).where(there)))
    if wanted.dealer:
        asked.append(dealers_meant(session, wanted.dealer).of(order.dealer_id))
    if wanted.sku:
        asked.append(_has(_codes(session, wanted.sku)))
    if wanted.q:
        asked.append(_meant(session, wanted.q))
    return asked


def _meant(session: Session, words: str) -> ColumnElement[bool]:
    """What somebody typed: a number, a dealer, or the code of a SKU or reward. Only what there is of these is looked
    for, so that each search goes by an index and one that finds nothing looks through nothing.
    """
    found, codes = [dealers_meant(session, words).of(RedemptionOrder.dealer_id)], _codes(session, words)
    if session.scalar(select(RedemptionOrder.id).where(_numbered(words)).limit(1)):
        found.append(_numbered(words))
    if session.scalar(select(OrderLine.order_id).where(OrderLine.sku_code.in_(codes)).limit(1)):
        found.append(_has(codes))
    return or_(*found)


def _of_view(now: datetime, zone: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    order = RedemptionOrder
    if wanted.view is View.ALL:
        return [order.state == wanted.state] if wanted.state else []
    narrower: dict[View, list[ColumnElement[bool]]] = {
        View.LATE: [OrderPart.due_at <= now],
        View.TODAY: [OrderPart.due_at > now, OrderPart.due_at <= _midnight(now, zone)],
        View.HAND_OUT: [OrderPart.kind != Kind.PHYSICAL],
        View.NUDGED: [order.nudged_at.is_not(None)],
    }
    return [OrderPart.state.in_(WAITING), *narrower.get(wanted.view, [])]


def _numbered(words: str) -> ColumnElement[bool]:
    """An order's number, or how it begins: one range of the index."""
    digits = words.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= NUMBER_DIGITS):
        return RedemptionOrder.no == words
    return RedemptionOrder.no.between(digits.ljust(NUMBER_DIGITS, "0"), digits.ljust(NUMBER_DIGITS, "9"))


def _codes(session: Session, code: str) -> list[str]:
    """The SKUs that a code means: itself, or those of the reward that has it."""
    plain = code.replace(" ", "").upper()
    of_item = select(Sku.code).join(Item, Item.id == Sku.item_id).where(Item.code == plain)
    return [plain, *session.scalars(of_item)]


def _has(codes: list[str]) -> ColumnElement[bool]:
    """A line of it is one of these SKUs."""
    lines = select(OrderLine.dealer_id, OrderLine.order_id).where(OrderLine.sku_code.in_(codes))
    return tuple_(RedemptionOrder.dealer_id, RedemptionOrder.id).in_(lines)
