"""Prices as staff look at them: SKUs with all their prices, one SKU with those it had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, false, func, select
from sqlalchemy.orm import Session

from mall.base.found import wanted
from mall.catalog.models import Category, FreightTemplate, Item, NoSuchSku, PricePlan, Sku, Stock, on_shelf
from mall.catalog.queries.ending import Ends, ending_skus
from mall.catalog.queries.found import found, shape, values
from mall.catalog.queries.listing import WITHIN
from mall.catalog.queries.plans import plans_of
from mall.catalog.rules.costs import held
from mall.catalog.rules.plans import Plan
from mall.dealers.models import WHOLE, Scope

_item, _sku = cast(Table, Item.__table__), cast(Table, Sku.__table__)
_category, _template = cast(Table, Category.__table__), cast(Table, FreightTemplate.__table__)
_plan = cast(Table, PricePlan.__table__)

PAGE = 25
"""SKUs a page, unless somebody wants more: each is shown with all its prices."""
WITHDRAWN = 50
"""So many of a SKU's withdrawn prices are shown, the newest first."""
_BY_CODE: tuple[ColumnElement[Any], ...] = (_item.c.code, _sku.c.position, _sku.c.id)
_ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "": _BY_CODE,
    "code": _BY_CODE,
    "cost": (_sku.c.cost_fen, _sku.c.id),
    "points": (_item.c.lowest_points, _item.c.id, _sku.c.position, _sku.c.id),
}


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A SKU with its prices, those of other times too; `costs` without tax."""

    id: int
    code: str
    item_code: str
    names: Mapping[str, str]
    attributes: Sequence[Mapping[str, Any]]
    picture: str
    cost_fen: int
    held_fen: int
    held_until: datetime | None
    on_shelf: bool
    template: str
    template_name: str
    list_price_fen: int
    shipped: bool
    plans: tuple[Plan, ...] = ()

    def held_at(self, at: datetime) -> int:
        """What its prices are held against: the cost, or the higher one that it was lowered from lately."""
        return held(self.cost_fen, self.held_fen, self.held_until, at)


@dataclass(frozen=True)
class Found:
    """A page of SKUs, and how many there are in all."""

    rows: list[Priced]
    total: int
    size: int = PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


_PRICED = (
    select(
        _sku.c.id,
        _sku.c.code,
        _sku.c.attributes,
        _sku.c.picture,
        _sku.c.cost_fen,
        _sku.c.held_fen,
        _sku.c.held_until,
        _item.c.code.label("item_code"),
        _item.c.kind,
        _item.c.names,
        _item.c.pictures,
        _item.c.list_price_fen,
        _item.c.shelved_at,
        _item.c.off_at,
        _template.c.code.label("template"),
        _template.c.name.label("template_name"),
    )
    .join(_item, _item.c.id == _sku.c.item_id)
    .outerjoin(_template, _template.c.id == _item.c.freight_template_id)
    .where(_sku.c.retired_at.is_(None))
)


def priced(
    session: Session,
    now: datetime,
    *,
    q: str = "",
    category: str = "",
    no_cost: bool = False,
    ends: Ends | None = None,
    scope: Scope = WHOLE,
    sort: str = "",
    page: int = 1,
    size: int = PAGE,
) -> Found:
    """SKUs by words or code, category and all beneath it, without a cost, or of which a price ends; three statements.

    `sort` is a name of `_ORDERS`, with a minus the other way round; by the reward's code without. Of a region's person
    those that end are the region's.
    """
    places, given = _places(now, q=q, category=category, no_cost=no_cost, ends=ends, scope=scope)
    total = session.scalar(places.with_only_columns(func.count()), given) or 0
    order = _ORDERS[sort.lstrip("-")]
    order = tuple(column.desc() for column in order) if sort.startswith("-") else order
    # Ids first: what a page shows is looked up for its own rows, not for all that are sorted or skipped.
    ids = session.scalars(places.order_by(*order).limit(size).offset((page - 1) * size), given).all()
    rows = {row.id: row for row in _read(session, now, _PRICED.where(_sku.c.id.in_(ids)), {})}
    return Found([rows[sku] for sku in ids], total, size)


def all_priced(
    session: Session,
    now: datetime,
    *,
    q: str = "",
    category: str = "",
    no_cost: bool = False,
    ends: Ends | None = None,
    scope: Scope = WHOLE,
) -> list[int]:
    """The ids of all SKUs that such a list shows, by code."""
    places, given = _places(now, q=q, category=category, no_cost=no_cost, ends=ends, scope=scope)
    return list(session.scalars(places.order_by(*_BY_CODE), given))


def _places(
    now: datetime, *, q: str, category: str, no_cost: bool, ends: Ends | None, scope: Scope
) -> tuple[Select[Any], dict[str, Any]]:
    """The ids of SKUs that a list lets through, and what the statement is given."""
    places: Select[Any] = select(_sku.c.id).join(_item, _item.c.id == _sku.c.item_id).where(_sku.c.retired_at.is_(None))
    given: dict[str, Any] = {}
    if terms := wanted(q):
        places, given = places.where(_item.c.id.in_(select(found(shape(terms)).c.item_id))), values(terms)
    elif q.strip():
        places = places.where(false())
    if category:
        places, given = places.where(_item.c.category_id.in_(WITHIN)), given | {"category": category}
    if no_cost:
        places = places.where(_sku.c.cost_fen == 0)
    if ends is not None:
        places = places.where(_sku.c.id.in_(ending_skus(now, ends, scope)))
    return places, given


def one_priced(session: Session, now: datetime, code: str) -> Priced:
    """One SKU by its code. Refused: no such SKU."""
    rows = _read(session, now, _PRICED.where(_sku.c.code == code), {})
    if not rows:
        raise NoSuchSku
    return rows[0]


def withdrawn(session: Session, sku_id: int) -> list[Plan]:
    """The prices that a SKU had and that were taken back, the newest first."""
    statement = (
        select(*(_plan.c[name] for name in Plan.__dataclass_fields__))
        .where(_plan.c.sku_id == sku_id, _plan.c.withdrawn_at.is_not(None))
        .order_by(_plan.c.withdrawn_at.desc(), _plan.c.id.desc())
        .limit(WITHDRAWN)
    )
    return [Plan(**row._mapping) for row in session.execute(statement)]


def shelves(session: Session) -> list[tuple[str, Mapping[str, str]]]:
    """All categories: code and names."""
    statement = select(_category.c.code, _category.c.names).order_by(_category.c.position, _category.c.id)
    return [(row.code, row.names) for row in session.execute(statement)]


def _read(session: Session, now: datetime, statement: Select[Any], given: Mapping[str, Any]) -> list[Priced]:
    rows = session.execute(statement, dict(given)).all()
    plans = plans_of(session, [row.id for row in rows])
    return [
        Priced(
            id=row.id,
            code=row.code,
            item_code=row.item_code,
            names=row.names,
            attributes=row.attributes,
            picture=row.picture or next(iter(row.pictures), ""),
            cost_fen=row.cost_fen,
            held_fen=row.held_fen,
            held_until=row.held_until,
            on_shelf=on_shelf(row.shelved_at, row.off_at, now),
            template=row.template or "",
            template_name=row.template_name or "",
            list_price_fen=row.list_price_fen,
            shipped=row.kind.shipped,
            plans=plans[row.id],
        )
        for row in rows
    ]


def of_item(session: Session, item: Item) -> list[Priced]:
    """The SKUs of one reward in their order."""
    at = item.shelved_at or item.created_at
    return _read(session, at, _PRICED.where(_item.c.id == item.id).order_by(_sku.c.position, _sku.c.id), {})


def on_hand(session: Session, sku_ids: list[int]) -> dict[int, int]:
    """What is left of SKUs, by id."""
    left = select(Stock.sku_id, Stock.on_hand).where(Stock.sku_id.in_(sku_ids))
    return {row.sku_id: row.on_hand for row in session.execute(left)}
