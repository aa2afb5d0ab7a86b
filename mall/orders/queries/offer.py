"""What a dealer is offered: choices with their prices, stock, the dealer's limits; and what an order of them costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, func, select
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.catalog.models import Item, Sku, Stock, on_shelf
from mall.catalog.queries.editions import hidden, holds_in, worn
from mall.catalog.queries.freight import freight_of
from mall.catalog.queries.plans import Plan, plans_of
from mall.dealers.models import Address, Dealer
from mall.orders.models import OrderLine, OrderState, RedemptionOrder
from mall.orders.rules import Hindrance, Offer, Quote, QuotedLine, hindrance

_order, _line = cast(Table, RedemptionOrder.__table__), cast(Table, OrderLine.__table__)
_item, _sku, _stock = cast(Table, Item.__table__), cast(Table, Sku.__table__), cast(Table, Stock.__table__)
_address, _dealer = cast(Table, Address.__table__), cast(Table, Dealer.__table__)

_HAD = (
    select(func.coalesce(func.sum(_line.c.quantity - _line.c.returned_quantity), 0))
    .join(_order, and_(_order.c.dealer_id == _line.c.dealer_id, _order.c.id == _line.c.order_id))
    .where(
        _line.c.dealer_id == bindparam("dealer"),
        _line.c.item_id == _item.c.id,
        _order.c.state != OrderState.CANCELLED,
    )
    .correlate(_item)
    .scalar_subquery()
)
_THEIRS = holds_in(_dealer.c.region)
# Built once, and one statement for all of it: it is asked while the dealer's account is locked.
_OFFERS = (
    select(
        _item.c.id.label("item_id"),
        _item.c.code.label("item_code"),
        _item.c.kind,
        worn("names", _THEIRS),
        worn("pictures", _THEIRS),
        hidden(_THEIRS).label("hidden"),
        _item.c.delivery,
        _item.c.terms,
        _item.c.personal,
        _item.c.freight_template_id,
        _item.c.limit_per_dealer,
        _item.c.shelved_at,
        _item.c.off_at,
        _sku.c.id.label("sku_id"),
        _sku.c.code.label("sku_code"),
        _sku.c.attributes,
        _sku.c.picture,
        _sku.c.retired_at,
        func.coalesce(_stock.c.on_hand, 0).label("on_hand"),
        _HAD.label("had"),
        _dealer.c.tier,
        _dealer.c.region,
    )
    .select_from(_sku)
    .join(_item, _item.c.id == _sku.c.item_id)
    .join(_dealer, _dealer.c.id == bindparam("dealer"))
    .outerjoin(_stock, _stock.c.sku_id == _sku.c.id)
    .where(_sku.c.id.in_(bindparam("skus", expanding=True)))
)
_ADDRESS = select(
    _address.c.recipient_sealed,
    _address.c.phone_sealed,
    _address.c.street_sealed,
    _address.c.region,
    _address.c.outlet,
).where(
    _address.c.dealer_id == bindparam("dealer"),
    _address.c.id == bindparam("address"),
    _address.c.removed_at.is_(None),
)


@dataclass(frozen=True, kw_only=True)
class Pick:
    """What somebody would like: so many of a SKU, by a plan or (none) by its first."""

    sku_id: int
    quantity: int
    plan_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A pick with what is true of it. `plan` is none where nothing is offered any more."""

    pick: Pick
    offer: Offer
    plan: Plan | None
    hindrance: Hindrance | None

    @property
    def points(self) -> int:
        """Points of its pieces."""
        return self.plan.points * self.pick.quantity if self.plan else 0

    @property
    def cash_fen(self) -> int:
        """Cash of its pieces, in fen."""
        return self.plan.cash_fen * self.pick.quantity if self.plan else 0


@dataclass(frozen=True, kw_only=True)
class Basket:
    """Picks with their prices, and what sending them costs, in fen."""

    lines: tuple[Priced, ...]
    freight_fen: int

    @property
    def points(self) -> int:
        """Points in all."""
        return sum(line.points for line in self.lines)

    @property
    def cash_fen(self) -> int:
        """Cash for the goods, in fen."""
        return sum(line.cash_fen for line in self.lines)

    @property
    def pay_fen(self) -> int:
        """What is to be paid, freight included, in fen."""
        return self.cash_fen + self.freight_fen

    @property
    def by_parcel(self) -> bool:
        """Whether any of it needs an address."""
        return any(line.offer.kind.shipped for line in self.lines)

    @property
    def personal(self) -> bool:
        """Whether any of it is for a person's own use."""
        return any(line.offer.personal for line in self.lines)

    @property
    def hindered(self) -> bool:
        """Whether any line cannot be had as asked."""
        return any(line.hindrance for line in self.lines)

    def quote(
        self,
        *,
        dealer_id: int,
        member_id: int,
        key: str,
        now: datetime,
        address_id: int | None,
        from_cart: bool = False,
    ) -> Quote | None:
        """The quote of what can be ordered so; none where a line has no price."""
        lines = tuple(
            QuotedLine(
                sku_id=line.pick.sku_id,
                plan_id=line.plan.id,
                quantity=line.pick.quantity,
                points_each=line.plan.points,
                cash_each_fen=line.plan.cash_fen,
            )
            for line in self.lines
            if line.plan
        )
        if not lines or len(lines) < len(self.lines):
            return None
        return Quote(
            dealer_id=dealer_id,
            member_id=member_id,
            key=key,
            issued_at=now,
            lines=lines,
            address_id=address_id,
            freight_fen=self.freight_fen,
            from_cart=from_cart,
        )


