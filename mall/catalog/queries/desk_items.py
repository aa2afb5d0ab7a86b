"""Rewards as the desk lists them: by words, category and state, with what is being written on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from mall.catalog.models import NOT_FOR_EVERYBODY, Document, Item, ItemDraft, Kind, Sku, Stock, Supplier, on_shelf
from mall.catalog.queries.desk_filters import CODES_WITHIN, ItemFilters, Lack, Sees, Standing, matching
from mall.catalog.rules.search import code_terms, fits, terms, wanted

PAGE = 50
"""Rewards a page."""
NEW = 200
"""Drafts of rewards that were never published: so many are shown at most."""

_item, _draft = cast(Table, Item.__table__), cast(Table, ItemDraft.__table__)
_sku, _stock = cast(Table, Sku.__table__), cast(Table, Stock.__table__)


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


@dataclass(frozen=True)
class Listed:
    """A page of the list: how many rewards fit that were published, and how many besides that never were."""

    rows: list[Row]
    fitting: int
    fresh: int = 0

    @property
    def total(self) -> int:
        """How many the list holds in all."""
        return self.fitting + self.fresh

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.fitting // PAGE))


_SKUS = select(func.count()).where(_sku.c.item_id == _item.c.id, _sku.c.retired_at.is_(None)).scalar_subquery()
_LEFT = (
    select(func.coalesce(func.sum(_stock.c.on_hand), 0))
    .select_from(_sku.join(_stock, _stock.c.sku_id == _sku.c.id))
    .where(_sku.c.item_id == _item.c.id, _sku.c.retired_at.is_(None))
    .scalar_subquery()
)


def listed(
    session: Session, now: datetime, filters: ItemFilters, *, page: int = 1, scope: Sees | None = None
) -> Listed:
    """A page of rewards; on the first one before them those that are being written and were never published."""
    fresh = _fresh(session, filters, scope) if filters.state in (None, Standing.NEW) else []
    if filters.state is Standing.NEW:
        return Listed(fresh, 0, len(fresh))
    fitting = matching(now, filters, scope)
    total = session.scalar(select(func.count()).select_from(fitting.subquery())) or 0
    ids = session.scalars(
        fitting.order_by(_item.c.created_at.desc(), _item.c.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    return Listed([*(fresh if page == 1 else []), *_rows(session, now, list(ids))], total, len(fresh))


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
    )


def _fresh(session: Session, filters: ItemFilters, scope: Sees | None) -> list[Row]:
    """Drafts without a reward: few, so they are looked through one by one."""
    drafts = session.scalars(
        select(ItemDraft).where(ItemDraft.item_id.is_(None)).order_by(ItemDraft.changed_at.desc()).limit(NEW)
    ).all()
    if not drafts:
        return []
    within = set(session.scalars(CODES_WITHIN, {"category": filters.category})) if filters.category else set()
    supplier = filters.supplier
    if scope is not None and scope.supplier_id is not None:
        supplier = session.scalar(select(Supplier.code).where(Supplier.id == scope.supplier_id)) or ""
        if filters.supplier not in ("", supplier):
            return []
    narrowed = {"kind": filters.kind and filters.kind.value, "brand": filters.brand, "supplier": supplier}
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
    )
