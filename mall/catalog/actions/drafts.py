"""Writing on a reward: begin, save, let go of, take over what was published meanwhile, begin anew from an old version.

One draft a reward, shared by all who write on it. Its row is locked first, or the item's where there is no draft yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import Malformed
from mall.catalog.actions.writers import may_write, writes_for
from mall.catalog.models import (
    CodeTaken,
    Document,
    DraftDue,
    DraftMoved,
    DraftSave,
    Item,
    ItemDraft,
    ItemVersion,
    Kind,
    NoSuchDraft,
    NoSuchItem,
    NoSuchVersion,
)
from mall.catalog.queries.documents import Written, version, written
from mall.catalog.queries.quarrels import last_touch
from mall.catalog.queries.whose import theirs_from
from mall.catalog.rules.checks import CODE
from mall.catalog.rules.differences import merged, told
from mall.catalog.rules.document import NOW, blank, document
from mall.dealers.models import WHOLE, Scope


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What was saved: which draft, its revision, and whether anything was new in it."""

    draft_id: int
    revision: int
    changed: bool


def start(
    session: Session,
    now: datetime,
    *,
    code: str,
    category: str,
    kind: Kind,
    name: str,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Begin a new reward as a draft, which no shelf knows of, and give back the draft's id.

    One that a supplier's person begins is that supplier's. The same asked again by the same person gives the same
    draft. Refused: whoever is of a region; a code of another reward or SKU's shape.
    """
    own = writes_for(session, scope)
    if not CODE.fullmatch(code) or not name:
        raise Malformed
    document_ = blank(category=category, kind=kind, name=name) | ({"supplier": own} if own else {})
    there = session.scalar(select(ItemDraft).where(ItemDraft.code == code).with_for_update())
    if there is not None and there.item_id is None and there.changed_by == actor and there.document == document_:
        return there.id
    if there is not None or session.scalar(select(Item.id).where(Item.code == code)) is not None:
        raise CodeTaken(code=code)
    draft = _begin(session, now, code=code, item=None, base=blank(category="", kind=kind, name=""), actor=actor)
    _write(session, now, draft, document_, actor)
    _note(session, now, draft, "item.start", actor, address, {"code": code, "kind": kind.value, "name": name})
    return draft.id


def save(
    session: Session,
    now: datetime,
    *,
    code: str,
    document_: Document,
    revision: int,
    version_seen: int,
    draft_id: int = 0,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> Saved:
    """Keep what somebody has written. `revision` is that of the draft they saw (0: none), `version_seen` the live one.

    The same sent again changes nothing. Refused: no such reward; one outside the scope, or that would be; a draft
    that others have saved meanwhile.
    """
    document_ = document(document_)
    found = locked(session, code, scope)
    may_write(session, scope, document_)
    draft = found.draft
    if draft is not None and draft.document == document_:
        return Saved(draft_id=draft.id, revision=draft.revision, changed=False)
    if draft is None and draft_id and _was_published(session, draft_id, document_):
        return Saved(draft_id=draft_id, revision=0, changed=False)
    must_not_wait(found)
    another = draft is not None and draft_id not in (0, draft.id)  # theirs was let go of or published, this one begun
    if another or found.revision != revision or found.version != version_seen:
        raise DraftMoved(**last_touch(session, found))
    if draft is None:
        if found.item is None or found.live is None:
            raise NoSuchItem
        if found.live == document_:
            return Saved(draft_id=0, revision=0, changed=False)
        draft = _begin(session, now, code=code, item=found.item, base=found.live, actor=actor)
    before = draft.document
    _write(session, now, draft, document_, actor)
    _note(session, now, draft, "item.draft", actor, address, told(before, document_) | {"revision": draft.revision})
    return Saved(draft_id=draft.id, revision=draft.revision, changed=True)


def discard(
    session: Session,
    now: datetime,
    *,
    code: str,
    draft_id: int,
    revision: int,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> None:
    """Let go of a draft; what is live stays. One that is gone already stays gone.

    Refused: a reward outside the scope; a draft saved meanwhile, or another one begun since.
    """
    try:
        found = locked(session, code, scope)
    except NoSuchItem:
        return
    if found.draft is None:
        return
    must_not_wait(found)
    if (found.draft.id, found.draft.revision) != (draft_id, revision):
        raise DraftMoved(**last_touch(session, found))
    detail = {"code": code, "document": found.draft.document}
    _note(session, now, found.draft, "item.discard", actor, address, detail)
    remove(session, found.draft)


def catch_up(
    session: Session,
    now: datetime,
    *,
    code: str,
    draft_id: int,
    revision: int,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> None:
    """Put what was published since a draft was begun into it; where both changed a part, the draft's own stands.

    Asked again it changes nothing. Refused: a reward outside the scope; no draft, one saved meanwhile, another one
    begun since.
    """
    found = locked(session, code, scope)
    if found.draft is None or found.item is None or found.live is None:
        raise NoSuchDraft
    draft = found.draft
    if draft.id == draft_id and draft.based_on == found.item.version:
        return
    must_not_wait(found)
    if (draft.id, draft.revision) != (draft_id, revision):
        raise DraftMoved(**last_touch(session, found))
    before, together = draft.document, merged(draft.base, draft.document, found.live)
    draft.based_on, draft.base = found.item.version, found.live
    _write(session, now, draft, together.document, actor)
    _note(session, now, draft, "item.catch_up", actor, address, told(before, together.document))


def restore(
    session: Session,
    now: datetime,
    *,
    code: str,
    no: int,
    draft_id: int,
    revision: int,
    version_seen: int,
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> int:
    """Begin a draft that says what an old version said, but for its moments on the shelf, which stay as they are live.

    A draft that is there says so instead of what it said, and follows what is live: its writer has seen that.
    `draft_id` and `revision` are those of the draft that was seen, 0 where there was none.

    Gives back the draft's revision; asked again it changes nothing. Refused: a reward outside the scope; no such
    version, to a supplier's people one from before the reward was theirs; a draft saved meanwhile, another one begun
    since, another version published since.
    """
    found = locked(session, code, scope)
    if found.item is None or found.live is None:
        raise NoSuchItem
    if scope.supplier_id is not None and no < theirs_from(session, found.item)[0]:
        raise NoSuchVersion
    old = version(session, found.item.id, no).document
    document_ = document(old | {name: found.live[name] for name in ("shelved_at", "off_at")})
    may_write(session, scope, document_)
    if found.draft is not None and found.draft.document == document_:
        return found.draft.revision
    must_not_wait(found)
    there = found.draft.id if found.draft else 0
    if (there, found.revision, found.item.version) != (draft_id, revision, version_seen):
        raise DraftMoved(**last_touch(session, found))
    draft = found.draft or _begin(session, now, code=code, item=found.item, base=found.live, actor=actor)
    before, draft.based_on, draft.base = draft.document, found.item.version, found.live
    _write(session, now, draft, document_, actor)
    _note(session, now, draft, "item.restore", actor, address, {"version": no, **told(before, document_)})
    return draft.revision


def locked(session: Session, code: str, scope: Scope = WHOLE) -> Written:
    """A reward and its draft under their locks, item first. Refused: neither is there, or not theirs to write."""
    session.execute(select(Item.id).where(Item.code == code).with_for_update())
    session.execute(select(ItemDraft.id).where(ItemDraft.code == code).with_for_update())
    session.expire_all()  # what was read before the locks were held is old
    found = written(session, code, scope)
    writes_for(session, scope)
    return found


def must_not_wait(found: Written) -> None:
    """Refused: a draft that is set to be published by itself, which stays as it was checked until then."""
    if found.draft is not None and found.draft.due_at is not None:
        raise DraftDue(when=found.draft.due_at)


def remove(session: Session, draft: ItemDraft) -> None:
    """Take a draft away with all it ever said."""
    session.execute(delete(DraftSave).where(DraftSave.draft_id == draft.id))
    session.delete(draft)
    session.flush()


def _begin(session: Session, now: datetime, *, code: str, item: Item | None, base: Document, actor: str) -> ItemDraft:
    return ItemDraft(
        id=new_id(now),
        code=code,
        item_id=item.id if item else None,
        based_on=item.version if item else 0,
        base=base,
        revision=0,
        document=base,
        started_at=now,
        changed_at=now,
        changed_by=actor,
    )


def _write(session: Session, now: datetime, draft: ItemDraft, document_: Document, actor: str) -> None:
    draft.document, draft.revision = document_, draft.revision + 1
    draft.changed_at, draft.changed_by, draft.fault = now, actor, None
    session.add(draft)
    session.flush()
    session.add(DraftSave(draft_id=draft.id, revision=draft.revision, document=document_, saved_at=now, saved_by=actor))
    session.flush()


def _was_published(session: Session, draft_id: int, document_: Document) -> bool:
    """Whether a draft was published saying just this: what somebody wrote besides is not thrown away."""
    made = session.scalar(select(ItemVersion).where(ItemVersion.draft_id == draft_id))
    if made is None:
        return False
    on = made.document["shelved_at"] if document_["shelved_at"] == NOW else None
    return made.document == (document_ | {"shelved_at": on} if on else document_)


def _note(
    session: Session, now: datetime, draft: ItemDraft, act: str, actor: str, address: str, detail: dict[str, Any]
) -> None:
    subject = f"item:{draft.item_id}" if draft.item_id else f"draft:{draft.id}"
    note(session, now, actor=actor, act=act, subject=subject, address=address, detail=detail)
