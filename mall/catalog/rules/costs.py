"""What a price is held against: the cost, and for a while the higher one that it was lowered from. Pure.

Otherwise one person alone could lower a cost, or forget it, and then ask for any price.
"""

from __future__ import annotations

from datetime import datetime, timedelta

HELD_FOR = timedelta(days=90)
"""How long a cost counts after it was lowered by one person alone."""


def held(cost_fen: int, held_fen: int, held_until: datetime | None, at: datetime) -> int:
    """What a SKU's prices are held against at a moment, in fen without tax; 0 where no cost is or lately was known."""
    return max(cost_fen, held_fen) if held_until is not None and at < held_until else cost_fen


def lowered(
    was: int, becomes: int, held_fen: int, held_until: datetime | None, at: datetime
) -> tuple[int, datetime | None]:
    """What stays held after a cost becomes another one, and until when; nothing once the cost is as high again."""
    before = held(was, held_fen, held_until, at)
    if becomes >= before:
        return 0, None
    return before, at + HELD_FOR if becomes < was else held_until


def agreed(
    was: int, becomes: int, held_fen: int, held_until: datetime | None, at: datetime
) -> tuple[int, datetime | None]:
    """What stays held after a second person agreed that a cost becomes another one: what an earlier lowering holds
    above both, of which nobody has told them.
    """
    return (held_fen, held_until) if held(0, held_fen, held_until, at) > max(was, becomes) else (0, None)
