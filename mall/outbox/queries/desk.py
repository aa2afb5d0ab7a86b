"""Messages as the desk looks at them: by state, by system, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base.places import Place, behind
from mall.base.refused import NotFound
from mall.dealers.models import Dealer, Staff
from mall.dealers.queries.found import NOBODY, Meant
from mall.outbox.models import Message, MessageState, System

PAGE = 50
COUNTED = 10_000


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to, and where it goes on."""

    state: MessageState
    system: System | None = None
    words: str = ""
    whose: Meant = NOBODY
    """The dealers that the words may mean."""
    before: Place | None = None
    oldest: bool = False
    size: int = PAGE


@dataclass(frozen=True)
class MessageShown:
    """A message, the dealer it is about, and whether another one stands in its way."""

    message: Message
    dealer_code: str
    dealer_name: str
    stopped: bool


@dataclass(frozen=True)
class Standing:
    """How a system's messages stand."""

    system: System
    waiting: int
    dead: int
    oldest_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True)
class Trace:
    """What people did with a message."""

    at: datetime
    act: str
    by: str
    reason: str


def counts(session: Session, asked: Asked) -> dict[MessageState, int]:
    """How many messages of what is asked for stand in each state, counted up to ten thousand."""
    found = {}
    for state in MessageState:
        some = select(Message.id).where(Message.state == state, *_narrowed(asked)).limit(COUNTED)
        found[state] = session.scalar(select(func.count()).select_from(some.subquery())) or 0
    return found


def dead_count(session: Session) -> int:
    """How many messages wait for people."""
    return session.scalar(select(func.count()).where(Message.state == MessageState.DEAD)) or 0


def standings(session: Session) -> list[Standing]:
    """How each system's messages stand."""
    rows = session.execute(
        select(
            Message.system,
            func.count().filter(Message.state == MessageState.WAITING).label("waiting"),
            func.count().filter(Message.state == MessageState.DEAD).label("dead"),
            func.min(Message.created_at).label("oldest_at"),
        )
        .where(Message.state.in_((MessageState.WAITING, MessageState.DEAD)))
        .group_by(Message.system)
    )
    known = {row.system: (row.waiting, row.dead, row.oldest_at) for row in rows}
    return [Standing(system, *known.get(system, (0, 0, None)), _delivered_at(session, system)) for system in System]


def _delivered_at(session: Session, system: System) -> datetime | None:
    """When the youngest message that a system has was delivered."""
    return session.scalar(
        select(Message.delivered_at)
        .where(Message.state == MessageState.DELIVERED, Message.system == system)
        .order_by(Message.created_at.desc())
        .limit(1)
    )


def messages(session: Session, asked: Asked) -> tuple[list[MessageShown], Place | None]:
    """A page of messages in a state, newest first unless asked otherwise, and where the next one begins."""
    rows: Any = select(Message, Dealer.code, Dealer.name).join(Dealer, Dealer.id == Message.dealer_id)
    rows = rows.where(Message.state == asked.state, *_narrowed(asked))
    rows = behind(rows, asked.before, Message.created_at, Message.id, oldest=asked.oldest)
    found = session.execute(rows.limit(asked.size + 1)).all()
    stopped = _stopped(session, [row.Message for row in found])
    shown = [MessageShown(row.Message, row.code, row.name, row.Message.id in stopped) for row in found]
    more = shown[asked.size - 1].message if len(shown) > asked.size else None
    return shown[: asked.size], (more.created_at, more.id) if more else None


def message(session: Session, dealer_code: str, message_id: int) -> MessageShown:
    """One message. Refused: none of this dealer with this id."""
    row = session.execute(
        select(Message, Dealer.code, Dealer.name)
        .join(Dealer, Dealer.id == Message.dealer_id)
        .where(Dealer.code == dealer_code, Message.id == message_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return MessageShown(row.Message, row.code, row.name, row.Message.id in _stopped(session, [row.Message]))


def traces(session: Session, message_id: int) -> list[Trace]:
    """What people did with a message, newest first."""
    subject = f"message:{message_id}"
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id.desc()).limit(20)
    ).all()
    ids = {int(word) for entry in entries if (word := entry.actor.removeprefix("staff:")).isdigit()}
    names: dict[str, str] = {
        f"staff:{number}": name
        for number, name in session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    }
    return [
        Trace(entry.at, entry.act, names.get(entry.actor, entry.actor), str(entry.detail.get("reason", "")))
        for entry in entries
    ]


def _stopped(session: Session, found: Sequence[Message]) -> set[int]:
    """Of these messages those that wait behind a dead one of their chain."""
    waiting = [one for one in found if one.state is MessageState.WAITING]
    if not waiting:
        return set()
    first_dead = {
        (row.dealer_id, row.system): row.seq
        for row in session.execute(
            select(Message.dealer_id, Message.system, func.min(Message.seq).label("seq"))
            .where(Message.state == MessageState.DEAD, Message.dealer_id.in_({one.dealer_id for one in waiting}))
            .group_by(Message.dealer_id, Message.system)
        )
    }
    return {one.id for one in waiting if first_dead.get((one.dealer_id, one.system), one.seq) < one.seq}


def _narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.system:
        conditions.append(Message.system == asked.system)
    if asked.words:
        what = (Message.topic == asked.words, Message.key.contains(asked.words, autoescape=True))
        conditions.append(or_(asked.whose.of(Message.dealer_id), *what))
    return conditions
