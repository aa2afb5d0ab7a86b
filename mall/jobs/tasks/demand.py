"""Reckon every night what orders asked for in 30 and 90 days: what to order is worked out from it."""

from huey import crontab

from mall.catalog.actions.alarms import reckon
from mall.web.db import transact

SCHEDULE = crontab(hour="19", minute="30")  # UTC: half past three in the morning in Shanghai


def run() -> int:
    """Do so, some SKUs a transaction, and give how many such steps there were."""
    steps, after = 0, -1
    while (last := transact(reckon, after=after)) is not None:
        steps, after = steps + 1, last
    return steps
