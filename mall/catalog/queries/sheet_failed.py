"""The rows of a file that were not taken, as they came, each with why: to be mended and brought in again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base import table
from mall.catalog.models import Batch, BatchFile, BatchRow, NoSuchBatch, Outcome
from mall.catalog.queries.sheet_reader import LAST_ROW
from mall.catalog.rules.sheets.columns import Column
from mall.catalog.rules.sheets.heading import heading
from mall.catalog.rules.sheets.layouts import LAYOUTS
from mall.catalog.rules.sheets.rows import CUT, Line

Told = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Failed:
    """A row as it came, and what is wrong with it; `elsewhere` tells that it is another row of its reward."""

    line: Line
    told: Told
    elsewhere: bool


def columns_of(session: Session, batch: Batch) -> list[Column]:
    """The columns that a batch's file has, in their order there."""
    layout = LAYOUTS[batch.asked["sheet"]]
    found = heading(table.rows(_raw(session, batch), most=LAST_ROW), layout)
    return [layout.by_key[key] for key in found.keys if key]


def failed(session: Session, batch: Batch) -> Iterator[Failed]:
    """The rows that were not taken, in the order of the file. A reward is taken whole or not at all."""
    wrong = session.execute(
        select(BatchRow.no, BatchRow.code, BatchRow.told)
        .where(BatchRow.batch_id == batch.id, BatchRow.outcome == Outcome.ERROR)
        .order_by(BatchRow.no)
    )
    by_row: dict[int, list[Mapping[str, Any]]] = {}
    begins: dict[int, str] = {}
    for row in wrong:
        begins[row.no] = row.code
        for one in row.told:
            by_row.setdefault(one.get("row", row.no), []).append(one)
    raw = _raw(session, batch)
    session.rollback()
    rows = table.rows(raw, most=LAST_ROW)
    shape = heading(rows, LAYOUTS[batch.asked["sheet"]])
    running = ""
    for each in rows:
        line = shape.line(each)
        if line.no in begins:
            running = begins[line.no]
        elif line.item[:CUT] != running:
            running = ""
        if line.no in begins or (running and line.cells):
            told = by_row.get(line.no, ())
            yield Failed(line, told, not told)


def _raw(session: Session, batch: Batch) -> bytes:
    data = session.scalar(select(BatchFile.data).where(BatchFile.batch_id == batch.id))
    if not data:  # there is none, or it has gone by now
        raise NoSuchBatch
    return data
