"""Opening books: the lock, then everything about the accounts read after it, in a few statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mall.base.types import EPOCH, Instant, Int
from mall.points.actions.book import Book
from mall.points.actions.lots import BORN, LotState
from mall.points.actions.sweep import sweep
from mall.points.models import Account, AccountStatus, Journal, Lot, Programme
from mall.points.rules.buckets import AVAILABLE, COUNTERS
from mall.points.rules.chain import genesis

MAIN = 0
"""The number of a dealer's own account; others may follow (wallets)."""

account: Table = Account.__table__  # type: ignore[assignment]
journal: Table = Journal.__table__  # type: ignore[assignment]
lot: Table = Lot.__table__  # type: ignore[assignment]
programme: Table = Programme.__table__  # type: ignore[assignment]

LOCK = (
    select(
        account.c.dealer_id,
        account.c.account_no,
        account.c.programme_id,
        programme.c.zone,
        programme.c.grace_days,
        programme.c.closed_until,
        account.c.status,
        account.c.pending,
        account.c.available,
        account.c.held,
        account.c.debt,
        account.c.last_seq,
        account.c.last_lot,
        account.c.head_hash,
        account.c.last_posted_at,
    )
    .join(programme, programme.c.id == account.c.programme_id)
    .where(account.c.dealer_id.in_(bindparam("dealers", expanding=True)), account.c.account_no == MAIN)
    .order_by(account.c.dealer_id)
    .with_for_update(of=account)
)
DUE = select(lot).where(
    lot.c.dealer_id.in_(bindparam("dealers", expanding=True)),
    lot.c.account_no == MAIN,
    lot.c.is_open == 1,
    lot.c.expires_at <= bindparam("now"),
)
DUE_TO_START = select(lot).where(
    lot.c.dealer_id.in_(bindparam("dealers", expanding=True)),
    lot.c.account_no == MAIN,
    lot.c.is_open == 1,
    lot.c.pending > 0,
    lot.c.active_at <= bindparam("now"),
)
ALL_OPEN = select(lot).where(
    lot.c.dealer_id.in_(bindparam("dealers", expanding=True)), lot.c.account_no == MAIN, lot.c.is_open == 1
)
KNOWN = select(
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
).where(
    journal.c.dealer_id.in_(bindparam("dealers", expanding=True)),
    journal.c.source.in_(bindparam("sources", expanding=True)),
    journal.c.idem_key.in_(bindparam("keys", expanding=True)),
)
PAGE = 100
NEXT_OPEN = (
    select(lot)
    .where(
        lot.c.dealer_id == bindparam("dealer"),
        lot.c.account_no == MAIN,
        lot.c.is_open == 1,
        tuple_(lot.c.expires_at, lot.c.lot_no)
        > tuple_(bindparam("after_at", type_=Instant()), bindparam("after_no", type_=Int)),
    )
    .order_by(lot.c.expires_at, lot.c.lot_no)
    .limit(PAGE)
)
OF_REFERENCE = select(lot).where(
    lot.c.dealer_id.in_(bindparam("dealers", expanding=True)),
    lot.c.account_no == MAIN,
    lot.c.source == bindparam("source"),
    lot.c.source_ref.in_(bindparam("references", expanding=True)),
)
BY_NUMBER = select(lot).where(
    lot.c.dealer_id == bindparam("dealer"),
    lot.c.account_no == MAIN,
    lot.c.lot_no.in_(bindparam("numbers", expanding=True)),
)


def open_book(session: Session, now: datetime, dealer_id: int, *, programme_id: int = 1) -> Book:
    """Lock one dealer's account (opening it if there is none) and give its book. The first thing in a verb."""
    return open_books(session, now, [dealer_id], programme_id=programme_id)[dealer_id]


def open_books(
    session: Session,
    now: datetime,
    dealer_ids: Collection[int],
    *,
    programme_id: int = 1,
    keys: Iterable[tuple[str, str]] = (),
    references: Iterable[tuple[str, str]] = (),
    all_lots_of: Collection[int] = (),
) -> dict[int, Book]:
    """Lock many accounts, in the order of their dealers' ids, and give their books.

    Bulk callers name what they will need, so that it is read in one statement for all: `keys` (source, key) of
    postings that may have been made before, `references` (source, reference) whose lots will be taken back, and
    `all_lots_of` the dealers whose points will be taken in spending order.
    """
    dealers = sorted(set(dealer_ids))
    rows = {row.dealer_id: row for row in session.execute(LOCK, {"dealers": dealers})}
    if missing := [dealer for dealer in dealers if dealer not in rows]:
        _open_accounts(session, now, missing, programme_id)
        rows = {row.dealer_id: row for row in session.execute(LOCK, {"dealers": dealers})}
    books = {dealer: _book(session, now, rows[dealer]) for dealer in dealers}

    for row in session.execute(DUE, {"dealers": dealers, "now": now}):
        _keep(books[row.dealer_id], row)
    if waiting := [dealer for dealer, book in books.items() if book.pending]:
        for row in session.execute(DUE_TO_START, {"dealers": waiting, "now": now}):
            _keep(books[row.dealer_id], row)
    if wanted := sorted(set(all_lots_of)):
        for row in session.execute(ALL_OPEN, {"dealers": wanted}):
            _keep(books[row.dealer_id], row)
        for dealer in wanted:
            books[dealer].fifo_done = True
    for book in books.values():
        sweep(book)
    _foresee(session, books, list(keys))
    _recall(session, books, list(references))
    return books


