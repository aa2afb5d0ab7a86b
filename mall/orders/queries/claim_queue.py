"""The back office's queue of claims: views with their counts, filters, and pages by time limit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select, tuple_
from sqlalchemy.orm import Session

from mall.base.types import Id, Instant
from mall.dealers.models import Dealer, Member
from mall.dealers.queries.found import dealers_meant
from mall.orders.models import OPEN, TURNS, Claim, ClaimKind, ClaimLine, ClaimState, OrderLine, Turn

PAGE = 25
MANY = 1000
"""Matches are counted up to here: beyond it a person narrows the search, and the database is spared."""
COUNTED = 10_000
"""The archive's own number stops here."""
BRAND = frozenset(state for state in OPEN if TURNS[state][0] is Turn.BRAND)
"""The brand acts next."""


class View(StrEnum):
    """What the queue is opened for."""

    OURS = "ours"
    LATE = "late"
    CHECKING = "checking"
    RETURN_AWAITED = "return-awaited"
    REFUNDING = "refunding"
    ALL = "all"

    @property
    def urgent_first(self) -> bool:
        """Work is done by its time limit; the archive is read newest first."""
        return self is not View.ALL


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The filters of the queue, as its address carries them."""

    view: View = View.OURS
    kind: ClaimKind | None = None
    region: str = ""
    dealer: str = ""
    q: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether any filter beside the view is on."""
        return any((self.kind, self.region, self.dealer, self.q))


class Mark(NamedTuple):
    """A place in the queue: the last claim that was shown, by its moment (time limit, or application)."""

    at: datetime
    dealer_id: int
    claim_id: int


@dataclass(frozen=True)
class Counts:
    """The summary above the queue, of what is open; `all` is every claim there ever was, up to `COUNTED`."""

    ours: int
    late: int
    checking: int
    return_awaited: int
    refunding: int
    all: int


@dataclass(frozen=True)
class Piece:
    """So many of a line that a claim is about."""

    line: OrderLine
    claimed: ClaimLine


@dataclass(frozen=True)
class Row:
    """A claim in the queue, with what it is about and who claims."""

    claim: Claim
    dealer: Dealer
    member: str
    pieces: list[Piece]


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


def counts(session: Session, now: datetime, staff_id: int) -> Counts:
    """How many claims are open, by whose turn it is, and how many are late."""

    def those(*asked: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((and_(*asked), 1), else_=0)), 0)

    some = select(Claim.id).limit(COUNTED).subquery()
    row = session.execute(
        select(
            those(*_ours(staff_id)),
            those(Claim.due_at <= now),
            those(Claim.state == ClaimState.CHECKING),
            those(Claim.state == ClaimState.RETURN_AWAITED),
            those(Claim.state == ClaimState.REFUNDING),
            select(func.count()).select_from(some).scalar_subquery(),
        ).where(Claim.state.in_(OPEN))
    ).one()
    # PostgreSQL's SUM of BIGINT is a NUMERIC.
    return Counts(*map(int, row))


def waiting(session: Session, staff_id: int) -> int:
    """How many claims wait for this person of the brand: what the side's link counts."""
    return session.scalar(select(func.count()).select_from(Claim).where(*_ours(staff_id))) or 0


