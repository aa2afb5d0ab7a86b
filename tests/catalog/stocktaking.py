"""A small scene of stock: two warehouses, three people, and the verbs at hand; plain functions, for processes too."""

from __future__ import annotations

import os
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.actions import counts as verbs
from mall.catalog.actions.post_count import post
from mall.catalog.actions.supplies import By, Levels, come_in, put_right, set_levels
from mall.catalog.actions.warehouses import WarehouseToPut, put_warehouse
from mall.catalog.models import Reason, Sku, Stock, StockAt, StockMovement, Warehouse
from mall.catalog.queries.stock_proof import broken_movements
from mall.dealers.models import StaffRole
from mall.web.db import db, now, reading, transact

ZONE = "Asia/Shanghai"
BUYER = By(1, StaffRole.MERCHANDISER)
KEEPER, OTHER = By(2, StaffRole.FULFILMENT), By(3, StaffRole.FULFILMENT)
MAIN, FAR = "HZ-1", "CD-1"
_keys = count(1)


def houses(session: Session, at: datetime) -> None:
    """Two warehouses; the first is asked first."""
    for position, code in enumerate((MAIN, FAR), 1):
        put_warehouse(session, at, put=WarehouseToPut(code=code, name=code, position=position), revision=0, by=BUYER)


def key() -> str:
    """A form's own key; processes have their own."""
    return f"test-key-{os.getpid()}-{next(_keys):04d}"


def deliver(code: str, pieces: int, house: str = MAIN, **said: Any) -> None:
    words = {"reference": "", "remark": "", "key": key(), "by": BUYER} | said
    transact(come_in, sku_code=code, pieces=pieces, warehouse=house, **words)


def correct(code: str, difference: int, house: str = MAIN, **said: Any) -> None:
    reason = Reason.FOUND if difference > 0 else Reason.DAMAGED
    words = {"reason": reason, "remark": "test", "key": key(), "by": KEEPER} | said
    transact(put_right, sku_code=code, difference=difference, warehouse=house, **words)


def level(code: str, safety: int, warning: int, **said: Any) -> None:
    levels = Levels(safety, warning, said.pop("lead_days", 7), said.pop("pack_size", 1))
    transact(set_levels, sku_code=code, levels=levels, **{"revision": 0, "by": BUYER, **said})


def begin(*codes: str, house: str = MAIN) -> str:
    made = transact(verbs.open_count, warehouse=house, sku_codes=codes, remark="", key=key(), zone=ZONE, by=KEEPER)
    return str(made.no)


def count_all(no: str, numbers: dict[str, int | None], *, moment: datetime | None = None, by: By = KEEPER) -> int:
    return int(transact(verbs.enter, no=no, numbers=numbers, moment=moment or now(), by=by))


def settle(no: str, *, by: By = OTHER) -> None:
    """Finish a count and post it."""
    finished = transact(verbs.finish, no=no, by=KEEPER)
    transact(post, no=no, revision=finished.revision, by=by)


def told(code: str) -> list[tuple[str, int, int, str]]:
    """The movements of a SKU: kind, pieces, what is left, why."""
    db.session.rollback()
    rows = db.session.execute(
        select(StockMovement.kind, StockMovement.pieces, StockMovement.on_hand, StockMovement.reason)
        .join(Sku, Sku.id == StockMovement.sku_id)
        .where(Sku.code == code)
        .order_by(StockMovement.seq)
    )
    return [(row.kind.value, row.pieces, row.on_hand, row.reason.value) for row in rows]


def left(code: str) -> int:
    db.session.rollback()
    return int(
        db.session.execute(select(Stock.on_hand).join(Sku, Sku.id == Stock.sku_id).where(Sku.code == code)).scalar_one()
    )


def lies(code: str) -> dict[str, int]:
    """Where a SKU's pieces lie."""
    db.session.rollback()
    rows = db.session.execute(
        select(Warehouse.code, StockAt.pieces)
        .join(Warehouse, Warehouse.id == StockAt.warehouse_id)
        .join(Sku, Sku.id == StockAt.sku_id)
        .where(Sku.code == code, StockAt.pieces > 0)
    )
    return {row.code: row.pieces for row in rows}


def all_ties() -> None:
    """Movements add up to stock and warehouses, numbered without a gap."""
    reading().rollback()
    assert list(broken_movements(reading())) == []
    reading().rollback()
