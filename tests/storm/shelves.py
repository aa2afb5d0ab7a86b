"""What the storm rages over: dealers with people and points, and a reward of each kind, for points or with cash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.time import civil_day
from mall.catalog.actions import ItemToPut, SkuToPut, put_item
from mall.catalog.actions.plans import PlanToPut, put_plans
from mall.catalog.models import Delivery, Kind, PricePlan, Sku
from mall.dealers.models import Dealer, MemberRole
from mall.rewards.actions.rebate_terms import set_rebate_terms
from mall.rewards.actions.vault import look, take_in
from mall.web.db import db, transact
from tests.orders import scene
from tests.orders.scene import COOKER, DEALER, RICE, SEAL

ZONE = "Asia/Shanghai"
BUYER = 2000
"""A dealer's buyer is its number and so many more."""
APPROVED_OVER = 15_000
"""Above so many points a buyer of every other dealer asks the owner."""
VAULT = "KA-100-1"
"""A card code from the vault."""
BY_HAND = "FUEL-500-1"
"""A card code that is in no vault: people hand it out."""
TOP_UP, REBATE, SEAT, COUPON = "HF-100-1", "FL-1", "SEAT-1", "CP-1"


@dataclass(frozen=True)
class Reward:
    """A reward: what it costs in points alone, and in points with cash (none where it has no such price)."""

    sku: str
    kind: Kind
    points: int
    with_cash: tuple[int, int] | None
    terms: dict[str, Any] | None = None
    weight: int = 3


REWARDS = (
    Reward(COOKER, Kind.PHYSICAL, 18_800, (2_000, 9_900), weight=4),
    Reward(RICE, Kind.PHYSICAL, 8_600, (1_000, 7_601), weight=4),
    Reward(VAULT, Kind.CARD_CODE, 10_000, (1_000, 9_003)),
    Reward(BY_HAND, Kind.CARD_CODE, 50_000, None, weight=1),
    Reward(TOP_UP, Kind.TOP_UP, 10_000, (500, 9_507), {"account": "phone", "product": "PHONE-100", "fen": 10_000}, 4),
    Reward(REBATE, Kind.CASH_REBATE, 7_331, None, {}),
    Reward(SEAT, Kind.SERVICE, 4_000, (1_000, 5_000), {"service": "training_seat", "system": "dms", "days": 60}),
    Reward(COUPON, Kind.COUPON, 3_000, (300, 2_701), {"fen": 5_000, "least_fen": 100_000, "days": 90}),
)
BY_SKU = {reward.sku: reward for reward in REWARDS}
THERE = {COOKER, RICE, BY_HAND}
"""What the scene of orders puts on the shelf."""


def stock_up(*, dealers: int, pieces: int, points: int) -> None:
    """Everything, with so many pieces of each reward and so many points for each dealer."""
    transact(scene.set_up, dealers=dealers, points=points, stock=pieces)
    transact(_shelve, pieces=pieces)
    transact(_price)
    transact(_fill_the_vault, pieces=pieces)
    transact(_people, dealers=dealers)
    transact(_rebates)


def sku_ids() -> dict[str, int]:
    """The SKUs' ids by their codes."""
    db.session.rollback()
    return {row.code: row.id for row in db.session.execute(select(Sku.code, Sku.id))}


def plans() -> dict[tuple[str, bool], int]:
    """The prices' ids by SKU, and whether it is that with cash."""
    db.session.rollback()
    rows = db.session.execute(
        select(Sku.code, PricePlan.id, PricePlan.cash_fen)
        .join(Sku, Sku.id == PricePlan.sku_id)
        .where(PricePlan.withdrawn_at.is_(None))
    )
    return {(row.code, row.cash_fen > 0): row.id for row in rows}


def _shelve(session: Session, at: datetime, *, pieces: int) -> None:
    for reward in REWARDS:
        if reward.sku in THERE:
            continue
        on_hand = 0 if reward.sku == VAULT else pieces
        put_item(
            session,
            at,
            ItemToPut(
                code=reward.sku.removesuffix("-1"),
                category="home",
                kind=reward.kind,
                brand="年轮",
                names=scene.spoken(reward.sku, reward.sku),
                pictures=["card"],
                delivery=Delivery.INSTANT,
                shelved_at=at,
                terms=reward.terms or {},
                skus=[SkuToPut(code=reward.sku, points=reward.points, on_hand=on_hand)],
            ),
        )


def _price(session: Session, at: datetime) -> None:
    for reward in REWARDS:
        if reward.with_cash:
            points, fen = reward.with_cash
            both = [PlanToPut(points=reward.points), PlanToPut(step=1, points=points, cash_fen=fen)]
            put_plans(session, at, sku_id=scene.sku_id(reward.sku), plans=both, since=at)


def _fill_the_vault(session: Session, at: datetime, *, pieces: int) -> None:
    said: dict[str, Any] = {"zone": ZONE, "seal": SEAL, "actor": "staff:1"}
    codes = "\n".join(f"STORM-{n:06d}" for n in range(pieces))
    batch_id = look(session, at, sku_code=VAULT, name="storm.csv", text=codes, expires_on=None, **said)
    take_in(session, at, batch_id=batch_id, good=pieces, **said)


def _people(session: Session, at: datetime, *, dealers: int) -> None:
    for number in range(DEALER, DEALER + dealers):
        scene.add_member(session, at, number, number + BUYER, MemberRole.BUYER)
        if number % 2:
            session.get_one(Dealer, number).approval_over = APPROVED_OVER


def _rebates(session: Session, at: datetime) -> None:
    set_rebate_terms(
        session, at, from_on=civil_day(at, ZONE), points_per_yuan=100, monthly_cap_fen=None, yearly_cap_fen=None,
        note="年度政策", actor="staff:1",
    )  # fmt: skip
