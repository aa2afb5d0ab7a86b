"""Bills by day, what differs, and how many differences wait for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mall.dealers.models import Dealer
from mall.payments.models import BillDay, BillDifference, DifferenceKind, GatewayName


@dataclass(frozen=True)
class DayShown:
    """A bill of a day with how many of its differences are open."""

    bill: BillDay
    open: int
    all: int


def settled_days(session: Session, gateway: GatewayName, *, since: date) -> set[date]:
    """Days whose bill was had and holds no open difference."""
    still_open = (
        select(BillDifference.id)
        .where(
            BillDifference.gateway == BillDay.gateway,
            BillDifference.day == BillDay.day,
            BillDifference.kind != DifferenceKind.NOTICE,
            BillDifference.resolved_at.is_(None),
        )
        .exists()
    )
    asked = select(BillDay.day).where(BillDay.gateway == gateway, BillDay.day >= since, ~still_open)
    return set(session.scalars(asked))


@dataclass(frozen=True)
class BillsFound:
    """A page of bills, and how many there are in all."""

    rows: list[DayShown]
    total: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, kw_only=True)
class BillsAsked:
    """Which bills are wanted; what is none does not count. `open` ones hold a difference that nobody looked into."""

    gateway: GatewayName | None = None
    since: date | None = None
    until: date | None = None
    open: bool = False
    oldest: bool = False
    page: int = 1
    size: int = 25


def bill_days(session: Session, asked: BillsAsked) -> BillsFound:
    """Bills by day, the newest first unless asked otherwise."""
    wanted: list[ColumnElement[bool]] = []
    if asked.gateway:
        wanted.append(BillDay.gateway == asked.gateway)
    if asked.since:
        wanted.append(BillDay.day >= asked.since)
    if asked.until:
        wanted.append(BillDay.day <= asked.until)
    if asked.open:
        same = (BillDifference.gateway == BillDay.gateway, BillDifference.day == BillDay.day)
        unsettled = (BillDifference.kind != DifferenceKind.NOTICE, BillDifference.resolved_at.is_(None))
        wanted.append(select(BillDifference.id).where(*same, *unsettled).exists())
    total = session.scalar(select(func.count()).select_from(BillDay).where(*wanted)) or 0
    day = BillDay.day if asked.oldest else BillDay.day.desc()
    page = select(BillDay).where(*wanted).order_by(day, BillDay.gateway)
    bills = list(session.scalars(page.limit(asked.size).offset((asked.page - 1) * asked.size)))
    if not bills:
        return BillsFound([], total, asked.size)
    shown = (BillDifference.day >= min(one.day for one in bills), BillDifference.day <= max(one.day for one in bills))
    counted = (
        select(
            BillDifference.gateway,
            BillDifference.day,
            func.count(),
            func.count(BillDifference.resolved_at),
        )
        .where(*shown, BillDifference.kind != DifferenceKind.NOTICE)
        .group_by(BillDifference.gateway, BillDifference.day)
    )
    found = {(gateway, day): (many, resolved) for gateway, day, many, resolved in session.execute(counted)}
    nothing = (0, 0)
    rows = [
        DayShown(bill, many - resolved, many)
        for bill in bills
        for many, resolved in [found.get((bill.gateway, bill.day), nothing)]
    ]
    return BillsFound(rows, total, asked.size)


def bill_of(session: Session, gateway: GatewayName, day: date) -> BillDay | None:
    """A gateway's bill of a day, if it was fetched."""
    return session.get(BillDay, (gateway, day))


def differences_of(session: Session, gateway: GatewayName, day: date) -> list[BillDifference]:
    """What differs on a day, what is open first."""
    asked = select(BillDifference).where(BillDifference.gateway == gateway, BillDifference.day == day)
    order = (BillDifference.resolved_at.is_not(None), BillDifference.id)
    return list(session.scalars(asked.order_by(*order)))


def open_differences(session: Session, *, limit: int = 200) -> list[BillDifference]:
    """All that waits for somebody to say what became of it, newest day first."""
    asked = select(BillDifference).where(BillDifference.resolved_at.is_(None))
    return list(session.scalars(asked.order_by(BillDifference.day.desc(), BillDifference.id.desc()).limit(limit)))


def difference_of(session: Session, id: int) -> BillDifference | None:  # noqa: A002 - the row's id
    """One difference."""
    return session.get(BillDifference, id)


def open_count(session: Session) -> int:
    """How many differences are open: the number on the desk's side."""
    asked = select(func.count()).select_from(BillDifference).where(BillDifference.resolved_at.is_(None))
    return int(session.scalar(asked) or 0)


def dealers_of(session: Session, ids: set[int]) -> Mapping[int, tuple[str, str]]:
    """Code and name of dealers by id."""
    if not ids:
        return {}
    asked = select(Dealer.id, Dealer.code, Dealer.name).where(Dealer.id.in_(ids))
    return {row.id: (row.code, row.name) for row in session.execute(asked)}
