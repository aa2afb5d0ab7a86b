"""Publishing a draft at a moment: it is set, may be cancelled until then, and the worker publishes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import Phrase, Refused
from mall.catalog.actions.drafts import catch_up, locked
from mall.catalog.actions.publish import publish, ready
from mall.catalog.models import DraftDue, DraftMoved, ItemDraft, NoSuchDraft, WrongDue
from mall.catalog.queries.documents import Written
from mall.catalog.queries.quarrels import last_touch
from mall.catalog.rules.differences import merged
from mall.dealers.models import WHOLE, NoLongerTheirs, Scope, StaffRole
from mall.dealers.queries.people import scope_of

FURTHEST = timedelta(days=366)
WORKER = "system"
MAY_WRITE = (StaffRole.MERCHANDISER,)


def set_due(
    session: Session,
    now: datetime,
    *,
    code: str,
    draft_id: int,
    revision: int,
    due_at: datetime,
    note_: str = "",
    actor: str,
    scope: Scope = WHOLE,
    address: str = "",
) -> None:
    """Set a draft to be published at a moment; until then nobody writes on it. It is checked for that moment.

    The same asked again changes nothing. Refused: one that is set for another moment (DraftDue), a moment that is
    over (WrongDue), and whatever `publish` refuses.
    """
    scope.must_be_whole()
    found = locked(session, code)
    draft = found.draft
    if draft is None:
        raise NoSuchDraft
    if draft.due_at is not None:
        if (draft.id, draft.revision, draft.due_at) == (draft_id, revision, due_at):
            return
        raise DraftDue(when=draft.due_at)
    if not now < due_at <= now + FURTHEST:
        raise WrongDue
    ready(session, due_at, found, draft_id=draft_id, revision=revision)
    draft.due_at, draft.due_by, draft.due_note, draft.fault = due_at, actor, note_, None
    session.flush()
    told = {"code": code, "due_at": due_at.isoformat(), "revision": revision, "note": note_}
    note(session, now, actor=actor, act="item.due.set", subject=_subject(draft), address=address, detail=told)


def cancel_due(
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
    """Let a draft wait for its writers again. One that waits for nothing stays so, one that is published too.

    Refused: whoever does not look after the whole brand; a draft saved meanwhile.
    """
    scope.must_be_whole()
    found = locked(session, code)
    draft = found.draft
    if draft is None or draft.id != draft_id or draft.due_at is None:
        return
    if draft.revision != revision:
        raise DraftMoved(**last_touch(session, found))
    told = {"code": code, "due_at": draft.due_at.isoformat(), "by": draft.due_by}
    _wait_no_more(session, draft)
    note(session, now, actor=actor, act="item.due.cancel", subject=_subject(draft), address=address, detail=told)


def publish_due(session: Session, now: datetime) -> bool:
    """Publish the first draft whose time has come, for who set it; whether there was one. For the worker.

    It is judged as of its time: what was to be on the shelf from then on is, though the worker comes a little later.
    What was published meanwhile is taken in where the draft leaves those parts alone. Whether who set it may still
    publish is asked again. A draft that cannot be published stays a draft, with why.
    """
    wanted = select(ItemDraft.code).where(ItemDraft.due_at <= now).order_by(ItemDraft.due_at, ItemDraft.id).limit(1)
    code = session.scalar(wanted)
    if code is None:
        return False
    found = locked(session, code)
    draft = found.draft
    if draft is None or draft.due_at is None or draft.due_at > now:
        return True
    at, by, words = draft.due_at, draft.due_by or WORKER, draft.due_note or ""
    told = {"code": code, "due_at": at.isoformat()}
    note(session, now, actor=WORKER, act="item.due.over", subject=_subject(draft), detail=told | {"by": by})
    _wait_no_more(session, draft)
    try:
        with session.begin_nested():
            scope = scope_of(session, by, *MAY_WRITE)
            if not scope.whole:
                raise NoLongerTheirs
            if _nobody_else_wrote(found):
                catch_up(session, now, code=code, draft_id=draft.id, revision=draft.revision, actor=WORKER)
            asked: dict[str, Any] = {"draft_id": draft.id, "revision": draft.revision, "note_": words, "at": at}
            publish(session, now, code=code, actor=by, scope=scope, **asked)
    except Refused as refusal:
        draft = session.get_one(ItemDraft, draft.id, populate_existing=True)
        draft.fault = Phrase(refusal.text, refusal.params).kept
        session.flush()
        why = told | {"why": refusal.code, "by": by}
        note(session, now, actor=WORKER, act="item.due.fail", subject=_subject(draft), detail=why)
    return True


def _nobody_else_wrote(found: Written) -> bool:
    """Whether another version was published meanwhile that changed no part the draft changes too."""
    draft, item, live = found.draft, found.item, found.live
    if draft is None or item is None or live is None or item.version == draft.based_on:
        return False
    return not merged(draft.base, draft.document, live).both


def _wait_no_more(session: Session, draft: ItemDraft) -> None:
    draft.due_at = draft.due_by = draft.due_note = None
    session.flush()


def _subject(draft: ItemDraft) -> str:
    return f"item:{draft.item_id}" if draft.item_id else f"draft:{draft.id}"
