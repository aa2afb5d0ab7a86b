"""Let go of holds whose moment has passed: their points can be spent again."""

from huey import crontab

from mall.points.actions import release_due
from mall.web.db import transact

SCHEDULE = crontab(minute="*")
AT_ONCE = 50
"""Holds a transaction: locks are held for some milliseconds, and the mall goes on meanwhile."""


def run() -> int:
    """Void every hold that is over and give how many there were."""
    released = 0
    while holds := transact(release_due, limit=AT_ONCE):
        released += holds
    return released
