"""Is the worker alive?"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mall.jobs.models import JobRun

HEARTBEAT = "heartbeat"
LATE = timedelta(minutes=3)
"""The heart beats every minute; three beats missed are a worker that needs looking at."""


def worker_state(session: Session, now: datetime) -> str:
    """`ok`, `late` when the heart has not beaten for three minutes, `never` when no worker ever ran."""
    run = session.get(JobRun, HEARTBEAT)
    if run is None:
        return "never"
    return "late" if now - run.ended_at > LATE else "ok"
