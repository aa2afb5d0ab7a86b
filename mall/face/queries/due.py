"""What is set to go live by itself, and what became of what was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mall.face.models import DueLayout, DueState, NoSuchDue

TOLD = timedelta(days=7)
"""So long a layout is told of that did not go live."""


def waiting(session: Session) -> Sequence[DueLayout]:
    """What waits for its time, the next first."""
    return session.scalars(
        select(DueLayout).where(DueLayout.state == DueState.WAITING).order_by(DueLayout.due_at, DueLayout.id)
    ).all()


def failed(session: Session, now: datetime) -> Sequence[DueLayout]:
    """What did not go live these days though its time had come, the latest first."""
    lately = (DueLayout.state == DueState.FAILED) & (DueLayout.ended_at > now - TOLD)
    return session.scalars(select(DueLayout).where(lately).order_by(DueLayout.due_at.desc()).limit(5)).all()


def failed_count(session: Session, now: datetime) -> int:
    """How many did not go live these days."""
    lately = (DueLayout.state == DueState.FAILED) & (DueLayout.ended_at > now - TOLD)
    return session.scalar(select(func.count()).where(lately)) or 0


def due(session: Session, due_id: int) -> DueLayout:
    """One of them."""
    found = session.get(DueLayout, due_id)
    if found is None:
        raise NoSuchDue
    return found
