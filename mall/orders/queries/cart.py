"""A member's cart, as it would be redeemed now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from mall.catalog.models import PricePlan
from mall.catalog.queries.plans import Plan
from mall.orders.models import CartLine
from mall.orders.queries.offer import Pick, Priced, basket_of

_line, _plan = cast(Table, CartLine.__table__), cast(Table, PricePlan.__table__)


@dataclass(frozen=True)
class CartLineShown:
    """A line with what is true of it now. `was` is its price as it was put in, where that is on offer no more."""

    priced: Priced
    plans: tuple[Plan, ...]
    chosen: bool
    was: tuple[int, int] | None

    @property
    def ready(self) -> bool:
        """Whether checkout can take it: on the shelf, in stock, within the limit."""
        return self.priced.hindrance is None


@dataclass(frozen=True)
class CartShown:
    """A cart, the newest line first."""

    lines: tuple[CartLineShown, ...]

    @property
    def taken(self) -> tuple[CartLineShown, ...]:
        """The lines that checkout would take."""
        return tuple(line for line in self.lines if line.chosen)

    @property
    def points(self) -> int:
        """Points of what is chosen."""
        return sum(line.priced.points for line in self.taken)

    @property
    def cash_fen(self) -> int:
        """Cash of what is chosen, freight aside, in fen."""
        return sum(line.priced.cash_fen for line in self.taken)

    @property
    def pieces(self) -> int:
        """Pieces of what is chosen."""
        return sum(line.priced.pick.quantity for line in self.taken)

    @property
    def by_parcel(self) -> bool:
        """Whether freight may come on top."""
        return any(line.priced.offer.kind.shipped for line in self.taken)

    @property
    def hindered(self) -> bool:
        """Whether something that is chosen cannot be had as asked."""
        return any(not line.ready for line in self.taken)


def cart_of(session: Session, now: datetime, *, dealer_id: int, member_id: int) -> CartShown:
    """A member's cart with prices, stock and limits as they are now: five statements, however long it is."""
    rows = session.execute(
        select(_line.c.sku_id, _line.c.plan_id, _line.c.quantity, _line.c.chosen, _plan.c.points, _plan.c.cash_fen)
        .join(_plan, _plan.c.id == _line.c.plan_id)
        .where(_line.c.dealer_id == dealer_id, _line.c.member_id == member_id)
        .order_by(_line.c.added_at.desc(), _line.c.sku_id.desc())
    ).all()
    if not rows:
        return CartShown(())
    picks = [Pick(sku_id=row.sku_id, quantity=row.quantity, plan_id=row.plan_id) for row in rows]
    basket = basket_of(session, now, dealer_id=dealer_id, picks=picks, address_id=None)
    return CartShown(
        tuple(
            CartLineShown(
                priced,
                priced.offer.at(now),
                bool(row.chosen),
                (row.points, row.cash_fen) if priced.plan and priced.plan.id != row.plan_id else None,
            )
            for row, priced in zip(rows, basket.lines, strict=True)
        )
    )


def chosen_picks(session: Session, dealer_id: int, member_id: int) -> list[Pick]:
    """What checkout would take from a member's cart, in the order in which it was put in."""
    rows = session.execute(
        select(_line.c.sku_id, _line.c.quantity, _line.c.plan_id)
        .where(_line.c.dealer_id == dealer_id, _line.c.member_id == member_id, _line.c.chosen == 1)
        .order_by(_line.c.added_at, _line.c.sku_id)
    )
    return [Pick(sku_id=row.sku_id, quantity=row.quantity, plan_id=row.plan_id) for row in rows]


def in_cart(session: Session, dealer_id: int, member_id: int) -> int:
    """How many choices are in a member's cart: what its icon counts."""
    counted = select(func.count()).select_from(_line)
    return int(session.scalar(counted.where(_line.c.dealer_id == dealer_id, _line.c.member_id == member_id)) or 0)
