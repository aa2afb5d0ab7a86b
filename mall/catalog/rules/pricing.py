"""What a reward should cost: from what it costs the brand and what a point is worth to prices in points and cash.

Everything is rounded in the brand's favour: costs up, points up, margins down. So no suggestion lies below the floor.
"""

from __future__ import annotations

from dataclasses import dataclass

from mall.base.money import BPS, MICROS, Rounding, divide

CASH_SHARES = (3_500, 6_500)
"""How much of the value is paid in cash at steps 1 and 2, in ten-thousandths."""
LEAST_POINTS = 100
"""No price asks for fewer points: a mall of points is no shop."""
EVEN = ((10_000, 100), (100_000, 500), (0, 1_000))
"""Points below so many are told in whole hundreds, and so on; the last is for all above."""
USUAL_VALUE = 10_000
"""A point is taken to be worth a fen, in millionths of the currency's unit, where no rule of earning says otherwise."""
TAX_BPS = 1_300
"""Goods given for points are taxed like goods sold: value added tax of 13 %. Cards and services are usually not."""


def usual_tax(*, shipped: bool) -> int:
    """The usual tax on a reward, in ten-thousandths."""
    return TAX_BPS if shipped else 0


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What a piece costs the brand: purchase and sending without tax in fen, the tax on both in ten-thousandths,
    and what a point is worth, in millionths of the currency's unit (10,000 is one fen).
    """

    cost_fen: int
    freight_fen: int = 0
    tax_bps: int = 0
    unit_value: int

    def __post_init__(self) -> None:
        if min(self.cost_fen, self.freight_fen, self.tax_bps) < 0 or self.unit_value <= 0:
            raise ValueError("costs are not negative, and a point is worth something")

    @property
    def full_fen(self) -> int:
        """Purchase, sending and tax in fen, rounded up: what a price must bring in at least."""
        return divide((self.cost_fen + self.freight_fen) * (BPS + self.tax_bps), BPS, Rounding.CEILING)

    def floor(self, cash_fen: int = 0) -> int:
        """The fewest points that, beside this cash, bring in what the piece costs."""
        missing = max(0, self.full_fen - cash_fen)
        return max(1, divide(missing * MICROS, self.unit_value, Rounding.CEILING))

    def margin(self, points: int, cash_fen: int) -> Margin:
        """What a price leaves above the full cost."""
        left = points * self.unit_value + (cash_fen - self.full_fen) * MICROS
        fen = left // MICROS  # towards less, on both sides of nought
        worth = points * self.unit_value + cash_fen * MICROS
        return Margin(fen=fen, bps=left * BPS // worth if worth else 0)

    def undercut_by(self, points: int, cash_fen: int) -> bool:
        """Whether a price brings in less than the piece costs."""
        return points < self.floor(cash_fen)


@dataclass(frozen=True)
class Margin:
    """What is left of a price: in fen, and in ten-thousandths of what the price is worth; negative where it loses."""

    fen: int
    bps: int


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A price that brings in the cost and the margin asked for, told in even numbers."""

    step: int
    points: int
    cash_fen: int
    floor: int
    """The fewest points beside this cash."""
    margin: Margin


def suggest(costs: Costs, *, margin_bps: int = 0) -> tuple[Suggestion, ...]:
    """A price in points alone, and two with cash, a larger part of it each time.

    The margin is the part of the price that is left, less than all of it. Steps whose cash is the same as the step's
    before are left out.
    """
    target = divide(costs.full_fen * BPS, BPS - margin_bps, Rounding.CEILING)
    suggestions = [_suggestion(costs, target, 0, 0)]
    for share in CASH_SHARES:
        cash = even_cash(divide(target * share, BPS, Rounding.CEILING))
        if suggestions[-1].cash_fen < cash < target and suggestions[-1].points > LEAST_POINTS:
            suggestions.append(_suggestion(costs, target, len(suggestions), cash))
    return tuple(suggestions)


def _suggestion(costs: Costs, target: int, step: int, cash_fen: int) -> Suggestion:
    exact = divide(max(0, target - cash_fen) * MICROS, costs.unit_value, Rounding.CEILING)
    points = max(LEAST_POINTS, even(exact))
    return Suggestion(
        step=step, points=points, cash_fen=cash_fen, floor=costs.floor(cash_fen), margin=costs.margin(points, cash_fen)
    )


def even(points: int) -> int:
    """Points rounded up to an even number: 4,321 to 4,400, 43,210 to 43,500."""
    unit = next(unit for below, unit in EVEN if points < below or not below)
    return divide(points, unit, Rounding.CEILING) * unit


def even_cash(fen: int) -> int:
    """Cash rounded up to whole yuan that end in nine: ¥92.10 to ¥99."""
    yuan = divide(fen, 100, Rounding.CEILING)
    return (yuan // 10 * 10 + 9) * 100
