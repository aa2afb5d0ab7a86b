"""What may come in as an amount of points."""

from __future__ import annotations

LARGEST = 10**12
"""No single posting moves more: far above any programme, far below what a 64-bit sum could overflow."""


def whole(points: object) -> int:
    """An amount of points: an integer from 1 to 10^12. A bool, a float or a text is a programmer's error."""
    if isinstance(points, bool) or not isinstance(points, int):
        raise TypeError(f"points are integers, not {type(points).__name__}")
    if not 1 <= points <= LARGEST:
        raise ValueError(f"an amount of points lies between 1 and {LARGEST:,}, not at {points:,}")
    return points
