"""Bringing a spreadsheet of rewards in: it becomes a batch, which is looked at before anything changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mall.catalog.actions.batches import begin
from mall.catalog.models import Batch, BatchKind
from mall.catalog.queries.sheet_reader import opened
from mall.dealers.models import Scope

READER = "rewards"
"""The name under which batches know who reads such a file."""


def bring(
    session: Session,
    now: datetime,
    *,
    name: str,
    raw: bytes,
    key: str,
    note_: str = "",
    zone: str,
    actor: str,
    scope: Scope,
    address: str = "",
) -> Batch:
    """Take a file in as a batch, and give it back; the same `key` is the same batch.

    Refused: whoever does not look after the whole brand, what is no table, one without the headings that it needs.
    """
    scope.must_be_whole()
    found = opened(raw)
    return begin(
        session,
        now,
        kind=BatchKind.IMPORT,
        asked={"sheet": READER, "unread": list(found.unread)},
        key=key,
        zone=zone,
        actor=actor,
        scope=scope,
        file=(name, raw),
        note=note_,
        address=address,
    )
