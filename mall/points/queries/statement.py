"""A dealer's monthly statements: what stood, what moved, what stands, and the hash that binds it to the chain.

A month is a range of the account's own numbering (borders.py). Its opening balances are those that the entry before it
left, its closing ones those of its last entry, and that entry's hash covers every one before it. Nothing is added up
but the month's own entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, select
from sqlalchemy.orm import Session

from mall.base.time import add_months, civil_day, start_of_day
from mall.dealers.models import Dealer
from mall.points.models import Account, Checkpoint, CheckpointLeaf, Entry, NoStatement, Programme
from mall.points.queries.borders import first_posted

SETTLING = timedelta(minutes=10)
"""A posting begun before midnight may be written a little after: only so long after its end is a month complete."""


@dataclass(frozen=True)
class Amounts:
    """The four balances of an account, or how much each of them changed."""

    pending: int = 0
    available: int = 0
    held: int = 0
    debt: int = 0

    @property
    def total(self) -> int:
        """What it is worth in all: what is owed counts against it."""
        return self.pending + self.available + self.held - self.debt

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.pending + other.pending,
            self.available + other.available,
            self.held + other.held,
            self.debt + other.debt,
        )


@dataclass(frozen=True)
class Statement:
    """One civil month of one account. Its entries are those from `first_seq` to `last_seq`; a quiet month has none."""

    dealer_id: int
    dealer_code: str
    dealer_name: str
    programme: str
    zone: str
    month: date
    starts_at: datetime
    ends_at: datetime
    complete: bool
    """Nothing can be booked in this month any more."""
    first_seq: int
    last_seq: int
    opening: Amounts
    closing: Amounts
    head_seq: int
    """The number of the account's last entry at the end of the month, in a quiet month that of an earlier one."""
    head: bytes
    """Its hash: the head of the chain at the end of the month."""

    @property
    def count(self) -> int:
        """How many movements were booked."""
        return self.last_seq - self.first_seq + 1

    @property
    def last_day(self) -> date:
        """The last civil day of the month."""
        return add_months(self.month, 1) - timedelta(days=1)

    @property
    def change(self) -> int:
        """What the account is worth more or less than a month before."""
        return self.closing.total - self.opening.total


@dataclass(frozen=True)
class Covered:
    """The first signed checkpoint that covers an entry."""

    checkpoint_no: int
    taken_at: datetime


_account = cast(Table, Account.__table__)
_programme = cast(Table, Programme.__table__)
_dealer = cast(Table, Dealer.__table__)
_entry = cast(Table, Entry.__table__)
_leaf = cast(Table, CheckpointLeaf.__table__)
_checkpoint = cast(Table, Checkpoint.__table__)

_ACCOUNT = (
    select(
        _dealer.c.code,
        _dealer.c.name,
        _programme.c.name.label("programme"),
        _programme.c.zone,
        _entry.c.posted_at.label("first_at"),
    )
    .join_from(_account, _dealer, _dealer.c.id == _account.c.dealer_id)
    .join(_programme, _programme.c.id == _account.c.programme_id)
    .join(
        _entry,
        (_entry.c.dealer_id == _account.c.dealer_id)
        & (_entry.c.account_no == _account.c.account_no)
        & (_entry.c.seq == 1),
    )
    .where(_account.c.dealer_id == bindparam("dealer_id"), _account.c.account_no == 0)
)
_STOOD = select(_entry.c.seq, _entry.c.pending, _entry.c.available, _entry.c.held, _entry.c.debt, _entry.c.hash).where(
    _entry.c.dealer_id == bindparam("dealer_id"),
    _entry.c.account_no == 0,
    _entry.c.seq.in_(bindparam("seqs", expanding=True)),
)
_COVER = (
    select(_checkpoint.c.no, _checkpoint.c.taken_at)
    .join_from(_leaf, _checkpoint, _checkpoint.c.no == _leaf.c.checkpoint_no)
    .where(_leaf.c.dealer_id == bindparam("dealer_id"), _leaf.c.account_no == 0, _leaf.c.seq >= bindparam("seq"))
    .order_by(_leaf.c.seq)
    .limit(1)
)


def statement(session: Session, dealer_id: int, month: date, now: datetime) -> Statement:
    """The dealer's statement of a civil month, given by its first day. Refused: a month of which there is none."""
    account = _first(session, dealer_id)
    if account is None or not _begun(account) <= month <= _current(account, now):
        raise NoStatement
    return _told(session, dealer_id, account, [month], now)[0]


def statements(
    session: Session, dealer_id: int, now: datetime, before: date | None = None, limit: int = 12
) -> list[Statement]:
    """The dealer's statements newest first, those of months before `before`: at most `limit`, in three statements."""
    account = _first(session, dealer_id)
    if account is None:
        return []
    newest = _current(account, now)
    if before is not None:
        newest = min(newest, add_months(before, -1))
    months = [month for n in range(limit) if (month := add_months(newest, -n)) >= _begun(account)]
    return _told(session, dealer_id, account, months, now) if months else []


def checkpoint_over(session: Session, dealer_id: int, seq: int) -> Covered | None:
    """The first checkpoint whose head of this account stands at or after this entry; none while there is none."""
    row = session.execute(_COVER, {"dealer_id": dealer_id, "seq": seq}).one_or_none()
    return Covered(*row) if row else None


def _first(session: Session, dealer_id: int) -> Row[*tuple[Any, ...]] | None:
    """The account with the moment of its first entry; none where nothing was ever booked."""
    return session.execute(_ACCOUNT, {"dealer_id": dealer_id}).one_or_none()


def _begun(account: Row[*tuple[Any, ...]]) -> date:
    return civil_day(account.first_at, account.zone).replace(day=1)


def _current(account: Row[*tuple[Any, ...]], now: datetime) -> date:
    return civil_day(now, account.zone).replace(day=1)


def _told(
    session: Session, dealer_id: int, account: Row[*tuple[Any, ...]], months: Sequence[date], now: datetime
) -> list[Statement]:
    """The statements of these months, none of them before the account's first."""
    spans = [(start_of_day(month, account.zone), start_of_day(add_months(month, 1), account.zone)) for month in months]
    first = first_posted(session, dealer_id, [at for span in spans for at in span])
    seqs = sorted({first[at] - 1 for span in spans for at in span})
    stood = {row.seq: row for row in session.execute(_STOOD, {"dealer_id": dealer_id, "seqs": seqs})}

    def amounts(seq: int) -> Amounts:
        return Amounts(*stood[seq][1:5]) if seq else Amounts()

    return [
        Statement(
            dealer_id=dealer_id,
            dealer_code=account.code,
            dealer_name=account.name,
            programme=account.programme,
            zone=account.zone,
            month=month,
            starts_at=starts_at,
            ends_at=ends_at,
            complete=now >= ends_at + SETTLING,
            first_seq=first[starts_at],
            last_seq=first[ends_at] - 1,
            opening=amounts(first[starts_at] - 1),
            closing=amounts(first[ends_at] - 1),
            head_seq=first[ends_at] - 1,
            head=stood[first[ends_at] - 1].hash,
        )
        for month, (starts_at, ends_at) in zip(months, spans, strict=True)
    ]
