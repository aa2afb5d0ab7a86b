"""Close redemptions that no owner decided about in time: their points and pieces go back, and who asked is told."""

from huey import crontab

from mall.orders.actions.approve import lapse_due
from mall.web.db import transact

SCHEDULE = crontab(minute="*")
AT_ONCE = 50
"""Orders a transaction: locks are held for some milliseconds, and the mall goes on meanwhile."""


def run() -> int:
    """Lapse every one whose time is over and give how many there were."""
    lapsed = 0
    while closed := transact(lapse_due, limit=AT_ONCE):
        lapsed += closed
    return lapsed
