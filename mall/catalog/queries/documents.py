"""What a reward says, as a document: read off its rows, as its draft has it, or as one of its versions had it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.models import (
    Category,
    Document,
    DraftSave,
    FreightTemplate,
    Item,
    ItemDraft,
    ItemVersion,
    NoSuchItem,
    NoSuchVersion,
    Sku,
    Supplier,
)
from mall.catalog.queries.plans import plans_of
from mall.catalog.rules.checks import Facts
from mall.catalog.rules.document import document
from mall.catalog.rules.plans import cheapest
from mall.dealers.models import WHOLE, Scope


@dataclass(frozen=True, kw_only=True)
class Written:
    """A reward as those who write it find it: its item if it was ever published, its draft if there is one."""

    code: str
    item: Item | None
    draft: ItemDraft | None
    live: Document | None
    """What dealers see, or would if it were on the shelf."""

    @property
    def document(self) -> Document:
        """What is written on: the draft, else what is live."""
        return self.draft.document if self.draft else self.live or {}

    @property
    def revision(self) -> int:
        """How often the draft was saved; 0 without one."""
        return self.draft.revision if self.draft else 0

    @property
    def version(self) -> int:
        """The live version that the draft was begun on."""
        return self.draft.based_on if self.draft else self.item.version if self.item else 0


def written(session: Session, code: str, scope: Scope = WHOLE) -> Written:
    """A reward by its code, with its draft. Refused: neither a reward nor a draft of this code, or another supplier's
    where the scope is one supplier's.
    """
    item = session.scalar(select(Item).where(Item.code == code))
    draft = session.scalar(select(ItemDraft).where(ItemDraft.code == code))
    if item is None and draft is None:
        raise NoSuchItem
    found = Written(code=code, item=item, draft=draft, live=live(session, item) if item else None)
    if scope.supplier_id is not None:
        own = session.scalar(select(Supplier.code).where(Supplier.id == scope.supplier_id))
        if any(each["supplier"] != own for each in (found.live, found.document) if each is not None):
            raise NoSuchItem
    return found


def live(session: Session, item: Item) -> Document:
    """What a reward says now, read off its rows."""
    skus = session.scalars(
        select(Sku).where(Sku.item_id == item.id, Sku.retired_at.is_(None)).order_by(Sku.position, Sku.id)
    ).all()
    category = session.scalar(select(Category.code).where(Category.id == item.category_id))
    supplier = session.scalar(select(Supplier.code).where(Supplier.id == item.supplier_id))
    template = session.scalar(select(FreightTemplate.code).where(FreightTemplate.id == item.freight_template_id))
    return document(
        {
            "category": category or "",
            "kind": item.kind.value,
            "brand": item.brand,
            "supplier": supplier or "",
            "names": item.names,
            "subtitles": item.subtitles,
            "descriptions": item.descriptions,
            "pictures": item.pictures,
            "tags": item.tags,
            "list_price_fen": item.list_price_fen,
            "limit_per_dealer": item.limit_per_dealer,
            "delivery": item.delivery.value,
            "terms": item.terms,
            "personal": item.personal,
            "freight_template": template or "",
            "skus": [
                {"code": sku.code, "attributes": sku.attributes, "cost_fen": sku.cost_fen, "picture": sku.picture}
                for sku in skus
            ],
            "shelved_at": item.shelved_at.isoformat() if item.shelved_at else None,
            "off_at": item.off_at.isoformat() if item.off_at else None,
        }
    )


def seen(session: Session, draft: ItemDraft, revision: int) -> Document:
    """What a draft said after it had been saved so often; before that, what was live when it was begun."""
    found = session.get(DraftSave, (draft.id, revision))
    return found.document if found else draft.base


def versions(session: Session, item_id: int, *, limit: int = 200) -> list[ItemVersion]:
    """What a reward said each time it was published, the newest first."""
    newest = ItemVersion.no.desc()
    return list(
        session.scalars(select(ItemVersion).where(ItemVersion.item_id == item_id).order_by(newest).limit(limit))
    )


def version(session: Session, item_id: int, no: int) -> ItemVersion:
    """One version. Refused: no such version."""
    found = session.get(ItemVersion, (item_id, no))
    if found is None:
        raise NoSuchVersion
    return found


def facts(session: Session, now: datetime, found: Document, item: Item | None) -> Facts:
    """What has to be known around a document before it can be published."""
    codes = [sku["code"] for sku in found["skus"]]
    mine = item.id if item else 0
    rows = session.execute(select(Sku.id, Sku.code, Sku.item_id).where(Sku.code.in_(codes))).all()
    plans = plans_of(session, [row.id for row in rows if row.item_id == mine])
    return Facts(
        now=now,
        categories=set(session.scalars(select(Category.code))),
        suppliers={row.code: row.admission for row in session.execute(select(Supplier.code, Supplier.admission))},
        templates=set(session.scalars(select(FreightTemplate.code))),
        taken={row.code for row in rows if row.item_id != mine},
        priced={row.code for row in rows if row.item_id == mine and cheapest(plans[row.id], at=now)},
        live_shelved_at=item.shelved_at.isoformat() if item and item.shelved_at else None,
        live_kind=item.kind.value if item else "",
    )


def choices(session: Session, scope: Scope = WHOLE) -> Mapping[str, Collection[tuple[str, Any]]]:
    """What the editor lets one choose: suppliers and freight templates, by code; of suppliers those in the scope."""
    all_ = select(Supplier.code, Supplier.name, Supplier.admission).order_by(Supplier.name)
    if scope.supplier_id is not None:
        all_ = all_.where(Supplier.id == scope.supplier_id)
    suppliers = session.execute(all_).all()
    templates = session.execute(select(FreightTemplate.code, FreightTemplate.name).order_by(FreightTemplate.name)).all()
    return {
        "suppliers": [(row.code, row) for row in suppliers],
        "templates": [(row.code, row.name) for row in templates],
    }
