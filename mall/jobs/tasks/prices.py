"""Let lists say what rewards cost after prices have begun or ended by their dates.

Pages of one reward and checkout look at the dates themselves; only the copies that lists sort by wait for this.
"""

from huey import crontab

from mall.catalog.actions import follow_dates
from mall.web.db import transact

SCHEDULE = crontab(minute="*/5")


def run() -> int:
    """Follow the dates and give how many rewards were looked at."""
    return transact(follow_dates)
