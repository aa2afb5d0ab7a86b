"""The mall's side: each act through the public verbs and `transact`, as a route or a worker does it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

from flask.ctx import AppContext
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

import mall.web.db
from mall import create_app
from mall.points import actions
from mall.points.actions import Part, earn, open_book, refund, spend, write
from mall.points.models import Journal
from mall.web.db import db, transact

from .engines import settings

WHY = {"what": "redemption", "order": "R2026112200017", "items": [{"sku": "TEA-250", "quantity": 1, "points": 3}]}
WHY_EARNED = {"what": "invoice", "base": 12800, "rate": "1/100", "tier": "gold", "rounding": "down"}
WHY_BACK = {"what": "cancellation", "order": "R2026112200017"}
POINTS = 3
YEAR = timedelta(days=365)

SPENT = select(Journal.dealer_id, Journal.journal_id).where(
    Journal.dealer_id.between(bindparam("first"), bindparam("last")),
    Journal.source == "bench",
    Journal.idem_key == "ground/spend",
)
NEIGHBOURS = 1000

Act = Callable[[int, str], None]
"""One posting (or a hold and its capture) for a dealer under a key nobody has used."""


def _earn(session: Session, now: datetime, *, dealer: int, key: str) -> None:
    book = open_book(session, now, dealer)
    earn(
        book,
        parts=[Part(POINTS)],
        source="bench",
        key=key,
        reference=key,
        earned_at=now,
        expires_at=now + YEAR,
        rule_version="bench/1",
        actor="system",
        why=WHY_EARNED,
    )
    write(session, book)


def _spend(session: Session, now: datetime, *, dealer: int, key: str) -> None:
    book = open_book(session, now, dealer)
    spend(book, points=POINTS, source="bench", key=key, actor="member:7", why=WHY)
    write(session, book)


def _refund(session: Session, now: datetime, *, dealer: int, key: str, spent: int) -> None:
    book = open_book(session, now, dealer)
    refund(book, spend_journal=spent, points=POINTS, source="bench", key=key, actor="member:7", why=WHY_BACK)
    write(session, book)


def _hold(session: Session, now: datetime, *, dealer: int, key: str) -> int:
    book = open_book(session, now, dealer)
    posting: Any = actions.hold(
        book, points=POINTS, until=now + timedelta(hours=1), source="bench", key=key, actor="member:7", why=WHY
    )
    write(session, book)
    return int(posting.journal_id)


def _capture(session: Session, now: datetime, *, dealer: int, key: str, held: int) -> None:
    book = open_book(session, now, dealer)
    actions.capture(book, hold_journal=held, source="bench", key=key, actor="member:7", why=WHY)
    write(session, book)


class Mall:
    """A mall on a database, with as many connections as it has threads."""

    def __init__(self, url: str, threads: int, *, queued: bool = True) -> None:
        if not queued:
            mall.web.db._turn = lambda *_: nullcontext()  # type: ignore[assignment]
        self.app = create_app(settings(url, threads))
        self.spent: dict[int, int] = {}
        self.acts: dict[str, Act] = {
            "earn": lambda dealer, key: transact(_earn, dealer=dealer, key=key),
            "spend": lambda dealer, key: transact(_spend, dealer=dealer, key=key),
            "refund": lambda dealer, key: transact(_refund, dealer=dealer, key=key, spent=self.spent_by(dealer)),
            "hold": hold_and_capture,
        }

    def spent_by(self, dealer: int) -> int:
        """The journal of the large spend that every dealer has behind it: an order would know it."""
        if dealer not in self.spent:
            first = dealer - dealer % NEIGHBOURS
            found = db.session.execute(SPENT, {"first": first, "last": first + NEIGHBOURS - 1})
            self.spent.update({int(owner): int(journal) for owner, journal in found})
            db.session.rollback()
        return self.spent[dealer]

    def one(self) -> AppContext:
        """What a single act runs in: an application context of its own, as a request has."""
        return self.app.app_context()

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()


def hold_and_capture(dealer: int, key: str) -> None:
    """Two transactions: what a redemption with a payment takes."""
    held = transact(_hold, dealer=dealer, key=key)
    transact(_capture, dealer=dealer, key=f"{key}/capture", held=held)


def there(act: str) -> bool:
    """Whether the ledger has the verbs that an act needs."""
    return act != "hold" or hasattr(actions, "capture")
