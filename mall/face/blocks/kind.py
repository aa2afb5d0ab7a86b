"""The shape of every file of this rack: what a kind of block is called, is filled in with, reads, and is drawn by.

A new kind is a file with a `KIND`, its line in `mall/face/blocks/__init__.py`, and templates/face/blocks/<what>.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mall.catalog.queries import Entry
from mall.face.queries.reader import Reader
from mall.face.rules.fields import Field

MOST_BLOCKS = 30
"""Blocks a home page."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a block found for a dealer: lists of rewards at its prices, and whatever else its template wants."""

    lists: tuple[Sequence[Entry], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


Read = Callable[[Reader, Mapping[str, Any]], Reading | None]
"""Reads for a dealer what a block of these values shows; nothing where there is nothing to show."""


def as_written(_reader: Reader, _values: Mapping[str, Any]) -> Reading:
    """A block that shows what was written into it."""
    return Reading()


@dataclass(frozen=True, kw_only=True)
class BlockKind:
    """A kind of block. `most` is how many a page may have of it; texts are marked with N_."""

    what: str
    label: str
    help: str
    icon_name: str
    fields: tuple[Field, ...] = ()
    read: Read = as_written
    most: int = MOST_BLOCKS

    @property
    def template(self) -> str:
        """What draws it."""
        return f"face/blocks/{self.what}.html"
