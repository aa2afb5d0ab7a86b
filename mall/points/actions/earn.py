"""Points come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mall.base.types import micros
from mall.points.actions.book import Book
from mall.points.actions.drafts import Draft, Posting
from mall.points.actions.posting import once
from mall.points.models import AlreadyExpired, Kind, LotKind
from mall.points.rules.amounts import whole
from mall.points.rules.buckets import AVAILABLE, EXPIRED, ISSUED, PENDING


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an earning that is a lot of its own: it can be taken back and reported apart."""

    points: int
    kind: LotKind = LotKind.BASE
    multiplier_bps: int = 10_000


def earn(
    book: Book,
    *,
    parts: Sequence[Part],
    source: str,
    key: str,
    reference: str,
    earned_at: datetime,
    expires_at: datetime,
    rule_version: str,
    actor: str,
    why: dict[str, Any],
    active_at: datetime | None = None,
    fund_code: str = "",
    unit_value: int = 0,
    remember: bool = False,
) -> Posting:
    """Credit points, each part as a lot of its own, usable from `active_at` (default: when earned) to `expires_at`.

    `unit_value` is what a point is worth, in millionths of the currency's unit. Points whose day has not come are
    pending. Points that come so late that they have expired already are issued and expire in the same posting:
    the account shows both, and they pay no debt. Refused: an expiry that is not after the activation; an earning
    in a closed period.
    """
    starts_at = active_at or earned_at
    total = sum(whole(part.points) for part in parts)

    def plan(draft: Draft) -> None:
        if expires_at <= starts_at:
            raise AlreadyExpired
        late = expires_at <= book.now
        for part in parts:
            lot = book.new_lot(
                draft,
                kind=part.kind,
                points=part.points,
                came_from=ISSUED,
                to=PENDING if starts_at > book.now else AVAILABLE,
                source_ref=reference,
                fund_code=fund_code,
                rule_version=rule_version,
                multiplier_bps=part.multiplier_bps,
                unit_value=unit_value,
                earned_at=earned_at,
                active_at=starts_at,
                expires_at=expires_at,
            )
            if late:
                book.move(draft, lot, AVAILABLE, EXPIRED, part.points)
        if late:
            draft.result["expired"] = total

    return once(
        book,
        Kind.EARN,
        source=source,
        key=key,
        request={
            "parts": [
                {"points": part.points, "kind": part.kind.value, "multiplier_bps": part.multiplier_bps}
                for part in parts
            ],
            "reference": reference,
            "earned_at": micros(earned_at),
            "active_at": micros(starts_at),
            "expires_at": micros(expires_at),
            "rule": rule_version,
            "fund": fund_code,
            "unit_value": unit_value,
            "why": why,
        },
        points=total,
        effective_at=min(earned_at, book.now),
        actor=actor,
        why=why,
        plan=plan,
        remember=remember,
    )
