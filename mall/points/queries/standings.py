"""Every dealer's balances at a moment, set-based: what `flask points balances` writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from mall.dealers.models import Dealer
from mall.points.models import Account, Lot
from mall.points.queries.due import as_swept

BATCH = 2_000


@dataclass(frozen=True)
class Standing:
    """One dealer's balances."""

    dealer_code: str
    pending: int
    available: int
    held: int
    debt: int


_dealer = cast(Table, Dealer.__table__)
_account = cast(Table, Account.__table__)
_lot = cast(Table, Lot.__table__)
_now = bindparam("now", type_=_lot.c.expires_at.type)

_ALL = select(
    _dealer.c.id,
    _dealer.c.code,
    func.coalesce(_account.c.pending, 0),
    func.coalesce(_account.c.available, 0),
    func.coalesce(_account.c.held, 0),
    func.coalesce(_account.c.debt, 0),
).join_from(_dealer, _account, (_account.c.dealer_id == _dealer.c.id) & (_account.c.account_no == 0), isouter=True)
_open = (_lot.c.account_no == 0, _lot.c.is_open == 1)
_OVER = (
    select(_lot.c.dealer_id, _lot.c.expires_at, func.sum(_lot.c.available))
    .where(*_open, _lot.c.expires_at <= _now)
    .group_by(_lot.c.dealer_id, _lot.c.expires_at)
)
_ARRIVED = (
    select(_lot.c.dealer_id, _lot.c.active_at, _lot.c.expires_at, func.sum(_lot.c.pending))
    .where(*_open, _lot.c.pending > 0, _lot.c.active_at <= _now)
    .group_by(_lot.c.dealer_id, _lot.c.active_at, _lot.c.expires_at)
    .order_by(_lot.c.dealer_id, _lot.c.active_at, _lot.c.expires_at)
)


def balances_as_of(session: Session, now: datetime) -> Iterator[Standing]:
    """Every dealer by code, those without an account with noughts; what is over or has arrived is counted as such.

    Three statements however many dealers there are; the rows are streamed in the same order on every engine.
    """
    over: dict[int, list[tuple[datetime, int]]] = {}
    for dealer_id, expires_at, points in session.execute(_OVER, {"now": now}):
        over.setdefault(dealer_id, []).append((expires_at, points))
    arrived: dict[int, list[tuple[datetime, datetime, int]]] = {}
    for dealer_id, active_at, expires_at, points in session.execute(_ARRIVED, {"now": now}):
        arrived.setdefault(dealer_id, []).append((active_at, expires_at, points))
    bytewise = "C" if session.get_bind().dialect.name == "postgresql" else "BINARY"
    rows = session.execute(_ALL.order_by(_dealer.c.code.collate(bytewise)), execution_options={"yield_per": BATCH})
    for dealer_id, code, pending, available, held, debt in rows:
        due = as_swept(
            pending=pending,
            available=available,
            debt=debt,
            ending=over.get(dealer_id, ()),
            coming=arrived.get(dealer_id, ()),
            now=now,
        )
        yield Standing(code, due.pending, due.available, held, due.debt)
