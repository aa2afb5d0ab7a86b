"""From an order's lines to points, in exact integers, with an explanation whose steps add up.

    weight = Σ fen of a group × its coefficient             (coefficients in ten-thousandths)
    points = round(weight × points per yuan), once an order, then the cap

A group is all lines of one category and the same flags; its coefficient is the category's times each flag's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mall.base.money import BPS, Rounding, divide

FEN = 100
"""A yuan has so many."""
LARGEST = 900 * BPS
"""No coefficient counts for more than 900 times: the weight of the largest order still fits 63 bits."""

Group = tuple[str, tuple[str, ...], int]
"""Category ("" for none), flags in order, fen."""


@dataclass(frozen=True)
class Rule:
    """A rule version as numbers. Coefficients and `points_per_yuan` in ten-thousandths."""

    code: str
    version: int
    from_on: date
    points_per_yuan: int
    validity_months: int
    source: str | None = None
    until_on: date | None = None
    minimum_fen: int = 0
    rounding: Rounding = Rounding.FLOOR
    cap_points: int | None = None
    categories: Mapping[str, int] = field(default_factory=dict)
    flags: Mapping[str, int] = field(default_factory=dict)
    unit_value: int = 0
    fund_code: str = ""

    @property
    def name(self) -> str:
        """Code and version."""
        return f"{self.code}/{self.version}"

    def holds(self, source: str, on: date) -> bool:
        """Whether it is for this partner's documents of that civil day."""
        if self.source not in (None, source):
            return False
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True)
class Judgement:
    """Points before any return, what returns are measured against, and why."""

    points: int
    weight: int
    why: dict[str, Any]


def choose(rules: Iterable[Rule], source: str, on: date) -> Rule | None:
    """The rule for a document: one for this very partner before one for all, then the latest begun, then the newest."""
    holding = [rule for rule in rules if rule.holds(source, on)]
    return max(holding, key=lambda rule: (rule.source is not None, rule.from_on, rule.version, rule.code), default=None)


def grouped(lines: Iterable[tuple[str | None, Collection[str], int]]) -> tuple[Group, ...]:
    """The fen of lines by category and flags, in a settled order."""
    sums: dict[tuple[str, tuple[str, ...]], int] = {}
    for category, flags, fen in lines:
        key = (category or "", tuple(sorted(set(flags))) if flags else ())
        sums[key] = sums.get(key, 0) + fen
    return tuple((category, flags, fen) for (category, flags), fen in sorted(sums.items()))


def coefficient(rule: Rule, category: str, flags: Iterable[str]) -> int:
    """The category's coefficient times each flag's, in ten-thousandths, rounded down once. What is not named is one."""
    product, scale = rule.categories.get(category, BPS), 1
    for flag in flags:
        product *= rule.flags.get(flag, BPS)
        scale *= BPS
    return min(product // scale, LARGEST)


def weigh(rule: Rule, groups: Iterable[Group]) -> int:
    """Σ fen × coefficient: what an order counts for, and what a return of it is measured in."""
    return sum(fen * coefficient(rule, category, flags) for category, flags, fen in groups)


def judge(rule: Rule, groups: Iterable[Group]) -> Judgement:
    """What an order is worth under a rule. Below the minimum it earns nothing."""
    return _worth(rule, tuple(groups), rule.minimum_fen, rule.rounding)


def judge_return(rule: Rule, groups: Iterable[Group]) -> Judgement:
    """What a return without its purchase takes back: its amount under the rule of its day, rounded down.

    No minimum applies: goods of a large order may come back in small parts.
    """
    return _worth(rule, tuple(groups), 0, Rounding.FLOOR)


def _worth(rule: Rule, groups: tuple[Group, ...], minimum_fen: int, rounding: Rounding) -> Judgement:
    base = sum(fen for _, _, fen in groups)
    weight = weigh(rule, groups)
    uncapped = divide(weight * rule.points_per_yuan, BPS * BPS * FEN, rounding)
    points = uncapped if rule.cap_points is None else min(uncapped, rule.cap_points)
    if base < minimum_fen:
        points = 0
    why = {
        "rule": rule.name,
        "base_fen": base,
        "groups": [
            {"category": category, "flags": list(flags), "fen": fen, "coefficient": coefficient(rule, category, flags)}
            for category, flags, fen in groups
        ],
        "weight": weight,
        "points_per_yuan": rule.points_per_yuan,
        "rounding": rounding.value,
        "rounded": uncapped,
        "minimum_fen": minimum_fen,
        "cap_points": rule.cap_points,
        "total": points,
    }
    return Judgement(points, weight if points else 0, why)


def reclaimed(points: int, weight: int, returned: int) -> int:
    """How many of a purchase's points its returns take back: in proportion, rounded down; all when all came back.

    Counted on the sum of all returns, so that it is the same however they were split.
    """
    return points * min(returned, weight) // weight if weight else 0
