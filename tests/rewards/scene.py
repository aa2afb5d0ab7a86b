"""What the tests of the rack stand on: two dealers, a reward of each kind that this room hands out, and codes."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.base.seal import Seal
from mall.catalog.actions import ItemToPut, SkuToPut, put_back, put_category, put_item, take
from mall.catalog.models import Because, Kind, Reason, Sku, Stock
from mall.dealers.models import ChannelLevel, Dealer
from mall.points.models import Programme
from mall.rewards.actions import issue, release, reserve, take_back
from mall.rewards.actions.vault import look, take_in
from mall.rewards.models import CardBatch, CardCode, CodeState, Issued, Line
from mall.rewards.queries.trial import trial
from mall.web.db import db, now, transact
from tests.conftest import SECRET

SEAL = Seal(SECRET)
ZONE = "Asia/Shanghai"
TEST = Because(Reason.ORDER, "", "test")
DEALER, OTHER = 7001, 7002
CARD, DINNER, PHONE, FUEL = "KA-100-1", "KA-DINNER-1", "HF-100-1", "YK-500-1"
TERMS: dict[str, dict[str, Any]] = {
    PHONE: {"account": "phone", "product": "PHONE-100", "fen": 10_000},
    FUEL: {"account": "fuel_card", "product": "FUEL-500", "fen": 50_000},
}


def set_up(session: Session, at: Any) -> None:
    """A programme, two dealers, two rewards that are card codes and two that are top-ups."""
    session.add(Programme(id=1, name="年轮积分", zone=ZONE, currency="CNY", grace_days=7))
    for number in (DEALER, OTHER):
        session.add(
            Dealer(
                id=number, code=f"D{number}", name=f"华东·测试商贸 {number} 号", region="华东/浙江",
                channel_level=ChannelLevel.CITY, created_at=at,
            )
        )  # fmt: skip
    put_category(session, at, code="cards", icon="ticket", names={"zh_Hans": "卡券"}, position=1)
    for code, name, kind, points in (
        (CARD, "超市购物卡 100 元", Kind.CARD_CODE, 10_000),
        (DINNER, "餐饮代金卡 200 元", Kind.CARD_CODE, 20_000),
        (PHONE, "话费直充 100 元", Kind.TOP_UP, 10_000),
        (FUEL, "加油卡直充 500 元", Kind.TOP_UP, 50_000),
    ):
        put = ItemToPut(
            code=code.removesuffix("-1"), category="cards", kind=kind, brand="年轮", names={"zh_Hans": name},
            terms=TERMS.get(code, {}), pictures=["card"], shelved_at=at,
            skus=[SkuToPut(code=code, points=points, on_hand=50 if kind is Kind.TOP_UP else 0)],
        )  # fmt: skip
        put_item(session, at, put)


def sku_id(code: str) -> int:
    return int(db.session.execute(select(Sku.id).where(Sku.code == code)).scalar_one())


def listed(count: int, prefix: str = "CODE") -> str:
    return "\n".join(f"{prefix}-{n:06d}" for n in range(count))


def looked(text: str, *, sku: str = CARD, expires_on: date | None = None) -> int:
    return transact(
        look, sku_code=sku, name="测试.csv", text=text, expires_on=expires_on, zone=ZONE, seal=SEAL, actor="staff:1"
    )


def tried(batch_id: int) -> Any:
    batch = db.session.get(CardBatch, batch_id, populate_existing=True)
    assert batch is not None
    return trial(db.session(), now(), batch=batch, zone=ZONE, seal=SEAL)


def brought(text: str, *, sku: str = CARD, expires_on: date | None = None) -> CardBatch:
    """Looked at, and all that is good in it taken in."""
    batch_id = looked(text, sku=sku, expires_on=expires_on)
    good = len(tried(batch_id).good)
    return transact(take_in, batch_id=batch_id, good=good, zone=ZONE, seal=SEAL, actor="staff:1")


def line(
    order_id: int, *, sku: str = CARD, quantity: int = 1, dealer_id: int = DEALER, line_no: int = 1, account: str = ""
) -> Line:
    row = db.session.execute(select(Sku.id).where(Sku.code == sku)).scalar_one()
    kind = Kind.TOP_UP if sku in TERMS else Kind.CARD_CODE
    return Line(
        dealer_id=dealer_id, order_id=order_id, order_no=f"{order_id:014d}", line_no=line_no, sku_id=row, sku_code=sku,
        item_code=sku.removesuffix("-1"), kind=kind, quantity=quantity, points=10_000 * quantity, account=account,
        terms=TERMS.get(sku, {}),
    )  # fmt: skip


def order(session: Session, at: Any, lines: list[Line]) -> None:
    """What an order does when it is placed: stock first, then the rack."""
    quantities: dict[int, int] = {}
    for one in lines:
        quantities[one.sku_id] = quantities.get(one.sku_id, 0) + one.quantity
    take(session, at, quantities, because=TEST)
    reserve(session, at, lines, seal=SEAL)


def give_back(session: Session, at: Any, lines: list[Line]) -> None:
    """What an order does when it ends before it was issued."""
    release(session, at, lines)
    for one in lines:
        put_back(session, at, {one.sku_id: one.quantity}, because=TEST)


def pay(session: Session, at: Any, lines: list[Line]) -> dict[int, Issued]:
    return issue(session, at, lines, actor="member:1", seal=SEAL)


def returned(session: Session, at: Any, one: Line, quantity: int) -> None:
    """What after-sales does with a line that comes back."""
    take_back(session, at, one, quantity=quantity, actor="staff:1")
    put_back(session, at, {one.sku_id: quantity}, because=TEST)


def codes(state: CodeState | None = None, *, sku: str = CARD) -> list[CardCode]:
    db.session.rollback()
    db.session.expunge_all()
    asked = select(CardCode).where(CardCode.sku_id == sku_id(sku)).order_by(CardCode.expires_at, CardCode.id)
    found = list(db.session.scalars(asked.where(CardCode.state == state) if state else asked))
    db.session.expunge_all()  # what a test holds stays as it was read
    return found


def stock(sku: str = CARD) -> int:
    db.session.rollback()
    return int(db.session.execute(select(Stock.on_hand).where(Stock.sku_id == sku_id(sku))).scalar_one())


def count(state: CodeState, *, sku: str = CARD) -> int:
    db.session.rollback()
    asked = select(func.count()).select_from(CardCode)
    return int(db.session.scalar(asked.where(CardCode.sku_id == sku_id(sku), CardCode.state == state)) or 0)
