"""Forget what has served its time: sign-ins and codes that are over, old notices, old nonces, full rate buckets."""

from huey import crontab

from mall.dealers.actions import forget_codes, forget_notices, forget_over
from mall.earning.actions.partners import forget_nonces
from mall.web import limits
from mall.web.db import transact

SCHEDULE = crontab(minute="17")


def run() -> int:
    """Remove them and give how many rows there were."""
    return sum(transact(forget) for forget in (forget_over, forget_codes, forget_notices, forget_nonces, limits.forget))
