"""Points are set aside until it is decided: captured, voided, or released when their time is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from mall.base.types import micros
from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft, Posting
from mall.points.actions.give_back import give_back
from mall.points.actions.lots import Allocation
from mall.points.actions.opening import open_books
from mall.points.actions.posting import once
from mall.points.actions.reading import look_ahead, lots_by_number, taken_by
from mall.points.actions.spend import allocate
from mall.points.actions.writing import write
from mall.points.models import Allocation as AllocationRow
from mall.points.models import AlreadyExpired, Kind, NotHeld, UnknownPosting
from mall.points.rules.amounts import whole
from mall.points.rules.buckets import HELD, REDEEMED

allocation: Table = AllocationRow.__table__  # type: ignore[assignment]

OVER = (
    select(allocation.c.dealer_id, allocation.c.journal_id)
    .where(allocation.c.open > 0, allocation.c.held_until <= bindparam("now"))
    .distinct()
    .limit(bindparam("limit"))
)


def hold(
    book: Book,
    *,
    points: int,
    until: datetime,
    source: str,
    key: str,
    actor: str,
    why: dict[str, Any],
    remember: bool = False,
) -> Posting:
    """Set points aside, earliest expiry first, until a moment at which they come back by themselves.

    While they are held nothing takes them: no spending, no expiry, no return. Refused: more than is available; an
    account that may not spend; a moment that has passed.
    """
    whole(points)
    look_ahead(book, source, key)

    def plan(draft: Draft) -> None:
        if until <= book.now:
            raise AlreadyExpired
        allocate(book, draft, points, until)

    return once(
        book,
        Kind.HOLD,
        source=source,
        key=key,
        request={"points": points, "until": micros(until), "why": why},
        points=points,
        effective_at=None,
        actor=actor,
        why=why,
        plan=plan,
        remember=remember,
    )


def capture(
    book: Book,
    *,
    hold_journal: int,
    source: str,
    key: str,
    actor: str,
    why: dict[str, Any],
    points: int | None = None,
) -> Posting:
    """Redeem what is held, or its first `points`; the rest comes back. A hold is resolved once.

    Also after its moment, while it has not been released: what was waited for, such as a payment, has happened.
    Refused: more than is held, or a hold that is resolved; a posting that is no hold of this account.
    """
    if points is not None:
        whole(points)
    return _resolve(book, Kind.CAPTURE, points, hold_journal, source=source, key=key, actor=actor, why=why)


def void(book: Book, *, hold_journal: int, source: str, key: str, actor: str, why: dict[str, Any]) -> Posting:
    """Give back what is held, into its lots; what is owed is paid first. A hold is resolved once.

    Refused: a hold that is resolved; a posting that is no hold of this account.
    """
    return _resolve(book, Kind.VOID, 0, hold_journal, source=source, key=key, actor=actor, why=why)


def release_due(session: Session, now: datetime, *, limit: int = 50) -> int:
    """Void up to `limit` holds whose moment has passed, and give how many there were; nought means done."""
    over = session.connection().execute(OVER, {"now": now, "limit": limit}).all()
    books = open_books(session, now, {row.dealer_id for row in over})
    for dealer_id, journal_id in over:
        try:
            void(
                books[dealer_id],
                hold_journal=journal_id,
                source="ledger",
                key=f"release/{journal_id}",
                actor="system",
                why={"what": "release"},
            )
        except NotHeld:  # it was resolved while we waited for the account
            continue
    write(session, books.values())
    return len(over)


def _resolve(
    book: Book,
    kind: Kind,
    points: int | None,
    hold_journal: int,
    *,
    source: str,
    key: str,
    actor: str,
    why: dict[str, Any],
) -> Posting:
    """Redeem the first `points` of a hold (all of it if None) and give back the rest."""
    taken = taken_by(book, hold_journal, source, key)
    if any(part.held_until is None for part in taken):
        raise UnknownPosting
    left = sum(part.open for part in taken)
    wanted = left if points is None else points

    def plan(draft: Draft) -> None:
        if not left or wanted > left:
            raise NotHeld(left=left)
        draft.points = wanted or left
        _take_or_give_back(book, draft, taken, wanted)

    return once(
        book,
        kind,
        source=source,
        key=key,
        request={"hold": hold_journal, "points": points, "why": why},
        points=0,
        effective_at=None,
        actor=actor,
        why=why,
        plan=plan,
        ref_journal=hold_journal,
    )


def _take_or_give_back(book: Book, draft: Draft, taken: list[Allocation], wanted: int) -> None:
    lots = lots_by_number(book, [part.lot_no for part in taken if part.open])
    back = grace = 0
    for part in taken:
        if not part.open:
            continue
        spent = min(wanted, part.open)
        given = part.open - spent
        lot = lots[part.lot_no]
        book.move(draft, lot, HELD, REDEEMED, spent)
        if given and give_back(book, draft, lot, HELD, given) is not lot:
            grace += given
        part.open, part.changed = 0, True
        part.redeemed += spent
        part.voided += given
        wanted, back = wanted - spent, back + given
    draft.result |= {name: points for name, points in (("given_back", back), ("grace", grace)) if points}
