"""Forget what has served its time: sign-ins that are over, nonces that are too old to be taken, full rate buckets."""

from huey import crontab

from mall.dealers.actions import forget_over
from mall.earning.actions.partners import forget_nonces
from mall.web import limits
from mall.web.db import transact

SCHEDULE = crontab(minute="17")


def run() -> int:
    """Remove them and give how many rows there were."""
    return transact(forget_over) + transact(forget_nonces) + transact(limits.forget)
