"""Points that were spent come back, into the lots they came from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, bindparam, select

from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft, Posting
from mall.points.actions.give_back import give_back
from mall.points.actions.opening import lots_by_number
from mall.points.actions.posting import once
from mall.points.models import Allocation, Journal, Kind, NotRefundable, UnknownPosting
from mall.points.rules.amounts import whole
from mall.points.rules.buckets import REDEEMED

allocation: Table = Allocation.__table__  # type: ignore[assignment]
journal: Table = Journal.__table__  # type: ignore[assignment]

SPENT = (
    select(allocation.c.ord, allocation.c.lot_no, allocation.c.redeemed, allocation.c.refunded)
    .join(
        journal,
        (journal.c.dealer_id == allocation.c.dealer_id) & (journal.c.journal_id == allocation.c.journal_id),
    )
    .where(
        allocation.c.dealer_id == bindparam("dealer"),
        allocation.c.journal_id == bindparam("journal"),
        journal.c.account_no == bindparam("account"),
        journal.c.kind.in_([Kind.SPEND, Kind.HOLD]),
    )
    .order_by(allocation.c.ord.desc())
)


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
    """Give back points of a spend into its lots, last taken first, so that giving back y of x + y leaves a spend of x.

    A lot that expired meanwhile gives its points to a grace lot (the programme's grace days). What is owed is paid
    first. Refused: more than the spend still holds; a posting that is no spend of this account.
    """
    whole(points)

    def plan(draft: Draft) -> None:
        rows = book.session.execute(
            SPENT, {"dealer": book.dealer_id, "journal": spend_journal, "account": book.account_no}
        ).all()
        if not rows:
            raise UnknownPosting
        back = {row.ord: book.given_back.get((spend_journal, row.ord), row.refunded) for row in rows}
        left = sum(row.redeemed - back[row.ord] for row in rows)
        if points > left:
            raise NotRefundable(left=left)
        lots = lots_by_number(book, [row.lot_no for row in rows if row.redeemed > back[row.ord]])
        wanted, grace = points, 0
        for row in rows:
            part = min(wanted, row.redeemed - back[row.ord])
            if not part:
                continue
            lot = lots[row.lot_no]
            if give_back(book, draft, lot, REDEEMED, part) is not lot:
                grace += part
            book.given_back[spend_journal, row.ord] = back[row.ord] + part
            wanted -= part
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
