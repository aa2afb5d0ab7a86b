"""Keep the alarms of stock: which SKUs have crossed a level since the last look."""

from huey import crontab

from mall.catalog.actions.alarms import look_at_all
from mall.web.db import transact

SCHEDULE = crontab(minute="*/10")


def run() -> int:
    """Do so, some SKUs a transaction, and give how many alarms began or ended."""
    done = 0
    while some := transact(look_at_all):
        done += some
    return done
