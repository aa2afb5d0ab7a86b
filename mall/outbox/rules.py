"""When a message is tried again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta

PAUSES = (1, 2, 4, 8, 15, 30, 60, 120, 240, 480, 720)
"""Minutes after the first, second, … failure: twelve tries within 28 hours."""
TRIES = len(PAUSES) + 1
LEASE = timedelta(minutes=2)
"""For so long nobody else delivers what a worker has taken: far more than one try lasts, which is cut at its limit."""
LIMIT = 15.0
"""Seconds that one try may last, from connecting to the answer's end."""


def pause_after(tries: int) -> timedelta | None:
    """How long to wait after so many failed tries; nothing where it is given up."""
    return timedelta(minutes=PAUSES[tries - 1]) if tries < TRIES else None
