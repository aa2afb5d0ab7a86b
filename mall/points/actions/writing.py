"""Writing books: everything the verbs did, set by set, for one account or five hundred.

On PostgreSQL a posting is one statement (at_once.py). SQLite, where a round trip costs nothing, and Citus, which
spreads no such statement over its nodes, take the same parts one after another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from mall.base.types import micros
from mall.points.actions.at_once import write_at_once
from mall.points.actions.book import Book
from mall.points.actions.lots import LotState
from mall.points.actions.parts import PARTS, Part, Row


class LostUpdate(Exception):
    """The account moved under our lock. It cannot happen while the lock holds; if it does, nothing is written."""


def write(session: Session, books: Book | Iterable[Book]) -> None:
    """Write what the verbs did to these books, once, at the end of a verb. A book without postings writes nothing.

    The account's row is changed only where its sequence still is what was read under the lock: the second of four
    nets against a lost update (lock, sequence guard, primary key of entries, foreign key of the chain).
    """
    changed = [
        book
        for book in ([books] if isinstance(books, Book) else books)
        if book.journals or book.next_due_at != book.seen_due
    ]
    if not changed:
        return
    rows = _rows(changed)
    connection = session.connection()
    if connection.dialect.name == "postgresql" and not _on_citus(connection):
        closed = write_at_once(connection, rows)
    else:
        closed = _one_by_one(connection, rows)
    if closed != len(rows[-1]):
        raise LostUpdate
    for book in changed:
        _written(book)


def _rows(books: Sequence[Book]) -> list[list[Row]]:
    """The rows of each part, in the order of PARTS."""
    fresh: list[Row] = []
    touched: list[Row] = []
    taken: list[Row] = []
    resolved: list[Row] = []
    for book in books:
        for lot in book.lots.values():
            if (birth := lot.birth) is not None:
                fresh.append(
                    (
                        book.dealer_id, book.account_no, lot.journal_id, birth.lot_no, birth.kind, birth.origin_lot,
                        birth.source, birth.source_ref, birth.fund_code, birth.rule_version, birth.multiplier_bps,
                        birth.unit_value, birth.points, birth.earned_at, birth.active_at, birth.expires_at,
                        birth.expiry_month, *_counters(lot),
                    )
                )  # fmt: skip
            elif lot.changed:
                touched.append((book.dealer_id, book.account_no, lot.lot_no, *_counters(lot)))
        for part in chain.from_iterable(book.allocations.values()):
            moved = (part.open, part.redeemed, part.voided, part.refunded)
            if part.new:
                until = micros(part.held_until) if part.held_until else None
                owner = (book.dealer_id, part.journal_id, part.ord, book.account_no)
                taken.append((*owner, part.lot_no, part.points, *moved, until))
            elif part.changed:
                resolved.append((book.dealer_id, part.journal_id, part.ord, *moved))
    return [
        [row for book in books for row in book.journals],
        fresh,
        [row for book in books for row in book.entries],
        [row for book in books for row in book.lines],
        taken,
        touched,
        resolved,
        [_closing(book) for book in books if book.last_seq != book.seen_seq or book.next_due_at != book.seen_due],
    ]


def _counters(lot: LotState) -> Row:
    return (*lot.at[2:], lot.reversed, int(lot.open))


def _closing(book: Book) -> Row:
    return (
        book.dealer_id,
        book.account_no,
        book.pending,
        book.available,
        book.held,
        book.debt,
        book.last_seq,
        book.last_lot,
        micros(book.last_posted_at) if book.last_posted_at else None,
        micros(book.next_due_at),
        book.head_hash,
        book.seen_seq,
    )


def _one_by_one(connection: Connection, rows: list[list[Row]]) -> int:
    """Part after part; gives how many accounts were closed."""
    mark, closed = "?" if connection.dialect.name == "sqlite" else "%s", 0
    for part, of_part in zip(PARTS, rows, strict=True):
        if of_part:
            changed = connection.exec_driver_sql(_one(part, mark), [part.in_order(row) for row in of_part]).rowcount
            closed = changed if part is PARTS[-1] else 0
    return closed


@cache
def _one(part: Part, mark: str) -> str:
    return part.one_by_one(mark)


def _on_citus(connection: Connection) -> bool:
    if connection.engine not in _citus:
        found = connection.exec_driver_sql("SELECT COUNT(*) FROM pg_extension WHERE extname = 'citus'").scalar_one()
        _citus[connection.engine] = bool(found)
    return _citus[connection.engine]


_citus: WeakKeyDictionary[Engine, bool] = WeakKeyDictionary()


def _written(book: Book) -> None:
    """The book is as the database now is; further verbs may follow and be written again."""
    for pile in (book.journals, book.entries, book.lines):
        pile.clear()
    book.seen_seq, book.seen_due = book.last_seq, book.next_due_at
    for lot in book.lots.values():
        lot.birth, lot.changed = None, False
    for part in chain.from_iterable(book.allocations.values()):
        part.new = part.changed = False
