"""A person puts an account right."""

from __future__ import annotations

from datetime import datetime

from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft, Posting
from mall.points.actions.posting import once, two_persons
from mall.points.actions.reading import look_ahead, read_open_lots
from mall.points.models import AlreadyExpired, Kind, LotKind, TooFewPoints
from mall.points.rules.amounts import whole
from mall.points.rules.buckets import AVAILABLE, ISSUED


def adjust(
    book: Book,
    *,
    points: int,
    reason: str,
    source: str,
    key: str,
    actor: str,
    fund_code: str,
    checker: str | None = None,
    expires_at: datetime | None = None,
    unit_value: int = 0,
) -> Posting:
    """Add points (positive, with `expires_at`) or remove available ones (negative, earliest expiry first).

    `reason` is a code or a short business text without personal data; `fund_code` says who pays. Refused: taking
    more than is available; an expiry that has passed; one person alone beyond the programme's limit.
    """
    amount = whole(abs(points))
    if points < 0:
        look_ahead(book, source, key)
    why = {"reason": reason, "fund": fund_code, "points": points}

    def add(draft: Draft) -> None:
        two_persons(book, amount, actor, checker)
        if expires_at is None or expires_at <= book.now:
            raise AlreadyExpired
        book.new_lot(
            draft,
            kind=LotKind.ADJUST,
            points=amount,
            came_from=ISSUED,
            to=AVAILABLE,
            source_ref=key,
            fund_code=fund_code,
            rule_version="",
            multiplier_bps=10_000,
            unit_value=unit_value,
            earned_at=book.now,
            active_at=book.now,
            expires_at=expires_at,
        )

    def remove(draft: Draft) -> None:
        two_persons(book, amount, actor, checker)
        if book.available < amount:
            raise TooFewPoints(short=amount - book.available)
        left = amount
        for lot in read_open_lots(book, amount):
            left -= book.take_back(draft, lot, left, (AVAILABLE,))
            if not left:
                return

    return once(
        book,
        Kind.ADJUST,
        source=source,
        key=key,
        request=why | {"expires_at": expires_at.isoformat() if expires_at else None},
        points=amount,
        effective_at=None,
        actor=actor,
        why=why,
        plan=add if points > 0 else remove,
        checker=checker,
    )
