"""Close orders that nobody paid in time: their gateway is asked first, told to close, and only then they close.

A gateway that does not answer holds an order no longer than some minutes; what is paid after all is given back.
"""

from __future__ import annotations

import time
from datetime import timedelta

from flask import current_app
from huey import crontab

from mall.orders.actions.confirm import close_unpaid
from mall.orders.actions.find_out import Found, find_out
from mall.orders.queries.unpaid import unpaid_due
from mall.payments.queries import payments_of
from mall.web.db import now, reading, transact

SCHEDULE = crontab(minute="*")
AT_ONCE = 100
SECONDS = 40.0
PATIENCE = timedelta(minutes=10)
"""So long points and stock wait for a gateway that does not say whether it was paid."""


def run() -> int:
    """Close what is over and give how many orders there were."""
    counter, seal = current_app.extensions["counter"], current_app.extensions["seal"]
    until, closed = time.monotonic() + SECONDS, 0
    due = unpaid_due(reading(), now(), limit=AT_ONCE)
    for dealer_id, order_id, close_at in due:
        if time.monotonic() > until:
            break
        unsure = [one.id for one in payments_of(reading(), dealer_id, order_id) if one.unsure]
        reading().rollback()
        found = {
            find_out(transact, counter, now(), dealer_id=dealer_id, payment_id=one, seal=seal, at_once=True)
            for one in unsure
        }
        if Found.PAID in found:
            continue
        if found - {Found.CLOSED} and now() - close_at < PATIENCE:
            continue  # not known yet: the next minute's run asks again
        order = transact(close_unpaid, dealer_id=dealer_id, order_id=order_id)
        closed += order.cancelled
    return closed
