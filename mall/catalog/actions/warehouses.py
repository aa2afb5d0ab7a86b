"""Warehouses: written, and closed once they are empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.catalog.actions.supplies import MAY_SUPPLY, By
from mall.catalog.models import (
    CountState,
    NoSuchWarehouse,
    StillHolds,
    StockAt,
    StockCount,
    StockFormStale,
    Supplier,
    Warehouse,
    WarehouseTaken,
)


@dataclass(frozen=True)
class WarehouseToPut:
    """A warehouse as the desk writes it. `supplier` is a supplier's code, '' for the brand's own."""

    code: str
    name: str
    supplier: str = ""
    region: str = ""
    position: int = 0
    open: bool = True


def put_warehouse(session: Session, now: datetime, *, put: WarehouseToPut, revision: int, by: By) -> Warehouse:
    """Write a warehouse: a new one with revision 0, else the one of this code as the form saw it.

    Refused: who does not supply; one that serves, or served, another region than the scope's; a supplier's person; a
    code that is taken; a stale form; closing one that holds pieces or is being counted.
    """
    by.must_be(MAY_SUPPLY)
    by.scope.must_cover(put.region)
    found = session.scalars(select(Warehouse).where(Warehouse.code == put.code).with_for_update()).one_or_none()
    after = {
        "name": put.name, "supplier": put.supplier, "region": put.region, "position": put.position, "open": put.open,
    }  # fmt: skip
    owner = _supplier(session, put.supplier)
    if found is None:
        if revision:
            raise NoSuchWarehouse
        found = Warehouse(id=new_id(now), code=put.code, created_at=now, revision=0)
        session.add(found)
        before = None
    else:
        by.scope.must_cover(found.region)
        before = {
            "name": found.name, "supplier": _code(session, found.supplier_id), "region": found.region,
            "position": found.position, "open": found.open,
        }  # fmt: skip
        if before == after:
            return found
        if not revision:
            raise WarehouseTaken(code=put.code)
        if found.revision != revision:
            raise StockFormStale
        if found.open and not put.open:
            _empty(session, found)
    found.name, found.supplier_id, found.region, found.position = put.name, owner, put.region, put.position
    found.closed_at = None if put.open else found.closed_at or now
    found.revision += 1
    session.flush()
    detail = {"code": put.code, "before": before, "after": after}
    note(
        session,
        now,
        actor=by.actor,
        act="stock.warehouse",
        subject=f"warehouse:{found.id}",
        address=by.address,
        detail=detail,
    )
    return found


def _supplier(session: Session, code: str) -> int | None:
    if not code:
        return None
    found = session.scalar(select(Supplier.id).where(Supplier.code == code))
    if found is None:
        raise NoSuchWarehouse
    return found


def _code(session: Session, supplier_id: int | None) -> str:
    return session.scalar(select(Supplier.code).where(Supplier.id == supplier_id)) or "" if supplier_id else ""


def _empty(session: Session, warehouse: Warehouse) -> None:
    pieces = session.scalar(select(func.sum(StockAt.pieces)).where(StockAt.warehouse_id == warehouse.id)) or 0
    counting = session.scalar(
        select(func.count()).where(
            StockCount.warehouse_id == warehouse.id, StockCount.state.in_((CountState.OPEN, CountState.COUNTED))
        )
    )
    if pieces or counting:
        raise StillHolds(warehouse=warehouse.name, pieces=int(pieces))
