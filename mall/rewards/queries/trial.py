"""What a batch would bring into the vault, row by row: the same whether it is looked at or taken in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base.bulk import by_keys_alone
from mall.base.seal import Seal
from mall.base.time import civil_day
from mall.rewards.models.vault import LEAST_LIFE, CardBatch, CardCode
from mall.rewards.rules import codes
from mall.rewards.rules.codes import Column, Fault, Row

AT_ONCE = 500
"""Codes a statement that asks whether they are there."""
INDEXED = "card_code:code"


@dataclass(frozen=True)
class Trial:
    """Every row with its result. `indexes` are the blind indexes of the good ones, in their order."""

    columns: tuple[Column, ...]
    headed: bool
    rows: tuple[Row, ...]
    good: tuple[Row, ...]
    indexes: tuple[bytes, ...]

    @property
    def faults(self) -> tuple[Row, ...]:
        """The rows that are not taken."""
        return tuple(row for row in self.rows if row.fault)

    @property
    def counted(self) -> list[tuple[Fault, int]]:
        """How many rows have which fault, the most frequent first."""
        return Counter(row.fault for row in self.rows if row.fault).most_common()


def trial(session: Session, now: datetime, *, batch: CardBatch, zone: str, seal: Seal) -> Trial:
    """Read a batch that was not taken in yet, and hold it against the vault as it is now."""
    if batch.source_sealed is None:
        raise ValueError("what was taken in has no source any more")
    text = seal.open(batch.source_sealed, f"card_batch:source:{batch.id}")
    sheet = codes.read(text, earliest=codes.earliest(civil_day(now, zone), LEAST_LIFE))
    late = batch.expires_at is not None and batch.expires_at < now + LEAST_LIFE
    indexes = {row.no: seal.index(row.code, INDEXED) for row in sheet.rows if not row.fault}
    there = _there(session, indexes.values())
    rows = tuple(_judged(row, indexes.get(row.no), there, late=late) for row in sheet.rows)
    good = tuple(row for row in rows if not row.fault)
    return Trial(sheet.columns, sheet.headed, rows, good, tuple(indexes[row.no] for row in good))


def _judged(row: Row, index: bytes | None, there: Collection[bytes], *, late: bool) -> Row:
    if row.fault:
        return row
    if index in there:
        return replace(row, fault=Fault.IN_VAULT)
    return replace(row, fault=Fault.TOO_SOON) if late and row.expires_on is None else row


def _there(session: Session, indexes: Collection[bytes]) -> set[bytes]:
    """Which of these are in the vault already, whatever has become of them."""
    asked, found = list(indexes), set[bytes]()
    by_keys_alone(session)  # a vault that has just grown would be read whole for each part
    for start in range(0, len(asked), AT_ONCE):
        known = select(CardCode.code_index).where(CardCode.code_index.in_(asked[start : start + AT_ONCE]))
        found.update(bytes(index) for index in session.scalars(known))
    return found
