"""Take batches of rewards to their end: read their files, look at their rows, write them.

Whoever asks for one wakes the worker (`app.extensions["wake"]`); a call that was lost is made up for by the minute's
run. Each step is a short transaction that goes on where the last one ended.
"""

import time
from datetime import timedelta
from itertools import islice

from flask import current_app
from huey import crontab

from mall.base.refused import Refused
from mall.base.time import civil_day
from mall.catalog.actions.batches import (
    TakenUp,
    check_some,
    file_of,
    fill_some,
    filled,
    not_readable,
    take_up,
    write_some,
)
from mall.catalog.actions.batches.readers import READERS
from mall.config import Settings
from mall.earning.queries import point_value
from mall.web.db import now, reading, transact

SCHEDULE = crontab(minute="*")
AT_MOST = timedelta(seconds=40)
"""The worker has other tasks: what is left is for the next run, which this one calls for."""
AT_ONCE = 500


def run() -> int:
    """Go on with what is to be done, and give how many rows were read, looked at or written."""
    until = time.monotonic() + AT_MOST.total_seconds()
    done = 0
    while (batch := transact(take_up)) is not None:
        done += go_on(batch, until)
        if time.monotonic() >= until:
            current_app.extensions["wake"]("batches")
            break
    return done


def go_on(batch: TakenUp, until: float) -> int:
    """Take a batch as far as it comes without anybody's word, or as time allows."""
    settings: Settings = current_app.extensions["settings"]
    worth = point_value(reading(), civil_day(now(), settings.zone))
    done = fill(batch) if batch.sheet else 0
    while time.monotonic() < until:
        some = transact(write_some if batch.running else check_some, batch_id=batch.id, unit_value=worth)
        if not some:
            break
        done += some
    return done


def fill(batch: TakenUp) -> int:
    """Read a file to its end. What is there already, from a run that was cut short, is left out by the verb."""
    done = 0
    session = reading()
    try:
        rows = READERS[batch.sheet](session, now(), file_of(session, batch.id))
        while some := list(islice(rows, AT_ONCE)):
            done += transact(fill_some, batch_id=batch.id, rows=some)
    except Refused as refusal:
        transact(not_readable, batch_id=batch.id, refusal=refusal)
    else:
        transact(filled, batch_id=batch.id)
    return done
