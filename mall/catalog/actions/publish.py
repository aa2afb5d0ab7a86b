"""What dealers see of a reward changes here alone: a draft is published, a reward goes on the shelf or off it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.catalog.actions.drafts import locked, must_not_wait, remove
from mall.catalog.actions.items import ItemToPut, SkuToPut, put_item
from mall.catalog.models import (
    CodeTaken,
    Delivery,
    Document,
    DraftBehind,
    DraftMoved,
    FreightTemplate,
    Item,
    ItemDraft,
    ItemMoved,
    ItemVersion,
    Kind,
    NoSuchDraft,
    NoSuchItem,
    NotReady,
    Supplier,
    WrongMoments,
)
from mall.catalog.queries.documents import Written, facts, live
from mall.catalog.queries.quarrels import last_touch
from mall.catalog.rules.checks import checks, failing
from mall.catalog.rules.differences import merged, told
from mall.catalog.rules.document import NOW, document
from mall.dealers.models import WHOLE, Scope

NOBODY = "system"
"""Who is named for what was there before anybody published it here."""


def publish(
    session: Session,
    now: datetime,
    *,
    code: str,
    draft_id: int,
    revision: int,
    note_: str = "",
    at: datetime | None = None,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Let a draft become what dealers see, and give back the number of the version.

    What a price page or freight page changed since the draft was begun, and the draft did not touch, stays changed.
    `at` is the moment that it was set for, where that is a little ago: it is checked as of then. Sent again it gives
    the same version. Refused: whoever does not look after the whole brand; a draft saved meanwhile (DraftMoved),
    another version published since it was begun (DraftBehind), a document that fails a check (NotReady).
    """
    scope.must_be_whole()
    found = locked(session, code)
    known = session.scalar(select(ItemVersion).where(ItemVersion.draft_id == draft_id))
    if known is not None and known.item_id == (found.item.id if found.item else 0):
        return known.no
    must_not_wait(found)
    draft, new = ready(session, at or now, found, draft_id=draft_id, revision=revision)
    if new["shelved_at"] == NOW:
        new = document(new | {"shelved_at": (at or now).isoformat()})
    before = found.live or draft.base
    if found.item is not None:
        _keep_former(session, found.item)
    item_id = put_item(session, now, _to_put(session, code, new, found.item))
    remove(session, draft)
    detail = {"draft": draft_id, "note": note_, **told(before, new)}
    return _versioned(
        session, now, item_id, note_, actor, address, act="item.publish", detail=detail, draft_id=draft_id
    )


def ready(
    session: Session, at: datetime, found: Written, *, draft_id: int, revision: int
) -> tuple[ItemDraft, Document]:
    """The draft of a reward under its locks, and the document it makes live at a moment. Refused as by `publish`."""
    draft, item = found.draft, found.item
    if draft is None:
        raise NoSuchDraft
    if draft.id != draft_id or draft.revision != revision:
        raise DraftMoved(**last_touch(session, found))
    if item is not None and draft.item_id is None:
        raise CodeTaken(code=found.code)
    if item is not None and item.version != draft.based_on:
        raise DraftBehind(no=item.version)
    new = draft.document
    if item is not None and found.live is not None:
        # Costs and freight have pages of their own: what changed there since the draft was begun stays changed.
        new = merged(draft.base, draft.document, found.live).document
    wrong = failing(checks(new, facts(session, at, new, item)))
    if wrong:
        raise NotReady(n=len(wrong), what=wrong[0].told)
    return draft, new


