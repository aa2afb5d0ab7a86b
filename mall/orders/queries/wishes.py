"""A dealer's wishes, with what is missing for each, and what its people wait for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.catalog.models import Item, Sku
from mall.catalog.queries.editions import worn
from mall.catalog.queries.plans import Plan, regions_above
from mall.dealers.models import Member
from mall.earning.queries import fen_for
from mall.orders.models import RestockAlert, Wish
from mall.orders.queries.offer import offers_of
from mall.orders.rules import Hindrance, Offer, hindrance

_wish = cast(Table, Wish.__table__)
_alert = cast(Table, RestockAlert.__table__)
_NAMES = select(worn("names")).select_from(Item).where(Item.code == bindparam("code"))


@dataclass(frozen=True)
class WishShown:
    """A wish. `plan` is the price for this dealer by points alone, or with the least cash; `with_cash` the one of the
    fewest points beside it. `more_fen` is about how much more ordering brings the points that are missing.
    """

    offer: Offer
    plan: Plan | None
    with_cash: Plan | None
    hindrance: Hindrance | None
    by: str
    wished_at: datetime
    missing: int
    more_fen: int | None
    awaited: bool

    @property
    def sold_out(self) -> bool:
        """Whether to be told of new stock is all that can be done."""
        return self.hindrance is Hindrance.SOLD_OUT


def wishes_of(
    session: Session, now: datetime, *, dealer_id: int, member_id: int, available: int, today: date
) -> list[WishShown]:
    """The dealer's wishes, the newest first; `available` points are what it has, debts taken off."""
    rows = session.execute(
        select(_wish.c.sku_id, _wish.c.wished_at, Member.name)
        .join(Member, (Member.dealer_id == _wish.c.dealer_id) & (Member.id == _wish.c.member_id))
        .where(_wish.c.dealer_id == dealer_id)
        .order_by(_wish.c.wished_at.desc(), _wish.c.sku_id.desc())
    ).all()
    if not rows:
        return []
    offers = offers_of(session, now, dealer_id=dealer_id, sku_ids=[row.sku_id for row in rows])
    awaited = awaited_by(session, dealer_id, member_id)
    per_million = fen_for(session, dealer_id, today, 1_000_000)
    shown = []
    for row in rows:
        offer = offers[row.sku_id]
        plans = offer.at(now)
        plan = plans[0] if plans else None
        fewest = min(plans, key=lambda one: one.points, default=None)
        missing = max(0, plan.points - available) if plan else 0
        more = None if per_million is None or not missing else -(-missing * per_million // 100_000_000) * 100
        with_cash = fewest if fewest and fewest is not plan and fewest.cash_fen else None
        stands = hindrance(offer, 1) if plan else Hindrance.OFF_SHELF
        shown.append(
            WishShown(offer, plan, with_cash, stands, row.name, row.wished_at, missing, more, row.sku_id in awaited)
        )
    return shown


def wished_items(session: Session, dealer_id: int) -> frozenset[str]:
    """The codes of the items on a dealer's list: their hearts are full."""
    rows = session.scalars(
        select(Item.code)
        .join(Sku, Sku.item_id == Item.id)
        .join(_wish, _wish.c.sku_id == Sku.id)
        .where(_wish.c.dealer_id == dealer_id)
    )
    return frozenset(rows)


def names_of(session: Session, item_code: str, region: str) -> dict[str, str]:
    """What an item is called in a dealer's region, on or off the shelf. Refused: a code nobody knows."""
    names = session.scalar(_NAMES, {"code": item_code, "regions": regions_above(region)})
    if names is None:
        raise NotFound
    return cast("dict[str, str]", names)


def awaited_by(session: Session, dealer_id: int, member_id: int) -> frozenset[int]:
    """The choices, by SKU id, of whose stock a member is still to be told."""
    rows = session.scalars(
        select(_alert.c.sku_id).where(
            _alert.c.dealer_id == dealer_id, _alert.c.member_id == member_id, _alert.c.told_at.is_(None)
        )
    )
    return frozenset(rows)
