"""Remind dealers of vouchers that end soon; write down which are over, and tell the systems that honoured them.

They cannot be used from their instant on, whether this runs or not (mall/rewards/models/voucher.py).
"""

from flask import current_app
from huey import crontab

from mall.rewards.actions.vouchers import expire_vouchers, remind
from mall.web.db import transact

SCHEDULE = crontab(minute="*/10")
AT_ONCE = 50
"""Vouchers a transaction, all of one dealer: its account is locked for some milliseconds."""


def run() -> int:
    """Write down every voucher that is over, remind of those that soon are, and give how many there were."""
    zone, done = current_app.extensions["settings"].zone, 0
    while many := transact(expire_vouchers, limit=AT_ONCE):
        done += many
    while many := transact(remind, zone=zone, limit=AT_ONCE):
        done += many
    return done
