"""A document that the ledger refused is kept dead, so that it can be mended and posted again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mall.earning.actions.inbox import Inbox, Slip
from mall.earning.actions.receive import Result, answer_again, result_of
from mall.earning.models import DocumentState
from mall.earning.rules.reading import Incoming


def bury(
    session: Session, now: datetime, *, source: str, incoming: Incoming, reason: str, detail: dict[str, Any]
) -> Result:
    """Keep one document dead with its reason, unless it has come to life meanwhile.

    Two processes may do so at once: the second meets a key that is taken, and its next run finds the first's.
    """
    inbox = Inbox(session, now, source)
    inbox.look([incoming.external_id or ""])
    slip = inbox.slips.get(incoming.key)
    if slip and not slip.dead:
        return answer_again(incoming, slip)
    slip = Slip(incoming.digest, DocumentState.DEAD, reason, detail)
    inbox.put(incoming, slip)
    inbox.save()
    return result_of(incoming, slip)
