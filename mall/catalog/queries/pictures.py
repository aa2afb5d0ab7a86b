"""Where the catalogue shows a picture: rewards and their SKUs, regions' editions, and drafts that will."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from mall.base.refused import N_
from mall.catalog.models import Item, ItemDraft, ItemEdition, Sku
from mall.media.models import Use

MOST = 100
"""Places told of each sort: whoever has to change more does not need the others' names yet."""


def picture_uses(session: Session, key: str) -> list[Use]:
    """The places that show the picture of a key, or will when a draft is published."""
    shown = or_(_holds(Item.pictures, key), Item.id.in_(select(Sku.item_id).where(Sku.picture == key, _sold())))
    items = session.execute(select(Item.code, Item.names).where(shown).order_by(Item.code).limit(MOST)).all()
    editions = session.execute(
        select(Item.code, Item.names, ItemEdition.region)
        .join(ItemEdition, ItemEdition.item_id == Item.id)
        .where(_holds(ItemEdition.pictures, key))
        .order_by(Item.code, ItemEdition.region)
        .limit(MOST)
    ).all()
    drafts = session.execute(
        select(ItemDraft.code, ItemDraft.document)
        .where(_holds(ItemDraft.document, key))
        .order_by(ItemDraft.code)
        .limit(MOST)
    ).all()
    return [
        *(Use(what=N_("礼品"), names=row.names, address=f"/desk/items/{row.code}") for row in items),
        *(
            Use(what=N_("区域版"), names=_of_region(row.names, row.region), address=f"/desk/items/{row.code}")
            for row in editions
        ),
        *(
            Use(what=N_("礼品草稿"), names=row.document["names"], address=f"/desk/items/{row.code}", seen=False)
            for row in drafts
        ),
    ]


def _sold() -> ColumnElement[bool]:
    return Sku.retired_at.is_(None)


def _of_region(names: dict[str, str], region: str) -> dict[str, str]:
    return {language: f"{name} · {region}" for language, name in names.items()}


def _holds(column: InstrumentedAttribute[Any], key: str) -> ColumnElement[bool]:
    """Whether a document names a key: documents are kept as text, and keys are words that nothing else is."""
    return type_coerce(column, Text).contains(f'"{key}"', autoescape=True)
