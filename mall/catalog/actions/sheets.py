"""Bringing a spreadsheet in: it becomes a batch, which is looked at before anything changes."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from mall.catalog.actions.batches import begin
from mall.catalog.models import Batch, BatchKind
from mall.catalog.rules.sheets.heading import Heading
from mall.catalog.rules.sheets.layout import REWARDS, Layout
from mall.dealers.models import Scope


def bring(
    session: Session,
    now: datetime,
    *,
    name: str,
    raw: bytes,
    heading: Heading,
    layout: Layout = REWARDS,
    key: str,
    note_: str = "",
    zone: str,
    actor: str,
    scope: Scope,
    address: str = "",
) -> Batch:
    """Take a file in as a batch, and give it back; the same file from the same form is the same batch.

    `heading` is the file's own (`queries.sheet_reader.opened`): nobody waits for a lock while a file is unpacked.
    Refused: whoever does not look after the whole brand; prices are a region's people's too, row by row.
    """
    return begin(
        session,
        now,
        kind=BatchKind.IMPORT,
        asked={"sheet": layout.key, "unread": list(heading.unread)},
        key=f"{key}/{sha256(raw).hexdigest()[:16]}",
        zone=zone,
        actor=actor,
        scope=scope,
        file=(name, raw),
        note=note_,
        address=address,
    )
