"""Tell those who asked for it that what was sold out is there again, once each."""

from huey import crontab

from mall.orders.actions.wish import tell_restocked
from mall.web.db import transact

SCHEDULE = crontab(minute="*/5")
AT_ONCE = 100
"""Notices a transaction."""


def run() -> int:
    """Tell everybody who waits and give how many there were."""
    told = 0
    while some := transact(tell_restocked, limit=AT_ONCE):
        told += some
    return told
