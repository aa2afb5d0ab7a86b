"""Prove the orders, every night after the ledger: points, money, codes and stock tie to the last one."""

import logging

from huey import crontab

from mall.orders.queries.proof import Looked, order_faults
from mall.web.db import now, reading, snapshot

SCHEDULE = crontab(hour="20", minute="10")  # UTC: ten past four in the morning in Shanghai
log = logging.getLogger(__name__)


def run() -> int:
    """Prove every order and give how many there were; faults go to the log."""
    looked = Looked()
    for fault in order_faults(snapshot(), now(), looked):
        log.error("the orders' proof: %s", fault.text)
    reading().rollback()
    return looked.orders
