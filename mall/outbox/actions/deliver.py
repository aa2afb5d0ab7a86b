"""Delivering: a worker takes a message for a while, tells it outside of any transaction, and writes what came of it.

A worker that dies keeps its message until the lease is over; then the next one tells it again. So a message comes at
least once, and its id tells the system that it came before.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, exists, or_, select, text, update
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.dealers.models import Dealer
from mall.outbox.models import Message, MessageState, System
from mall.outbox.rules import LEASE, pause_after

_message = cast(Table, Message.__table__)
_ahead = _message.alias("ahead")
# Written out: a database cannot know that a bound value lies within a partial index.
_waiting = text("outbox_message.state = 'waiting'")
_still_ahead = text("ahead.state IN ('waiting', 'dead')")


@dataclass(frozen=True)
class Taken:
    """A message that is this worker's to deliver, as it is told."""

    dealer_id: int
    id: int
    lease: int
    system: System
    told: dict[str, Any]


def take(session: Session, now: datetime, *, systems: Collection[System]) -> Taken | None:
    """Take the message that is due longest for one of these systems, and is the next of its chain; none is nothing.

    Its try is counted here, so that one that kills its worker is given up in the end like any other.
    """
    waits_for = exists().where(
        _ahead.c.dealer_id == _message.c.dealer_id,
        _ahead.c.system == _message.c.system,
        _ahead.c.seq < _message.c.seq,
        _still_ahead,
    )
    due = (
        select(Message)
        .where(
            _waiting,
            Message.due_at <= now,
            or_(Message.leased_until.is_(None), Message.leased_until <= now),
            Message.system.in_(systems),
            ~waits_for,
        )
        .order_by(Message.due_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    message = session.scalars(due).one_or_none()
    if message is None:
        return None
    message.lease, message.leased_until = new_id(now), now + LEASE
    message.tries, message.tried_at = message.tries + 1, now
    told = {
        "id": str(message.id),
        "seq": message.seq,
        "topic": message.topic,
        "key": message.key,
        "dealer": session.scalar(select(Dealer.code).where(Dealer.id == message.dealer_id)),
        "at": message.created_at.isoformat(timespec="seconds"),
        "body": message.body,
    }
    return Taken(message.dealer_id, message.id, message.lease, message.system, told)


def delivered(session: Session, now: datetime, *, taken: Taken) -> None:
    """The system said that it has the message. True whoever hears it, also after the lease."""
    session.execute(
        _one(taken)
        .where(_message.c.state != MessageState.DELIVERED)
        .values(
            state=MessageState.DELIVERED,
            delivered_at=now,
            lease=None,
            leased_until=None,
            last_error="",
        )
    )


def failed(session: Session, now: datetime, *, taken: Taken, error: str) -> MessageState | None:
    """It did not get through: wait for the next try, or give up. Nothing where another worker has it by now."""
    message = session.scalars(
        select(Message)
        .where(Message.dealer_id == taken.dealer_id, Message.id == taken.id, Message.lease == taken.lease)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if message is None:
        return None
    pause = pause_after(message.tries)
    if pause is None:
        message.state = MessageState.DEAD
    else:
        message.due_at = now + pause
    message.lease, message.leased_until, message.last_error = None, None, error[:300]
    return message.state


def _one(taken: Taken) -> Any:
    return update(_message).where(_message.c.dealer_id == taken.dealer_id, _message.c.id == taken.id)
