"""Ask gateways about payments whose end is unknown: a lost callback costs nobody anything but a minute."""

from __future__ import annotations

import time

from flask import current_app
from huey import crontab

from mall.orders.actions.find_out import Found, find_out
from mall.payments.actions import Counter
from mall.payments.models import GatewayName, Payment
from mall.payments.queries import due_payments
from mall.web.db import now, reading, transact

SCHEDULE = crontab(minute="*")
AT_ONCE = 50
SECONDS = 40.0
"""The worker has other tasks: what is left is for the next minute's run."""


def run() -> int:
    """Ask about what is due and give how many ended. A gateway that does not answer is left alone until next time."""
    counter: Counter = current_app.extensions["counter"]
    seal, until, ended = current_app.extensions["seal"], time.monotonic() + SECONDS, 0
    answering: list[GatewayName] = list(counter.offered())
    while answering and time.monotonic() < until:
        due = due_payments(reading(), now(), answering, limit=AT_ONCE)
        reading().rollback()
        for dealer_id, payment_id in due:
            found = find_out(transact, counter, now(), dealer_id=dealer_id, payment_id=payment_id, seal=seal)
            ended += found in {Found.PAID, Found.CLOSED}
            if found is Found.SILENT:
                payment = reading().get(Payment, (dealer_id, payment_id))
                answering = [name for name in answering if payment is None or name is not payment.gateway]
                break
            if time.monotonic() > until:
                break
        else:
            if len(due) < AT_ONCE:
                break
    return ended
