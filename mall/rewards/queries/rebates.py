"""Rebates as verbs and pages need them: the terms in force, and what a dealer has had against their caps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, case, func, select
from sqlalchemy.orm import Session

from mall.base.refused import Refused
from mall.base.time import civil_day
from mall.dealers.models import Dealer
from mall.dealers.queries.found import named
from mall.points.models import Programme
from mall.rewards.models.rebate import COUNTED, Rebate, RebateNotOffered, RebateState, RebateTerms
from mall.rewards.rules.rebate import Room, judge, month_of, rebate_fen

PROGRAMME = 1
_rebate = cast(Table, Rebate.__table__)
_kept = _rebate.c.fen - _rebate.c.returned_fen
_HAD = select(
    func.coalesce(func.sum(case((_rebate.c.month == bindparam("month"), _kept), else_=0)), 0).label("month_fen"),
    func.coalesce(func.sum(_kept), 0).label("year_fen"),
).where(
    _rebate.c.dealer_id == bindparam("dealer"),
    _rebate.c.month.between(bindparam("first"), bindparam("last")),
    _rebate.c.state.in_(COUNTED),
)


def zone_of(session: Session) -> str:
    """The programme's time zone: months, and the days until which something is good, are its."""
    return session.get_one(Programme, PROGRAMME).zone


def terms_in_force(session: Session, now: datetime) -> RebateTerms | None:
    """The terms by which an order of this moment becomes money; none where none were set."""
    return session.scalars(
        select(RebateTerms)
        .where(RebateTerms.since_at <= now)
        .order_by(RebateTerms.since_at.desc(), RebateTerms.no.desc())
        .limit(1)
    ).one_or_none()


def all_terms(session: Session) -> Sequence[RebateTerms]:
    """The history of the terms, newest version first."""
    return session.scalars(select(RebateTerms).order_by(RebateTerms.no.desc())).all()


def room_of(session: Session, dealer_id: int, day: date, terms: RebateTerms | None) -> Room:
    """What a dealer has had in the month and the year of a civil day, ordered or credited, and what the terms allow."""
    month, year = month_of(day), day.year * 100
    had = session.execute(_HAD, {"dealer": dealer_id, "month": month, "first": year + 1, "last": year + 12}).one()
    return Room(
        month_fen=int(had.month_fen),
        year_fen=int(had.year_fen),
        monthly_cap_fen=terms.monthly_cap_fen if terms else None,
        yearly_cap_fen=terms.yearly_cap_fen if terms else None,
    )


@dataclass(frozen=True)
class Wanted:
    """What so many points would make as rebates, as it is said before anybody presses; all in fen.

    `refusal` is what the press would be refused with. No ratio: there are no terms in force.
    """

    fen: int
    points_per_yuan: int | None
    room: Room
    refusal: Refused | None


def wanted(session: Session, now: datetime, dealer_id: int, points: Sequence[int]) -> Wanted:
    """What lines of so many points each would make for a dealer now, and what the caps leave of this month and year."""
    terms = terms_in_force(session, now)
    if terms is None:
        return Wanted(0, None, Room(0, 0, None, None), RebateNotOffered())
    room = room_of(session, dealer_id, civil_day(now, zone_of(session)), terms)
    amounts = [rebate_fen(each, terms.points_per_yuan) for each in points]
    try:
        judge(room, amounts)
    except Refused as refusal:
        return Wanted(sum(amounts), terms.points_per_yuan, room, refusal)
    return Wanted(sum(amounts), terms.points_per_yuan, room, None)


class DealerRebates(NamedTuple):
    """A dealer's rebates of a year against the caps, in fen."""

    code: str
    name: str
    region: str
    room: Room
    waiting_fen: int
    credited_fen: int


@dataclass(frozen=True)
class RebatesFound:
    """A page of dealers with rebates, and how many there are in all."""

    rows: list[DealerRebates]
    total: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def by_dealer(
    session: Session,
    day: date,
    terms: RebateTerms | None,
    *,
    words: str = "",
    sort: str = "",
    page: int = 1,
    size: int = 50,
) -> RebatesFound:
    """The dealers with rebates in the year of a civil day, those with most first; `words` narrows by whom they mean."""
    month, year = month_of(day), day.year * 100
    month_fen = func.sum(case((_rebate.c.month == month, _kept), else_=0))
    year_fen = func.sum(_kept)
    asked: Any = (
        select(
            Dealer.code,
            Dealer.name,
            Dealer.region,
            month_fen.label("month_fen"),
            year_fen.label("year_fen"),
            func.sum(case((_rebate.c.state == RebateState.RESERVED, _kept), else_=0)).label("waiting_fen"),
            func.sum(case((_rebate.c.state == RebateState.CREDITED, _kept), else_=0)).label("credited_fen"),
        )
        .join(_rebate, _rebate.c.dealer_id == Dealer.id)
        .where(_rebate.c.month.between(year + 1, year + 12), _rebate.c.state.in_(COUNTED))
        .group_by(Dealer.id, Dealer.code, Dealer.name, Dealer.spelled, Dealer.region)
    )
    if words:
        asked = asked.where(named(words))
    total = session.scalar(select(func.count()).select_from(asked.subquery())) or 0
    by = {"name": Dealer.spelled + Dealer.name, "month": month_fen, "year": year_fen}.get(sort.lstrip("-"), year_fen)
    up = bool(sort) and not sort.startswith("-")
    asked = asked.order_by(by if up else by.desc(), Dealer.code).limit(size).offset((page - 1) * size)
    rows = [
        DealerRebates(
            row.code,
            row.name,
            row.region,
            Room(
                month_fen=int(row.month_fen),
                year_fen=int(row.year_fen),
                monthly_cap_fen=terms.monthly_cap_fen if terms else None,
                yearly_cap_fen=terms.yearly_cap_fen if terms else None,
            ),
            int(row.waiting_fen),
            int(row.credited_fen),
        )
        for row in session.execute(asked)
    ]
    return RebatesFound(rows, total, size)


def totals(session: Session, day: date) -> Room:
    """What all dealers have had in the month and the year of a civil day, in fen."""
    month, year = month_of(day), day.year * 100
    row = session.execute(
        select(
            func.coalesce(func.sum(case((_rebate.c.month == month, _kept), else_=0)), 0).label("month_fen"),
            func.coalesce(func.sum(_kept), 0).label("year_fen"),
        ).where(_rebate.c.month.between(year + 1, year + 12), _rebate.c.state.in_(COUNTED))
    ).one()
    return Room(int(row.month_fen), int(row.year_fen), None, None)
