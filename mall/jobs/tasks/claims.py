"""After-sales that time or a gateway ends: what was not sent back lapses, what was refunded is done."""

from huey import crontab

from mall.orders.actions.after_sales import close_refunded, lapse_claims, remind_claims
from mall.web.db import transact

SCHEDULE = crontab(minute="*")
AT_ONCE = 50
"""Claims a transaction: locks are held for some milliseconds, and the mall goes on meanwhile."""


def run() -> int:
    """Remind, let lapse and close all that is due, and give how many claims that were."""
    ended = 0
    while reminded := transact(remind_claims, limit=AT_ONCE):
        ended += reminded
    while lapsed := transact(lapse_claims, limit=AT_ONCE):
        ended += lapsed
    while closed := transact(close_refunded, limit=AT_ONCE):
        ended += closed
    return ended
