"""Whom something is for, and when; and what regional staff may touch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mall.base.types import micros
from mall.dealers.models import Scope, Tier, beneath
from mall.face.models import Block, Document


def meant_for(tiers: Sequence[str], regions: Sequence[str], *, tier: Tier, region: str) -> bool:
    """Whether it is for a dealer of this tier and region; an empty list is everybody."""
    return (not tiers or tier.value in tiers) and (not regions or any(beneath(region, one) for one in regions))


def around(region: str) -> list[str]:
    """The regions whose things are meant for whoever is in this one: each that it lies in, and itself."""
    steps = region.split("/") if region else []
    return ["/".join(steps[:depth]) for depth in range(1, len(steps) + 1)]


def open_at(block: Block, at: datetime) -> bool:
    """Whether a block's time has come and is not over."""
    moment = micros(at)
    starts, ends = block.get("starts_at"), block.get("ends_at")
    return (starts is None or starts <= moment) and (ends is None or moment < ends)


def over(block: Block, at: datetime) -> bool:
    """Whether a block's time is over for good."""
    ends = block.get("ends_at")
    return ends is not None and ends <= micros(at)


def shown(block: Block, *, tier: Tier, region: str, at: datetime) -> bool:
    """Whether a dealer of this tier and region sees a block now."""
    return open_at(block, at) and meant_for(block.get("tiers", ()), block.get("regions", ()), tier=tier, region=region)


def touchable(regions: Sequence[str], scope: Scope) -> bool:
    """Whether staff of a region may change what is for these regions; staff of the whole brand always."""
    return scope.whole or (bool(regions) and all(scope.covers(one) for one in regions))


def touched_outside(before: Document, after: Document, scope: Scope) -> bool:
    """Whether a change of the document goes beyond what staff of a region may change.

    Their own blocks may come, go, change and move; all others stay as they are, in their order.
    """
    if scope.whole:
        return False
    others = [[b for b in doc["blocks"] if not touchable(b.get("regions", ()), scope)] for doc in (before, after)]
    return others[0] != others[1] or before.get("theme") != after.get("theme")
