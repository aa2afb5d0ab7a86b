"""What is due happens first: the sweep that opens every posting."""

from __future__ import annotations

from datetime import datetime

from mall.base.types import micros
from mall.points.actions.book import Book
from mall.points.actions.lots import LotState
from mall.points.actions.recording import post
from mall.points.models import Kind
from mall.points.rules.buckets import AVAILABLE, EXPIRED, PENDING


def sweep(book: Book) -> None:
    """Activate and expire what is due, in the order of time, each instant in an entry of its own."""
    due: dict[tuple[datetime, Kind], list[LotState]] = {}
    for lot in book.lots.values():
        if lot.at[PENDING] and lot.active_at <= book.now:
            due.setdefault((lot.active_at, Kind.ACTIVATE), []).append(lot)
        if lot.open and lot.expires_at <= book.now:
            due.setdefault((lot.expires_at, Kind.EXPIRE), []).append(lot)
    for (at, kind), lots in sorted(due.items(), key=lambda x: x[0]):
        lots.sort(key=lambda x: x.lot_no)
        src, dst = (PENDING, AVAILABLE) if kind is Kind.ACTIVATE else (AVAILABLE, EXPIRED)
        points = sum(lot.at[src] for lot in lots)
        if not points:  # what became available at its activation has paid a debt
            continue
        key = f"{kind.value}/{micros(at)}/{next(x.lot_no for x in lots if x.at[src])}"
        draft = book.draft(
            kind,
            source="ledger",
            key=key,
            request={"at": micros(at), "lots": [x.lot_no for x in lots]},
            points=points,
            effective_at=at,
            actor="system",
            why={"lots": [[x.lot_no, x.at[src]] for x in lots if x.at[src]]},
        )
        for lot in lots:
            book.move(draft, lot, src, dst, lot.at[src])
        post(book, draft)
