"""What is asked of many rewards at once, as parts by path, and what a reward says after it. Pure.

The paths are those of a document (`rules/document.py`: `brand`, `names/zh_Hans`, `skus/TB-750/cost_fen`, `shelved_at`),
and some more that only a batch knows:

- `tags+`, `tags-`, `skus+`: lists of what is put into or taken out of a list that otherwise stays as it is;
- `prices/<SKU code>/<step>/<tier>/<region>`: the standing price of that SKU, step, tier ('' all) and region (''
  everywhere), as [points, fen], of one that a region wrote [points, fen, 1]; nothing is that there is none.
  `<tier>@<moment>` is the price from that moment on;
- `stock/<SKU code>`: the pieces that a new SKU begins with.

A path that is not named is left as it is: blank is never clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mall.catalog.models import Delivery, Document, Kind
from mall.catalog.rules.document import TEXTS, document, flat, whole
from mall.dealers.models import Tier

Parts = Mapping[str, Any]
Told = Mapping[str, Any]
"""Words: {"text": a message id, "params": what it names}."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A reward as a row of a file asks for it. `no` is the row's number there, rising.

    `parts` are by path. `wrong` are words of what could not be read of it: such a row is told, and never written.
    `again` is where several rows may have the same code: a SKU's prices.
    """

    no: int
    code: str
    parts: Parts = field(default_factory=dict)
    wrong: Sequence[Told] = ()
    again: bool = False


@dataclass(frozen=True, order=True, slots=True)
class Slot:
    """Where a standing price hangs. `since` is the moment from which on it is meant, nothing is now."""

    sku: str
    step: int = 0
    tier: str = ""
    region: str = ""
    since: str = ""

    @property
    def path(self) -> str:
        """Its path."""
        since = f"@{self.since}" if self.since else ""
        return f"prices/{self.sku}/{self.step}/{self.tier}{since}/{self.region}"

    @classmethod
    def of(cls, path: str) -> Slot:
        """The slot of a path."""
        _prices, sku, step, tier, region = path.split("/", 4)
        tier, _at, since = tier.partition("@")
        return cls(sku, int(step), tier, region, since)

    @property
    def place(self) -> Slot:
        """The same at whatever moment."""
        return replace(self, since="") if self.since else self

    @property
    def begins(self) -> datetime | None:
        """The moment it is meant from, none for now."""
        return datetime.fromisoformat(self.since) if self.since else None

    @property
    def tier_meant(self) -> Tier | None:
        """The tier, none for all."""
        return Tier(self.tier) if self.tier else None


def told(text: str, **params: Any) -> dict[str, Any]:
    """Words as rows keep them."""
    return {"text": text, "params": params}


def is_price(path: str) -> bool:
    """Whether a path is a price's."""
    return path.startswith("prices/")


def is_stock(path: str) -> bool:
    """Whether a path is a first stock's."""
    return path.startswith("stock/")


def of_document(parts: Parts) -> dict[str, Any]:
    """Those that are parts of a document."""
    return {path: value for path, value in parts.items() if not is_price(path) and not is_stock(path)}


def of_prices(parts: Parts) -> dict[str, Any]:
    """Those that are prices."""
    return {path: value for path, value in parts.items() if is_price(path)}


def of_stock(parts: Parts) -> dict[str, int]:
    """The first stock of new SKUs, by code."""
    return {path.removeprefix("stock/"): value for path, value in parts.items() if is_stock(path)}


def begun(parts: Parts) -> Document:
    """What a new reward says before anything is asked of it: as the editor begins one."""
    kind = Kind(parts.get("kind", Kind.PHYSICAL.value))
    delivery = Delivery.TWO_DAYS if kind.shipped else Delivery.INSTANT
    return document({"kind": kind.value, "delivery": delivery.value})


def applied(live: Document, parts: Parts) -> Document:
    """What a reward says after this was asked of it."""
    together = flat(live)
    for path, value in of_document(parts).items():
        name, sign = path[:-1], path[-1:]
        if sign == "+":
            there = together.get(name, [])
            together[name] = [*there, *(one for one in value if one not in there)]
        elif sign == "-":
            together[name] = [one for one in together.get(name, []) if one not in value]
        elif value is None and path.startswith((*(f"{text}/" for text in TEXTS), "terms/")):
            together.pop(path, None)
        else:
            together[path] = value
    return whole(together)


def changes(before: Document, after: Document) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs, both ways, by path. Unlike `differences` it names all that a SKU that comes or goes says."""
    old, new = flat(before), flat(after)
    paths = [path for path in dict.fromkeys([*old, *new]) if old.get(path) != new.get(path)]
    return {path: old.get(path) for path in paths}, {path: new.get(path) for path in paths}


def moved(found: Parts, before: Parts) -> list[str]:
    """The paths that say something else by now than they did when a row was looked at."""
    return [path for path, value in before.items() if found.get(path) != value]


def searched(paths: Iterable[str]) -> bool:
    """Whether a change of these parts changes what a reward is found by."""
    return any(
        path in ("category", "brand", "skus")
        or path.startswith(("names/", "subtitles/"))
        or path.endswith("/attributes")
        for path in paths
    )
