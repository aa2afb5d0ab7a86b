"""A kind of spreadsheet: its columns, those without which a row says nothing, what it is called. Pure data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mall.catalog.rules.sheets import words
from mall.catalog.rules.sheets.columns import COLUMNS, Column


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """A kind of spreadsheet. `key` is the name of who reads it; `needs` are the columns that its headings must name.

    `beside` are columns that go out to help whoever reads them, and are passed over when they come in again.
    """

    key: str
    name: words.Words
    columns: Sequence[Column]
    needs: tuple[str, ...]
    beside: Sequence[Column] = ()
    samples: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)

    @cached_property
    def by_key(self) -> dict[str, Column]:
        """The columns by key."""
        return {column.key: column for column in self.columns}


REWARDS = Layout(
    key="rewards", name=words.SHEETS["items"], columns=COLUMNS, needs=("item", "sku"), samples=words.SAMPLES
)
