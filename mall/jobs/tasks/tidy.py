"""Forget what has served its time: sign-ins, codes, notices, nonces, full rate buckets, old callbacks, messages,
searches that found nothing, and what batches leave behind.

docs/operations.md says what is kept for how long.
"""

from huey import crontab

from mall.catalog.actions.batches import drop_left, empty_files
from mall.catalog.actions.fruitless import forget_searches
from mall.dealers.actions import forget_codes, forget_notices, forget_over
from mall.earning.actions.partners import forget_nonces
from mall.outbox.actions import forget_delivered
from mall.payments.actions import forget_callbacks, forget_differences
from mall.web import limits
from mall.web.db import transact

SCHEDULE = crontab(minute="17")
WHOLE = (forget_over, forget_codes, forget_notices, forget_nonces, limits.forget)
BIT_BY_BIT = (forget_callbacks, forget_differences, forget_delivered, forget_searches, drop_left, empty_files)
MOST = 20
"""Transactions an hour for each of the last: short ones, so that nobody waits for a lock of theirs."""


def run() -> int:
    """Remove them and give how many rows there were."""
    gone = sum(transact(forget) for forget in WHOLE)
    for forget in BIT_BY_BIT:
        for _turn in range(MOST):
            done = transact(forget)
            gone += done
            if not done:
                break
    return gone