def queue(session: Session, now: datetime, staff_id: int, wanted: Wanted, after: Mark | None = None) -> Found:
    """A page of the claims wanted: work by its time limit, the archive newest first."""
    moment = Claim.due_at if wanted.view.urgent_first else Claim.applied_at
    place = (moment, Claim.dealer_id, Claim.id)
    matching = (
        select(Claim, Dealer, Member.name)
        .join(Dealer, Dealer.id == Claim.dealer_id)
        .join(Member, and_(Member.dealer_id == Claim.dealer_id, Member.id == Claim.member_id))
        .where(*_asked(session, now, staff_id, wanted))
    )
    page = matching
    if after:
        mark = tuple_(*after, types=[Instant(), Id, Id])
        page = page.where(tuple_(*place) > mark if wanted.view.urgent_first else tuple_(*place) < mark)
    page = page.order_by(*(column if wanted.view.urgent_first else column.desc() for column in place))
    found = session.execute(page.limit(PAGE + 1)).all()
    pieces = pieces_of(session, [row[0] for row in found[:PAGE]])
    rows = [Row(claim, dealer, name, pieces[claim.dealer_id, claim.id]) for claim, dealer, name in found[:PAGE]]
    counted = matching.with_only_columns(Claim.id).limit(MANY).subquery()
    total = session.scalar(select(func.count()).select_from(counted)) or 0
    if len(found) <= PAGE:
        return Found(rows, total, None)
    last = rows[-1].claim
    at = last.due_at if wanted.view.urgent_first else last.applied_at
    return Found(rows, total, Mark(at or last.applied_at, last.dealer_id, last.id))


def pieces_of(session: Session, claims: Iterable[Claim]) -> defaultdict[tuple[int, int], list[Piece]]:
    """What claims are about, line by line, by dealer and claim: one statement for all of them."""
    by_claim: defaultdict[tuple[int, int], list[Piece]] = defaultdict(list)
    if keys := [(claim.dealer_id, claim.id) for claim in claims]:
        rows = session.execute(
            select(OrderLine, ClaimLine)
            .join(
                ClaimLine,
                and_(
                    ClaimLine.dealer_id == OrderLine.dealer_id,
                    ClaimLine.order_id == OrderLine.order_id,
                    ClaimLine.line_no == OrderLine.line_no,
                ),
            )
            .where(
                ClaimLine.dealer_id.in_({dealer_id for dealer_id, _ in keys}),
                tuple_(ClaimLine.dealer_id, ClaimLine.claim_id).in_(keys),
            )
            .order_by(ClaimLine.line_no)
        )
        for line, claimed in rows:
            by_claim[claimed.dealer_id, claimed.claim_id].append(Piece(line, claimed))
    return by_claim


def _ours(staff_id: int) -> tuple[ColumnElement[bool], ...]:
    """The brand acts next, and this person may: who agreed first is not the second person."""
    mine = and_(Claim.state == ClaimState.CHECKING, func.coalesce(Claim.decided_by, 0) == staff_id)
    return Claim.state.in_(BRAND), not_(mine)


def _asked(session: Session, now: datetime, staff_id: int, wanted: Wanted) -> list[ColumnElement[bool]]:
    views: dict[View, tuple[ColumnElement[bool], ...]] = {
        View.OURS: _ours(staff_id),
        View.LATE: (Claim.state.in_(OPEN), Claim.due_at <= now),
        View.CHECKING: (Claim.state == ClaimState.CHECKING,),
        View.RETURN_AWAITED: (Claim.state == ClaimState.RETURN_AWAITED,),
        View.REFUNDING: (Claim.state == ClaimState.REFUNDING,),
        View.ALL: (),
    }
    asked = list(views[wanted.view])
    if wanted.kind:
        asked.append(Claim.kind == wanted.kind)
    if wanted.region:
        asked.append((Dealer.region + "/").startswith(f"{wanted.region}/", autoescape=True))
    if wanted.dealer:
        asked.append(dealers_meant(session, wanted.dealer).of(Claim.dealer_id))
    if wanted.q:
        asked.append(or_(*_numbered(wanted.q), dealers_meant(session, wanted.q).of(Claim.dealer_id)))
    return asked


def _numbered(words: str) -> tuple[ColumnElement[bool], ...]:
    """A claim's number, its order's (which it begins with), or a waybill's either way."""
    plain = words.replace(" ", "").upper()
    return (
        or_(Claim.order_no == plain, Claim.no == plain),
        or_(Claim.waybill == plain, Claim.resent_waybill == plain),
    )
