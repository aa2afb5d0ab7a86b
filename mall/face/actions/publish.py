"""Publishing the draft whole, and going back to an earlier version, which is a version of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.face.actions.draft import SUBJECT, By, locked_draft
from mall.face.models import Document, DraftMoved, Layout, NothingNew, NotReady, OutsideRegion
from mall.face.queries.checks import Known, checks
from mall.face.queries.versions import last, version
from mall.face.rules.audience import touched_outside
from mall.face.rules.standard import standard


def publish(
    session: Session, now: datetime, *, revision: int, words: str, known: Known, by: By, seen: int | None = None
) -> int:
    """Make the draft live as the next version and give its number. `words` say what is new; `seen` is the version that
    was live when it was looked at, where that is known.

    Refused: a draft that somebody changed or published meanwhile, another version gone live since (by itself, say), one
    that says nothing new, one with a finding that dealers would stumble over. The same person's second tap gets the
    version of the first.
    """
    row = locked_draft(session)
    if row is None:
        raise NothingNew
    if row.revision != revision:
        mine = session.scalar(select(Layout).where(Layout.draft_revision == revision, Layout.published_by == by.actor))
        if mine is None:
            raise DraftMoved(who=row.changed_by, at=row.changed_at)
        return mine.no
    live = last(session)
    if live is not None and seen not in (None, live.no):
        raise DraftMoved(who=live.published_by, at=live.published_at)
    before = live.document if live else standard()
    if before == row.document:
        raise NothingNew
    if touched_outside(before, row.document, by.scope):
        raise OutsideRegion(region=by.scope.region)
    if bad := [finding for finding in checks(session, now, row.document, known) if finding.bad]:
        raise NotReady(count=len(bad))
    new = append(session, now, live, row.document, words, by.actor, draft_revision=revision)
    row.revision, row.based_on, row.last_act = revision + 1, new.no, ""
    row.changed_at, row.changed_by = now, by.actor
    session.flush()
    _note(session, now, "face.publish", new, by)
    return new.no


def roll_back(session: Session, now: datetime, *, to: int, seen: int, words: str, by: By) -> int:
    """Make an earlier version live again, as a new one, and give its number. `seen` is the version that was live.

    A draft with changes of its own stays; one without follows. Refused: something else was published meanwhile.
    """
    row, live, old = locked_draft(session), last(session), version(session, to)
    if live is None or row is None:
        raise NothingNew
    if live.no != seen:
        if live.no == seen + 1 and (live.restored_from, live.published_by) == (to, by.actor):
            return live.no
        raise DraftMoved(who=live.published_by, at=live.published_at)
    if old.document == live.document:
        raise NothingNew
    if touched_outside(live.document, old.document, by.scope):
        raise OutsideRegion(region=by.scope.region)
    followed = row.document == live.document
    new = append(session, now, live, old.document, words, by.actor, restored_from=to)
    if followed:
        row.document, row.revision, row.based_on, row.last_act = old.document, row.revision + 1, new.no, ""
        row.changed_at, row.changed_by = now, by.actor
        session.flush()
    _note(session, now, "face.roll_back", new, by)
    return new.no


def append(
    session: Session,
    now: datetime,
    live: Layout | None,
    document: Document,
    words: str,
    actor: str,
    *,
    draft_revision: int | None = None,
    restored_from: int | None = None,
) -> Layout:
    """The next version. For the verbs that publish alone, who have the draft's row locked."""
    no = live.no + 1 if live else 1
    same = live is not None and live.document.get("theme") == document.get("theme")
    new = Layout(
        no=no,
        document=document,
        theme_no=live.theme_no if live and same else no,
        draft_revision=draft_revision,
        restored_from=restored_from,
        note=words[:200],
        published_at=now,
        published_by=actor,
    )
    session.add(new)
    session.flush()
    return new


def _note(session: Session, now: datetime, act: str, new: Layout, by: By) -> None:
    told = {"no": new.no, "restored_from": new.restored_from, "words": new.note}
    note(session, now, actor=by.actor, act=act, subject=SUBJECT, address=by.address, detail=told)
