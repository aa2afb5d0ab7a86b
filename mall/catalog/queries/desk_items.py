"""Rewards as the desk lists them: by words, category and state, with what is being written on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, Text, func, select, type_coerce
from sqlalchemy.orm import Session

from mall.base.found import code_terms, fits, terms, wanted
from mall.base.types import canonical
from mall.catalog.models import NOT_FOR_EVERYBODY, Document, Item, ItemDraft, Kind, Sku, Stock, Supplier, on_shelf
from mall.catalog.queries.desk_filters import CODES_WITHIN, ItemFilters, Lack, Standing, matching, standings
from mall.dealers.models import WHOLE, Scope

NEW = 200
"""Drafts of rewards that were never published: so many are shown at most."""

_item, _draft = cast(Table, Item.__table__), cast(Table, ItemDraft.__table__)
_sku, _stock = cast(Table, Sku.__table__), cast(Table, Stock.__table__)
_supplier = cast(Table, Supplier.__table__)
_ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "": (_item.c.created_at.desc(), _item.c.id.desc()),
    "made": (_item.c.created_at, _item.c.id),
    "code": (_item.c.code,),
    "points": (_item.c.lowest_points, _item.c.id),
    "shelf": (_item.c.shelved_at.nulls_last(), _item.c.id),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A reward in the desk's list. One that was never published has no version, price or stock."""

    code: str
    names: Mapping[str, str]
    picture: str
    kind: Kind
    category: int | str
    brand: str
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
    draft_due_at: datetime | None = None
    """When its draft is published by itself."""
    draft_failed: bool = False
    """Whether it should have been by now, and was not."""
    made_at: datetime | None = None
    supplier: str = ""
    tags: Sequence[str] = ()
    list_price_fen: int = 0


@dataclass(frozen=True)
class Listed:
    """A page of the list: how many rewards fit that were published, how many besides that never were, and how many
    stand in each way.
    """

    rows: list[Row]
    fitting: int
    fresh: int
    standings: Mapping[str, int]
    size: int

    @property
    def total(self) -> int:
        """How many the list holds in all."""
        return self.fitting + self.fresh

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.fitting // self.size))


_SKUS = select(func.count()).where(_sku.c.item_id == _item.c.id, _sku.c.retired_at.is_(None)).scalar_subquery()
_LEFT = (
    select(func.coalesce(func.sum(_stock.c.on_hand), 0))
    .select_from(_sku.join(_stock, _stock.c.sku_id == _sku.c.id))
    .where(_sku.c.item_id == _item.c.id, _sku.c.retired_at.is_(None))
    .scalar_subquery()
)


def listed(
    session: Session,
    now: datetime,
    filters: ItemFilters,
    *,
    scope: Scope = WHOLE,
    sort: str = "",
    page: int = 1,
    size: int = 50,
) -> Listed:
    """A page of rewards; on the first one before them those that are being written and were never published.

    `sort` is a name of `_ORDERS`, with a minus the other way round; the newest come first without.
    """
    fresh = _fresh(session, filters, scope)
    counts = standings(session, now, filters, scope)
    counts |= {Standing.NEW: len(fresh), "": counts[""] + len(fresh)}
    shown = fresh if filters.state in (None, Standing.NEW) else []
    if filters.state is Standing.NEW:
        return Listed(shown, 0, len(shown), counts, size)
    fitting = counts[filters.state] if filters.state else counts[""] - len(fresh)
    places = matching(now, filters, scope).order_by(*_order(sort)).limit(size).offset((page - 1) * size)
    rows = _rows(session, now, list(session.scalars(places)))
    return Listed([*(shown if page == 1 else []), *rows], fitting, len(shown), counts, size)


def _order(sort: str) -> list[ColumnElement[Any]]:
    order = _ORDERS[sort.lstrip("-")]
    if not sort.startswith("-"):
        return list(order)
    if sort == "-shelf":
        return [_item.c.shelved_at.desc().nulls_last(), _item.c.id.desc()]
    return [column.desc() for column in order]


def _rows(session: Session, now: datetime, ids: list[int]) -> list[Row]:
    if not ids:
        return []
    statement = (
        select(_item, _SKUS.label("skus"), _LEFT.label("on_hand"), _draft.c.changed_by, _draft.c.changed_at)
        .add_columns(_draft.c.due_at, _draft.c.fault.is_not(None).label("failed"))
        .add_columns(_supplier.c.name.label("supplier"))
        .outerjoin(_draft, _draft.c.item_id == _item.c.id)
        .outerjoin(_supplier, _supplier.c.id == _item.c.supplier_id)
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
        brand=row.brand,
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
        draft_due_at=row.due_at,
        draft_failed=bool(row.failed),
        made_at=row.created_at,
        supplier=row.supplier or "",
        tags=row.tags,
        list_price_fen=row.list_price_fen,
    )


def _fresh(session: Session, filters: ItemFilters, scope: Scope) -> list[Row]:
    """Drafts without a reward, the latest first; whose they are and what they are is asked before only some are taken.

    These are looked through one by one.
    """
    supplier = filters.supplier
    if scope.supplier_id is not None:
        supplier = session.scalar(select(Supplier.code).where(Supplier.id == scope.supplier_id)) or ""
        if filters.supplier not in ("", supplier):
            return []
    narrowed = {"kind": filters.kind and filters.kind.value, "brand": filters.brand, "supplier": supplier}
    saying = [_says(name, value) for name, value in narrowed.items() if value]
    newest = select(ItemDraft).where(ItemDraft.item_id.is_(None), *saying).order_by(ItemDraft.changed_at.desc())
    drafts = session.scalars(newest.limit(NEW)).all()
    if not drafts:
        return []
    within = set(session.scalars(CODES_WITHIN, {"category": filters.category})) if filters.category else set()
    asked = wanted(filters.q)
    return [
        _row_of_draft(draft)
        for draft in drafts
        if all(draft.document[name] == value for name, value in narrowed.items() if value)
        and (not within or draft.document["category"] in within)
        and (not filters.tag or filters.tag in draft.document["tags"])
        and (filters.lacks is None or _lacking(draft.document, filters.lacks))
        and (not filters.q or (asked and fits(asked, _terms(draft))))
    ]


def _says(name: str, value: str) -> ColumnElement[bool]:
    """Whether a draft says this: documents are kept as one text without spaces."""
    return type_coerce(ItemDraft.document, Text).contains(canonical({name: value})[1:-1], autoescape=True)


def _lacking(document: Document, lack: Lack) -> bool:
    """What is not yet a reward has neither prices nor stock."""
    kept = {Lack.PICTURE: "pictures", Lack.SUPPLIER: "supplier"}.get(lack)
    return kept is None or not document[kept]


def _terms(draft: ItemDraft) -> set[str]:
    return {*terms((name, 1) for name in draft.document["names"].values()), *code_terms(draft.code)}


def _row_of_draft(draft: ItemDraft) -> Row:
    return Row(
        code=draft.code,
        names=draft.document["names"],
        picture=next(iter(draft.document["pictures"]), ""),
        kind=Kind(draft.document["kind"]),
        category=draft.document["category"],
        brand=draft.document["brand"],
        standing=Standing.NEW,
        skus=len(draft.document["skus"]),
        draft_by=draft.changed_by,
        draft_at=draft.changed_at,
        draft_due_at=draft.due_at,
        draft_failed=draft.fault is not None,
        made_at=draft.started_at,
        tags=draft.document["tags"],
        list_price_fen=draft.document["list_price_fen"],
    )
