"""Ids made by the application: 63 bits, ordered by time, no sequence anywhere (Citus needs none, and neither do we)."""

from __future__ import annotations

import os
import random
import threading
from datetime import datetime

from mall.base.types import micros

STEP = 2**16
AHEAD = 60_000
"""Milliseconds by which ids may run ahead of a clock that stands; beyond, they begin anew."""
_chance = random.Random()
"""Seeded by the system, anew in each process; asking the system for every id took longer than all else about it."""
os.register_at_fork(after_in_child=_chance.seed)
_lock = threading.Lock()
_last = 0


def new_id(now: datetime) -> int:
    """A fresh id: 42 bits of milliseconds since 1970, then 21 random bits.

    Within a process ids only rise, so a bulk import cannot meet itself within one millisecond. The steps are long and
    random, so that two processes in the same millisecond meet once in many thousand times; then the database refuses
    the second, and `transact` runs its verb again.
    """
    global _last
    fresh = (micros(now) // 1000) << 21 | _chance.getrandbits(21)
    with _lock:
        if fresh <= _last and _last >> 21 <= (fresh >> 21) + AHEAD:
            fresh = _last + 1 + _chance.randrange(STEP)
        _last = fresh
    return fresh


def first_id(at: datetime) -> int:
    """No id made at that moment or later is smaller, and no earlier one as large: what was made since is `>=` it."""
    return micros(at) // 1000 << 21
