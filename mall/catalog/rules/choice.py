"""Which SKU a choice of attributes is, at which of its prices, what can still be chosen, and how many at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mall.catalog.rules.plans import Plan


@dataclass(frozen=True, kw_only=True)
class Sku:
    """A SKU as a choice needs it, with the prices that this dealer is offered, in order of steps.

    `values` are its attributes' values in order, in the catalogue's own language.
    """

    id: int
    code: str
    plans: tuple[Plan, ...]
    left: int
    picture: str | None
    attributes: Sequence[Mapping[str, Any]]

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(str(attribute["value"]["zh_Hans"]) for attribute in self.attributes)


class Off(StrEnum):
    """Why an option cannot be chosen."""

    SOLD_OUT = "sold_out"
    NO_SUCH = "no_such"


@dataclass(frozen=True)
class Option:
    """One value of an attribute: what it is called, whether it is chosen, and why it cannot be, if it cannot."""

    value: str
    names: Mapping[str, str]
    dot: str
    chosen: bool
    off: Off | None


@dataclass(frozen=True)
class Group:
    """One attribute with its options."""

    names: Mapping[str, str]
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Choice:
    """A chosen SKU among its neighbours. `exact` tells whether it is what was asked for, or the nearest there is."""

    sku: Sku
    exact: bool
    groups: tuple[Group, ...]

    @property
    def asked(self) -> dict[str, str]:
        """The choice as an address asks for it."""
        return {f"option-{at}": value for at, value in enumerate(self.sku.values)}


def choose(skus: Sequence[Sku], asked: Sequence[str | None] = ()) -> Choice:
    """The SKU of the asked values, one an attribute, or the nearest one that is in stock.

    Attributes count from left to right: an option is off only by what stands to its left, so no choice ever
    locks another out.
    """
    sku = _nearest(skus, asked)
    exact = all(want is None or want == value for want, value in zip(asked, sku.values, strict=False))
    return Choice(sku, exact, tuple(_group(skus, sku, at) for at in range(len(sku.values))))


def pick(skus: Sequence[Sku], sku: Sku, *, asked: int | None, available: int) -> Plan:
    """The price of a chosen SKU: the one asked for by its id, or that of the same step where the id is a
    neighbour's; else the first that the points are enough for, else the one with the fewest points.
    """
    step = next((plan.step for each in skus for plan in each.plans if plan.id == asked), None)
    enough = (plan for plan in sku.plans if plan.points <= available)
    fewest = min(sku.plans, key=lambda plan: plan.points)
    return next((plan for plan in sku.plans if plan.step == step), None) or next(enough, fewest)


def most(*, left: int, points: int, available: int, remaining: int | None) -> int:
    """How many of a SKU a dealer can have now: by stock, by what is left of the limit (null is none), by points."""
    return max(0, min(left, available // points, left if remaining is None else remaining))


def _nearest(skus: Sequence[Sku], asked: Sequence[str | None]) -> Sku:
    candidates = list(skus)
    for at, want in enumerate(asked):
        fitting = [sku for sku in candidates if sku.values[at : at + 1] == (want,)]
        candidates = fitting or candidates
    return next((sku for sku in candidates if sku.left > 0), candidates[0])


def _group(skus: Sequence[Sku], chosen: Sku, at: int) -> Group:
    options: dict[str, Option] = {}
    for sku in skus:
        value = sku.values[at]
        if value not in options:
            attribute = sku.attributes[at]
            fitting = [other for other in skus if other.values[: at + 1] == (*chosen.values[:at], value)]
            off = Off.NO_SUCH if not fitting else None if any(o.left > 0 for o in fitting) else Off.SOLD_OUT
            options[value] = Option(
                value, attribute["value"], str(attribute.get("dot", "")), value == chosen.values[at], off
            )
    return Group(chosen.attributes[at]["name"], tuple(options.values()))
