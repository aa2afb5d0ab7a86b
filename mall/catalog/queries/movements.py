"""One SKU's stock as the desk shows it: its movements, where it lies, what is on its way; and the warehouses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.catalog.models import (
    Move,
    Reason,
    Sku,
    StockAt,
    StockIncoming,
    StockLevel,
    StockMovement,
    Supplier,
    Warehouse,
)
from mall.dealers.models import Scope, Staff

_movement, _warehouse = cast(Table, StockMovement.__table__), cast(Table, Warehouse.__table__)
_at, _supplier = cast(Table, StockAt.__table__), cast(Table, Supplier.__table__)
PAGE = 50
ACTS = 20


@dataclass(frozen=True)
class Moved:
    """A movement in a list."""

    seq: int
    kind: Move
    pieces: int
    on_hand: int
    warehouse: str
    reason: Reason
    reference: str
    remark: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Place:
    """A warehouse, whose it is, and what lies in it: pieces of one SKU, or of all."""

    id: int
    code: str
    name: str
    supplier: str
    supplier_code: str
    region: str
    position: int
    revision: int
    open: bool
    pieces: int
    skus: int = 0
    supplier_id: int | None = None

    def within(self, scope: Scope) -> bool:
        """Whether it is theirs to use: a region has those that serve it, a supplier its own."""
        if scope.supplier_id is not None:
            return self.supplier_id == scope.supplier_id
        return scope.covers(self.region)


@dataclass(frozen=True)
class Act:
    """What somebody did to a SKU's stock, out of the audit log."""

    at: datetime
    by: str
    act: str
    detail: dict[str, Any]


def movements(session: Session, sku_id: int, *, kind: Move | None = None, page: int = 1) -> tuple[list[Moved], int]:
    """A page of a SKU's movements, the newest first, and how many there are."""
    of_sku = [_movement.c.sku_id == sku_id, *([_movement.c.kind == kind] if kind else [])]
    total = session.scalar(select(func.count()).select_from(_movement).where(*of_sku)) or 0
    rows = session.execute(
        select(_movement, _warehouse.c.name.label("place"))
        .outerjoin(_warehouse, _warehouse.c.id == _movement.c.warehouse_id)
        .where(*of_sku)
        .order_by(_movement.c.seq.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    names = people(session, [row.actor for row in rows])
    return [
        Moved(
            row.seq,
            row.kind,
            row.pieces,
            row.on_hand,
            row.place or "",
            row.reason,
            row.reference,
            row.remark,
            names.get(row.actor, ""),
            row.at,
        )
        for row in rows
    ], total


def places(session: Session, sku_id: int | None = None) -> list[Place]:
    """All warehouses in their order, with the pieces of a SKU, or of all SKUs, that lie in them."""
    lies = select(_at.c.warehouse_id, func.sum(_at.c.pieces).label("pieces"), func.count().label("skus"))
    if sku_id is not None:
        lies = lies.where(_at.c.sku_id == sku_id)
    held = lies.where(_at.c.pieces > 0).group_by(_at.c.warehouse_id).subquery()
    rows = session.execute(
        select(
            _warehouse,
            _supplier.c.name.label("supplier"),
            _supplier.c.code.label("supplier_code"),
            held.c.pieces,
            held.c.skus,
        )
        .outerjoin(_supplier, _supplier.c.id == _warehouse.c.supplier_id)
        .outerjoin(held, held.c.warehouse_id == _warehouse.c.id)
        .order_by(_warehouse.c.position, _warehouse.c.id)
    )
    return [
        Place(
            row.id,
            row.code,
            row.name,
            row.supplier or "",
            row.supplier_code or "",
            row.region,
            row.position,
            row.revision,
            row.closed_at is None,
            int(row.pieces or 0),
            int(row.skus or 0),
            row.supplier_id,
        )
        for row in rows
    ]


def open_warehouses(session: Session) -> list[tuple[int, str]]:
    """The warehouses that things are sent from, in their order: id and name."""
    rows = session.execute(
        select(_warehouse.c.id, _warehouse.c.name)
        .where(_warehouse.c.closed_at.is_(None))
        .order_by(_warehouse.c.position, _warehouse.c.id)
    )
    return [(row.id, row.name) for row in rows]


def suppliers(session: Session) -> list[tuple[str, str]]:
    """All suppliers: code and name."""
    return [(row.code, row.name) for row in session.execute(select(_supplier).order_by(_supplier.c.code))]


def on_the_way(session: Session, sku_id: int) -> list[tuple[StockIncoming, str]]:
    """What of a SKU is expected, the soonest first, with the warehouse it goes to."""
    rows = session.execute(
        select(StockIncoming, Warehouse.name)
        .outerjoin(Warehouse, Warehouse.id == StockIncoming.warehouse_id)
        .where(StockIncoming.sku_id == sku_id, StockIncoming.settled_at.is_(None))
        .order_by(StockIncoming.expected_on.is_(None), StockIncoming.expected_on, StockIncoming.id)
    )
    return [(row[0], row[1] or "") for row in rows]


def acts(session: Session, sku_id: int) -> list[Act]:
    """What staff did to a SKU's stock, the newest first."""
    found = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == f"sku:{sku_id}", AuditEntry.act.like("stock.%"))
        .order_by(AuditEntry.id.desc())
        .limit(ACTS)
    ).all()
    names = people(session, [entry.actor for entry in found])
    return [Act(entry.at, names.get(entry.actor, entry.actor), entry.act, entry.detail) for entry in found]


def people(session: Session, actors: Sequence[str | None]) -> dict[str, str]:
    """The names of staff by how movements name them: staff:7."""
    numbers = {int(actor.removeprefix("staff:")) for actor in actors if actor and actor[6:].isdigit()}
    if not numbers:
        return {}
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(numbers)))
    return {f"staff:{row.id}": row.name for row in rows}


def ringing(session: Session, *, most: int) -> list[tuple[str, Any, datetime]]:
    """The newest alarms: SKU code, which, since when. For the work list."""
    rows = session.execute(
        select(Sku.code, StockLevel.alarm, StockLevel.alarm_at)
        .join(Sku, Sku.id == StockLevel.sku_id)
        .where(StockLevel.alarm.is_not(None))
        .order_by(StockLevel.alarm_at.desc(), Sku.code)
        .limit(most)
    )
    return [(row.code, row.alarm, row.alarm_at) for row in rows]
