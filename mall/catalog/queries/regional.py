"""The regional libraries as the desk reads them: a region's list of rewards, and where the library moved on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    Text,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union,
)
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.catalog.models import (
    Item,
    ItemEdition,
    Kind,
    PricePlan,
    Said,
    Sku,
    on_shelf,
)
from mall.catalog.queries.desk_filters import ItemFilters, matching
from mall.catalog.queries.editions import HIDDEN, worn
from mall.catalog.rules.editions import WORDS, library_of, parts_of
from mall.catalog.rules.plans import regions_above
from mall.dealers.models import WHOLE, Scope

PAGE = 50

_item, _edition = cast(Table, Item.__table__), cast(Table, ItemEdition.__table__)
_sku, _plan = cast(Table, Sku.__table__), cast(Table, PricePlan.__table__)


class Way(StrEnum):
    """How a region has a reward: what its list is narrowed to."""

    SAID = "said"
    PRICED = "priced"
    HIDDEN = "hidden"
    BEHIND = "behind"
    FOLLOWS = "follows"


WAYS: dict[Way, str] = {
    Way.SAID: N_("有本区写法"),
    Way.PRICED: N_("有本区价格"),
    Way.HIDDEN: N_("本区下架"),
    Way.BEHIND: N_("品牌库改过"),
    Way.FOLLOWS: N_("全部跟随"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A reward in a region's library: as its dealers see it, and what of it is the region's own."""

    code: str
    names: Mapping[str, str]
    library: Mapping[str, str]
    picture: str
    kind: Kind
    category_id: int
    on_shelf: bool
    hidden: bool
    parts: Sequence[Said]
    prices: int
    behind: bool
    changed_at: datetime | None
    changed_by: str


@dataclass(frozen=True)
class Listed:
    """A page of a region's library, how many rewards fit in all, and on how many pages."""

    rows: list[Row]
    total: int
    pages: int


def _priced(region: str, now: datetime) -> Select[Any]:
    """The rewards that have prices of a region's own, with how many."""
    held = or_(_plan.c.ends_at.is_(None), _plan.c.ends_at > now)
    return (
        select(_sku.c.item_id, func.count().label("prices"))
        .join(_plan, _plan.c.sku_id == _sku.c.id)
        .where(_plan.c.region == region, _plan.c.region != "", _plan.c.withdrawn_at.is_(None), held)
        .where(_sku.c.retired_at.is_(None))
        .group_by(_sku.c.item_id)
    )


def _behind() -> ColumnElement[bool]:
    """Whether the library says something else by now, in the parts of the edition beside it, than when they were
    written: what it said then is kept as one text of sorted names, and is put together anew of what it says now.
    """
    said: ColumnElement[str] = literal("")
    for name in sorted(part.value for part in WORDS):
        now_said = literal(f',"{name}":').concat(type_coerce(_item.c[name], Text))
        said = said.concat(case((_edition.c[name].is_not(None), now_said), else_=""))
    whole: ColumnElement[str] = literal("{").concat(func.substr(said, 2)).concat("}")
    return type_coerce(_edition.c.base, Text) != whole


def _overtaken(region: str) -> Select[Any]:
    """The rewards of which the library has changed what a region says in its own words."""
    theirs = select(_edition.c.item_id).join(_item, _item.c.id == _edition.c.item_id)
    return theirs.where(_edition.c.region == region, _behind())


def overtaken(session: Session, scope: Scope) -> dict[str, int]:
    """How many editions of the regions in a scope the library has left behind, by region, the most first."""
    counted = select(_edition.c.region, func.count()).join(_item, _item.c.id == _edition.c.item_id)
    if scope.region:
        path = f"{scope.region}/"
        counted = counted.where(func.substr(_edition.c.region + "/", 1, len(path)) == path)
    rows = session.execute(counted.where(_behind()).group_by(_edition.c.region).order_by(_edition.c.region))
    found = [(region, many) for region, many in rows if scope.covers(region)]
    return dict(sorted(found, key=lambda one: -one[1]))


