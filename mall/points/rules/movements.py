"""What a move between two buckets means in a report: which column it belongs to, and which balance it changes.

Reports name movements as finance does. A move may belong to two of them: points given back after their lot expired
go REDEEMED → MOVED (and on into a grace lot); that is a give-back and a move out, so that what was given back is told
in full and the moves net to nought over the whole ledger. Every balance changes by exactly what its bucket does
(tests/points/test_finance_rules.py compares the two for every allowed move).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mall.points.rules.buckets import (
    ALLOWED,
    AVAILABLE,
    CLAWED,
    DEBT,
    EXPIRED,
    HELD,
    ISSUED,
    MOVED,
    PENDING,
    REDEEMED,
)


class Movement(StrEnum):
    """A row of the trial balance."""

    ISSUED = "issued"
    REDEEMED = "redeemed"
    GIVEN_BACK = "given_back"
    EXPIRED = "expired"
    CLAWED = "clawed"
    MOVED = "moved"
    """Between dealers, and from a lot that expired into its grace lot: nought over the whole ledger."""
    ACTIVATED = "activated"
    HELD = "held"
    SETTLED = "settled"
    """What came in paid what was owed."""


BALANCES: dict[int, str] = {PENDING: "pending", AVAILABLE: "available", HELD: "held", DEBT: "debt"}
"""The columns. Debt is what is owed: it grows as points leave its bucket."""

# What a contra bucket is called when points leave the dealers for it, and when they come back from it.
_OUT: dict[int, Movement] = {
    REDEEMED: Movement.REDEEMED,
    EXPIRED: Movement.EXPIRED,
    CLAWED: Movement.CLAWED,
    MOVED: Movement.MOVED,
}
_IN: dict[int, Movement] = {
    ISSUED: Movement.ISSUED,
    REDEEMED: Movement.GIVEN_BACK,
    MOVED: Movement.MOVED,
}
_WITHIN: dict[tuple[int, int], Movement] = {
    (PENDING, AVAILABLE): Movement.ACTIVATED,
    (AVAILABLE, HELD): Movement.HELD,
    (HELD, AVAILABLE): Movement.HELD,
    (AVAILABLE, DEBT): Movement.SETTLED,
}
RECLASSIFIED = (EXPIRED, CLAWED)
"""Points that expired unused and were taken back later: no balance changes, the report tells them below."""


@dataclass(frozen=True)
class Effect:
    """So many times the points of a move change a balance, under a movement's name."""

    movement: Movement
    balance: str
    sign: int


def _effects(src: int, dst: int) -> tuple[Effect, ...]:
    if (src, dst) == RECLASSIFIED:
        return ()
    if within := _WITHIN.get((src, dst)):
        # What pays a debt leaves what is available and lessens what is owed.
        arriving = -1 if dst == DEBT else 1
        return (Effect(within, BALANCES[src], -1), Effect(within, BALANCES[dst], arriving))
    if src in BALANCES:
        # What is taken back beyond what was there is owed: it leaves the bucket of debts, and the debt grows.
        return (Effect(_OUT[dst], BALANCES[src], 1 if src == DEBT else -1),)
    if dst in BALANCES:
        return (Effect(_IN[src], BALANCES[dst], 1),)
    # From one contra bucket to another: given back, and at once gone again; through what is available.
    return (Effect(_IN[src], "available", 1), Effect(_OUT[dst], "available", -1))


EFFECTS: dict[tuple[int, int], tuple[Effect, ...]] = {move: _effects(*move) for move in sorted(ALLOWED)}
"""Every allowed move and what it means."""
