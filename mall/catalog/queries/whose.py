"""Whose a thing of the catalogue is, by what the audit log calls it, and since when: who had it before is not told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.places import id_from
from mall.catalog.models import DraftSave, Item, ItemDraft, ItemVersion, Sku, Supplier

JUST_AFTER = timedelta(milliseconds=1)
"""What was written down in the very act by which a reward changed hands says what it was before."""


def supplier_of(session: Session, subject: str) -> int | None:
    """The supplier of a reward, draft or SKU (`item:7`, `draft:8`, `sku:9`); none of all others, where none is, or
    where a draft gives a reward to another one, who has it once it is published.
    """
    kind, number = _named(subject)
    if kind == "draft":
        draft = session.get(ItemDraft, number)
        code = draft.document["supplier"] if draft else ""
        found = session.scalar(select(Supplier.id).where(Supplier.code == code))
        item = session.get(Item, draft.item_id) if draft and draft.item_id else None
        return found if item is None or item.supplier_id == found else None
    item = _item(session, kind, number)
    return item.supplier_id if item else None


def theirs_since(session: Session, subject: str) -> datetime | None:
    """Since when a reward, draft or SKU is its supplier's; none is since it was begun."""
    kind, number = _named(subject)
    draft = session.get(ItemDraft, number) if kind == "draft" else None
    if draft is not None and draft.item_id is None:
        saves = select(DraftSave.revision.label("no"), DraftSave.document, DraftSave.saved_at.label("at"))
        newest = saves.where(DraftSave.draft_id == draft.id).order_by(DraftSave.revision.desc())
        no, at = _run(session.execute(newest), draft.document.get("supplier", ""))
        return at + JUST_AFTER if at is not None and no > 1 else None
    item = session.get(Item, draft.item_id) if draft is not None else _item(session, kind, number)
    since = theirs_from(session, item)[1] if item is not None else None
    return since + JUST_AFTER if since is not None else None


def theirs_from(session: Session, item: Item) -> tuple[int, datetime | None]:
    """The first version of a reward since when its supplier has it without a break, and that moment; none is ever.

    What a reward said before its first version is not known, where no version 0 tells it: it may have been another's.
    """
    own = session.scalar(select(Supplier.code).where(Supplier.id == item.supplier_id)) or ""
    told = select(ItemVersion.no, ItemVersion.document, ItemVersion.published_at.label("at"))
    no, at = _run(session.execute(told.where(ItemVersion.item_id == item.id).order_by(ItemVersion.no.desc())), own)
    begun = no == 0 or (no == 1 and at is not None and item.created_at >= at)
    return (no, None) if begun else (no, at)


def _run(rows: Iterable[Any], own: str) -> tuple[int, datetime | None]:
    """Where a supplier's unbroken run begins in documents, newest first; behind the newest where that is another's."""
    found: tuple[int, datetime | None] = (0, None)
    for at, row in enumerate(rows):
        if row.document.get("supplier", "") != own:
            return found if at else (row.no + 1, row.at)
        found = (row.no, row.at)
    return found


def _named(subject: str) -> tuple[str, int]:
    kind, _, number = subject.partition(":")
    found = id_from(number)
    return (kind, found) if found is not None else ("", 0)


def _item(session: Session, kind: str, number: int) -> Item | None:
    if kind == "sku":
        return session.scalar(select(Item).join(Sku, Sku.item_id == Item.id).where(Sku.id == number))
    return session.get(Item, number) if kind == "item" else None
