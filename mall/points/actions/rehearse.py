"""What a correction would do if it were posted now: the very verbs, on books that are never written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mall.points.actions.book import Book
from mall.points.actions.drawing_up import SOMEBODY, Ask, drawn_up, post
from mall.points.actions.opening import open_books
from mall.points.models import Correction, LotKind
from mall.points.rules.buckets import AVAILABLE, DEBT, EXPIRED, ISSUED, MOVED, PENDING
from mall.points.rules.corrections import needs_second_person

Balances = tuple[int, int, int, int]
"""Pending, available, held, debt."""
OUT = frozenset({AVAILABLE, PENDING})
IN = frozenset({ISSUED, MOVED, DEBT})


@dataclass(frozen=True)
class Touched:
    """Points of a lot that would leave (less than nought) or arrive; `paid` go towards a debt at once."""

    lot_no: int
    kind: LotKind
    fund_code: str
    earned_at: datetime
    expires_at: datetime
    points: int
    lost: bool = False
    """They arrive expired."""


@dataclass(frozen=True)
class Effect:
    """What would become of one account."""

    dealer_id: int
    before: Balances
    after: Balances
    lots: tuple[Touched, ...]


@dataclass(frozen=True)
class Rehearsal:
    """What would happen, and whether a second person is needed for it."""

    points: int
    counted: int
    threshold: int
    effects: tuple[Effect, ...]

    @property
    def waits(self) -> bool:
        """It would wait for a second person."""
        return needs_second_person(self.counted, self.threshold)


def rehearse(session: Session, now: datetime, *, ask: Ask, staff_id: int) -> Rehearsal:
    """What is asked for, tried and undone. Refused: whatever asking for it would be refused for."""
    point = session.begin_nested()
    try:
        books = open_books(session, now, ask.dealers, together=True)
        made = drawn_up(session, books, ask, key="", staff_id=staff_id)
        return _tried(session, books, made, ask.dealers)
    finally:
        point.rollback()  # and with it the accounts' locks


def rehearse_again(session: Session, now: datetime, *, correction: Correction) -> Rehearsal:
    """What a waiting correction would do if it were approved now. Refused: whatever the ledger refuses."""
    dealers = correction.dealers
    point = session.begin_nested()
    try:
        return _tried(session, open_books(session, now, dealers, together=True), correction, dealers)
    finally:
        point.rollback()


def _tried(session: Session, books: Mapping[int, Book], made: Correction, dealers: list[int]) -> Rehearsal:
    before = {dealer: _balances(books[dealer]) for dealer in dealers}
    post(session, books, made, checker=SOMEBODY)
    effects = tuple(
        Effect(dealer, before[dealer], _balances(books[dealer]), _touched(books[dealer])) for dealer in dealers
    )
    return Rehearsal(made.points, made.counted, made.threshold, effects)


def _balances(book: Book) -> Balances:
    return (book.pending, book.available, book.held, book.debt)


def _touched(book: Book) -> tuple[Touched, ...]:
    """The lots of the last entry that was drafted, in the order of its lines."""
    found = []
    for *_account, seq, _no, lot_no, src, dst, points in book.lines:
        if seq != book.last_seq or lot_no is None or (src not in IN and dst in (DEBT, EXPIRED)):
            continue
        lot = book.lots[lot_no]
        sign = 1 if src in IN else -1
        lost = src in IN and lot.expires_at <= book.now
        found.append(Touched(lot_no, lot.kind, lot.fund_code, lot.earned_at, lot.expires_at, sign * points, lost))
    return tuple(found)