@dataclass(frozen=True)
class Goal:
    """One of a dealer's addresses as it lies in the address book, sealed field by field."""

    sealed: dict[str, bytes]
    region: str
    outlet: str = ""


def sku_id_by_code(session: Session, code: str) -> int:
    """The SKU of a code, as pages name it. Refused: a code nobody knows."""
    found = session.execute(select(_sku.c.id).where(_sku.c.code == code)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return int(found)


def offers_of(session: Session, now: datetime, *, dealer_id: int, sku_ids: Collection[int]) -> dict[int, Offer]:
    """The offers of SKUs by id, as the dealer's region has them, with every price that is not withdrawn.

    Refused: an id nobody knows.
    """
    wanted = sorted(set(sku_ids))
    rows = session.execute(_OFFERS, {"dealer": dealer_id, "skus": wanted, "now": now}).all()
    if len(rows) != len(wanted):
        raise NotFound
    plans = plans_of(session, wanted)
    return {row.sku_id: _offer(row, plans[row.sku_id], now) for row in rows}


def address_for(session: Session, dealer_id: int, address_id: int | None) -> Goal | None:
    """The dealer's own address of this id, unless it was removed; another's is none."""
    if address_id is None:
        return None
    row = session.execute(_ADDRESS, {"dealer": dealer_id, "address": address_id}).one_or_none()
    if row is None:
        return None
    sealed = {"recipient": row.recipient_sealed, "phone": row.phone_sealed, "street": row.street_sealed}
    return Goal(sealed, row.region, row.outlet or "")


def basket_of(
    session: Session, now: datetime, *, dealer_id: int, picks: Sequence[Pick], address_id: int | None
) -> Basket:
    """What these picks cost this dealer now. Without an address the freight is not known yet and counts as none."""
    offers = offers_of(session, now, dealer_id=dealer_id, sku_ids=[pick.sku_id for pick in picks])
    of_item = Counter[int]()
    for pick in picks:
        of_item[offers[pick.sku_id].item_id] += pick.quantity
    lines = []
    for pick in picks:
        offer = offers[pick.sku_id]
        plan = offer.plan(pick.plan_id, now) or offer.plan(None, now)
        stands = hindrance(offer, pick.quantity) or hindrance(offer, of_item[offer.item_id])
        lines.append(Priced(pick=pick, offer=offer, plan=plan, hindrance=stands if plan else Hindrance.OFF_SHELF))
    goal = address_for(session, dealer_id, address_id)
    return Basket(lines=tuple(lines), freight_fen=freight(session, offers, picks, goal.region) if goal else 0)


def freight(session: Session, offers: dict[int, Offer], picks: Sequence[Pick | QuotedLine], region: str) -> int:
    """What sending these pieces to a region costs, in fen; what is not shipped costs nothing."""
    shipped = [
        (offers[pick.sku_id].freight_template_id, pick.quantity) for pick in picks if offers[pick.sku_id].kind.shipped
    ]
    return freight_of(session, lines=shipped, region=region)


def _offer(row: Any, plans: tuple[Plan, ...], now: datetime) -> Offer:
    return Offer(
        item_id=row.item_id,
        item_code=row.item_code,
        kind=row.kind,
        names=row.names,
        sku_id=row.sku_id,
        sku_code=row.sku_code,
        attributes=row.attributes,
        terms=row.terms,
        picture=row.picture or next(iter(row.pictures), ""),
        delivery=row.delivery,
        personal=bool(row.personal),
        freight_template_id=row.freight_template_id,
        on_shelf=on_shelf(row.shelved_at, row.off_at, now) and not row.hidden and row.retired_at is None,
        on_hand=row.on_hand,
        limit=row.limit_per_dealer,
        had=int(row.had),  # PostgreSQL's SUM of BIGINT is a NUMERIC
        tier=row.tier,
        region=row.region,
        plans=plans,
    )
