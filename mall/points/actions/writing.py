"""Writing books: everything the verbs did, in at most eight set-based statements for any number of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from mall.points.actions.book import Book
from mall.points.models import Account, Allocation, Entry, Journal, Line, Lot

account: Table = Account.__table__  # type: ignore[assignment]
allocation: Table = Allocation.__table__  # type: ignore[assignment]
lot: Table = Lot.__table__  # type: ignore[assignment]

ADD_JOURNALS = insert(Journal.__table__)  # type: ignore[arg-type]
ADD_LOTS = insert(lot)
ADD_ENTRIES = insert(Entry.__table__)  # type: ignore[arg-type]
ADD_LINES = insert(Line.__table__)  # type: ignore[arg-type]
ADD_ALLOCATIONS = insert(allocation)
CHANGE_LOTS = (
    update(lot)
    .where(
        lot.c.dealer_id == bindparam("_dealer_id"),
        lot.c.account_no == bindparam("_account_no"),
        lot.c.lot_no == bindparam("_lot_no"),
    )
    .values(
        {
            name: bindparam(name)
            for name in (
                "pending",
                "available",
                "held",
                "redeemed",
                "expired",
                "clawed",
                "settled",
                "moved",
                "reversed",
                "is_open",
            )
        }
    )
)
GIVE_BACK = (
    update(allocation)
    .where(
        allocation.c.dealer_id == bindparam("_dealer_id"),
        allocation.c.journal_id == bindparam("_journal_id"),
        allocation.c.ord == bindparam("_ord"),
    )
    .values(refunded=bindparam("refunded"))
)
CLOSE = (
    update(account)
    .where(
        account.c.dealer_id == bindparam("_dealer_id"),
        account.c.account_no == bindparam("_account_no"),
        account.c.last_seq == bindparam("_seen_seq"),
    )
    .values(
        {
            name: bindparam(name)
            for name in (
                "pending",
                "available",
                "held",
                "debt",
                "last_seq",
                "last_lot",
                "last_posted_at",
                "head_hash",
            )
        }
    )
)


class LostUpdate(Exception):
    """The account moved under our lock. It cannot happen while the lock holds; if it does, nothing is written."""


def write(session: Session, books: Book | Iterable[Book]) -> None:
    """Write what the verbs did to these books, once, at the end of a verb. A book without postings writes nothing.

    The account's row is changed only where its sequence still is what was read under the lock: the second of four
    nets against a lost update (lock, sequence guard, primary key of entries, foreign key of the chain).
    """
    changed = [book for book in ([books] if isinstance(books, Book) else books) if book.journals]
    if not changed:
        return
    connection = session.connection()

    def run(statement: Any, rows: list[dict[str, Any]]) -> int:
        return int(connection.execute(statement, rows).rowcount) if rows else 0

    fresh: list[dict[str, Any]] = []
    touched: list[dict[str, Any]] = []
    for book in changed:
        owner = {"dealer_id": book.dealer_id, "account_no": book.account_no}
        guard = {"_dealer_id": book.dealer_id, "_account_no": book.account_no}
        for state in book.lots.values():
            if state.new:
                fresh.append(owner | state.born() | state.counters())
            elif state.changed:
                touched.append(guard | {"_lot_no": state.lot_no} | state.counters())
    run(ADD_JOURNALS, list(chain.from_iterable(book.journals for book in changed)))
    run(ADD_LOTS, fresh)
    run(ADD_ENTRIES, list(chain.from_iterable(book.entries for book in changed)))
    run(ADD_LINES, list(chain.from_iterable(book.lines for book in changed)))
    run(ADD_ALLOCATIONS, list(chain.from_iterable(book.allocations for book in changed)))
    run(CHANGE_LOTS, touched)
    run(
        GIVE_BACK,
        [
            {"_dealer_id": book.dealer_id, "_journal_id": journal_id, "_ord": ord_, "refunded": refunded}
            for book in changed
            for (journal_id, ord_), refunded in book.given_back.items()
        ],
    )
    closing = [
        {
            "_dealer_id": book.dealer_id,
            "_account_no": book.account_no,
            "_seen_seq": book.seen_seq,
            "pending": book.pending,
            "available": book.available,
            "held": book.held,
            "debt": book.debt,
            "last_seq": book.last_seq,
            "last_lot": book.last_lot,
            "last_posted_at": book.now,
            "head_hash": book.head_hash,
        }
        for book in changed
        if book.last_seq != book.seen_seq
    ]
    if run(CLOSE, closing) != len(closing):
        raise LostUpdate
    for book in changed:
        _written(book)


def _written(book: Book) -> None:
    """The book is as the database now is; further verbs may follow and be written again."""
    for pile in (book.journals, book.entries, book.lines, book.allocations):
        pile.clear()
    book.given_back.clear()
    book.seen_seq = book.last_seq
    for lot_state in book.lots.values():
        lot_state.new = lot_state.changed = False
