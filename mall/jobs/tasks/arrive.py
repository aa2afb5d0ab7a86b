"""Parcels that nobody confirmed count as received after ten days; orders are completed once after-sales is over."""

from huey import crontab

from mall.orders.actions import complete_due, receive_due
from mall.web.db import transact

SCHEDULE = crontab(minute="*/10")
AT_ONCE = 50
"""Orders a transaction: locks are held for some milliseconds, and the mall goes on meanwhile."""


def run() -> int:
    """Count as received and complete all that is due, and give how many orders that were."""
    moved = 0
    for verb in (receive_due, complete_due):
        while done := transact(verb, limit=AT_ONCE):
            moved += done
    return moved
