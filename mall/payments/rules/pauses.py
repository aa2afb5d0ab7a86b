"""When a gateway is asked again: soon at first, then ever more seldom, for as long as the end is unknown."""

from __future__ import annotations

from datetime import datetime, timedelta

SECONDS = (10, 15, 30, 60, 60, 120, 180, 300, 600, 1200, 1800, 3600, 7200, 14_400)
DAILY = timedelta(days=1)
BREATH = timedelta(seconds=3)
"""However often people press, a gateway is not asked about one payment more often than so."""
LEASE = timedelta(minutes=2)
"""Who asks has so long to write down the answer; then somebody else may ask."""


def next_at(now: datetime, times: int) -> datetime:
    """When to ask after so many times."""
    return now + (timedelta(seconds=SECONDS[times]) if times < len(SECONDS) else DAILY)
