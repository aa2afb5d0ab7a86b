"""Opening books: the lock, then what is due, read after it, in a few statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, case, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mall.base.bulk import among
from mall.base.ready import Ready
from mall.base.types import NEVER
from mall.points.actions.book import Book
from mall.points.actions.reading import LOT, MAIN, foresee, keep, lot, recall
from mall.points.actions.sweep import sweep
from mall.points.models import Account, AccountStatus, Programme
from mall.points.rules.chain import genesis

account: Table = Account.__table__  # type: ignore[assignment]
programme: Table = Programme.__table__  # type: ignore[assignment]

_LOCK = (
    select(
        account.c.dealer_id,
        account.c.account_no,
        account.c.programme_id,
        programme.c.zone,
        programme.c.grace_days,
        programme.c.approval_points,
        programme.c.closed_until,
        account.c.status,
        account.c.pending,
        account.c.available,
        account.c.held,
        account.c.debt,
        account.c.last_seq,
        account.c.last_lot,
        account.c.next_due_at,
        account.c.head_hash,
        account.c.last_posted_at,
    )
    .join(programme, programme.c.id == account.c.programme_id)
    .where(account.c.account_no == MAIN)
    .with_for_update(of=account)
)
LOCK = Ready(_LOCK.where(account.c.dealer_id == bindparam("dealer")))
LOCK_ALL = _LOCK.where(among(account.c.dealer_id, "dealers")).order_by(account.c.dealer_id)

_theirs = (among(lot.c.dealer_id, "dealers"), lot.c.account_no == MAIN, lot.c.is_open == 1)
_now = bindparam("now", type_=lot.c.expires_at.type)
DUE = LOT.where(*_theirs, (lot.c.expires_at <= _now) | ((lot.c.pending > 0) & (lot.c.active_at <= _now)))
DUE_NEXT = (
    select(
        lot.c.dealer_id,
        func.min(lot.c.expires_at),
        func.min(case(((lot.c.pending > 0) & (lot.c.active_at > _now), lot.c.active_at))),
    )
    .where(*_theirs, lot.c.expires_at > _now)
    .group_by(lot.c.dealer_id)
)
ALL_OPEN = LOT.where(*_theirs)


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
    together: bool = False,
) -> dict[int, Book]:
    """Lock many accounts, in the order of their dealers' ids, and give their books.

    Bulk callers name what they will need, so that it is read in one statement for all: `keys` (source, key) of
    postings that may have been made before, `references` (source, reference) whose lots will be taken back, and
    `all_lots_of` the dealers whose points will be taken in spending order. `together` gives all books the same
    moment, for what must be posted to several at once.
    """
    dealers = sorted(set(dealer_ids))
    rows = _lock(session, dealers)
    if missing := [dealer for dealer in dealers if dealer not in rows]:
        _open_accounts(session, now, missing, programme_id)
        rows |= _lock(session, missing)
    latest = max((row.last_posted_at or now for row in rows.values()), default=now) if together else now
    books = {dealer: _book(session, max(now, latest), rows[dealer]) for dealer in dealers}

    _catch_up(session, [book for book in books.values() if book.next_due_at <= book.now])
    if wanted := sorted(set(all_lots_of)):
        for row in session.connection().execute(ALL_OPEN, {"dealers": wanted}):
            keep(books[row[0]], row)
        for dealer in wanted:
            books[dealer].fifo_done = True
    foresee(books, list(keys))
    recall(books, list(references))
    return books


def _lock(session: Session, dealers: list[int]) -> dict[int, Any]:
    connection = session.connection()
    if len(dealers) == 1:
        return {row.dealer_id: row for row in LOCK.rows(connection, {"dealer": dealers[0]})}
    return {row.dealer_id: row for row in connection.execute(LOCK_ALL, {"dealers": dealers})}


def _catch_up(session: Session, books: list[Book]) -> None:
    """Sweep the accounts in which something is due, and look when something will be due again."""
    if not books:
        return
    by_dealer = {book.dealer_id: book for book in books}
    connection, wants = session.connection(), {"dealers": list(by_dealer), "now": max(book.now for book in books)}
    for row in connection.execute(DUE, wants):
        keep(by_dealer[row[0]], row)
    found = connection.execute(DUE_NEXT, wants | {"now": min(book.now for book in books)}).all()
    following = {dealer: min(expires_at, active_at or NEVER) for dealer, expires_at, active_at in found}
    for book in books:
        sweep(book)
        book.next_due_at = following.get(book.dealer_id, NEVER)


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
                "next_due_at": NEVER,
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
        connection=session.connection(),
        now=posted_at,
        dealer_id=row.dealer_id,
        account_no=row.account_no,
        programme_id=row.programme_id,
        zone=row.zone,
        grace_days=row.grace_days,
        approval_points=row.approval_points,
        closed_until=row.closed_until,
        status=row.status,
        pending=row.pending,
        available=row.available,
        held=row.held,
        debt=row.debt,
        last_seq=row.last_seq,
        last_lot=row.last_lot,
        last_posted_at=row.last_posted_at,
        next_due_at=row.next_due_at,
        head_hash=row.head_hash,
    )
