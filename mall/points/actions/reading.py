"""What a verb reads of an account that is locked already. What is in memory may be ahead of the database, and stays."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Table, bindparam, select, tuple_

from mall.base.bulk import among
from mall.base.ready import Ready
from mall.base.types import EPOCH, Instant, Int
from mall.points.actions.book import Book
from mall.points.actions.lots import Allocation, LotState
from mall.points.models import Allocation as AllocationRow
from mall.points.models import Journal, Lot, UnknownPosting
from mall.points.rules.buckets import AVAILABLE

MAIN = 0
"""The number of a dealer's own account; others may follow (wallets)."""
FIRST, PAGE = 8, 100
"""How many open lots are read at once in spending order: few at first, for most spends take one or two."""

allocation: Table = AllocationRow.__table__  # type: ignore[assignment]
journal: Table = Journal.__table__  # type: ignore[assignment]
lot: Table = Lot.__table__  # type: ignore[assignment]

LOT_COLUMNS = (
    lot.c.lot_no, lot.c.journal_id, lot.c.kind, lot.c.origin_lot, lot.c.source, lot.c.source_ref, lot.c.fund_code,
    lot.c.rule_version, lot.c.multiplier_bps, lot.c.unit_value, lot.c.points, lot.c.earned_at, lot.c.active_at,
    lot.c.expires_at, lot.c.expiry_month, lot.c.reversed, lot.c.pending, lot.c.available, lot.c.held,
    lot.c.redeemed, lot.c.expired, lot.c.clawed, lot.c.settled, lot.c.moved,
)  # fmt: skip
"""A lot's columns as LotState takes them, then its counters in the order of their buckets."""
BORN = 16
LOT = select(lot.c.dealer_id, *LOT_COLUMNS)
_OURS = (lot.c.dealer_id == bindparam("dealer"), lot.c.account_no == MAIN)

# Whether a key was used before, asked along with what is read anyway: one round trip less. No row, no answer.
_EARLIER = (
    select(journal.c.journal_id)
    .where(
        journal.c.dealer_id == bindparam("dealer"),
        journal.c.source == bindparam("source"),
        journal.c.idem_key == bindparam("key"),
    )
    .scalar_subquery()
)
_KNOWN = select(
    journal.c.dealer_id,
    journal.c.journal_id,
    journal.c.source,
    journal.c.idem_key,
    journal.c.request_hash,
    journal.c.kind,
    journal.c.outcome,
    journal.c.reason,
    journal.c.points,
    journal.c.result,
)
KNOWN = Ready(
    _KNOWN.where(
        journal.c.dealer_id == bindparam("dealer"),
        journal.c.source == bindparam("source"),
        journal.c.idem_key == bindparam("key"),
    )
)
KNOWN_ALL = _KNOWN.where(
    among(journal.c.dealer_id, "dealers"), among(journal.c.source, "sources"), among(journal.c.idem_key, "keys")
)
NEXT_OPEN = Ready(
    select(lot.c.dealer_id, *LOT_COLUMNS, _EARLIER.label("earlier"))
    .where(
        *_OURS,
        lot.c.is_open == 1,
        tuple_(lot.c.expires_at, lot.c.lot_no)
        > tuple_(bindparam("after_at", type_=Instant()), bindparam("after_no", type_=Int)),
    )
    .order_by(lot.c.expires_at, lot.c.lot_no)
    .limit(bindparam("limit"))
)
OF_REFERENCES = LOT.where(
    among(lot.c.dealer_id, "dealers"),
    lot.c.account_no == MAIN,
    lot.c.source == bindparam("source"),
    among(lot.c.source_ref, "references"),
)
BY_NUMBER = LOT.where(*_OURS, lot.c.lot_no.in_(bindparam("numbers", expanding=True)))
TAKEN = Ready(
    select(
        lot.c.dealer_id,
        *LOT_COLUMNS,
        _EARLIER.label("earlier"),
        allocation.c.ord,
        allocation.c.points.label("taken"),
        allocation.c.open,
        allocation.c.redeemed.label("spent"),
        allocation.c.voided,
        allocation.c.refunded,
        allocation.c.held_until,
    )
    .join_from(
        allocation,
        lot,
        (lot.c.dealer_id == allocation.c.dealer_id)
        & (lot.c.account_no == allocation.c.account_no)
        & (lot.c.lot_no == allocation.c.lot_no),
    )
    .where(
        allocation.c.dealer_id == bindparam("dealer"),
        allocation.c.journal_id == bindparam("journal"),
        allocation.c.account_no == MAIN,
    )
    .order_by(allocation.c.ord)
)


