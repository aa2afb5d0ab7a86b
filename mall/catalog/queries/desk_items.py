"""Rewards as the desk lists them: by words, category and state, with what is being written on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from mall.base.refused import N_
from mall.catalog.models import NOT_FOR_EVERYBODY, Item, ItemDraft, Kind, Sku, Stock, on_shelf
from mall.catalog.queries.found import found, shape, values
from mall.catalog.queries.listing import WITHIN
from mall.catalog.rules.search import wanted

PAGE = 50
"""Rewards a page."""
NEW = 200
"""Drafts of rewards that were never published: so many are shown at most."""

_item, _draft = cast(Table, Item.__table__), cast(Table, ItemDraft.__table__)
_sku, _stock = cast(Table, Sku.__table__), cast(Table, Stock.__table__)


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


@dataclass(frozen=True, kw_only=True)
class Row:
    """A reward in the desk's list. One that was never published has no version, price or stock."""

    code: str
    names: Mapping[str, str]
    picture: str
    kind: Kind
    category: int | str
    standing: Standing
    shelved_at: datetime | None = None
    off_at: datetime | None = None
    version: int = 0
    skus: int = 0
    left: int = 0
    lowest_points: int | None = None
    lowest_cash_fen: int = 0
    several: bool = False
    draft_by: str = ""
    draft_at: datetime | None = None


@dataclass(frozen=True)
class Listed:
    """A page of the list, and how many rewards fit in all."""

    rows: list[Row]
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


_SKUS = select(func.count()).where(_sku.c.item_id == _item.c.id, _sku.c.retired_at.is_(None)).scalar_subquery()
_LEFT = (
    select(func.coalesce(func.sum(_stock.c.on_hand), 0))
    .select_from(_sku.join(_stock, _stock.c.sku_id == _sku.c.id))
    .where(_sku.c.item_id == _item.c.id, _sku.c.retired_at.is_(None))
    .scalar_subquery()
)
_NOW = bindparam("now", type_=_item.c.shelved_at.type)
_ENDED = and_(_item.c.off_at.is_not(None), _item.c.off_at <= _NOW)
_STANDS: dict[Standing, ColumnElement[bool]] = {
    Standing.ON: and_(_item.c.shelved_at <= _NOW, or_(_item.c.off_at.is_(None), _item.c.off_at > _NOW)),
    Standing.COMING: _item.c.shelved_at > _NOW,
    Standing.OFF: or_(_item.c.shelved_at.is_(None), _ENDED),
    Standing.DRAFT: _draft.c.id.is_not(None),
}


def listed(
    session: Session, now: datetime, *, q: str = "", category: str = "", standing: Standing | None = None, page: int = 1
) -> Listed:
    """A page of rewards; on the first one before them those that are being written and were never published."""
    fresh = _fresh(session, q, category) if standing in (None, Standing.NEW) else []
    if standing is Standing.NEW:
        return Listed(fresh, len(fresh))
    places: Select[Any] = select(_item.c.id).outerjoin(_draft, _draft.c.item_id == _item.c.id)
    given: dict[str, Any] = {"now": now}
    if terms := wanted(q):
        hits = found(shape(terms))
        places, given = places.join(hits, hits.c.item_id == _item.c.id), given | values(terms)
    elif q.strip():
        return Listed(fresh, len(fresh))
    if category:
        places, given = places.where(_item.c.category_id.in_(WITHIN)), given | {"category": category}
    if standing is not None:
        places = places.where(_STANDS[standing])
    total = session.scalar(select(func.count()).select_from(places.subquery()), given) or 0
    ids = session.scalars(
        places.order_by(_item.c.created_at.desc(), _item.c.id.desc()).limit(PAGE).offset((page - 1) * PAGE), given
    ).all()
    return Listed([*(fresh if page == 1 else []), *_rows(session, now, list(ids))], total + len(fresh))


def _rows(session: Session, now: datetime, ids: list[int]) -> list[Row]:
    if not ids:
        return []
    statement = (
        select(_item, _SKUS.label("skus"), _LEFT.label("on_hand"), _draft.c.changed_by, _draft.c.changed_at)
        .outerjoin(_draft, _draft.c.item_id == _item.c.id)
        .where(_item.c.id.in_(ids))
    )
    rows = {row.id: row for row in session.execute(statement)}
    return [_row(rows[each], now) for each in ids]


def _row(row: Any, now: datetime) -> Row:
    standing = Standing.ON if on_shelf(row.shelved_at, row.off_at, now) else Standing.OFF
    if row.shelved_at is not None and row.shelved_at > now:
        standing = Standing.COMING
    priced = row.lowest_points < NOT_FOR_EVERYBODY
    return Row(
        code=row.code,
        names=row.names,
        picture=row.pictures[0] if row.pictures else "",
        kind=row.kind,
        category=row.category_id,
        standing=standing,
        shelved_at=row.shelved_at,
        off_at=row.off_at,
        version=row.version,
        skus=row.skus,
        left=int(row.on_hand),
        lowest_points=row.lowest_points if priced else None,
        lowest_cash_fen=row.lowest_cash_fen,
        several=priced and row.highest_points > row.lowest_points,
        draft_by=row.changed_by or "",
        draft_at=row.changed_at,
    )


def _fresh(session: Session, q: str, category: str) -> list[Row]:
    """Drafts without a reward: few, so they are looked through one by one."""
    newest = select(ItemDraft).where(ItemDraft.item_id.is_(None)).order_by(ItemDraft.changed_at.desc()).limit(NEW)
    said = q.strip().casefold()
    return [
        Row(
            code=draft.code,
            names=draft.document["names"],
            picture=next(iter(draft.document["pictures"]), ""),
            kind=Kind(draft.document["kind"]),
            category=draft.document["category"],
            standing=Standing.NEW,
            skus=len(draft.document["skus"]),
            draft_by=draft.changed_by,
            draft_at=draft.changed_at,
        )
        for draft in session.scalars(newest)
        if (not category or draft.document["category"] == category)
        and (said in draft.code.casefold() or any(said in name.casefold() for name in draft.document["names"].values()))
    ]
