"""Publishing at a moment: a layout is set aside whole, may be cancelled until then, and the worker makes it live."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.ids import new_id
from mall.base.refused import Refused
from mall.base.types import micros
from mall.dealers.models import NoLongerTheirs, Scope, StaffRole
from mall.dealers.queries.people import scope_of
from mall.face.actions.draft import SUBJECT, By, locked_draft
from mall.face.actions.publish import append
from mall.face.models import (
    FURTHEST,
    MOST_DUE,
    Document,
    DraftMoved,
    DueLayout,
    DueOver,
    DueState,
    Layout,
    LayoutDraft,
    MomentTaken,
    NoSuchDue,
    NothingNew,
    NotReady,
    OutsideRegion,
    Overtaken,
    TooManyDue,
    WrongMoment,
)
from mall.face.queries.checks import Known, checks
from mall.face.queries.due import overtaken, waiting
from mall.face.queries.versions import last, names
from mall.face.rules.audience import touchable, touched_outside
from mall.face.rules.standard import standard

WORKER = "system"
MAKERS = (StaffRole.MERCHANDISER,)


def set_due(
    session: Session,
    now: datetime,
    *,
    revision: int,
    due_at: datetime,
    words: str,
    known: Known,
    by: By,
    seen: int | None = None,
) -> int:
    """Set the draft, as it stands, to go live at a moment, and give the number of what waits.

    It is checked for that moment: what comes on the shelf until then counts. The same asked again gives the same.
    `seen` is the version that was live when the draft was looked at, where that is known. Refused: a draft that
    somebody changed meanwhile, another version gone live since (by itself, say); a draft that says nothing new by then,
    or that fails a check; a moment that is over or taken.
    """
    row, live = locked_draft(session), last(session)
    if row is None:
        raise NothingNew
    before = waiting(session)
    same = [one for one in before if (one.draft_revision, one.due_at, one.made_by) == (revision, due_at, by.actor)]
    if same:
        return same[0].id
    if row.revision != revision:
        raise DraftMoved(who=row.changed_by, at=row.changed_at)
    if live is not None and seen not in (None, live.no):
        raise DraftMoved(who=live.published_by, at=live.published_at)
    if not now < due_at <= now + FURTHEST:
        raise WrongMoment
    if any(one.due_at == due_at for one in before):
        raise MomentTaken
    if len(before) >= MOST_DUE:
        raise TooManyDue(most=MOST_DUE)
    by_then = _document(live)
    for one in before:
        by_then = one.document if one.due_at < due_at else by_then
    if by_then == row.document:
        raise NothingNew
    _judge(session, due_at, by_then, row.document, known, by.scope)
    due = DueLayout(
        id=new_id(now),
        due_at=due_at,
        document=row.document,
        note=words[:200],
        draft_revision=revision,
        live_no=live.no if live else 0,
        region=by.scope.region,
        made_at=now,
        made_by=by.actor,
        state=DueState.WAITING,
    )
    session.add(due)
    session.flush()
    told = {"due_at": micros(due_at), "words": due.note, "revision": revision}
    note(session, now, actor=by.actor, act="face.due.set", subject=SUBJECT, address=by.address, detail=told)
    return due.id


def cancel_due(session: Session, now: datetime, *, due_id: int, by: By) -> None:
    """Let what waits not go live. One that is cancelled or failed stays so. Refused: one that is live already."""
    locked_draft(session)
    due = _locked(session, due_id)
    if due.state is DueState.LIVE:
        raise DueOver
    if not touchable([due.region] if due.region else [], by.scope):
        raise OutsideRegion(region=by.scope.region)
    if not due.waits:
        return
    _end(session, now, due, DueState.CANCELLED, by.actor)
    told = {"due_at": micros(due.due_at), "words": due.note}
    note(session, now, actor=by.actor, act="face.due.cancel", subject=SUBJECT, address=by.address, detail=told)


def publish_due(session: Session, now: datetime, *, known: Known) -> bool:
    """Make the first layout live whose time has come; whether there was one. For the worker, again and again.

    What fails the checks now, says what is live already, would undo what somebody published since, or is no longer its
    maker's to publish, is not made live: that is written down for its maker. A draft that says the same from then on is
    no change any more.
    """
    row = locked_draft(session)
    due = next((one for one in waiting(session) if one.due_at <= now), None)
    if due is None:
        return False
    due = _locked(session, due.id)
    live = last(session)
    told = {"due_at": micros(due.due_at), "made_by": due.made_by, "words": due.note}
    try:
        if _document(live) == due.document:
            raise NothingNew
        if (other := overtaken(session, due)) is not None:
            raise Overtaken(who=names(session, {other.published_by})[other.published_by], no=other.no)
        _judge(session, now, _document(live), due.document, known, _scope(session, due, _document(live)))
    except Refused as refusal:
        found = _found(session, now, due, known) if isinstance(refusal, NotReady) else []
        due.fault = {"text": refusal.text, "params": refusal.params, "found": found}
        _end(session, now, due, DueState.FAILED, WORKER)
        told |= {"why": refusal.code}
        note(session, now, actor=WORKER, act="face.due.fail", subject=SUBJECT, detail=told)
        return True
    new = append(session, now, live, due.document, due.note, due.made_by)
    due.no = new.no
    _end(session, now, due, DueState.LIVE, WORKER)
    _follow(row, new)
    session.flush()
    note(session, now, actor=WORKER, act="face.due.publish", subject=SUBJECT, detail=told | {"no": new.no})
    return True


def _scope(session: Session, due: DueLayout, before: Document) -> Scope:
    """What its maker looks after by now. Refused: less than what the layout changes, where it was more."""
    scope = scope_of(session, due.made_by, *MAKERS)
    if scope != Scope(due.region) and touched_outside(before, due.document, scope):
        raise NoLongerTheirs
    return scope


def _found(session: Session, now: datetime, due: DueLayout, known: Known) -> list[dict[str, Any]]:
    """What keeps a layout from going live, to be told to its maker: of which kind of block, a text, its numbers."""
    bad = [finding for finding in checks(session, now, due.document, known) if finding.bad]
    return [{"what": one.what, "text": one.text, "params": dict(one.params)} for one in bad[:5]]


def _follow(row: LayoutDraft | None, new: Layout) -> None:
    if row is not None and row.document == new.document:
        row.based_on = new.no


def _judge(session: Session, at: datetime, before: Document, after: Document, known: Known, scope: Scope) -> None:
    if touched_outside(before, after, scope):
        raise OutsideRegion(region=scope.region)
    if bad := [finding for finding in checks(session, at, after, known) if finding.bad]:
        raise NotReady(count=len(bad))


def _document(live: Layout | None) -> Document:
    return live.document if live else standard()


def _locked(session: Session, due_id: int) -> DueLayout:
    due = session.scalars(
        select(DueLayout).where(DueLayout.id == due_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if due is None:
        raise NoSuchDue
    return due


def _end(session: Session, now: datetime, due: DueLayout, state: DueState, actor: str) -> None:
    due.state, due.ended_at, due.ended_by = state, now, actor
    session.flush()