def known(book: Book, source: str, key: str) -> Any:
    """What is already posted under a key in this account: (request hash, posting or row), or None."""
    pair = (source, key)
    if pair not in book.known and pair not in book.foreseen:
        book.foreseen |= {pair}
        for row in KNOWN.rows(book.connection, {"dealer": book.dealer_id, "source": source, "key": key}):
            book.known[pair] = (row.request_hash, row)
    return book.known.get(pair)


def look_ahead(book: Book, source: str, key: str) -> None:
    """Read the first open lots in spending order, and with them whether the key was used."""
    if not (book.fifo_done or book.fifo_at or (source, key) in book.known or (source, key) in book.foreseen):
        _read_next(book, source, key)


def read_open_lots(book: Book, points: int) -> list[LotState]:
    """Open lots in spending order, enough of them to cover `points` (or all there are)."""
    while True:
        lots = book.open_lots_in_turn()
        if book.fifo_done or sum(x.at[AVAILABLE] for x in lots) >= points:
            return lots
        _read_next(book, "", "")


def _read_next(book: Book, source: str, key: str) -> None:
    after, limit = (book.fifo_at, PAGE) if book.fifo_at else ((EPOCH, 0), FIRST)
    wants = {"dealer": book.dealer_id, "source": source, "key": key, "after_at": after[0], "after_no": after[1]}
    rows = NEXT_OPEN.rows(book.connection, wants | {"limit": limit})
    for row in rows:
        keep(book, row)
    if rows and rows[0].earlier is None:
        book.foreseen |= {(source, key)}
    if len(rows) < limit:
        book.fifo_done = True
    else:
        book.fifo_at = (rows[-1].expires_at, rows[-1].lot_no)


def taken_by(book: Book, journal_id: int, source: str, key: str) -> list[Allocation]:
    """Which lots a spend or a hold took, in order, with the lots; and whether the key was used.

    Refused: a posting that is neither, or not of this account.
    """
    if journal_id not in book.allocations:
        wants = {"dealer": book.dealer_id, "journal": journal_id, "source": source, "key": key}
        rows = TAKEN.rows(book.connection, wants)
        if not rows:
            raise UnknownPosting
        for row in rows:
            keep(book, row)
        if rows[0].earlier is None:
            book.foreseen |= {(source, key)}
        book.allocations[journal_id] = [
            Allocation(
                journal_id, row.ord, row.lot_no, row.taken, row.open, row.spent, row.voided, row.refunded,
                row.held_until,
            )
            for row in rows
        ]  # fmt: skip
    return book.allocations[journal_id]


def lots_of_reference(book: Book, source: str, reference: str) -> list[LotState]:
    """All lots earned under a reference, newest first."""
    if (source, reference) not in book.recalled:
        recall({book.dealer_id: book}, [(source, reference)])
    lots = (x for x in book.lots.values() if x.source == source and x.source_ref == reference)
    return sorted(lots, key=lambda x: -x.lot_no)


def lots_by_number(book: Book, numbers: Collection[int]) -> dict[int, LotState]:
    """Lots by their numbers."""
    if unread := [number for number in numbers if number not in book.lots]:
        for row in book.connection.execute(BY_NUMBER, {"dealer": book.dealer_id, "numbers": unread}):
            keep(book, row)
    return {number: book.lots[number] for number in numbers}


def keep(book: Book, row: Any) -> None:
    """Take a lot into memory, unless it is there. The row begins with the dealer and LOT_COLUMNS."""
    if row[1] not in book.lots:
        values = (*row[1 : BORN + 1], [0, 0, *row[BORN + 1 : BORN + 9]])
        book.lots[row[1]] = LotState(*values)


def foresee(books: dict[int, Book], keys: list[tuple[str, str]]) -> None:
    """Look for many keys in many accounts at once."""
    if not keys or not books:
        return
    looked_for = frozenset(keys)
    for book in books.values():
        book.foreseen = book.foreseen | looked_for if book.foreseen else looked_for
    rows = _connection(books).execute(
        KNOWN_ALL,
        {"dealers": sorted(books), "sources": sorted({s for s, _ in keys}), "keys": sorted({k for _, k in keys})},
    )
    for row in rows:
        books[row.dealer_id].known.setdefault((row.source, row.idem_key), (row.request_hash, row))


def recall(books: dict[int, Book], references: list[tuple[str, str]]) -> None:
    """Read the lots earned under many references in many accounts at once."""
    by_source: dict[str, list[str]] = {}
    for source, reference in references:
        by_source.setdefault(source, []).append(reference)
    for source, names in by_source.items():
        rows = _connection(books).execute(
            OF_REFERENCES, {"dealers": sorted(books), "source": source, "references": sorted(set(names))}
        )
        for row in rows:
            keep(books[row[0]], row)
        for book in books.values():
            book.recalled.update((source, name) for name in names)


def _connection(books: dict[int, Book]) -> Any:
    return next(iter(books.values())).connection
