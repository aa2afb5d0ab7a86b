"""Money is integer fen; ratios are integers in ten-thousandths. No float comes near either."""

from __future__ import annotations

from enum import StrEnum

BPS = 10_000
"""Ten-thousandths: 10,000 is one, 15,000 is 1.5."""


class Rounding(StrEnum):
    """How a fraction becomes an integer."""

    FLOOR = "floor"
    HALF_UP = "half_up"
    CEILING = "ceiling"


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """An exact quotient of integers, rounded as told. Negative numerators are not needed and refused."""
    if numerator < 0 or denominator <= 0:
        raise ValueError("divide takes a non-negative numerator and a positive denominator")
    if rounding is Rounding.FLOOR:
        return numerator // denominator
    if rounding is Rounding.CEILING:
        return -(-numerator // denominator)
    return (2 * numerator + denominator) // (2 * denominator)


MICROS = 10_000
"""A fen has so many millionths of the currency's unit."""


def fen_of(micros: int) -> int:
    """A value in millionths of the currency's unit as fen, half up away from nought: the one rounding of a figure."""
    rounded = divide(abs(micros), MICROS, Rounding.HALF_UP)
    return -rounded if micros < 0 else rounded
