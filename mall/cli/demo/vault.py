"""The demo's card codes: invented, one for each piece that the catalogue has in stock."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.base.time import add_months, civil_day
from mall.catalog.models import Item, Kind, Sku, Stock
from mall.dealers.models import Staff
from mall.points.models import Programme
from mall.rewards.actions.vault import look, take_in
from mall.rewards.models import VaultShelf

KEEPER = "lvyue"
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
WITHOUT_END = 3
"""Every so manyth SKU has codes that never end."""


def fill_vault(session: Session, now: datetime, *, seal: Seal) -> int:
    """Bring in a batch for each card SKU that has none yet; gives how many codes came in."""
    zone = session.get_one(Programme, 1).zone
    keeper = session.scalars(select(Staff.id).where(Staff.login == KEEPER)).one()
    empty = session.execute(
        select(Sku.code, Stock.on_hand)
        .join(Item, Item.id == Sku.item_id)
        .join(Stock, Stock.sku_id == Sku.id)
        .outerjoin(VaultShelf, VaultShelf.sku_id == Sku.id)
        .where(Item.kind == Kind.CARD_CODE, VaultShelf.sku_id.is_(None), Stock.on_hand > 0)
        .order_by(Sku.code)
    ).all()
    ends = add_months(civil_day(now, zone), 14)
    for number, (sku, pieces) in enumerate(empty):
        last_day: date | None = None if number % WITHOUT_END == 2 else ends
        said: dict[str, Any] = {"zone": zone, "seal": seal, "actor": f"staff:{keeper}"}
        rows = "\n".join(f"{_serial(sku, n)},{_code(sku, n)}" for n in range(pieces))
        batch_id = look(
            session, now, sku_code=sku, name=f"{sku} 到货.csv", text=f"卡号,卡密\n{rows}", expires_on=last_day, **said
        )  # fmt: skip
        take_in(session, now, batch_id=batch_id, good=pieces, **said)
    return sum(pieces for _sku, pieces in empty)


def _serial(sku: str, number: int) -> str:
    return f"8{int.from_bytes(sha256(sku.encode()).digest()[:4]) % 10**7:07d}{number:06d}"


def _code(sku: str, number: int) -> str:
    digest = sha256(f"{sku}/{number}".encode()).digest()
    signs = "".join(SIGNS[byte % len(SIGNS)] for byte in digest[:12])
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"
