"""Tell the brand's own systems what happened, in order, at least once; what fails waits longer each time.

Nothing is lost without configuration, or while a system is away: messages wait, and the desk shows them.
"""

import logging
import secrets
import time
from datetime import timedelta

from flask import current_app
from huey import crontab

from mall.config import Settings
from mall.outbox.actions import delivered, failed, hand_over, take
from mall.outbox.queries.destinations import destinations
from mall.web.db import now, transact

SCHEDULE = crontab(minute="*")
AT_MOST = timedelta(seconds=30)
"""The worker has other tasks: what is left is for the next minute's run."""
log = logging.getLogger(__name__)


def run() -> int:
    """Deliver what is due and give how many messages got through."""
    settings: Settings = current_app.extensions["settings"]
    found, wrong = destinations(settings.gateways)
    for error in wrong:
        log.error("the outbox's configuration: %s", error)
    open_to = {to.system: to for to in found}
    begun, many = time.monotonic(), 0
    while open_to and time.monotonic() - begun < AT_MOST.total_seconds():
        taken = transact(take, systems=tuple(open_to))
        if taken is None:
            break
        answer = hand_over(
            taken, open_to[taken.system], timestamp=int(now().timestamp()), nonce=secrets.token_urlsafe(16)
        )
        if answer.delivered:
            transact(delivered, taken=taken)
            many += 1
            continue
        state = transact(failed, taken=taken, error=answer.error)
        log.warning("message %s to %s: %s (%s)", taken.id, taken.system, answer.error, state)
        if answer.away:
            # Each further try would fail alike, and might last as long as a time-out.
            del open_to[taken.system]
    return many
