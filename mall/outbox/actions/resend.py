"""What people do with messages that do not get through: send again, or set aside."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import NotFound
from mall.outbox.models import Message, MessageState, NotDead, NotResendable, System


def resend(session: Session, now: datetime, *, dealer_id: int, message_id: int, actor: str, address: str = "") -> None:
    """Put a message in line again, with all its tries before it. Refused: one that has been delivered."""
    message = _message(session, dealer_id, message_id)
    if not message.resendable:
        raise NotResendable
    # A worker that is at it just now keeps its lease: it is told twice at worst, never by two at once.
    message.state, message.due_at, message.tries = MessageState.WAITING, now, 0
    _note(session, now, message, "outbox.resend", actor, address)


def resend_dead(session: Session, now: datetime, *, system: System, actor: str, address: str = "") -> int:
    """Put all dead messages to a system in line again: it was away, and is back. Gives how many."""
    again = (
        update(Message)
        .where(Message.state == MessageState.DEAD, Message.system == system)
        .values(state=MessageState.WAITING, due_at=now, tries=0)
        .returning(Message.id)
    )
    many = len(session.execute(again).all())
    if many:
        detail = {"messages": many}
        note(
            session,
            now,
            actor=actor,
            act="outbox.resend_dead",
            subject=f"outbox:{system}",
            address=address,
            detail=detail,
        )
    return many


def set_aside(
    session: Session, now: datetime, *, dealer_id: int, message_id: int, reason: str, actor: str, address: str = ""
) -> None:
    """Give a dead message up, so that those after it go on. Told again to nobody; may still be sent by hand."""
    message = _message(session, dealer_id, message_id)
    if message.state is MessageState.SET_ASIDE:
        return
    if not message.dead:
        raise NotDead
    message.state = MessageState.SET_ASIDE
    _note(session, now, message, "outbox.set_aside", actor, address, reason)


def _message(session: Session, dealer_id: int, message_id: int) -> Message:
    message = session.scalars(
        select(Message)
        .where(Message.dealer_id == dealer_id, Message.id == message_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if message is None:
        raise NotFound
    return message


def _note(
    session: Session, now: datetime, message: Message, act: str, actor: str, address: str, reason: str = ""
) -> None:
    detail = {"system": message.system, "topic": message.topic, "key": message.key}
    if reason:
        detail["reason"] = reason
    note(session, now, actor=actor, act=act, subject=f"message:{message.id}", address=address, detail=detail)
