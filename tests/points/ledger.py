"""A hand on the ledger for tests: every call is one transaction of the mall's own verbs."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from mall.dealers.models import ChannelLevel, Dealer
from mall.points.actions import (
    Book,
    Part,
    Posting,
    adjust,
    claw_back,
    earn,
    expire_due,
    open_book,
    refund,
    spend,
    write,
)
from mall.points.models import LotKind, Programme
from mall.points.queries.proof import faults
from mall.web.db import db, now, transact

EAST = 501
NORTH = 502


def found_programme(session: Session, at: datetime) -> None:
    """A programme in Shanghai time with seven grace days, and two dealers without points."""
    session.add(Programme(id=1, name="年轮积分", zone="Asia/Shanghai", currency="CNY", grace_days=7))
    for number, name in ((EAST, "华东·临安恒泰商贸"), (NORTH, "华北·津门五金")):
        session.add(
            Dealer(
                id=number,
                code=f"D{number}",
                name=name,
                region="华东/浙江",
                channel_level=ChannelLevel.CITY,
                created_at=at,
            )
        )


class Ledger:
    """The verbs, one transaction a call. Times are days from now unless a moment is given."""

    def __init__(self, dealer_id: int = EAST) -> None:
        self.dealer_id = dealer_id
        self._keys = count(1)

    def _key(self, key: str | None) -> str:
        return key or f"k{next(self._keys)}"

    def _do(self, act: Any) -> Any:
        def verb(session: Session, at: datetime) -> Any:
            book = open_book(session, at, self.dealer_id)
            answer = act(book)
            write(session, book)
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

    def adjust(self, points: int, *, days: float = 30, key: str | None = None) -> Posting:
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
                expires_at=at + timedelta(days=days) if points > 0 else None,
            )
        )

    def expire(self) -> int:
        return transact(expire_due)

    def balances(self) -> tuple[int, int, int, int]:
        """Pending, available, held, debt, after the sweep that any posting would make (and without keeping it)."""
        book: Book = open_book(db.session, now(), self.dealer_id)
        seen = (book.pending, book.available, book.held, book.debt)
        db.session.rollback()
        return seen

    def faults(self) -> list[str]:
        found = faults(db.session)
        db.session.rollback()
        return found