def known(book: Book, source: str, key: str) -> Any:
    """What is already posted under a key in this account: (request hash, posting or row), or None."""
    pair = (source, key)
    if pair not in book.known and pair not in book.foreseen:
        _foresee(book.session, {book.dealer_id: book}, [pair])
    return book.known.get(pair)


def read_open_lots(book: Book, points: int) -> list[LotState]:
    """Open lots in spending order, enough of them to cover `points` (or all there are)."""
    while True:
        lots = book.open_lots_in_turn()
        if book.fifo_done or sum(x.at[AVAILABLE] for x in lots) >= points:
            return lots
        after = book.fifo_at or (EPOCH, 0)
        rows = book.session.execute(
            NEXT_OPEN, {"dealer": book.dealer_id, "after_at": after[0], "after_no": after[1]}
        ).all()
        for row in rows:
            _keep(book, row)
        if len(rows) < PAGE:
            book.fifo_done = True
        else:
            book.fifo_at = (rows[-1].expires_at, rows[-1].lot_no)


def lots_of_reference(book: Book, source: str, reference: str) -> list[LotState]:
    """All lots earned under a reference, newest first."""
    if (source, reference) not in book.recalled:
        _recall(book.session, {book.dealer_id: book}, [(source, reference)])
    lots = (x for x in book.lots.values() if x.source == source and x.source_ref == reference)
    return sorted(lots, key=lambda x: -x.lot_no)


def lots_by_number(book: Book, numbers: Collection[int]) -> dict[int, LotState]:
    """Lots by their numbers."""
    if unread := [number for number in numbers if number not in book.lots]:
        for row in book.session.execute(BY_NUMBER, {"dealer": book.dealer_id, "numbers": unread}):
            _keep(book, row)
    return {number: book.lots[number] for number in numbers}


def _open_accounts(session: Session, now: datetime, dealers: list[int], programme_id: int) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(account).on_conflict_do_nothing(index_elements=["dealer_id", "account_no"]),
        [
            {
                "dealer_id": dealer,
                "account_no": MAIN,
                "programme_id": programme_id,
                "status": int(AccountStatus.ACTIVE),
                "pending": 0,
                "available": 0,
                "held": 0,
                "debt": 0,
                "last_seq": 0,
                "last_lot": 0,
                "last_posted_at": None,
                "head_hash": genesis(dealer, MAIN, programme_id),
                "opened_at": now,
            }
            for dealer in dealers
        ],
    )


def _book(session: Session, now: datetime, row: Any) -> Book:
    # Several servers' clocks differ a little: an account's postings never step back in time.
    posted_at = max(now, row.last_posted_at) if row.last_posted_at else now
    return Book(
        session=session,
        now=posted_at,
        dealer_id=row.dealer_id,
        account_no=row.account_no,
        programme_id=row.programme_id,
        zone=row.zone,
        grace_days=row.grace_days,
        closed_until=row.closed_until,
        status=row.status,
        pending=row.pending,
        available=row.available,
        held=row.held,
        debt=row.debt,
        last_seq=row.last_seq,
        last_lot=row.last_lot,
        head_hash=row.head_hash,
    )


def _keep(book: Book, row: Any) -> None:
    """Take a lot into memory, unless it is there: what is in memory may already be ahead of the database."""
    if row.lot_no in book.lots:
        return
    at = [0] * 10
    for bucket, name in COUNTERS.items():
        at[bucket] = getattr(row, name)
    born = {name: getattr(row, name) for name in BORN}
    book.lots[row.lot_no] = LotState(**born, at=at, reversed=row.reversed)


def _foresee(session: Session, books: dict[int, Book], keys: list[tuple[str, str]]) -> None:
    if not keys:
        return
    looked_for = frozenset(keys)
    for book in books.values():
        book.foreseen = book.foreseen | looked_for if book.foreseen else looked_for
    rows = session.execute(
        KNOWN,
        {"dealers": sorted(books), "sources": sorted({s for s, _ in keys}), "keys": sorted({k for _, k in keys})},
    )
    for row in rows:
        books[row.dealer_id].known.setdefault((row.source, row.idem_key), (row.request_hash, row))


def _recall(session: Session, books: dict[int, Book], references: list[tuple[str, str]]) -> None:
    by_source: dict[str, list[str]] = {}
    for source, reference in references:
        by_source.setdefault(source, []).append(reference)
    for source, names in by_source.items():
        rows = session.execute(
            OF_REFERENCE, {"dealers": sorted(books), "source": source, "references": sorted(set(names))}
        )
        for row in rows:
            _keep(books[row.dealer_id], row)
        for book in books.values():
            for name in names:
                book.recalled.add((source, name))
