"""Where a point can be, and the moves between places. The database's CHECK is made from this table.

Every line moves points from one bucket to another, so the sum over all buckets is nought by construction.
"""

from __future__ import annotations

ISSUED, PENDING, AVAILABLE, HELD, REDEEMED, EXPIRED, CLAWED, DEBT, MOVED = range(1, 10)

ALLOWED: frozenset[tuple[int, int]] = frozenset(
    {
        (ISSUED, PENDING),  # earned, usable later
        (ISSUED, AVAILABLE),  # earned, adjusted up
        (MOVED, PENDING),  # came in by transfer
        (MOVED, AVAILABLE),  # came in by transfer, or given back as a grace lot
        (PENDING, AVAILABLE),  # its day has come
        (PENDING, CLAWED),
        (AVAILABLE, HELD),
        (AVAILABLE, REDEEMED),
        (AVAILABLE, EXPIRED),
        (AVAILABLE, CLAWED),
        (AVAILABLE, MOVED),  # left by transfer
        (AVAILABLE, DEBT),  # paid a debt
        (HELD, REDEEMED),  # captured
        (HELD, AVAILABLE),  # voided
        (HELD, MOVED),  # voided after its lot expired: goes to a grace lot
        (HELD, EXPIRED),
        (REDEEMED, AVAILABLE),  # given back
        (REDEEMED, MOVED),  # given back after its lot expired: goes to a grace lot
        (REDEEMED, EXPIRED),
        (EXPIRED, CLAWED),  # points that expired unused are not taken twice
        (DEBT, CLAWED),  # taken back beyond what was there: owed
    }
)

COUNTERS: dict[int, str] = {
    PENDING: "pending",
    AVAILABLE: "available",
    HELD: "held",
    REDEEMED: "redeemed",
    EXPIRED: "expired",
    CLAWED: "clawed",
    DEBT: "settled",
    MOVED: "moved",
}
"""Which counter of a lot grows when points of it arrive in a bucket (and shrinks when they leave)."""
