"""Bills by day, what differs, and how many differences wait for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
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


def bill_days(session: Session, *, before: date | None = None, limit: int = 40) -> list[DayShown]:
    """The newest days of every gateway."""
    asked = select(BillDay).order_by(BillDay.day.desc(), BillDay.gateway).limit(limit)
    if before is not None:
        asked = asked.where(BillDay.day < before)
    bills = list(session.scalars(asked))
    if not bills:
        return []
    counted = (
        select(
            BillDifference.gateway,
            BillDifference.day,
            func.count(),
            func.count(BillDifference.resolved_at),
        )
        .where(BillDifference.day >= bills[-1].day, BillDifference.kind != DifferenceKind.NOTICE)
        .group_by(BillDifference.gateway, BillDifference.day)
    )
    found = {(gateway, day): (many, resolved) for gateway, day, many, resolved in session.execute(counted)}
    nothing = (0, 0)
    return [
        DayShown(bill, many - resolved, many)
        for bill in bills
        for many, resolved in [found.get((bill.gateway, bill.day), nothing)]
    ]


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
