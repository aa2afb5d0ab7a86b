"""A dealer's life of so many entries, posted by the mall's own verbs, and the same life for any other dealer.

What differs from dealer to dealer are the dealer's number and, through it, every hash. So a life is posted once, its
rows are read back, and for each further dealer the chain is computed anew over the very fields that the first one's
entries covered: as valid as if the verbs had posted it, at a hundredth of the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from mall import create_app
from mall.base.models import Base
from mall.points.actions import Book, Part, capture, earn, hold, open_books, refund, spend, write
from mall.points.rules import chain
from mall.web.db import db, transact

from .engines import SQLite, settings
from .ground import PLENTY, found

MONTHS = 36
DAYS = MONTHS * 30
TABLES = ("points_account", "points_lot", "points_journal", "points_entry", "points_line", "points_allocation")
FIRST = 1
Row = tuple[Any, ...]


@dataclass
class Table:
    """The rows of one table in a life, without the dealer, which stands first; `hashes` are the columns that change."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row]
    places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.places = {name: place for place, name in enumerate(self.columns)}


@dataclass
class Life:
    """A life: its tables, and of each entry the bytes that its hash covers, but for the dealer and the hash before."""

    tables: dict[str, Table]
    covered: list[tuple[bytes, bytes, bytes]]
    programme_id: int

    @property
    def entries(self) -> int:
        return len(self.covered)

    def hashes(self, dealer: int) -> list[bytes]:
        """The genesis and every hash of the chain as this dealer's."""
        head = chain.genesis(dealer, 0, self.programme_id)
        own, found = chain.netstrings((dealer,)), [head]
        for before, between, after in self.covered:
            head = sha256(b"".join((before, own, between, b"%d:%s," % (len(head), head), after))).digest()
            found.append(head)
        return found


