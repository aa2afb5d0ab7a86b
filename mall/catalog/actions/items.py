"""What is on the shelves: categories, rewards and their SKUs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.catalog.actions.costs import put_cost
from mall.catalog.actions.lying import first_warehouse
from mall.catalog.actions.plans import PlanToPut, put_plans, tell_item
from mall.catalog.actions.stock import begin
from mall.catalog.models import NOT_FOR_EVERYBODY, Because, Category, Delivery, Item, Kind, Reason, Sku, Term
from mall.catalog.rules import search

Texts = Mapping[str, str]
"""A text by language: zh_Hans always, zh_Hant and en beside it."""
OPENING = Because(Reason.OPENING, "", "system")


@dataclass(frozen=True, kw_only=True)
class SkuToPut:
    """A SKU as the back office writes it. `on_hand` is its first stock; later it changes by `restock` alone.

    `points` says in short a price in points alone for everybody; other prices are `plans`. The cost is in fen.
    """

    code: str
    points: int = 0
    plans: Sequence[PlanToPut] = ()
    cost_fen: int = 0
    attributes: Sequence[Mapping[str, Any]] = ()
    picture: str | None = None
    on_hand: int = 0

    @property
    def prices(self) -> tuple[PlanToPut, ...]:
        """All its prices."""
        return (*([PlanToPut(points=self.points)] if self.points else []), *self.plans)


@dataclass(frozen=True, kw_only=True)
class ItemToPut:
    """A reward as the back office writes it. The list price is in fen."""

    code: str
    category: str
    kind: Kind
    brand: str
    names: Texts
    skus: Sequence[SkuToPut]
    subtitles: Texts = field(default_factory=dict)
    descriptions: Texts = field(default_factory=dict)
    pictures: Sequence[str] = ()
    tags: Sequence[str] = ()
    list_price_fen: int = 0
    limit_per_dealer: int | None = None
    delivery: Delivery = Delivery.TWO_DAYS
    pick_position: int | None = None
    shelved_at: datetime | None = None
    terms: Mapping[str, Any] = field(default_factory=dict)
    personal: bool = False
    freight_template_id: int | None = None
    off_at: datetime | None = None
    supplier_id: int | None = None
    keep_prices: bool = False
    """Prices stay as they are; a SKU that has none cannot be redeemed until it gets one."""


def put_category(session: Session, now: datetime, *, code: str, icon: str, names: Texts, position: int) -> int:
    """Write a category, new or known by its code, and give back its id. Its name is among its items' terms."""
    category = session.scalar(select(Category).where(Category.code == code))
    if category is None:
        category = Category(id=new_id(now), code=code, icon=icon, names=dict(names), position=position)
        session.add(category)
        session.flush()
        return category.id
    renamed = category.names != dict(names)
    category.icon, category.names, category.position = icon, dict(names), position
    session.flush()
    if renamed:
        for item in session.scalars(select(Item).where(Item.category_id == category.id)):
            _index(session, item, category)
    return category.id


def put_item(session: Session, now: datetime, put: ItemToPut) -> int:
    """Write a reward with its SKUs, new or known by its code, and give back its id.

    Known SKUs keep their stock, SKUs no longer named are retired, prices and search terms follow.
    """
    if not put.skus or not (put.keep_prices or all(sku.prices for sku in put.skus)):
        raise ValueError(f"item {put.code} has no SKU, or one without a price")
    category = session.scalars(select(Category).where(Category.code == put.category)).one()
    item = session.scalar(select(Item).where(Item.code == put.code))
    if item is None:
        fewest = min((plan.points for sku in put.skus for plan in sku.prices), default=NOT_FOR_EVERYBODY)
        item = Item(
            id=new_id(now), code=put.code, created_at=now, lowest_points=fewest, highest_points=fewest
        )  # what everybody pays is told when its SKUs are written
        session.add(item)
    item.category_id, item.kind, item.brand = category.id, put.kind, put.brand
    item.names, item.subtitles, item.descriptions = dict(put.names), dict(put.subtitles), dict(put.descriptions)
    item.pictures, item.tags = list(put.pictures), list(put.tags)
    item.list_price_fen, item.limit_per_dealer, item.delivery = put.list_price_fen, put.limit_per_dealer, put.delivery
    item.pick_position, item.shelved_at, item.off_at = put.pick_position, put.shelved_at, put.off_at
    item.supplier_id = put.supplier_id
    item.terms, item.personal, item.freight_template_id = dict(put.terms), int(put.personal), put.freight_template_id
    session.flush()
    _put_skus(session, now, item, put.skus, keep_prices=put.keep_prices)
    tell_item(session, now, item.id)
    _index(session, item, category)
    return item.id


def _put_skus(session: Session, now: datetime, item: Item, skus: Sequence[SkuToPut], *, keep_prices: bool) -> None:
    known = {sku.code: sku for sku in session.scalars(select(Sku).where(Sku.item_id == item.id))}
    since = min(now, item.shelved_at or now)  # a first price holds since the reward came on the shelf
    for position, put in enumerate(skus):
        sku = known.pop(put.code, None)
        if sku is None:
            sku = Sku(id=new_id(now), item_id=item.id, code=put.code)
            session.add(sku)
            first = True
        else:
            first = False
        sku.position, sku.picture, sku.retired_at = position, put.picture, None
        put_cost(sku, now, put.cost_fen)
        sku.attributes = [dict(attribute) for attribute in put.attributes]
        session.flush()
        if first:
            home = first_warehouse(session) if put.on_hand and item.kind.shipped else None
            begin(session, now, sku_id=sku.id, pieces=put.on_hand, because=OPENING, warehouse_id=home)
        if not keep_prices:
            put_plans(session, now, sku_id=sku.id, plans=put.prices, since=since if first else now)
    for gone in known.values():
        gone.retired_at = gone.retired_at or now
    session.flush()


def _index(session: Session, item: Item, category: Category) -> None:
    """Write an item's search terms anew."""
    skus = session.scalars(select(Sku).where(Sku.item_id == item.id, Sku.retired_at.is_(None))).all()
    values = [text for sku in skus for attribute in sku.attributes for text in attribute["value"].values()]
    found = search.of_item(
        names=item.names.values(),
        brand=item.brand,
        subtitles=item.subtitles.values(),
        values=values,
        shelf=category.names.values(),
        codes=(item.code, *(sku.code for sku in skus)),
    )
    session.execute(delete(Term).where(Term.item_id == item.id))
    session.execute(insert(Term), [{"term": t, "item_id": item.id, "weight": w} for t, w in found.items()])
