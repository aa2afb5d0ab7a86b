"""Many prices changed alike: by a part of them, by points, or to a number; told in even numbers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from mall.base.money import BPS, MICROS, Rounding, divide
from mall.base.refused import N_
from mall.catalog.rules.bulk import Slot

UNITS = (1, 10, 50, 100, 500, 1_000)
"""To what prices may be rounded."""
MOST_POINTS = 10**9
MOST_PERCENT = 1_000
"""By so many percent prices are raised at most; they are lowered by less than all."""


class By(StrEnum):
    """How a price changes: by ten-thousandths of it, by points, or to a number of points."""

    PERCENT = "percent"
    POINTS = "points"
    TO = "to"


WAYS: dict[By, str] = {
    By.PERCENT: N_("按百分比涨跌"),
    By.POINTS: N_("加减积分"),
    By.TO: N_("统一改成"),
}
ROUNDINGS: dict[Rounding, str] = {
    Rounding.HALF_UP: N_("四舍五入"),
    Rounding.CEILING: N_("向上取整"),
    Rounding.FLOOR: N_("向下取整"),
}


@dataclass(frozen=True, kw_only=True)
class Repricing:
    """What is asked of the prices of a step, tier and region. `amount` is in ten-thousandths, or in points.

    `since` is the moment (ISO 8601) from which the new prices hold; nothing is as soon as they are written.
    """

    by: By
    amount: int
    step: int = 0
    tier: str = ""
    region: str = ""
    unit: int = 1
    rounding: Rounding = Rounding.HALF_UP
    since: str = ""

    @property
    def asked(self) -> dict[str, Any]:
        """As a batch keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Repricing:
        """As a batch has kept it."""
        return cls(**{**asked, "by": By(asked["by"]), "rounding": Rounding(asked["rounding"])})

    def slot(self, sku: str) -> Slot:
        """Where its price of a SKU hangs."""
        return Slot(sku, self.step, self.tier, self.region, self.since)

    def points(self, now: int) -> int:
        """What a price in points becomes: in whole units, unless it is less than half of one; one point at least."""
        if self.by is By.TO:
            return self.amount
        if self.by is By.POINTS:
            exact, parts = max(now + self.amount, 0), 1
        else:
            exact, parts = now * (BPS + self.amount), BPS
        even = divide(exact, parts * self.unit, self.rounding) * self.unit
        return min(max(even or divide(exact, parts, self.rounding), 1), MOST_POINTS)


def weight(before: tuple[int, int], after: tuple[int, int], unit_value: int) -> int:
    """How much a price (points, fen) changes, in percent of what it was worth, begun ones counted as whole."""
    was, will = (points * unit_value + fen * MICROS for points, fen in (before, after))
    return divide(abs(will - was) * 100, was, Rounding.CEILING) if was else 0
