"""Telling a system of the brand something: a row in the transaction of the act itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from mall.base.ids import new_id
from mall.outbox.models import Message, MessageState, System

_message = cast(Table, Message.__table__)
_of_chain = (_message.c.dealer_id == bindparam("dealer"), _message.c.system == bindparam("to"))
_KNOWN = select(_message.c.id).where(*_of_chain, _message.c.key == bindparam("told_key"))
_LAST = select(func.max(_message.c.seq)).where(*_of_chain)
_ADD = insert(_message)


def send(
    session: Session, now: datetime, *, dealer_id: int, to: str, topic: str, key: str, body: dict[str, Any]
) -> None:
    """Have `to` ("erp", "dms" or "tms") told `body` about a dealer, after this transaction and in its turn.

    `key` names the act: sent again under the same key it is the first message that counts, as long as that is kept.
    Two acts at the same moment would take the same number, so the second of them runs again (`transact`): call it
    late in a verb, best under the dealer's account lock, where it cannot happen. `body` carries no personal data.
    """
    chain = {"dealer": dealer_id, "to": System(to)}
    if session.execute(_KNOWN, chain | {"told_key": key}).first() is not None:
        return
    session.execute(
        _ADD,
        {
            "dealer_id": dealer_id,
            "id": new_id(now),
            "system": System(to),
            "seq": (session.scalar(_LAST, chain) or 0) + 1,
            "topic": topic,
            "key": key,
            "body": body,
            "state": MessageState.WAITING,
            "created_at": now,
            "due_at": now,
            "tries": 0,
            "lease": None,
            "leased_until": None,
            "last_error": "",
            "tried_at": None,
            "delivered_at": None,
        },
    )
