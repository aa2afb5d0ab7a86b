"""Forgetting messages that were delivered long ago. A chain is forgotten from its beginning, never to its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from mall.outbox.models import KEPT, Message, MessageState

AT_ONCE = 500
CHAINS = 20
_message = cast(Table, Message.__table__)


def forget_delivered(session: Session, now: datetime) -> int:
    """Remove some messages that were delivered more than 400 days ago; for the worker. Gives back how many.

    What was never delivered, is dead or was set aside stays, and so does all that comes after it in its chain: the
    numbers of what is left have no gap, which the nightly proof checks. The last of a chain stays for ever, since the
    next one counts on from it.
    """
    old = and_(_message.c.state == MessageState.DELIVERED, _message.c.delivered_at < now - KEPT)
    ahead, behind = _message.alias("ahead"), _message.alias("behind")
    stays = or_(ahead.c.state != MessageState.DELIVERED, ahead.c.delivered_at >= now - KEPT)
    chains = (
        select(_message.c.dealer_id, _message.c.system)
        .where(
            old,
            _message.c.created_at < now - KEPT,  # no later than it was delivered; the index is by this one
            ~exists().where(_of(ahead), ahead.c.seq < _message.c.seq, stays),
            exists().where(_of(behind), behind.c.seq > _message.c.seq),
        )
        .distinct()
        .limit(CHAINS)
    )
    gone = 0
    for dealer_id, system in session.execute(chains).all():
        chain = and_(_message.c.dealer_id == dealer_id, _message.c.system == system)
        numbers = select(func.min(_message.c.seq), func.max(_message.c.seq)).where(chain)
        first, last = session.execute(numbers).one()
        stops = session.scalar(select(func.min(_message.c.seq)).where(chain, ~old)) or last
        until = min(stops, last, first + AT_ONCE - gone)
        session.execute(delete(_message).where(chain, _message.c.seq < until))
        gone += until - first
        if gone >= AT_ONCE:
            break
    return gone


def _of(other: Any) -> Any:
    return and_(other.c.dealer_id == _message.c.dealer_id, other.c.system == _message.c.system)
