"""Make expiry visible: write the entries of lots that are over, in accounts nobody touched since.

Points over are unspendable from their instant whether this runs or not (mall/points/actions/expire.py).
"""

from huey import crontab

from mall.points.actions import expire_due
from mall.web.db import transact

SCHEDULE = crontab(minute="*/10")
AT_ONCE = 50
"""Accounts a transaction: locks are held for some milliseconds, and the mall goes on meanwhile."""


def run() -> int:
    """Sweep every account with lots due and give how many accounts there were."""
    swept = 0
    while accounts := transact(expire_due, limit=AT_ONCE):
        swept += accounts
    return swept
