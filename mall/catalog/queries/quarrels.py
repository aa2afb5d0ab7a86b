"""What two who write on one reward are told of each other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.catalog.models import Document, ItemVersion, Kind
from mall.catalog.queries.documents import Written, seen, written
from mall.catalog.rules.differences import Merged, merged
from mall.catalog.rules.document import blank, document


def conflict(session: Session, *, code: str, document_: Document, revision: int, version_seen: int) -> Merged:
    """What comes together of what somebody typed and what others saved meanwhile. Writes nothing."""
    found = written(session, code)
    if found.draft is not None and found.draft.based_on == version_seen:
        base = seen(session, found.draft, revision)
    elif found.item is not None and found.live is not None and found.item.version == version_seen:
        base = found.live
    else:
        # What was published for the first time meanwhile had no version before: all was new then, to both of them.
        old = session.get(ItemVersion, (found.item.id, version_seen)) if found.item else None
        base = old.document if old else blank(category="", kind=Kind(document_["kind"]), name="")
    return merged(base, document(document_), found.document)


def last_touch(session: Session, found: Written) -> dict[str, Any]:
    """Who changed a reward or its draft last, and when: as the audit log has it."""
    subjects = [f"item:{found.item.id}"] if found.item else []
    subjects += [f"draft:{found.draft.id}"] if found.draft else []
    newest = select(AuditEntry).where(AuditEntry.subject.in_(subjects)).order_by(AuditEntry.id.desc()).limit(1)
    entry = session.scalars(newest).first()
    return {"who": entry.actor if entry else "", "when": entry.at if entry else None}
