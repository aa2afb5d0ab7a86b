"""The regional libraries as the desk reads them: a region's list of rewards, and one reward's edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Select, Table, and_, func, or_, select, union
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.catalog.models import (
    Edition,
    EditionVersion,
    Item,
    ItemEdition,
    Kind,
    NoSuchItem,
    NoSuchVersion,
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
    FOLLOWS = "follows"


WAYS: dict[Way, str] = {
    Way.SAID: N_("有本区写法"),
    Way.PRICED: N_("有本区价格"),
    Way.HIDDEN: N_("本区下架"),
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


def library(item: Item) -> Edition:
    """What the library says of a reward in the parts that regions may say too."""
    return {part.value: getattr(item, part.value) for part in WORDS}


def said_by(row: ItemEdition | None) -> Edition:
    """What an edition says, as a document; {} for none."""
    if row is None:
        return {}
    said: Edition = {part.value: getattr(row, part.value) for part in WORDS if getattr(row, part.value) is not None}
    if row.off_from is not None:
        until = row.off_until.isoformat() if row.off_until else None
        said |= {"off_from": row.off_from.isoformat(), "off_until": until}
    return said


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A reward beside what regions say of it: the editions of a region and of those above it, the widest first."""

    item: Item
    region: str
    editions: Sequence[ItemEdition]

    @property
    def mine(self) -> ItemEdition | None:
        """The region's own edition, if it has one."""
        return next((one for one in self.editions if one.region == self.region), None)

    @property
    def above(self) -> Sequence[ItemEdition]:
        """The editions of the regions around it: what it follows before the library."""
        return [one for one in self.editions if one.region != self.region]

    @property
    def said(self) -> Edition:
        """What the region says."""
        return said_by(self.mine)

    @property
    def revision(self) -> int:
        """The number of its edition; 0 without one."""
        return self.mine.revision if self.mine else 0

    @property
    def followed(self) -> Edition:
        """What the region's dealers would see without its own edition."""
        found = library(self.item)
        for one in self.above:
            found = found | {name: value for name, value in said_by(one).items() if name in found}
        return found

    @property
    def behind(self) -> Edition:
        """The parts of the library that have changed since the region wrote its own, as they were then."""
        if self.mine is None:
            return {}
        is_now = library_of(library(self.item), self.said)
        return {name: was for name, was in self.mine.base.items() if was != is_now.get(name)}


def beside(session: Session, code: str, region: str) -> Beside:
    """A reward with the editions that hold in a region. Refused: no such reward was ever published."""
    item = session.scalar(select(Item).where(Item.code == code))
    if item is None:
        raise NoSuchItem
    return Beside(item=item, region=region, editions=editions_over(session, item.id, region))


def editions_over(session: Session, item_id: int, region: str) -> list[ItemEdition]:
    """The editions of a reward that hold in a region, the widest region's first."""
    over = select(ItemEdition).where(ItemEdition.item_id == item_id, ItemEdition.region.in_(regions_above(region)))
    return list(session.scalars(over.order_by(func.length(ItemEdition.region))))


def regions_saying(session: Session, item_id: int) -> list[ItemEdition]:
    """All editions of a reward, by region."""
    return list(
        session.scalars(select(ItemEdition).where(ItemEdition.item_id == item_id).order_by(ItemEdition.region))
    )


def versions(session: Session, item_id: int, region: str, *, limit: int = 100) -> list[EditionVersion]:
    """What a region said of a reward each time, the newest first."""
    mine = (EditionVersion.region == region, EditionVersion.item_id == item_id)
    newest = select(EditionVersion).where(*mine).order_by(EditionVersion.no.desc()).limit(limit)
    return list(session.scalars(newest))


def version(session: Session, item_id: int, region: str, no: int) -> EditionVersion:
    """One version. Refused: no such version."""
    found = session.get(EditionVersion, (region, item_id, no))
    if found is None:
        raise NoSuchVersion
    return found