class Clock:
    """A clock that is told the time."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def lived(folder: Path, entries: int, name: str) -> Life:
    """A life of at least so many entries over three years, posted by the verbs in an SQLite file of its own."""
    engine = SQLite(folder)
    url = engine.empty(name)
    clock = Clock(datetime.now(UTC) - timedelta(days=DAYS))
    app = create_app(settings(url), clock)
    with app.app_context(), _noting() as noted:
        transact(found, dealers=FIRST)
        random, keys, past = Random(7), count(1), _Past()
        times = min(DAYS, entries // 2)
        for number in range(1, times + 1):
            clock.at += timedelta(days=DAYS) / times
            transact(_live, wanted=entries * number // times, keys=keys, random=random, past=past)
        clock.at = datetime.now(UTC) - timedelta(minutes=1)
        transact(_last_day)
        life = _read(db.session.connection(), noted)
        db.session.remove()
        db.engine.dispose()
    return life


@dataclass
class _Past:
    """What there is to give back."""

    spent: list[tuple[int, int]] = field(default_factory=list)


def _live(session: Session, now: datetime, wanted: int, keys: count[int], random: Random, past: _Past) -> None:
    """Postings until the account has so many entries: half of them earnings, the rest takes most of what there is."""
    book = open_books(session, now, [FIRST], all_lots_of=[FIRST])[FIRST]
    while book.last_seq < wanted:
        number, choice = next(keys), random.random()
        if choice < 0.45 or book.available < 40:
            _earn(book, number, random)
        elif choice < 0.80:
            points = max(10, book.available * random.randrange(20, 70) // 100)
            posting = spend(
                book, points=points, source="bench", key=f"order/{number}", actor="member:7", why={"order": number}
            )
            past.spent.append((posting.journal_id, points))
        elif choice < 0.88 and past.spent:
            journal, points = past.spent.pop()
            refund(
                book, spend_journal=journal, points=points // 2, source="bench", key=f"back/{number}",
                actor="member:7", why={"order": number},
            )  # fmt: skip
        else:
            held = hold(
                book, points=book.available // 3, until=now + timedelta(hours=1), source="bench",
                key=f"hold/{number}", actor="member:7", why={"order": number},
            )  # fmt: skip
            capture(
                book, hold_journal=held.journal_id, source="bench", key=f"capture/{number}", actor="system",
                why={"order": number},
            )  # fmt: skip
    del past.spent[:-20]
    write(session, book)


def _earn(book: Book, number: int, random: Random) -> None:
    earn(
        book,
        parts=[Part(random.randrange(20, 400))],
        source="bench",
        key=f"invoice/{number}",
        reference=f"invoice/{number}",
        earned_at=book.now,
        expires_at=book.now + timedelta(days=random.choice((3, 10, 20))),
        rule_version="bench/1",
        fund_code="brand",
        unit_value=10_000,
        actor="system",
        why={"what": "invoice", "base": 12_800, "number": number},
    )


def _last_day(session: Session, now: datetime) -> None:
    """Open lots for years to come, and a spend to give back from: as every dealer of the ground has them."""
    book = open_books(session, now, [FIRST], all_lots_of=[FIRST])[FIRST]
    for number in range(5):
        earn(
            book, parts=[Part(PLENTY)], source="bench", key=f"ground/{number}", reference="", earned_at=now,
            expires_at=now + timedelta(days=360 + number), rule_version="bench/1", actor="system",
            why={"what": "ground"},
        )  # fmt: skip
    spend(book, points=PLENTY // 2, source="bench", key="ground/spend", actor="system", why={"what": "ground"})
    write(session, book)


@contextmanager
def _noting() -> Iterator[dict[int, tuple[bytes, bytes, bytes]]]:
    """Note of every entry that is hashed meanwhile what the hash covers, by its number."""
    fields_of, noted = chain.entry_fields, {}

    def noting(link: chain.Link, moves: Any) -> list[chain.Field]:
        fields = fields_of(link, moves)
        assert (fields[1], fields[3], fields[4]) == (link.dealer_id, link.seq, link.prev_hash)
        noted[link.seq] = (
            chain.netstrings(fields[:1]),
            chain.netstrings(fields[2:4]),
            chain.netstrings(fields[5:]),
        )
        return fields

    chain.entry_fields = noting
    try:
        yield noted
    finally:
        chain.entry_fields = fields_of


def _read(connection: Connection, noted: dict[int, tuple[bytes, bytes, bytes]]) -> Life:
    tables = {}
    for name in TABLES:
        columns = [column.name for column in Base.metadata.tables[name].columns if column.name != "dealer_id"]
        order = {"points_entry": "seq", "points_line": "seq, line_no", "points_lot": "lot_no"}.get(name, "1")
        listed = ", ".join(f'"{column}"' for column in columns)
        found = connection.exec_driver_sql(f"SELECT {listed} FROM {name} WHERE dealer_id = {FIRST} ORDER BY {order}")
        tables[name] = Table(name, tuple(columns), [tuple(row) for row in found])
    entries = len(tables["points_entry"].rows)
    assert set(noted) >= set(range(1, entries + 1))
    return Life(tables, [noted[seq] for seq in range(1, entries + 1)], programme_id=1)


def of_dealer(life: Life, dealer: int) -> Iterator[tuple[Table, Iterator[Row]]]:
    """The rows of a life as a dealer's, table by table, the dealer first."""
    hashes = life.hashes(dealer)
    for table in life.tables.values():
        yield table, rows_of(table, dealer, hashes)


def rows_of(table: Table, dealer: int, hashes: list[bytes]) -> Iterator[Row]:
    """The rows of a table with a dealer's number and hashes."""
    places = table.places
    if table.name == "points_account":
        head = places["head_hash"]
        return ((dealer, *row[:head], hashes[-1], *row[head + 1 :]) for row in table.rows)
    if table.name == "points_entry":
        prev, own, seq = places["prev_hash"], places["hash"], places["seq"]
        assert own == prev + 1
        return (
            (dealer, *row[:prev], hashes[row[seq] - 1] if row[seq] > 1 else None, hashes[row[seq]], *row[own + 1 :])
            for row in table.rows
        )
    if table.name == "points_journal":
        return _journals(table, dealer, hashes)
    return ((dealer, *row) for row in table.rows)


def _journals(table: Table, dealer: int, hashes: list[bytes]) -> Iterator[Row]:
    result = table.places["result"]
    for row in table.rows:
        told = row[result]
        at = told.index('"hash":"') + 8
        seq = int(told[told.index('"seq":') + 6 :].partition("}")[0].partition(",")[0])
        yield (dealer, *row[:result], f"{told[:at]}{hashes[seq].hex()}{told[at + 64 :]}", *row[result + 1 :])
