"""A person mends a dead document and posts it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mall.audit.actions import note
from mall.base.refused import NotFound
from mall.earning.actions.receive import Result, receive
from mall.earning.models import AnotherDocument, Document, NothingToMend
from mall.earning.rules.reading import read


def mend(
    session: Session,
    now: datetime,
    *,
    source: str,
    external_id: str,
    revision: int,
    body: Any,
    actor: str,
    address: str = "",
) -> Result:
    """Post a dead document again with a mended body, and write down who did it.

    Identity and revision cannot be mended: another number is another document. Refused: a document that is not
    there, one that is not dead (any more). A body that is still unfit stays dead with its new reason.
    """
    document = session.get(Document, (source, external_id, revision), populate_existing=True)
    if document is None:
        raise NotFound
    if not document.is_dead:
        raise NothingToMend
    incoming = read(body)
    if incoming.key != (external_id, revision):
        raise AnotherDocument(external_id=external_id, revision=revision)
    [result] = receive(session, now, source=source, documents=[incoming], actor=actor)
    note(
        session,
        now,
        actor=actor,
        act="document.mend",
        subject=f"document:{source}/{external_id}/{revision}"[:120],
        address=address,
        detail={"outcome": result.outcome, "reason": result.reason, "points": result.points},
    )
    return result
