"""The demo's warehouses, levels and a count under way: invented, as all of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.base.time import civil_day
from mall.catalog.actions.alarms import look_at_all, reckon
from mall.catalog.actions.counts import enter, open_count
from mall.catalog.actions.supplies import By, Levels, announce, put_right, set_levels
from mall.catalog.actions.warehouses import WarehouseToPut, put_warehouse
from mall.catalog.models import Item, Kind, Reason, Sku, Stock, StockAt, StockCount, StockLevel, Warehouse
from mall.catalog.queries.counts import PAGE
from mall.dealers.models import Staff, StaffRole
from mall.points.models import Programme

HOUSES = (
    WarehouseToPut(code="HZ-1", name="杭州中心仓", region="华东", position=10),
    WarehouseToPut(code="CD-1", name="成都分仓", region="西南", position=20),
)
LEVELLED = 24
"""So many SKUs have levels, some of them above what is left."""
COUNTED = 5


def put_warehouses(session: Session, now: datetime) -> int:
    """Put the warehouses that are not there yet; gives how many were added."""
    known = set(session.scalars(select(Warehouse.code)))
    missing = [house for house in HOUSES if house.code not in known]
    for house in missing:
        put_warehouse(session, now, put=house, revision=0, by=_by(session, StaffRole.MERCHANDISER))
    return len(missing)


def set_up_stock(session: Session, now: datetime) -> None:
    """Levels, something on its way, a correction and an open count; once, before anybody else has set a level."""
    after: int | None = -1
    if session.scalar(select(func.count()).select_from(StockLevel).where(StockLevel.warning > 0)):
        return
    merchandiser, keeper = _by(session, StaffRole.MERCHANDISER), _by(session, StaffRole.FULFILMENT)
    rows = session.execute(
        select(Sku.code, Stock.on_hand)
        .join(Item, Item.id == Sku.item_id)
        .join(Stock, Stock.sku_id == Sku.id)
        .where(Item.kind == Kind.PHYSICAL, Sku.retired_at.is_(None))
        .order_by(Sku.code)
        .limit(LEVELLED)
    ).all()
    for nth, row in enumerate(rows):
        # Every fourth stands at its safety stock, every fourth at its warning; the others have enough.
        safety = max(row.on_hand, 1) if nth % 4 == 1 else max(row.on_hand // 4, 1)
        warning = max(row.on_hand, safety) + 2 if nth % 4 in (1, 2) else max(row.on_hand // 2, safety)
        levels = Levels(safety, warning, lead_days=10 + nth % 3 * 5, pack_size=(1, 6, 12)[nth % 3])
        set_levels(session, now, sku_code=row.code, levels=levels, revision=0, by=merchandiser)
    while after is not None:
        after = reckon(session, now, after=after)
    look_at_all(session, now)
    if len(rows) < COUNTED:
        return
    zone = session.get_one(Programme, 1).zone
    announce(
        session,
        now,
        sku_code=rows[1].code,
        pieces=24,
        warehouse="HZ-1",
        reference="CG-2026-1107",
        expected_on=civil_day(now, zone) + timedelta(days=6),
        key="demo-coming-0001",
        by=merchandiser,
    )
    _count(session, now, zone, keeper)


def _count(session: Session, now: datetime, zone: str, keeper: By) -> None:
    """A count of the first warehouse with its first numbers: all as it should be, but for two."""
    if session.scalar(select(func.count()).select_from(StockCount)):
        return
    lying = session.execute(
        select(Sku.code, StockAt.pieces)
        .join(Sku, Sku.id == StockAt.sku_id)
        .join(Warehouse, Warehouse.id == StockAt.warehouse_id)
        .where(Warehouse.code == "HZ-1", StockAt.pieces > 1)
        .order_by(Sku.code)
        .limit(PAGE)
    ).all()
    if len(lying) < COUNTED:
        return
    put_right(
        session,
        now,
        sku_code=lying[0].code,
        difference=1,
        warehouse="HZ-1",
        reason=Reason.FOUND,
        remark="货架后面找到一件，外箱完好",
        key="demo-found-0001",
        by=keeper,
    )
    count = open_count(
        session, now, warehouse="HZ-1", sku_codes=(), remark="月末整仓", key="demo-count-0001", zone=zone, by=keeper
    )
    numbers: dict[str, int | None] = {row.code: row.pieces for row in lying[1:COUNTED]}
    numbers[lying[1].code], numbers[lying[2].code] = lying[1].pieces - 1, lying[2].pieces + 2
    enter(session, now, no=count.no, numbers=numbers, moment=now, by=keeper)


def _by(session: Session, role: StaffRole) -> By:
    who = session.scalars(select(Staff.id).where(Staff.role == role).order_by(Staff.id).limit(1)).one()
    return By(who, role)
