"""What was taken back is given back: the return was cancelled."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import aliased

from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft, Posting
from mall.points.actions.give_back import grace_end
from mall.points.actions.lots import LotState
from mall.points.actions.posting import once, two_persons
from mall.points.actions.reading import known, lots_by_number, lots_of_reference
from mall.points.models import AlreadyReinstated, Entry, Journal, Kind, Line, LotKind, UnknownPosting
from mall.points.rules.buckets import AVAILABLE, CLAWED, DEBT, EXPIRED, ISSUED

journal: Table = Journal.__table__  # type: ignore[assignment]
entry: Table = Entry.__table__  # type: ignore[assignment]
line: Table = Line.__table__  # type: ignore[assignment]
_again = aliased(journal)

TAKEN_BACK = (
    select(
        journal.c.source,
        journal.c.points,
        journal.c.result,
        line.c.lot_no,
        line.c.src,
        line.c.points.label("taken"),
        select(_again.c.journal_id)
        .where(
            _again.c.dealer_id == bindparam("dealer"),
            _again.c.ref_journal == bindparam("journal"),
            _again.c.kind == Kind.REINSTATE,
        )
        .scalar_subquery()
        .label("reinstated"),
    )
    .join_from(
        journal, entry, (entry.c.dealer_id == journal.c.dealer_id) & (entry.c.journal_id == journal.c.journal_id)
    )
    .join(
        line,
        (line.c.dealer_id == entry.c.dealer_id)
        & (line.c.account_no == entry.c.account_no)
        & (line.c.seq == entry.c.seq),
    )
    .where(
        journal.c.dealer_id == bindparam("dealer"),
        journal.c.journal_id == bindparam("journal"),
        journal.c.account_no == bindparam("account"),
        journal.c.kind == Kind.CLAWBACK,
        line.c.dst == CLAWED,
    )
    .order_by(line.c.line_no)
)


def reinstate(
    book: Book,
    *,
    clawback_journal: int,
    source: str,
    key: str,
    actor: str,
    why: dict[str, Any],
    checker: str | None = None,
) -> Posting:
    """Give back all that a clawback took, once, as new lots under what it was charged to.

    Points come back with the end of the lot they were taken from, or for the programme's grace days if that is over;
    points that had expired unused come back expired; what had become a debt comes back with the end of the purchase
    it was charged to, and pays what is owed first. Refused: a clawback given back before; a posting that is none, or
    not of this account; one person alone beyond the programme's limit.
    """
    wants = {"dealer": book.dealer_id, "journal": clawback_journal, "account": book.account_no}
    rows = book.connection.execute(TAKEN_BACK, wants).all()
    if not rows:
        raise UnknownPosting
    if rows[0].reinstated is not None and not known(book, source, key):
        raise AlreadyReinstated
    reference = rows[0].result.get("reference")
    owner = (rows[0].source, reference) if reference is not None else ("reinstate", str(clawback_journal))

    def plan(draft: Draft) -> None:
        two_persons(book, rows[0].points, actor, checker)
        lots = lots_by_number(book, [row.lot_no for row in rows if row.lot_no is not None])
        for row in rows:
            if row.src == DEBT:
                _owed(book, draft, row.taken, *owner)
            else:
                _back(book, draft, lots[row.lot_no], row.taken, row.src, *owner)

    return once(
        book,
        Kind.REINSTATE,
        source=source,
        key=key,
        request={"clawback": clawback_journal, "why": why},
        points=rows[0].points,
        effective_at=None,
        actor=actor,
        why=why,
        plan=plan,
        ref_journal=clawback_journal,
        checker=checker,
    )


def _back(book: Book, draft: Draft, lot: LotState, points: int, src: int, source: str, reference: str) -> None:
    lost = src == EXPIRED
    over = lot.expires_at <= book.now and not lost
    back = book.like(
        draft,
        lot,
        points,
        kind=LotKind.REINSTATED,
        came_from=ISSUED,
        expires_at=grace_end(book) if over else None,
        source=source,
        source_ref=reference,
        origin_lot=lot.lot_no,
    )
    if lost:
        book.move(draft, back, AVAILABLE, EXPIRED, points)


def _owed(book: Book, draft: Draft, points: int, source: str, reference: str) -> None:
    """What had become a debt: on the terms of the purchase's latest lot, or of no purchase."""
    terms = next((x for x in lots_of_reference(book, source, reference) if x.kind is not LotKind.GRACE), None)
    ends_at = max(terms.expires_at if terms else book.now, grace_end(book))
    book.new_lot(
        draft,
        kind=LotKind.REINSTATED,
        points=points,
        came_from=ISSUED,
        to=AVAILABLE,
        source=source,
        source_ref=reference,
        fund_code=terms.fund_code if terms else "",
        rule_version=terms.rule_version if terms else "",
        multiplier_bps=terms.multiplier_bps if terms else 10_000,
        unit_value=terms.unit_value if terms else 0,
        earned_at=terms.earned_at if terms else book.now,
        active_at=book.now,
        expires_at=ends_at,
        origin_lot=terms.lot_no if terms else None,
    )
