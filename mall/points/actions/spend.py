"""Points go out."""

from __future__ import annotations

from typing import Any

from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft, Posting
from mall.points.actions.opening import read_open_lots
from mall.points.actions.posting import once
from mall.points.models import AccountStatus, Kind, SpendingStopped, TooFewPoints
from mall.points.rules.amounts import whole
from mall.points.rules.buckets import AVAILABLE, REDEEMED


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

    def plan(draft: Draft) -> None:
        if book.status != AccountStatus.ACTIVE:
            raise SpendingStopped
        if book.available < points:
            raise TooFewPoints(short=points - book.available)
        left = points
        for lot in read_open_lots(book, points):
            part = min(left, lot.at[AVAILABLE])
            book.move(draft, lot, AVAILABLE, REDEEMED, part)
            book.allocations.append(
                {
                    "dealer_id": book.dealer_id,
                    "journal_id": draft.journal_id,
                    "ord": len(draft.moves),
                    "account_no": book.account_no,
                    "lot_no": lot.lot_no,
                    "points": part,
                    "open": 0,
                    "redeemed": part,
                    "voided": 0,
                    "refunded": 0,
                }
            )
            left -= part
            if not left:
                return
        raise RuntimeError(f"account {book.dealer_id}: the lots hold {left} fewer points than the balance says")

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
