"""Published versions of the layout, and the draft of the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from mall.base.types import EPOCH
from mall.dealers.models import Staff
from mall.face.models import Document, DueLayout, DueState, Layout, LayoutDraft, NoSuchLayout
from mall.face.rules.standard import standard

MOST = 100
"""Versions listed."""


@dataclass(frozen=True)
class DraftShown:
    """The draft, by whom and when it was last changed; before its first change it is what is live, at revision 0."""

    revision: int
    document: Document
    based_on: int
    changed_at: datetime
    changed_by: str

    @property
    def untouched(self) -> bool:
        """Whether nobody has changed anything since it was made."""
        return self.revision == 0


def version(session: Session, no: int) -> Layout:
    """One published version."""
    found = session.get(Layout, no)
    if found is None:
        raise NoSuchLayout
    return found


def versions(session: Session) -> list[Layout]:
    """The versions, the latest first."""
    return list(session.scalars(select(Layout).order_by(Layout.no.desc()).limit(MOST)))


def last(session: Session) -> Layout | None:
    """The version that is live."""
    return session.scalars(select(Layout).order_by(Layout.no.desc()).limit(1)).first()


def draft(session: Session) -> DraftShown:
    """The draft as it stands."""
    row = session.get(LayoutDraft, 1)
    if row is not None:
        return DraftShown(row.revision, row.document, row.based_on, row.changed_at, row.changed_by)
    live = last(session)
    return DraftShown(0, live.document if live else standard(), live.no if live else 0, EPOCH, "")


def unpublished(session: Session) -> datetime | None:
    """Since when a draft waits that says something else than what is live and is set for no moment; none: it does not.

    In one statement.
    """
    arranged = exists().where(DueLayout.state == DueState.WAITING, DueLayout.draft_revision == LayoutDraft.revision)
    last_ = select(func.max(Layout.no)).scalar_subquery()
    asked = select(LayoutDraft.document, LayoutDraft.changed_at, Layout.document).outerjoin(Layout, Layout.no == last_)
    row = session.execute(asked.where(~arranged)).one_or_none()
    return row[1] if row is not None and row[0] != (row[2] or standard()) else None


def names(session: Session, actors: set[str]) -> dict[str, str]:
    """The names of the staff behind `staff:<id>`; other actors are named as they are written."""
    ids = {int(actor.removeprefix("staff:")) for actor in actors if actor.startswith("staff:")}
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids))) if ids else ()
    known = {f"staff:{row.id}": row.name for row in rows}
    return {actor: known.get(actor, actor) for actor in actors}
