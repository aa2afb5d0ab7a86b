"""Many rewards read at once as documents, with SKUs and standing prices: some statements, however many they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, and_, select
from sqlalchemy.orm import Session

from mall.base.bulk import among
from mall.catalog.models import (
    Admission,
    Category,
    Document,
    FreightTemplate,
    Item,
    ItemDraft,
    ItemVersion,
    Kind,
    Sku,
    Supplier,
)
from mall.catalog.queries.plans import plans_of
from mall.catalog.rules.bulk import Slot
from mall.catalog.rules.checks import Facts
from mall.catalog.rules.document import document
from mall.catalog.rules.plans import Plan
from mall.catalog.rules.standing import OfSku

_item, _sku = cast(Table, Item.__table__), cast(Table, Sku.__table__)
_draft, _version = cast(Table, ItemDraft.__table__), cast(Table, ItemVersion.__table__)
_ITEMS = select(_item).where(among(_item.c.code, "codes"))
_LOCKED = select(_item.c.id).where(among(_item.c.code, "codes")).order_by(_item.c.id).with_for_update()
_SKUS = select(_sku).where(among(_sku.c.item_id, "items")).order_by(_sku.c.item_id, _sku.c.position, _sku.c.id)
_OWNERS = select(_sku.c.code, _sku.c.item_id).where(among(_sku.c.code, "codes"))
_BEGUN = select(_draft.c.code).where(among(_draft.c.code, "codes"), _draft.c.item_id.is_(None))
_WRITERS = (
    select(_version.c.item_id, _version.c.published_by)
    .join(_item, and_(_item.c.id == _version.c.item_id, _item.c.version == _version.c.no))
    .where(among(_version.c.item_id, "items"))
)


@dataclass(frozen=True, kw_only=True)
class Around:
    """What there is around all rewards: categories, suppliers and freight templates, by id and by code."""

    categories: Mapping[int, str]
    category_names: Mapping[str, Mapping[str, str]]
    suppliers: Mapping[int, str]
    admissions: Mapping[str, Admission]
    templates: Mapping[int, str]
    category_ids: Mapping[str, int]
    supplier_ids: Mapping[str, int]
    template_ids: Mapping[str, int]


@dataclass(kw_only=True)
class Known:
    """A reward as a batch finds it. `skus` by code are all it ever had, those that were retired too."""

    id: int
    code: str
    kind: Kind
    version: int
    supplier_id: int | None
    created_at: datetime
    shelved_at: datetime | None
    document: Document
    skus: dict[str, Row[Any]]
    prices: dict[Slot, Plan] = field(default_factory=dict)
    """The standing prices that hold now, by where they hang, where they were asked for."""
    of_sku: dict[str, OfSku] = field(default_factory=dict)
    """All prices by SKU code, where they were asked for."""


def around(session: Session) -> Around:
    """What there is around all rewards."""
    shelves = session.execute(select(Category.id, Category.code, Category.names)).all()
    categories = {row.id: row.code for row in shelves}
    suppliers = session.execute(select(Supplier.id, Supplier.code, Supplier.admission)).all()
    templates = {row.id: row.code for row in session.execute(select(FreightTemplate.id, FreightTemplate.code))}
    return Around(
        categories=categories,
        category_names={row.code: row.names for row in shelves},
        suppliers={row.id: row.code for row in suppliers},
        admissions={row.code: row.admission for row in suppliers},
        templates=templates,
        category_ids={code: each for each, code in categories.items()},
        supplier_ids={row.code: row.id for row in suppliers},
        template_ids={code: each for each, code in templates.items()},
    )


def many(
    session: Session,
    now: datetime,
    codes: Collection[str],
    about: Around,
    *,
    lock: bool = False,
    prices: bool = False,
    confined: bool = False,
) -> dict[str, Known]:
    """Rewards by code; those that there are not are left out. With `lock` they stay as they are until the end.

    `confined` is where a region's people change prices: the brand's are not theirs to replace.
    """
    if lock:
        session.execute(_LOCKED, {"codes": codes}).all()
    rows = session.execute(_ITEMS, {"codes": codes}).all()
    skus: dict[int, list[Row[Any]]] = {row.id: [] for row in rows}
    for sku in session.execute(_SKUS, {"items": list(skus)}):
        skus[sku.item_id].append(sku)
    found = {row.code: _known(row, skus[row.id], about) for row in rows}
    if prices:
        _price(session, now, found.values(), confined)
    return found


def owners(session: Session, codes: Collection[str]) -> dict[str, int]:
    """Which reward has a SKU code, by code."""
    return {row.code: row.item_id for row in session.execute(_OWNERS, {"codes": codes})}


def being_begun(session: Session, codes: Collection[str]) -> set[str]:
    """Those codes under which somebody is writing a reward that was never published."""
    return set(session.scalars(_BEGUN, {"codes": codes}))


def last_writers(session: Session, item_ids: Collection[int]) -> dict[int, str]:
    """Who published the version that each reward has now, by id."""
    return {row.item_id: row.published_by for row in session.execute(_WRITERS, {"items": list(item_ids)})}


def facts_of(
    now: datetime, new: Document, known: Known | None, about: Around, owned: Mapping[str, int], kept_at: str | None
) -> Facts:
    """What has to be known around one document; `kept_at` is the moment on the shelf that may lie in the past."""
    mine = known.id if known else 0
    codes = [sku["code"] for sku in new["skus"]]
    return Facts(
        now=now,
        categories=about.category_ids,
        suppliers=about.admissions,
        templates=about.template_ids,
        taken={code for code in codes if owned.get(code, mine) != mine},
        priced=codes,
        live_shelved_at=kept_at,
    )


def _known(row: Row[Any], skus: list[Row[Any]], about: Around) -> Known:
    return Known(
        id=row.id,
        code=row.code,
        kind=row.kind,
        version=row.version,
        supplier_id=row.supplier_id,
        created_at=row.created_at,
        shelved_at=row.shelved_at,
        document=document(
            {
                "category": about.categories.get(row.category_id, ""),
                "kind": row.kind.value,
                "brand": row.brand,
                "supplier": about.suppliers.get(row.supplier_id, ""),
                "names": row.names,
                "subtitles": row.subtitles,
                "descriptions": row.descriptions,
                "pictures": row.pictures,
                "tags": row.tags,
                "list_price_fen": row.list_price_fen,
                "limit_per_dealer": row.limit_per_dealer,
                "delivery": row.delivery.value,
                "terms": row.terms,
                "personal": row.personal,
                "freight_template": about.templates.get(row.freight_template_id, ""),
                "skus": [
                    {"code": sku.code, "attributes": sku.attributes, "cost_fen": sku.cost_fen, "picture": sku.picture}
                    for sku in skus
                    if sku.retired_at is None
                ],
                "shelved_at": row.shelved_at.isoformat() if row.shelved_at else None,
                "off_at": row.off_at.isoformat() if row.off_at else None,
            }
        ),
        skus={sku.code: sku for sku in skus},
    )


def _price(session: Session, now: datetime, found: Iterable[Known], confined: bool) -> None:
    """Put their prices to rewards; of SKUs that were retired too, since they may come back."""
    whose = {sku.id: (known, code) for known in found for code, sku in known.skus.items()}
    for sku_id, plans in plans_of(session, list(whose)).items():
        known, code = whose[sku_id]
        known.of_sku[code] = prices = OfSku(plans=plans, confined=confined)
        for plan in sorted(plans, key=lambda one: (one.starts_at, one.id)):
            if plan.stands and prices.theirs(plan) and plan.open_at(now):
                known.prices[Slot(code, plan.step, plan.tier.value if plan.tier else "", plan.region)] = plan
