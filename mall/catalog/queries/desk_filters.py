"""What the desk's list of rewards is narrowed to, and the rewards that fit: for the list itself, and for whatever is
done to all that it shows (a batch, a spreadsheet, a saved view).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from mall.base.found import wanted
from mall.base.refused import N_
from mall.catalog.models import NOT_FOR_EVERYBODY, TAGS, Category, Item, ItemDraft, Kind, Sku, Stock, Supplier
from mall.catalog.queries.found import found, shape, values
from mall.catalog.queries.listing import WITHIN
from mall.dealers.models import WHOLE, Scope

Each = TypeVar("Each", bound=StrEnum)

LONGEST = {"q": 60, "category": 40, "brand": 80, "supplier": 40}
"""Characters of each that are read."""

_item, _draft, _supplier = (cast(Table, each.__table__) for each in (Item, ItemDraft, Supplier))
_category = cast(Table, Category.__table__)
_sku, _stock = cast(Table, Sku.__table__), cast(Table, Stock.__table__)

_shelf = _category.alias("shelf")
CODES_WITHIN = select(_shelf.c.code).where(_shelf.c.id.in_(WITHIN))
"""The codes of a category and of all beneath it."""


class Standing(StrEnum):
    """How a reward stands: what the list is narrowed to."""

    ON = "on"
    COMING = "coming"
    OFF = "off"
    DRAFT = "draft"
    NEW = "new"


STANDINGS: dict[Standing, str] = {
    Standing.ON: N_("在架"),
    Standing.COMING: N_("待上架"),
    Standing.OFF: N_("未上架"),
    Standing.DRAFT: N_("有草稿"),
    Standing.NEW: N_("新建中"),
}


class Lack(StrEnum):
    """What a reward is without, and somebody should see to."""

    PICTURE = "picture"
    PRICE = "price"
    STOCK = "stock"
    SUPPLIER = "supplier"


LACKS: dict[Lack, str] = {
    Lack.PICTURE: N_("没有图片"),
    Lack.PRICE: N_("没有价格"),
    Lack.STOCK: N_("没有库存"),
    Lack.SUPPLIER: N_("没有供应商"),
}


@dataclass(frozen=True, kw_only=True)
class ItemFilters:
    """What a list of rewards is narrowed to. `read` and `told` are its one way in and out of an address or a form."""

    q: str = ""
    category: str = ""
    state: Standing | None = None
    kind: Kind | None = None
    brand: str = ""
    supplier: str = ""
    tag: str = ""
    lacks: Lack | None = None

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Self:
        """From an address or a form, or from what `told` gave; what is no value of a filter narrows nothing."""
        words = {name: said.get(name, "").replace("\x00", "").strip()[:most] for name, most in LONGEST.items()}
        tag = said.get("tag", "")
        return cls(
            **words,
            state=_one_of(Standing, said.get("state", "")),
            kind=_one_of(Kind, said.get("kind", "")),
            tag=tag if tag in TAGS else "",
            lacks=_one_of(Lack, said.get("lacks", "")),
        )

    def told(self) -> dict[str, str]:
        """The filters that narrow, by name, as texts."""
        each = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: str(value) for name, value in each.items() if value}


_NOW = bindparam("now", type_=_item.c.shelved_at.type)
_ENDED = and_(_item.c.off_at.is_not(None), _item.c.off_at <= _NOW)
_STANDS: dict[Standing, ColumnElement[bool]] = {
    Standing.ON: and_(_item.c.shelved_at <= _NOW, or_(_item.c.off_at.is_(None), _item.c.off_at > _NOW)),
    Standing.COMING: _item.c.shelved_at > _NOW,
    Standing.OFF: or_(_item.c.shelved_at.is_(None), _ENDED),
    Standing.DRAFT: _item.c.id.in_(select(_draft.c.item_id).where(_draft.c.item_id.is_not(None))),
    Standing.NEW: false(),
}
_LACKING: dict[Lack, ColumnElement[bool]] = {
    # In the words of the index of such rewards: with a parameter in their place it would not be taken.
    Lack.PICTURE: _item.c.pictures == literal_column("'[]'"),
    Lack.PRICE: _item.c.lowest_points == NOT_FOR_EVERYBODY,
    Lack.STOCK: ~exists(
        select(1)
        .select_from(_sku.join(_stock, _stock.c.sku_id == _sku.c.id))
        .where(_sku.c.item_id == _item.c.id, _sku.c.retired_at.is_(None), _stock.c.on_hand > 0)
    ).correlate(_item),
    Lack.SUPPLIER: _item.c.supplier_id.is_(None),
}


def matching(now: datetime, filters: ItemFilters, scope: Scope = WHOLE) -> Select[int]:
    """The ids of all published rewards that fit and that somebody of this scope looks after; in no order.

    Its values are bound in it: it can be counted, ordered, or stand within another statement. Rewards that were never
    published have no id: they are never among them.
    """
    fitting: Select[Any] = select(_item.c.id)
    given: dict[str, Any] = {}
    if terms := wanted(filters.q):
        fitting = fitting.where(_item.c.id.in_(select(found(shape(terms)).c.item_id)))
        given |= values(terms)
    elif filters.q:
        return fitting.where(false())
    if filters.category:
        fitting, given = fitting.where(_item.c.category_id.in_(WITHIN)), given | {"category": filters.category}
    if filters.state is not None:
        fitting, given = fitting.where(_STANDS[filters.state]), given | {"now": now}
    fitting = fitting.where(*_of_themselves(filters))
    if scope.supplier_id is not None:
        fitting = fitting.where(_item.c.supplier_id == scope.supplier_id)
    return fitting.params(**given) if given else fitting


def standings(session: Session, now: datetime, filters: ItemFilters, scope: Scope = WHOLE) -> dict[str, int]:
    """How many of the rewards that fit stand in each way, whichever way is asked for; `""` counts all. One pass."""
    of_all = matching(now, replace(filters, state=None), scope)
    each = {way.value: func.coalesce(func.sum(case((_STANDS[way], 1), else_=0)), 0) for way in Standing}
    counted = of_all.with_only_columns(func.count().label("all"), *(count.label(name) for name, count in each.items()))
    row = session.execute(counted.params(now=now)).one()._mapping
    return {"": row["all"], **{name: int(row[name]) for name in each}}


def brands(session: Session) -> list[str]:
    """The brands of all rewards, by name; an index tells them."""
    return list(session.scalars(select(_item.c.brand).where(_item.c.brand != "").distinct().order_by(_item.c.brand)))


def _of_themselves(filters: ItemFilters) -> Iterator[ColumnElement[bool]]:
    """The conditions that need nothing but the filter's own value."""
    if filters.kind is not None:
        yield _item.c.kind == filters.kind
    if filters.brand:
        yield _item.c.brand == filters.brand
    if filters.supplier:
        yield _item.c.supplier_id.in_(select(_supplier.c.id).where(_supplier.c.code == filters.supplier))
    if filters.tag:
        # Tags are few plain words in a JSON text: the word in its quotes stands for no part of another.
        yield type_coerce(_item.c.tags, Text).contains(f'"{filters.tag}"')
    if filters.lacks is not None:
        yield _LACKING[filters.lacks]


def _one_of(kind: type[Each], said: str) -> Each | None:
    return kind(said) if said in set(kind) else None
