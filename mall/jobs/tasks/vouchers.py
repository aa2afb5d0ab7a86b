"""Write down which vouchers are over, and tell the systems that would have honoured them.

They cannot be used from their instant on, whether this runs or not (mall/rewards/models/voucher.py).
"""

from huey import crontab

from mall.rewards.actions.vouchers import expire_vouchers
from mall.web.db import transact

SCHEDULE = crontab(minute="*/10")
AT_ONCE = 50
"""Vouchers a transaction, all of one dealer: its account is locked for some milliseconds."""


def run() -> int:
    """Write down every voucher that is over and give how many there were."""
    over = 0
    while many := transact(expire_vouchers, limit=AT_ONCE):
        over += many
    return over
