"""The alarms: which SKUs run out, kept beside their levels so that the desk can count them; and what was asked for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session

from mall.base.bulk import among
from mall.catalog.models import FOR_ORDERS, Alarm, Reason, Stock, StockLevel, StockMovement
from mall.catalog.rules.replenishment import MONTH, QUARTER, Standing, alarm_of

_level, _stock = cast(Table, StockLevel.__table__), cast(Table, Stock.__table__)
_movement = cast(Table, StockMovement.__table__)
AT_ONCE = 1_000
"""SKUs whose alarm or demand is written in one transaction."""

_STANDING = select(_level.c.sku_id, _level.c.alarm, _level.c.safety, _level.c.warning, _stock.c.on_hand).join(
    _stock, _stock.c.sku_id == _level.c.sku_id
)
_RING = (
    update(_level)
    .where(_level.c.sku_id == bindparam("sku"))
    .values(
        alarm=bindparam("rings", type_=_level.c.alarm.type), alarm_at=bindparam("since", type_=_level.c.alarm_at.type)
    )
)
_DEMAND = (
    update(_level)
    .where(_level.c.sku_id == bindparam("sku"))
    .values(
        demand_30=bindparam("month", type_=_stock.c.seq.type), demand_90=bindparam("quarter", type_=_stock.c.seq.type)
    )
)

_FIRST: dict[str, Any] = {
    "safety": 0, "warning": 0, "lead_days": 7, "pack_size": 1, "demand_30": 0, "demand_90": 0, "revision": 0,
}  # fmt: skip


def look_at(session: Session, now: datetime, sku: int) -> None:
    """Keep one SKU's alarm; its stock has just changed."""
    _ring(session, now, session.execute(_STANDING.where(_level.c.sku_id == sku)).all())


def look_at_these(session: Session, now: datetime, skus: Collection[int]) -> None:
    """Keep the alarms of some SKUs; their levels have just changed."""
    _ring(session, now, session.execute(_STANDING.where(among(_level.c.sku_id, "skus")), {"skus": list(skus)}).all())


def look_at_all(session: Session, now: datetime) -> int:
    """Keep the alarms of SKUs whose stock has crossed a level, some at once; gives how many have changed."""
    rows = session.execute(_STANDING.where(_wrong()).order_by(_level.c.sku_id).limit(AT_ONCE)).all()
    return _ring(session, now, rows)


def reckon(session: Session, now: datetime, *, after: int = -1) -> int | None:
    """Reckon anew what orders asked for, of some SKUs beyond one, in order of id; gives the last, none at the end.

    What a dealer gave back, or never got, is no demand; nor is what a first stock-taking of the mall found reserved.
    """
    skus = session.scalars(
        select(_stock.c.sku_id).where(_stock.c.sku_id > after).order_by(_stock.c.sku_id).limit(AT_ONCE)
    ).all()
    if not skus:
        return None
    since = now - timedelta(days=MONTH)
    wanted = select(
        _movement.c.sku_id,
        (-func.sum(_movement.c.pieces)).label("quarter"),
        func.coalesce(-func.sum(_movement.c.pieces).filter(_movement.c.at >= since), 0).label("month"),
    ).where(
        _movement.c.sku_id.between(skus[0], skus[-1]),
        _movement.c.at >= now - timedelta(days=QUARTER),
        _movement.c.kind.in_(FOR_ORDERS),
        _movement.c.reason != Reason.OPENING,
    )
    demand = {
        row.sku_id: (max(int(row.month), 0), max(int(row.quarter), 0))
        for row in session.execute(wanted.group_by(_movement.c.sku_id))
    }
    known = {
        row.sku_id: (row.demand_30, row.demand_90)
        for row in session.execute(
            select(_level.c.sku_id, _level.c.demand_30, _level.c.demand_90).where(
                _level.c.sku_id.between(skus[0], skus[-1])
            )
        )
    }
    fresh = [{"sku_id": sku, **_FIRST} for sku in skus if sku not in known and any(demand.get(sku, (0, 0)))]
    if fresh:
        session.execute(insert(_level), fresh)
    told = [
        {"sku": sku, "month": demand.get(sku, (0, 0))[0], "quarter": demand.get(sku, (0, 0))[1]}
        for sku in skus
        if known.get(sku, (0, 0)) != demand.get(sku, (0, 0))
    ]
    if told:
        session.connection().execute(_DEMAND, told)
    return int(skus[-1])


def _wrong() -> Any:
    """Whether the alarm that is kept is not the one that there is."""
    there = func.coalesce(_level.c.alarm, "")
    return there != ringing()


def ringing() -> Any:
    """The alarm of a level's SKU as SQL, '' for none: what `alarm_of` judges."""
    return case(
        (_level.c.warning == 0, ""),
        (_stock.c.on_hand == 0, Alarm.OUT.value),
        (_stock.c.on_hand <= _level.c.safety, Alarm.SAFETY.value),
        (_stock.c.on_hand <= _level.c.warning, Alarm.WARNING.value),
        else_="",
    )


def _ring(session: Session, now: datetime, rows: Any) -> int:
    changed = []
    for row in rows:
        rings = alarm_of(Standing(row.on_hand, row.safety, row.warning))
        if rings is not row.alarm:
            changed.append({"sku": row.sku_id, "rings": rings, "since": now if rings else None})
    if changed:
        session.connection().execute(_RING, changed)
    return len(changed)
