"""What every verb does first and last: find the earlier answer, or judge, post, or refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from mall.base.refused import Refused
from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft, Posting, request_hash
from mall.points.actions.reading import known
from mall.points.actions.recording import post, refuse
from mall.points.models import (
    AccountClosed,
    AccountStatus,
    AlreadyExpired,
    ClosedPeriod,
    KeyReused,
    Kind,
    NeedsSecondPerson,
    NotHeld,
    NotRefundable,
    Outcome,
    SamePerson,
    SpendingStopped,
    TooFewPoints,
)

REMEMBERED: dict[str, type[Refused]] = {
    refusal.code: refusal
    for refusal in (
        AccountClosed,
        AlreadyExpired,
        ClosedPeriod,
        NotHeld,
        NotRefundable,
        SpendingStopped,
        TooFewPoints,
    )
}
INTO = frozenset({Kind.EARN, Kind.ADJUST, Kind.TRANSFER, Kind.REINSTATE})
"""What may bring points into an account: not into one that is closed."""


def two_persons(book: Book, points: int, actor: str, checker: str | None) -> None:
    """A correction of more points than the programme lets one person make needs a second: never its maker."""
    if checker is None and points > book.approval_points:
        raise NeedsSecondPerson(limit=book.approval_points)
    if checker is not None and checker == actor:
        raise SamePerson


def once(
    book: Book,
    kind: Kind,
    *,
    source: str,
    key: str,
    request: dict[str, Any],
    points: int,
    effective_at: datetime | None,
    actor: str,
    why: dict[str, Any],
    plan: Callable[[Draft], None],
    ref_journal: int | None = None,
    checker: str | None = None,
    remember: bool = False,
) -> Posting:
    """Post once under (dealer, source, key): a repeat with the same content gets the first answer.

    `plan` judges and moves. It may raise a Refused; with `remember` (partners' documents) the refusal is written
    under the key and given back as a value, so that a repeat never succeeds by itself later; without it (a dealer's
    tap) the refusal is raised, the verb is rolled back whole, and may be tried again.
    """
    if earlier := known(book, source, key):
        return _answer(book, kind, request, earlier, remember)
    draft = book.draft(
        kind,
        source=source,
        key=key,
        request=request,
        points=points,
        effective_at=effective_at or book.now,
        actor=actor,
        why=why,
        ref_journal=ref_journal,
        checker=checker,
    )
    try:
        if book.closed_until and draft.effective_at < book.closed_until:
            raise ClosedPeriod
        if book.status == AccountStatus.CLOSED and kind in INTO:
            raise AccountClosed
        plan(draft)
    except Refused as refusal:
        if not remember or draft.moves or type(refusal).code not in REMEMBERED:
            raise
        return refuse(book, draft, type(refusal).code, refusal.params)
    return post(book, draft)


def _answer(book: Book, kind: Kind, request: dict[str, Any], earlier: Any, remember: bool) -> Posting:
    digest, stored = earlier
    if digest != request_hash(kind, request):
        raise KeyReused
    if isinstance(stored, Posting):
        posting = replace(stored, replay=True)
    else:
        posting = Posting(
            dealer_id=book.dealer_id,
            journal_id=stored.journal_id,
            kind=stored.kind,
            outcome=Outcome(stored.outcome),
            points=stored.points,
            replay=True,
            reason=stored.reason,
            result=stored.result,
        )
    if posting.outcome is Outcome.REFUSED and not remember:
        raise REMEMBERED[posting.reason or ""](**posting.result)
    return posting
