"""Points go out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft, Posting
from mall.points.actions.lots import Allocation
from mall.points.actions.posting import once
from mall.points.actions.reading import look_ahead, read_open_lots
from mall.points.models import AccountStatus, Kind, SpendingStopped, TooFewPoints
from mall.points.rules.amounts import whole
from mall.points.rules.buckets import AVAILABLE, HELD, REDEEMED


def spend(
    book: Book,
    *,
    points: int,
    source: str,
    key: str,
    actor: str,
    why: dict[str, Any],
    remember: bool = False,
) -> Posting:
    """Redeem points, earliest expiry first, and remember which lots paid.

    Refused: more than is available after the lots due have expired; an account that may not spend.
    """
    whole(points)
    look_ahead(book, source, key)

    def plan(draft: Draft) -> None:
        allocate(book, draft, points, None)

    return once(
        book,
        Kind.SPEND,
        source=source,
        key=key,
        request={"points": points, "why": why},
        points=points,
        effective_at=None,
        actor=actor,
        why=why,
        plan=plan,
        remember=remember,
    )


def allocate(book: Book, draft: Draft, points: int, held_until: datetime | None) -> None:
    """Take points of the open lots in turn, for good or (with `held_until`) on hold, an allocation a lot."""
    may_spend(book, points)
    taken = book.allocations[draft.journal_id] = []
    held, spent = (0, 1) if held_until is None else (1, 0)
    left = points
    for lot in read_open_lots(book, points):
        part = min(left, lot.at[AVAILABLE])
        book.move(draft, lot, AVAILABLE, HELD if held_until else REDEEMED, part)
        taken.append(
            Allocation(
                journal_id=draft.journal_id,
                ord=len(taken) + 1,
                lot_no=lot.lot_no,
                points=part,
                open=part * held,
                redeemed=part * spent,
                voided=0,
                refunded=0,
                held_until=held_until,
                new=True,
            )
        )
        left -= part
        if not left:
            return
    raise RuntimeError(f"account {book.dealer_id}: the lots hold {left} fewer points than the balance says")


def may_spend(book: Book, points: int) -> None:
    """Refuse an account that may not spend, and more than is available."""
    if book.status != AccountStatus.ACTIVE:
        raise SpendingStopped
    if book.available < points:
        raise TooFewPoints(short=points - book.available)
