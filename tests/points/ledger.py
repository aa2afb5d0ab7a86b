"""A hand on the ledger for tests: every call is one transaction of the mall's own verbs."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from mall.dealers.models import ChannelLevel, Dealer
from mall.points.actions import (
    Book,
    Part,
    Posting,
    adjust,
    capture,
    claw_back,
    close_period,
    earn,
    expire_due,
    hold,
    open_book,
    open_books,
    refund,
    reinstate,
    release_due,
    spend,
    transfer,
    void,
    write,
)
from mall.points.models import LotKind, Programme
from mall.points.queries.proof import faults
from mall.web.db import db, now, transact

EAST = 501
NORTH = 502
COUNTERS = ("pending", "available", "held", "redeemed", "expired", "clawed", "settled", "moved")


def found_programme(session: Session, at: datetime) -> None:
    """A programme in Shanghai time with seven grace days, and two dealers without points."""
    session.add(Programme(id=1, name="年轮积分", zone="Asia/Shanghai", currency="CNY", grace_days=7))
    session.add_all(
        a_dealer(number, name, at) for number, name in ((EAST, "华东·临安恒泰商贸"), (NORTH, "华北·津门五金"))
    )


def a_dealer(number: int, name: str, at: datetime) -> Dealer:
    """A dealer of the east, without points."""
    return Dealer(
        id=number,
        code=f"D{number}",
        name=name,
        region="华东/浙江",
        channel_level=ChannelLevel.CITY,
        created_at=at,
    )


class Ledger:
    """The verbs, one transaction a call. Times are days from now unless a moment is given."""

    def __init__(self, dealer_id: int = EAST) -> None:
        self.dealer_id = dealer_id
        self._keys = count(1)

    def _key(self, key: str | None) -> str:
        return key or f"k{next(self._keys)}"

    def _do(self, act: Any, *others: int) -> Any:
        """`act` on the dealer's book, and on those of the others."""
        dealers = (self.dealer_id, *others)

        def verb(session: Session, at: datetime) -> Any:
            books = open_books(session, at, dealers, together=bool(others))
            answer = act(*(books[dealer] for dealer in dealers))
            write(session, books.values())
            return answer

        return transact(verb)

    def earn(
        self,
        points: int,
        *,
        days: float = 30,
        active_in: float = 0,
        earned_ago: float = 0,
        reference: str = "",
        key: str | None = None,
        bonus: int = 0,
        remember: bool = False,
    ) -> Posting:
        parts = [Part(points)] + ([Part(bonus, LotKind.BONUS)] if bonus else [])
        at = now()
        name = self._key(key)
        return self._do(
            lambda book: earn(
                book,
                parts=parts,
                source="dms",
                key=name,
                reference=reference or name,
                earned_at=at - timedelta(days=earned_ago),
                active_at=at + timedelta(days=active_in) if active_in else None,
                expires_at=at + timedelta(days=days),
                rule_version="rule/1",
                actor="partner:dms",
                why={"total": points + bonus},
                remember=remember,
            )
        )

    def spend(self, points: int, *, key: str | None = None, remember: bool = False) -> Posting:
        name = self._key(key)
        return self._do(
            lambda book: spend(
                book,
                points=points,
                source="mall",
                key=name,
                actor="member:1",
                why={"points": points},
                remember=remember,
            )
        )

    def refund(self, spent: Posting, points: int, *, key: str | None = None) -> Posting:
        name = self._key(key)
        return self._do(
            lambda book: refund(
                book,
                spend_journal=spent.journal_id,
                points=points,
                source="mall",
                key=name,
                actor="member:1",
                why={"points": points},
            )
        )

    def claw_back(self, points: int, *, reference: str | None = None, key: str | None = None) -> Posting:
        name, at = self._key(key), now()
        return self._do(
            lambda book: claw_back(
                book,
                points=points,
                reference=reference,
                source="dms",
                key=name,
                effective_at=at,
                actor="partner:dms",
                why={"points": points},
            )
        )

    def hold(self, points: int, *, hours: float = 24, until: datetime | None = None, key: str | None = None) -> Posting:
        name, ends_at = self._key(key), until or now() + timedelta(hours=hours)
        return self._do(
            lambda book: hold(
                book,
                points=points,
                until=ends_at,
                source="mall",
                key=name,
                actor="member:1",
                why={"points": points},
            )
        )

    def capture(self, held: Posting, points: int | None = None, *, key: str | None = None) -> Posting:
        name = self._key(key)
        return self._do(
            lambda book: capture(
                book,
                hold_journal=held.journal_id,
                points=points,
                source="mall",
                key=name,
                actor="member:1",
                why={"points": points},
            )
        )

    def void(self, held: Posting, *, key: str | None = None) -> Posting:
        name = self._key(key)
        return self._do(
            lambda book: void(
                book, hold_journal=held.journal_id, source="mall", key=name, actor="member:1", why={"what": "void"}
            )
        )

    def transfer(
        self, receiver: int, points: int, *, checker: str | None = None, key: str | None = None
    ) -> tuple[Posting, Posting]:
        name = self._key(key)
        return self._do(
            lambda ours, theirs: transfer(
                ours,
                theirs,
                points=points,
                source="desk",
                key=name,
                actor="staff:1",
                checker=checker,
                why={"points": points},
            ),
            receiver,
        )

    def reinstate(self, taken: Posting, *, checker: str | None = None, key: str | None = None) -> Posting:
        name = self._key(key)
        return self._do(
            lambda book: reinstate(
                book,
                clawback_journal=taken.journal_id,
                source="desk",
                key=name,
                actor="staff:1",
                checker=checker,
                why={"what": "return cancelled"},
            )
        )

    def adjust(self, points: int, *, days: float = 30, checker: str | None = None, key: str | None = None) -> Posting:
        name, at = self._key(key), now()
        return self._do(
            lambda book: adjust(
                book,
                points=points,
                reason="goodwill",
                source="desk",
                key=name,
                actor="staff:1",
                fund_code="marketing",
                checker=checker,
                expires_at=at + timedelta(days=days) if points > 0 else None,
            )
        )

    def touch(self) -> None:
        """What is due is written down, as the expiry job does it for one account."""
        self._do(lambda _book: None)

    def expire(self) -> int:
        return transact(expire_due)

    def release(self) -> int:
        return transact(release_due)

    def close_period(self, until: datetime) -> None:
        transact(close_period, until=until, actor="staff:1")

    def balances(self) -> tuple[int, int, int, int]:
        """Pending, available, held, debt, after the sweep that any posting would make (and without keeping it)."""
        book: Book = open_book(db.session, now(), self.dealer_id)
        seen = (book.pending, book.available, book.held, book.debt)
        db.session.rollback()
        return seen

    def standing(self) -> tuple[tuple[int, int, int, int], dict[int, tuple[int, ...]]]:
        """Balances, and every lot's counters by its number, after the same sweep."""
        book = open_book(db.session, now(), self.dealer_id)
        write(db.session, book)
        rows = db.session.execute(
            text(f"SELECT lot_no, {', '.join(COUNTERS)} FROM points_lot WHERE dealer_id = :dealer"),
            {"dealer": self.dealer_id},
        ).all()
        db.session.rollback()
        return (book.pending, book.available, book.held, book.debt), {row[0]: tuple(row[1:]) for row in rows}

    def faults(self) -> list[str]:
        found = faults(db.session)
        db.session.rollback()
        return [str(fault) for fault in found]
