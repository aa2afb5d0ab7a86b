"""A dealer's account as the brand's people see it: who it is, its head, its open lots with who pays for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, func, literal_column, or_, select, tuple_
from sqlalchemy.orm import Session

from mall.base.refused import NotFound
from mall.dealers.models import Dealer, Tier
from mall.dealers.queries.found import named
from mall.points.models import Account, AccountStatus, Correction, CorrectionState, Entry, Journal, Kind, Lot
from mall.points.queries.lots import LOT_COLUMNS, LotSeen, lot_of

PAGE = 25


@dataclass(frozen=True)
class DealerRow:
    """A dealer in a search, with the balances as the last posting left them."""

    id: int
    code: str
    name: str
    region: str
    suspended: bool
    tier: Tier
    posted_at: datetime | None
    pending: int
    available: int
    held: int
    debt: int


@dataclass(frozen=True)
class Dealers:
    """A page of dealers, and how many there are in all."""

    rows: tuple[DealerRow, ...]
    total: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True)
class Head:
    """Where an account stands: its last entry and the hash that seals all before it."""

    opened_at: datetime
    last_posted_at: datetime | None
    last_seq: int
    head_hash: bytes
    spending: bool


@dataclass(frozen=True)
class FundedLot:
    """A lot with who pays for it. `unit_value` is what a point is worth, in millionths of the currency's unit."""

    lot: LotSeen
    fund_code: str
    unit_value: int


_BALANCES = tuple(func.coalesce(each, 0) for each in (Account.pending, Account.available, Account.held, Account.debt))
_SORTED: dict[str, ColumnElement[Any]] = {
    "name": Dealer.spelled + Dealer.name,
    "code": Dealer.code + "",
    "region": Dealer.region + "",
    "pending": _BALANCES[0],
    "available": _BALANCES[1],
    "held": _BALANCES[2],
    "debt": _BALANCES[3],
    "posted": func.coalesce(Account.last_posted_at, literal_column("0")),
}
_STANDINGS: dict[str, ColumnElement[bool]] = {
    "debt": Account.debt > 0,
    "held": Account.held > 0,
    "suspended": Dealer.suspended_at.is_not(None),
    "none": Account.dealer_id.is_(None),
}
_lot = cast(Table, Lot.__table__)
_now = bindparam("now", type_=_lot.c.expires_at.type)

_FUNDED = (
    select(_lot.c.fund_code, _lot.c.unit_value, *LOT_COLUMNS)
    .where(
        _lot.c.dealer_id == bindparam("dealer_id"),
        _lot.c.account_no == 0,
        _lot.c.is_open == 1,
        _lot.c.expires_at > _now,
        tuple_(_lot.c.expires_at, _lot.c.lot_no)
        > tuple_(bindparam("after_end", type_=_lot.c.expires_at.type), bindparam("after_no", type_=_lot.c.lot_no.type)),
    )
    .order_by(_lot.c.expires_at, _lot.c.lot_no)
    .limit(bindparam("limit"))
)


def dealers_found(
    session: Session,
    words: str,
    *,
    region: str = "",
    standing: str = "",
    sort: str = "",
    page: int = 1,
    size: int = PAGE,
) -> Dealers:
    """Dealers that are meant by the words, by code; all of them without words. `standing`: `debt`, `held`, `suspended`
    or `none`, those without an account.
    """
    conditions = [named(words)] if words else []
    if region:
        inside = Dealer.region.startswith(f"{region}/", autoescape=True)
        conditions.append(or_(Dealer.region == region, inside))
    if standing in _STANDINGS:
        conditions.append(_STANDINGS[standing])
    account = and_(Account.dealer_id == Dealer.id, Account.account_no == 0)
    counted = select(func.count()).select_from(Dealer)
    if standing:
        counted = counted.outerjoin(Account, account)
    column = _SORTED.get(sort.lstrip("-"), Dealer.code)
    query: Select[*tuple[Any, ...]] = (
        select(
            Dealer.id,
            Dealer.code,
            Dealer.name,
            Dealer.region,
            Dealer.suspended_at.is_not(None),
            Dealer.tier,
            Account.last_posted_at,
            *_BALANCES,
        )
        .outerjoin(Account, account)
        .where(*conditions)
        .order_by(column.desc() if sort.startswith("-") else column, Dealer.code)
        .limit(size)
        .offset((page - 1) * size)
    )
    total = session.scalar(counted.where(*conditions)) or 0
    return Dealers(tuple(DealerRow(*row) for row in session.execute(query)), total, size)


def dealer_by_code(session: Session, code: str) -> Dealer:
    """The dealer of this very code; refused as not found where there is none."""
    found = session.scalar(select(Dealer).where(Dealer.code == code))
    if found is None:
        raise NotFound
    return found


def dealers_named(session: Session, words: str, limit: int = 6) -> Sequence[Dealer]:
    """Whom a person means by what they typed: the one of this very code, else those whose name holds the words."""
    if not words:
        return ()
    exact = session.scalar(select(Dealer).where(Dealer.code == words))
    if exact is not None:
        return (exact,)
    named = select(Dealer).where(Dealer.name.icontains(words, autoescape=True))
    return session.scalars(named.order_by(Dealer.code).limit(limit)).all()


def head_of(session: Session, dealer_id: int) -> Head | None:
    """Where the dealer's account stands; None for a dealer who never had one."""
    row = session.execute(
        select(Account.opened_at, Account.last_posted_at, Account.last_seq, Account.head_hash, Account.status).where(
            Account.dealer_id == dealer_id, Account.account_no == 0
        )
    ).one_or_none()
    return Head(*row[:4], spending=row.status == AccountStatus.ACTIVE) if row else None


def funded_lots(
    session: Session, dealer_id: int, now: datetime, after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> list[FundedLot]:
    """Lots that can be spent now or later, in the order in which they will be, with who pays for them."""
    after_end, after_no = after or (now, 0)
    wants = {"dealer_id": dealer_id, "now": now, "after_end": after_end, "after_no": after_no, "limit": limit}
    return [FundedLot(lot_of(row[2:]), row.fund_code, row.unit_value) for row in session.execute(_FUNDED, wants)]


def clawback_of(session: Session, dealer_id: int, journal_id: int) -> tuple[int, int]:
    """Sequence and points of a clawback of this dealer; refused as not found where there is none."""
    row = session.execute(
        select(Entry.seq, Journal.points)
        .join(Journal, and_(Journal.dealer_id == Entry.dealer_id, Journal.journal_id == Entry.journal_id))
        .where(
            Entry.dealer_id == dealer_id,
            Entry.account_no == 0,
            Entry.journal_id == journal_id,
            Journal.kind == Kind.CLAWBACK,
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row.seq, row.points


def reinstated(session: Session, dealer_id: int, journals: Sequence[int]) -> set[int]:
    """Which of these clawbacks have been reinstated, or wait for it: none of them can be again."""
    if not journals:
        return set()
    posted = select(Journal.ref_journal).where(
        Journal.dealer_id == dealer_id, Journal.ref_journal.in_(journals), Journal.kind == Kind.REINSTATE
    )
    living = select(Correction.clawback_journal).where(
        Correction.dealer_id == dealer_id,
        Correction.clawback_journal.in_(journals),
        Correction.state.in_([CorrectionState.WAITING, CorrectionState.POSTED]),
    )
    return {journal for query in (posted, living) for journal in session.scalars(query) if journal is not None}
