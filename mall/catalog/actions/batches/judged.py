"""What was found of a row of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mall.catalog.models import Document, Outcome
from mall.catalog.queries.at_once import Known
from mall.catalog.rules.bulk import Parts


@dataclass(kw_only=True)
class Judged:
    """What becomes of a row. `document` is what the reward will say; `before` and `after` are all that differs, prices
    and first pieces of SKUs among it.
    """

    no: int
    code: str
    outcome: Outcome
    known: Known | None = None
    document: Document = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    told: list[Mapping[str, Any]] = field(default_factory=list)
    below_cost: int = 0
    weight: int = 0
    bound: dict[str, tuple[int, datetime | None]] = field(default_factory=dict)
    """How the prices that a region's people ask for are kept within the bounds, by path: `bounded`, and their end."""
    item: int | None = None
    """The reward of a SKU, where a row is of a SKU and not of a reward."""

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.outcome in (Outcome.CREATE, Outcome.CHANGE)

    @property
    def item_id(self) -> int | None:
        """The reward that it is of, if there is one."""
        return self.known.id if self.known else self.item

    @property
    def seen(self) -> int:
        """The version that it was judged on."""
        return self.known.version if self.known else 0

    @property
    def says(self) -> list[str]:
        """The paths of its document that differ."""
        return [path for path in self.after if not path.startswith(("prices/", "stock/"))]

    def fail(self, words: Mapping[str, Any]) -> None:
        """Let it be wrong, whatever was found before."""
        self.outcome, self.told = Outcome.ERROR, [words]
        self.below_cost = self.weight = 0

    def skip(self, words: Mapping[str, Any]) -> None:
        """Leave it as it is."""
        self.outcome, self.told, self.before, self.after = Outcome.SKIP, [words], {}, {}


class Wrong(Exception):
    """What keeps a row from being written, in words."""

    def __init__(self, words: Parts) -> None:
        self.words = words
        super().__init__(words)
