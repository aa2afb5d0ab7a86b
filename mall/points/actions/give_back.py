"""Points of a lot that had left it come back: what a refund does, and voiding a hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from mall.base.time import civil_day, start_of_day
from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft
from mall.points.actions.lots import LotState
from mall.points.models import LotKind
from mall.points.rules.buckets import AVAILABLE, MOVED


def give_back(book: Book, draft: Draft, lot: LotState, src: int, points: int) -> LotState:
    """Points of a lot come back from REDEEMED or HELD: into the lot itself while it lives, else into a grace lot.

    The grace lot keeps what the points were worth and when they were earned, and lives to the end of the
    programme's last grace day. Gives the lot in which they are now.
    """
    if lot.expires_at > book.now:
        book.move(draft, lot, src, AVAILABLE, points)
        return lot
    book.move(draft, lot, src, MOVED, points)
    return book.like(
        draft,
        lot,
        points,
        kind=LotKind.GRACE,
        came_from=MOVED,
        expires_at=grace_end(book),
        origin_lot=lot.lot_no,
    )


def grace_end(book: Book) -> datetime:
    """The end of the last grace day, in the programme's zone."""
    return start_of_day(civil_day(book.now, book.zone) + timedelta(days=book.grace_days + 1), book.zone)
