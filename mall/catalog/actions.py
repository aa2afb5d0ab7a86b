"""The catalogue's verbs: what is on the shelves, and the one door through which stock changes.

Lock order everywhere: the dealer's account first, then stock, SKUs in rising order of id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.catalog.models import Category, Delivery, Item, Kind, Sku, SoldOut, Stock, Term
from mall.catalog.rules import search

Texts = Mapping[str, str]
"""A text by language: zh_Hans always, zh_Hant and en beside it."""

_stock = cast(Table, Stock.__table__)
_TAKE = (
    update(_stock)
    .where(_stock.c.sku_id == bindparam("sku"), _stock.c.on_hand >= bindparam("quantity"))
    .values(on_hand=_stock.c.on_hand - bindparam("quantity"))
)
_ADD = (
    update(_stock)
    .where(_stock.c.sku_id == bindparam("sku"))
    .values(on_hand=_stock.c.on_hand + bindparam("quantity"))
)
_LEFT = select(_stock.c.on_hand).where(_stock.c.sku_id == bindparam("sku"))


def take(session: Session, now: datetime, quantities: Mapping[int, int]) -> None:
    """Take pieces of SKUs out of stock, by SKU id; refused whole with SoldOut where fewer are left."""
    connection = session.connection()
    for sku, quantity in _in_order(quantities):
        if connection.execute(_TAKE, {"sku": sku, "quantity": quantity}).rowcount != 1:
            raise SoldOut(left=connection.execute(_LEFT, {"sku": sku}).scalar() or 0)


def put_back(session: Session, now: datetime, quantities: Mapping[int, int]) -> None:
    """Give pieces of SKUs back to stock, by SKU id: an order was cancelled, or its lines never left."""
    connection = session.connection()
    for sku, quantity in _in_order(quantities):
        connection.execute(_ADD, {"sku": sku, "quantity": quantity})


def restock(session: Session, now: datetime, *, sku_code: str, by: int) -> int:
    """Change a SKU's stock by a difference, never to a number: what was sold meanwhile stays sold.

    Gives back what is left then; refused with SoldOut where more is taken away than is there.
    """
    sku_id = session.execute(select(Sku.id).where(Sku.code == sku_code)).scalar_one()
    connection = session.connection()
    change = {"sku": sku_id, "quantity": abs(by)}
    if connection.execute(_ADD if by >= 0 else _TAKE, change).rowcount != 1:
        raise SoldOut(left=connection.execute(_LEFT, {"sku": sku_id}).scalar() or 0)
    return int(connection.execute(_LEFT, {"sku": sku_id}).scalar_one())


def _in_order(quantities: Mapping[int, int]) -> list[tuple[int, int]]:
    if any(quantity < 1 for quantity in quantities.values()):
        raise ValueError("stock moves by whole pieces, one at least")
    return sorted(quantities.items())


@dataclass(frozen=True, kw_only=True)
class SkuToPut:
    """A SKU as the back office writes it. `on_hand` is its first stock; later it changes by `restock` alone."""

    code: str
    points: int
    attributes: Sequence[Mapping[str, Any]] = ()
    picture: str | None = None
    on_hand: int = 0


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
    if not put.skus:
        raise ValueError(f"item {put.code} has no SKU")
    category = session.scalars(select(Category).where(Category.code == put.category)).one()
    item = session.scalar(select(Item).where(Item.code == put.code))
    if item is None:
        item = Item(id=new_id(now), code=put.code, created_at=now)
        session.add(item)
    item.category_id, item.kind, item.brand = category.id, put.kind, put.brand
    item.names, item.subtitles, item.descriptions = dict(put.names), dict(put.subtitles), dict(put.descriptions)
    item.pictures, item.tags = list(put.pictures), list(put.tags)
    item.list_price_fen, item.limit_per_dealer, item.delivery = put.list_price_fen, put.limit_per_dealer, put.delivery
    item.pick_position, item.shelved_at = put.pick_position, put.shelved_at
    item.lowest_points = min(sku.points for sku in put.skus)
    item.highest_points = max(sku.points for sku in put.skus)
    session.flush()
    _put_skus(session, now, item.id, put.skus)
    _index(session, item, category)
    return item.id


def _put_skus(session: Session, now: datetime, item_id: int, skus: Sequence[SkuToPut]) -> None:
    known = {sku.code: sku for sku in session.scalars(select(Sku).where(Sku.item_id == item_id))}
    for position, put in enumerate(skus):
        sku = known.pop(put.code, None)
        if sku is None:
            sku = Sku(id=new_id(now), item_id=item_id, code=put.code)
            session.add(sku)
            first = Stock(sku_id=sku.id, on_hand=put.on_hand)
        else:
            first = None
        sku.points, sku.position, sku.picture, sku.retired_at = put.points, position, put.picture, None
        sku.attributes = [dict(attribute) for attribute in put.attributes]
        session.flush()
        if first is not None:
            session.add(first)
    for gone in known.values():
        gone.retired_at = gone.retired_at or now
    session.flush()


def _index(session: Session, item: Item, category: Category) -> None:
    """Write an item's search terms anew."""
    skus = session.scalars(select(Sku).where(Sku.item_id == item.id, Sku.retired_at.is_(None))).all()
    values = [text for sku in skus for attribute in sku.attributes for text in attribute["value"].values()]
    found = search.terms(
        [(text, 8) for text in item.names.values()]
        + [(item.brand, 8)]
        + [(text, 4) for text in (*item.subtitles.values(), *values)]
        + [(text, 2) for text in category.names.values()]
    )
    for code in (item.code, *(sku.code for sku in skus)):
        for term, weight in search.code_terms(code).items():
            found[term] = max(found.get(term, 0), weight)
    session.execute(delete(Term).where(Term.item_id == item.id))
    session.execute(insert(Term), [{"term": t, "item_id": item.id, "weight": w} for t, w in found.items()])