def schedule(
    session: Session,
    now: datetime,
    *,
    code: str,
    shelved_at: datetime,
    off_at: datetime | None,
    version_seen: int,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Put a published reward on the shelf from a moment on, perhaps until another; gives the number of the version.

    The same asked again changes nothing. Refused: whoever does not look after the whole brand; a reward never
    published, moments that are over or the wrong way round, a reward changed since it was looked at, one that fails a
    check now.
    """
    scope.must_be_whole()
    item = _item(session, code)
    if (item.shelved_at, item.off_at) == (shelved_at, off_at):
        return item.version
    if item.version != version_seen:
        raise ItemMoved
    if off_at is not None and off_at <= max(shelved_at, now):
        raise WrongMoments
    begun = item.shelved_at is not None and shelved_at == item.shelved_at
    new = document(live(session, item) | {"shelved_at": shelved_at.isoformat(), "off_at": _told(off_at)})
    found = checks(new, facts(session, now, new, item))
    wrong = [check for check in failing(found) if check.at != "shelf"]
    if wrong:
        raise NotReady(n=len(wrong), what=wrong[0].told)
    detail = {"before": _moments(item), "after": {"shelved_at": shelved_at.isoformat(), "off_at": _told(off_at)}}
    _keep_former(session, item)
    item.shelved_at = shelved_at if begun else max(shelved_at, now)
    item.off_at = off_at
    return _versioned(session, now, item.id, "", actor, address, act="item.schedule", detail=detail)


def take_off(
    session: Session,
    now: datetime,
    *,
    code: str,
    version_seen: int,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Take a reward off the shelf at once; orders that are placed stay placed. Gives the number of the version.

    One that is off stays off. Refused: whoever does not look after the whole brand; no such reward, one changed since
    it was looked at.
    """
    scope.must_be_whole()
    item = _item(session, code)
    if item.shelved_at is None or (item.off_at is not None and item.off_at <= now):
        return item.version
    if item.version != version_seen:
        raise ItemMoved
    detail = {"before": _moments(item), "after": {"shelved_at": None, "off_at": None}}
    _keep_former(session, item)
    item.shelved_at = item.off_at = None
    return _versioned(session, now, item.id, "", actor, address, act="item.off", detail=detail)


def _item(session: Session, code: str) -> Item:
    found = locked(session, code)
    if found.item is None:
        raise NoSuchItem
    item: Item = found.item
    return item


def _keep_former(session: Session, item: Item) -> None:
    """Keep what a reward says that has never been published here, as its version 0, before that changes.

    It came with the mall, or from before there were versions: without this nobody could go back to it.
    """
    if item.version == 0:
        session.add(ItemVersion(**former_version(item.id, live(session, item), item.created_at)))
        session.flush()


def former_version(item_id: int, said: Document, since: datetime) -> dict[str, Any]:
    """The row of version 0."""
    return {
        "item_id": item_id, "no": 0, "document": said, "draft_id": None, "note": "", "published_at": since,
        "published_by": NOBODY,
    }  # fmt: skip


def _versioned(
    session: Session,
    now: datetime,
    item_id: int,
    words: str,
    actor: str,
    address: str,
    *,
    act: str,
    detail: Mapping[str, Any],
    draft_id: int | None = None,
) -> int:
    """Count the version up, keep what the reward says now, and write down who did it."""
    item = session.get_one(Item, item_id, populate_existing=False)
    item.version += 1
    session.flush()
    session.add(
        ItemVersion(
            item_id=item_id,
            no=item.version,
            document=live(session, item),
            draft_id=draft_id,
            note=words,
            published_at=now,
            published_by=actor,
        )
    )
    session.flush()
    more = {"version": item.version, **detail}
    note(session, now, actor=actor, act=act, subject=f"item:{item_id}", address=address, detail=more)
    return item.version


def _to_put(session: Session, code: str, new: Document, item: Item | None) -> ItemToPut:
    supplier = session.scalar(select(Supplier.id).where(Supplier.code == new["supplier"]))
    template = session.scalar(select(FreightTemplate.id).where(FreightTemplate.code == new["freight_template"]))
    return ItemToPut(
        code=code,
        category=new["category"],
        kind=Kind(new["kind"]),
        brand=new["brand"],
        names=new["names"],
        subtitles=new["subtitles"],
        descriptions=new["descriptions"],
        pictures=new["pictures"],
        tags=new["tags"],
        list_price_fen=new["list_price_fen"],
        limit_per_dealer=new["limit_per_dealer"],
        delivery=Delivery(new["delivery"]),
        pick_position=item.pick_position if item else None,
        shelved_at=_moment(new["shelved_at"]),
        off_at=_moment(new["off_at"]),
        terms=new["terms"],
        personal=new["personal"],
        freight_template_id=template,
        supplier_id=supplier,
        keep_prices=True,
        skus=[
            SkuToPut(
                code=sku["code"],
                cost_fen=sku["cost_fen"],
                attributes=sku["attributes"],
                picture=sku["picture"] or None,
            )
            for sku in new["skus"]
        ],
    )


def _moments(item: Item) -> dict[str, str | None]:
    return {"shelved_at": _told(item.shelved_at), "off_at": _told(item.off_at)}


def _told(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