def listed(
    session: Session,
    now: datetime,
    region: str,
    filters: ItemFilters,
    *,
    way: Way | None = None,
    scope: Scope = WHOLE,
    page: int = 1,
    size: int = PAGE,
) -> Listed:
    """A page of a region's library, what was published last first."""
    said = select(_edition.c.item_id).where(_edition.c.region == region)
    priced = select(_priced(region, now).subquery().c.item_id)
    fitting = matching(now, filters, scope)
    places = select(_item.c.id).where(_item.c.id.in_(fitting))
    match way:
        case Way.SAID:
            places = places.where(_item.c.id.in_(said))
        case Way.PRICED:
            places = places.where(_item.c.id.in_(priced))
        case Way.HIDDEN:
            places = places.where(_item.c.id.in_(HIDDEN.params(regions=regions_above(region), now=now)))
        case Way.BEHIND:
            places = places.where(_item.c.id.in_(_overtaken(region)))
        case Way.FOLLOWS:
            places = places.where(_item.c.id.not_in(said), _item.c.id.not_in(priced))
    total = session.scalar(select(func.count()).select_from(places.subquery())) or 0
    order = (_item.c.created_at.desc(), _item.c.id.desc())
    ids = session.scalars(places.order_by(*order).limit(size).offset((page - 1) * size)).all()
    return Listed(_rows(session, now, region, list(ids)), total, max(1, -(-total // size)))


def counted(session: Session, now: datetime, region: str) -> dict[str, int]:
    """How many rewards a region has in each way, and '' how many there are; one statement."""
    said = select(_edition.c.item_id).where(_edition.c.region == region)
    priced = select(_priced(region, now).subquery().c.item_id)
    own = union(said, priced).subquery()
    each = {
        "": select(func.count()).select_from(_item),
        Way.SAID.value: select(func.count()).select_from(said.subquery()),
        Way.PRICED.value: select(func.count()).select_from(priced.subquery()),
        Way.HIDDEN.value: select(func.count(HIDDEN.subquery().c.item_id.distinct())),
        Way.BEHIND.value: select(func.count()).select_from(_overtaken(region).subquery()),
        "own": select(func.count()).select_from(own),
    }
    statement = select(*(one.scalar_subquery().label(name or "every") for name, one in each.items()))
    row = session.execute(statement, {"regions": regions_above(region), "now": now}).one()
    found: dict[str, int] = dict(zip(each, row, strict=True))
    return found | {Way.FOLLOWS.value: found[""] - found.pop("own")}


def _rows(session: Session, now: datetime, region: str, ids: list[int]) -> list[Row]:
    if not ids:
        return []
    mine, prices = and_(_edition.c.region == region, _edition.c.item_id == _item.c.id), _priced(region, now)
    statement = (
        select(
            *(_item.c[name] for name in ("id", "code", "kind", "category_id", "shelved_at", "off_at", "subtitles")),
            _item.c.names.label("library"),
            *(_item.c[name].label(f"library_{name}") for name in ("descriptions", "pictures")),
            worn("names"),
            worn("pictures"),
            _item.c.id.in_(HIDDEN).label("hidden"),
            *(_edition.c[name].label(f"my_{name}") for name in _MINE),
        )
        .outerjoin(_edition, mine)
        .where(_item.c.id.in_(ids))
    )
    given = {"regions": regions_above(region), "now": now}
    rows = {row.id: row for row in session.execute(statement, given)}
    counted = {row[0]: row[1] for row in session.execute(prices.where(_sku.c.item_id.in_(ids)))}
    return [_row(rows[each], now, counted.get(each, 0)) for each in ids]


_MINE = ("names", "subtitles", "descriptions", "pictures", "off_from", "base", "changed_at", "changed_by")


def _row(row: Any, now: datetime, prices: int) -> Row:
    said = {name: getattr(row, f"my_{name}") for name in _MINE[:5] if getattr(row, f"my_{name}") is not None}
    now_said = {
        "names": row.library,
        "subtitles": row.subtitles,
        "descriptions": row.library_descriptions,
        "pictures": row.library_pictures,
    }
    return Row(
        code=row.code,
        names=row.names,
        library=row.library,
        picture=row.pictures[0] if row.pictures else "",
        kind=row.kind,
        category_id=row.category_id,
        on_shelf=on_shelf(row.shelved_at, row.off_at, now),
        hidden=bool(row.hidden),
        parts=parts_of(said),
        prices=prices,
        behind=row.my_base is not None and row.my_base != library_of(now_said, said),
        changed_at=row.my_changed_at,
        changed_by=row.my_changed_by or "",
    )
