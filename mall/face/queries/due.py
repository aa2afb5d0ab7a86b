"""What is set to go live by itself, and what became of what was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from mall.dealers.models import WHOLE, Scope
from mall.face.models import DueLayout, DueState, Layout, NoSuchDue

TOLD = timedelta(days=7)
"""So long a layout is told of that did not go live."""


def waiting(session: Session) -> Sequence[DueLayout]:
    """What waits for its time, the next first."""
    return session.scalars(
        select(DueLayout).where(DueLayout.state == DueState.WAITING).order_by(DueLayout.due_at, DueLayout.id)
    ).all()


def overtaken(session: Session, due: DueLayout) -> Layout | None:
    """The latest version that somebody published by hand since this was set; it does not go live over that one.

    What went live by itself meanwhile was set in the sight of this, or this in the sight of that.
    """
    by_itself = select(DueLayout.no).where(DueLayout.no.is_not(None))
    since = select(Layout).where(Layout.no > due.live_no, Layout.no.not_in(by_itself))
    return session.scalars(since.order_by(Layout.no.desc()).limit(1)).first()


def failed(session: Session, now: datetime) -> Sequence[DueLayout]:
    """What did not go live these days though its time had come, the latest first."""
    latest = select(DueLayout).where(*_failed(now, WHOLE)).order_by(DueLayout.due_at.desc()).limit(5)
    return session.scalars(latest).all()


def failed_count(session: Session, now: datetime, scope: Scope = WHOLE) -> int:
    """How many did not go live these days; for whoever looks after a region those that were set for it."""
    return session.scalar(select(func.count()).where(*_failed(now, scope))) or 0


def _failed(now: datetime, scope: Scope) -> list[ColumnElement[bool]]:
    lately = [DueLayout.state == DueState.FAILED, DueLayout.ended_at > now - TOLD]
    if scope.region:
        path = f"{scope.region}/"
        lately.append(func.substr(DueLayout.region + "/", 1, len(path)) == path)
    return lately


def due(session: Session, due_id: int) -> DueLayout:
    """One of them."""
    found = session.get(DueLayout, due_id)
    if found is None:
        raise NoSuchDue
    return found
