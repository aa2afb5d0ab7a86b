"""What the matrix of routes needs of the rack: codes that two dealers hold, a free one, a list looked at, a top-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.catalog.actions import take
from mall.catalog.models import Because, Kind, Reason, Sku
from mall.rewards.actions import issue, reserve
from mall.rewards.actions.vault import look, take_in
from mall.rewards.models import CardCode, CodeState, Line, TopUp, TopUpState

CODES = "卡密\n" + "\n".join(f"MATRIX-{n:04d}" for n in range(4))


@dataclass
class Handed:
    """The codes by dealer, and what the desk is asked for."""

    codes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Order and code, by the dealer's code."""
    free: int = 0
    draft: int = 0
    batch: int = 0
    top_up: int = 0


def hand_out(
    session: Session, now: datetime, *, dealers: Sequence[tuple[str, int]], sku_code: str, seal: Seal
) -> Handed:
    """Bring codes in, give each dealer one, leave one free; and a top-up that nobody has heard of for a day."""
    handed = Handed()
    said: dict[str, Any] = {"zone": "Asia/Shanghai", "seal": seal, "actor": "staff:1"}
    listed = {"sku_code": sku_code, "name": "矩阵.csv", "expires_on": None}
    handed.batch = look(session, now, text=CODES, **listed, **said)
    take_in(session, now, batch_id=handed.batch, good=4, **said)
    handed.draft = look(session, now, text="MATRIX-0001\nMATRIX-9999", **listed, **said)
    sku_id = session.scalars(select(Sku.id).where(Sku.code == sku_code)).one()
    for number, (code, dealer_id) in enumerate(dealers, 1):
        line = Line(
            dealer_id=dealer_id, order_id=number, order_no=f"2611120000000{number}", line_no=1, sku_id=sku_id,
            sku_code=sku_code, item_code="X", kind=Kind.CARD_CODE, quantity=1, points=1,
        )  # fmt: skip
        take(session, now, {sku_id: 1}, because=Because(Reason.ORDER, "", "test"))
        reserve(session, now, [line], seal=seal)
        issue(session, now, [line], actor="test", seal=seal)
        held = select(CardCode.id).where(CardCode.dealer_id == dealer_id)
        handed.codes[code] = (number, session.scalars(held).one())
    handed.free = session.scalars(select(CardCode.id).where(CardCode.state == CodeState.FREE)).first() or 0
    handed.top_up = dealers[0][1] + 1
    session.add(
        TopUp(
            dealer_id=dealers[0][1], id=handed.top_up, order_id=9, order_no="26111200000009", line_no=1, no="T9",
            account_sealed=seal.seal("13800138000", f"top_up:account:{handed.top_up}"), account_tail="8000",
            product="PHONE-100", quantity=1, fen=10_000, state=TopUpState.UNKNOWN, created_at=now, asks=3, ask_at=now,
            sent_at=now - timedelta(hours=25), supplier_no="", receipt="", ended_by="",
        )
    )  # fmt: skip
    session.flush()
    return handed
