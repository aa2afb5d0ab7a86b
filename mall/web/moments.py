"""Moments as a browser's field has them (2026-11-12T10:00), in the mall's own time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import current_app

SHAPE = "%Y-%m-%dT%H:%M"
YEARS = range(2000, 2200)
"""Years that people mean; a calendar's edges are only ever a slip of the finger."""


def moment_typed(text: str) -> datetime | None:
    """A moment as a field sends it; none where it is no moment. Seconds are left out."""
    try:
        typed = datetime.strptime(text.strip().replace(" ", "T")[:16], SHAPE).replace(tzinfo=_zone())
    except ValueError:
        return None
    return typed.astimezone(UTC) if typed.year in YEARS else None


def moment_shown(at: datetime | None) -> str:
    """A moment as a field wants it, to the minute; nothing for none."""
    return at.astimezone(_zone()).strftime(SHAPE) if at else ""


def _zone() -> ZoneInfo:
    return ZoneInfo(current_app.extensions["settings"].zone)
