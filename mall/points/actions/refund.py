"""Points that were spent come back, into the lots they came from."""

from __future__ import annotations

from typing import Any

from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft, Posting
from mall.points.actions.give_back import give_back
from mall.points.actions.posting import once
from mall.points.actions.reading import lots_by_number, taken_by
from mall.points.models import Kind, NotRefundable
from mall.points.rules.amounts import whole
from mall.points.rules.buckets import REDEEMED


def refund(
    book: Book,
    *,
    spend_journal: int,
    points: int,
    source: str,
    key: str,
    actor: str,
    why: dict[str, Any],
) -> Posting:
    """Give back points of a spend or a captured hold into its lots.

    Last taken first, so that giving back y of x + y leaves a spend of x. A lot that expired meanwhile gives its points
    to a grace lot (the programme's grace days). What is owed is paid first. Refused: more than the spend still holds;
    a posting that is neither, or not of this account.
    """
    whole(points)
    taken = taken_by(book, spend_journal, source, key)

    def plan(draft: Draft) -> None:
        left = sum(part.refundable for part in taken)
        if points > left:
            raise NotRefundable(left=left)
        lots = lots_by_number(book, [part.lot_no for part in taken if part.refundable])
        wanted, grace = points, 0
        for part in reversed(taken):
            back = min(wanted, part.refundable)
            if not back:
                continue
            if give_back(book, draft, lots[part.lot_no], REDEEMED, back) is not lots[part.lot_no]:
                grace += back
            part.refunded += back
            part.changed = True
            wanted -= back
        if grace:
            draft.result["grace"] = grace

    return once(
        book,
        Kind.REFUND,
        source=source,
        key=key,
        request={"spend": spend_journal, "points": points, "why": why},
        points=points,
        effective_at=None,
        actor=actor,
        why=why,
        plan=plan,
        ref_journal=spend_journal,
    )
