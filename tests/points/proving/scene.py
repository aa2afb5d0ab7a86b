"""Where the proofs play: a programme, dealers whose points do not expire meanwhile, and what is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic_ns

from sqlalchemy.orm import Session

from mall.base.refused import Refused
from mall.points.actions import (
    Book,
    Part,
    Posting,
    capture,
    earn,
    hold,
    open_books,
    refund,
    spend,
    transfer,
    void,
    write,
)
from mall.points.models import Programme
from mall.web.db import transact
from tests.points.ledger import a_dealer
from tests.points.proving.receipts import SOURCE, Receipts, Told

LIFE = timedelta(days=3_000)
ACTOR = "partner:proof"
FIRST = 1_001
"""The number of the first dealer."""


def set_up(dealers: int, points: int, lots: int = 5) -> dict[int, int]:
    """Dealers with so many points each in a few lots; gives what each has."""
    numbers = list(range(FIRST, FIRST + dealers))

    def found(session: Session, at: datetime) -> None:
        session.add(Programme(id=1, name="年轮积分", zone="Asia/Shanghai", currency="CNY", grace_days=7))
        session.add_all(a_dealer(number, f"经销商 {number}", at) for number in numbers)
        session.flush()
        books = open_books(session, at, numbers)
        for book in books.values():
            for lot in range(lots):
                earn_some(book, f"opening/{lot}", points // lots, days=lot, source="opening")
        write(session, books.values())

    transact(found)
    return dict.fromkeys(numbers, points // lots * lots)


def earn_some(book: Book, key: str, points: int, *, days: int = 0, source: str = SOURCE) -> Posting:
    """Points that live long. All moments are those of the programme's first day, so that a repeat says the same."""
    day = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    return earn(
        book,
        parts=[Part(points)],
        source=source,
        key=key,
        reference=key,
        earned_at=day,
        expires_at=day + LIFE + timedelta(days=days),
        rule_version="proof/1",
        actor=ACTOR,
        why={"points": points},
    )


def request(books: dict[int, Book], number: int, dealers: Sequence[int], name: str) -> list[Told]:
    """The postings of request `number`: always the same for the same number, of every kind in turn."""
    dealer = dealers[number * 7 % len(dealers)]
    book, key, why = books[dealer], f"{name}/{number}", {"request": number}
    match number % 6:
        case 0:
            return [Told(key, earn_some(book, key, 10), +10)]
        case 1:
            # A partner's spend: refused it stays refused, for everybody and for ever.
            told = spend(book, points=3, source=SOURCE, key=key, actor=ACTOR, why=why, remember=True)
            return [Told(key, told, -3)]
        case 2:
            spent = spend(book, points=4, source=SOURCE, key=key, actor=ACTOR, why=why)
            back = refund(
                book,
                spend_journal=spent.journal_id,
                points=3,
                source=SOURCE,
                key=f"{key}/back",
                actor=ACTOR,
                why=why,
            )
            return [Told(key, spent, -4), Told(f"{key}/back", back, +3)]
        case 3:
            held = hold_some(book, key, 3)
            taken = capture(
                book, hold_journal=held.journal_id, points=2, source=SOURCE, key=f"{key}/taken", actor=ACTOR, why=why
            )
            return [Told(key, held, 0), Told(f"{key}/taken", taken, -2)]
        case 4:
            held = hold_some(book, key, 2)
            freed = void(book, hold_journal=held.journal_id, source=SOURCE, key=f"{key}/freed", actor=ACTOR, why=why)
            return [Told(key, held, 0), Told(f"{key}/freed", freed, 0)]
        case _:
            other = books[dealers[(number * 7 + 1) % len(dealers)]]
            return hand_over(book, other, key, 2)


def hand_over(book: Book, other: Book, key: str, points: int) -> list[Told]:
    """A transfer: what left one dealer arrived at the other."""
    out, arrived = transfer(book, other, points=points, source=SOURCE, key=key, actor=ACTOR, why={"points": points})
    return [Told(key, out, -points), Told(f"{key}/arrived", arrived, +points)]


def hold_some(book: Book, key: str, points: int) -> Posting:
    """Points set aside for years."""
    until = datetime.fromisoformat("2036-01-01T00:00:00+00:00")
    return hold(book, points=points, until=until, source=SOURCE, key=key, actor=ACTOR, why={"points": points})


def keys_of(number: int, name: str) -> list[tuple[str, str]]:
    """Every key that a request may use, so that a batch looks for them all at once."""
    return [(SOURCE, f"{name}/{number}{end}") for end in ("", "/back", "/taken", "/freed")]


def ask(numbers: Sequence[int], dealers: Sequence[int], name: str, receipts: Receipts) -> None:
    """Requests in one transaction, and their answers written down once it is committed."""
    touched = {d for n in numbers for d in (dealers[n * 7 % len(dealers)], dealers[(n * 7 + 1) % len(dealers)])}
    keys = [pair for number in numbers for pair in keys_of(number, name)] if len(numbers) > 1 else []

    def verb(session: Session, at: datetime) -> list[Told]:
        books = open_books(session, at, touched, keys=keys, together=True)
        told = [each for number in numbers for each in tried(lambda n=number: request(books, n, dealers, name))]
        write(session, books.values())
        return told

    began = monotonic_ns()
    receipts.note(transact(verb), began)


def tried(act: Callable[[], list[Told]]) -> list[Told]:
    """What an act answers; a refusal answers nothing and moves nothing."""
    try:
        return act()
    except Refused:
        return []
