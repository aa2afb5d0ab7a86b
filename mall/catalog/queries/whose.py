"""Whose a thing of the catalogue is, by what the audit log calls it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.models import Item, ItemDraft, Sku, Supplier


def supplier_of(session: Session, subject: str) -> int | None:
    """The supplier of a reward, draft or SKU (`item:7`, `draft:8`, `sku:9`); none of all others, or where none is."""
    kind, _, number = subject.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    if kind == "draft":
        draft = session.get(ItemDraft, int(number))
        code = draft.document["supplier"] if draft else ""
        return session.scalar(select(Supplier.id).where(Supplier.code == code))
    whose = {
        "item": select(Item.supplier_id).where(Item.id == int(number)),
        "sku": select(Item.supplier_id).join(Sku, Sku.item_id == Item.id).where(Sku.id == int(number)),
    }
    return session.scalar(whose[kind]) if kind in whose else None
