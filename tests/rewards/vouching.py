"""What the tests of rebates and vouchers stand on: lines without a catalogue, under the dealer's lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.base.time import civil_day
from mall.catalog.models import Kind
from mall.outbox.models import Message
from mall.points.actions import open_book
from mall.rewards.actions import issue, release, reserve, take_back
from mall.rewards.actions.rebate_terms import set_rebate_terms
from mall.rewards.models import Issued, Line, Voucher
from mall.web.db import db, now, transact
from tests.conftest import SECRET

SEAL = Seal(SECRET)
ZONE = "Asia/Shanghai"
RUSH: dict[str, Any] = {"service": "priority_production", "system": "dms", "days": 30}
TRUCK: dict[str, Any] = {"service": "dedicated_logistics", "system": "tms", "days": 7}
COUPON: dict[str, Any] = {"fen": 5_000, "least_fen": 100_000, "days": 60}


def terms(ratio: int = 100, month: int | None = None, year: int | None = None, **more: Any) -> int:
    """Set the terms of rebates, from today on unless told otherwise."""
    said = {"from_on": civil_day(now(), ZONE), "note": "年度政策", "actor": "staff:1"} | more
    return transact(set_rebate_terms, points_per_yuan=ratio, monthly_cap_fen=month, yearly_cap_fen=year, **said).no


def line(
    dealer_id: int,
    order_id: int,
    kind: Kind,
    *,
    points: int = 10_000,
    quantity: int = 1,
    line_no: int = 1,
    terms: dict[str, Any] | None = None,
) -> Line:
    return Line(
        dealer_id=dealer_id, order_id=order_id, order_no=f"{order_id:014d}", line_no=line_no, sku_id=900 + line_no,
        sku_code=f"SKU-{kind.value}", item_code=f"ITEM-{kind.value}", kind=kind, quantity=quantity, points=points,
        terms=terms or {},
    )  # fmt: skip


def _under_lock(session: Session, at: datetime, lines: Sequence[Line]) -> None:
    open_book(session, at, lines[0].dealer_id)


def ordered(session: Session, at: datetime, lines: Sequence[Line]) -> None:
    _under_lock(session, at, lines)
    reserve(session, at, lines, seal=SEAL)


def let_go(session: Session, at: datetime, lines: Sequence[Line]) -> None:
    _under_lock(session, at, lines)
    release(session, at, lines)


def paid(session: Session, at: datetime, lines: Sequence[Line]) -> dict[int, Issued]:
    _under_lock(session, at, lines)
    return issue(session, at, lines, actor="member:1", seal=SEAL)


def come_back(session: Session, at: datetime, one: Line, quantity: int, actor: str = "staff:1") -> None:
    _under_lock(session, at, [one])
    take_back(session, at, one, quantity=quantity, actor=actor)


def bought(one: Line) -> dict[int, Issued]:
    """Ordered and paid."""
    transact(ordered, lines=[one])
    return transact(paid, lines=[one])


def vouchers() -> list[Voucher]:
    db.session.remove()
    return list(db.session.scalars(select(Voucher).order_by(Voucher.line_no, Voucher.piece_no, Voucher.id)))


def told(topic: str = "") -> list[Message]:
    """The messages that wait to be delivered."""
    db.session.remove()
    asked = select(Message).order_by(Message.dealer_id, Message.system, Message.seq)
    return list(db.session.scalars(asked.where(Message.topic == topic) if topic else asked))
