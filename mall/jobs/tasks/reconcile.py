"""Every morning: fetch each gateway's bill of yesterday and hold it against our payments and refunds.

WeChat's is there by ten, Alipay's by nine. A day that was not to be had, or that differs, is tried for three days.
"""

from __future__ import annotations

from datetime import date, timedelta

from flask import current_app
from huey import crontab

from mall.base.time import civil_day
from mall.payments.actions import Counter, hold_bill
from mall.payments.models import BadSignature, GatewayDeclined, GatewayName, GatewaySilent
from mall.payments.queries.bills import settled_days
from mall.web.db import now, reading, transact

SCHEDULE = crontab(minute="20", hour="2,4,6,8")  # UTC: twenty past ten in China, and some hours after
ZONE = "Asia/Shanghai"
DAYS = 3


def run() -> int:
    """Reconcile what is not yet settled of the last days and give how many bills that were."""
    counter: Counter = current_app.extensions["counter"]
    today, held = civil_day(now(), ZONE), 0
    for name in counter.offered():
        known = settled_days(reading(), name, since=today - timedelta(days=DAYS))
        reading().rollback()
        for back in range(1, DAYS + 1):
            day = today - timedelta(days=back)
            held += day not in known and reconcile(counter, name, day)
    return held


def reconcile(counter: Counter, name: GatewayName, day: date) -> bool:
    """Fetch a gateway's bill of a day and hold it against our rows; false while it cannot be had."""
    try:
        lines = counter.gateway(name).bill(day)
    except (GatewaySilent, GatewayDeclined, BadSignature):
        return False
    transact(hold_bill, gateway=name, day=day, lines=lines)
    return True
