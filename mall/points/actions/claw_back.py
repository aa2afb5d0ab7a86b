"""Points are taken back: a return, a correction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mall.base.types import micros
from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft, Posting
from mall.points.actions.lots import LotState
from mall.points.actions.posting import once
from mall.points.actions.reading import lots_of_reference, read_open_lots
from mall.points.models import Kind, LotKind, NotRefundable
from mall.points.rules.amounts import whole
from mall.points.rules.buckets import AVAILABLE, CLAWED, DEBT, EXPIRED, PENDING


def claw_back(
    book: Book,
    *,
    points: int,
    reference: str | None,
    source: str,
    key: str,
    effective_at: datetime,
    actor: str,
    why: dict[str, Any],
    remember: bool = False,
) -> Posting:
    """Take points back, without limit: what is not there becomes an explicit debt that later earnings pay first.

    With a `reference`, from the lots earned under it: pending, available and expired points of theirs first (points
    that expired unused are not taken twice), then other open lots in spending order, then debt; and never more than
    those lots have not already given back (refused as NotRefundable). Without one, from open lots in spending order,
    then debt; expired lots take no part, so that documents end the same in whatever order they come.
    """
    whole(points)

    def plan(draft: Draft) -> None:
        left = points
        if reference is not None:
            own = lots_of_reference(book, source, reference)
            # A grace lot holds points of the lot it came from: what may be taken back is counted on the latter.
            earned = [lot for lot in own if lot.kind is not LotKind.GRACE]
            liable = sum(lot.points - lot.reversed for lot in earned)
            if points > liable:
                raise NotRefundable(left=liable)
            _charge(earned, points)
            for lot in own:
                left -= book.take_back(draft, lot, left, (PENDING, AVAILABLE, EXPIRED))
        take = min(left, book.available)
        if take:
            left -= take
            for lot in read_open_lots(book, take):
                take -= book.take_back(draft, lot, take, (AVAILABLE,))
                if not take:
                    break
        if left:
            book.move(draft, None, DEBT, CLAWED, left)
        draft.result |= {"collected": points - left, "owed": left}
        if reference is not None:
            draft.result["reference"] = reference

    return once(
        book,
        Kind.CLAWBACK,
        source=source,
        key=key,
        request={"points": points, "reference": reference, "effective_at": micros(effective_at), "why": why},
        points=points,
        effective_at=min(effective_at, book.now),
        actor=actor,
        why=why,
        plan=plan,
        remember=remember,
    )


def _charge(lots: list[LotState], points: int) -> None:
    """Count on the lots how much of them has been taken back, wherever the points came from."""
    for lot in lots:
        share = min(points, lot.points - lot.reversed)
        lot.reversed += share
        lot.changed = lot.changed or share > 0
        points -= share
