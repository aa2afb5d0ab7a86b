"""Noting that a task has run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.jobs.models import JobRun


def note_run(session: Session, now: datetime, *, name: str, done: int) -> None:
    """Keep when a task last ended and how many things it did."""
    run = session.get(JobRun, name, with_for_update=True)
    if run is None:
        session.add(JobRun(name=name, ended_at=now, done=done))
    else:
        run.ended_at, run.done = now, done
