"""What a batch did to each thing, in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from mall.audit.models import AuditEntry
from mall.base import bulk
from mall.base.ids import new_id
from mall.catalog.models import Batch

_audit = cast(Table, AuditEntry.__table__)


def note_rows(
    session: Session, now: datetime, batch: Batch, entries: Sequence[tuple[str, str, dict[str, Any]]]
) -> None:
    """Write down acts, each with its subject and detail; the batch's own entry says who asked for it all."""
    rows = [
        {
            "id": new_id(now),
            "at": now,
            "actor": batch.made_by,
            "address": batch.address,
            "act": act,
            "subject": subject,
            "detail": {"batch": batch.no, **detail},
        }
        for act, subject, detail in entries
    ]
    bulk.add(session, _audit, rows)
