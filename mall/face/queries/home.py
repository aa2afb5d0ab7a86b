"""The home page as one dealer sees it: blocks that are for it now, read one after the other, priced together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mall.catalog.queries import Entry
from mall.face.blocks import KINDS
from mall.face.models import Block
from mall.face.queries.reader import Reader
from mall.face.rules.audience import shown


@dataclass(frozen=True)
class Shown:
    """A block that is shown: its id, what draws it, what was written into it, what it found at the dealer's prices."""

    id: str
    template: str
    values: Mapping[str, Any]
    lists: tuple[Sequence[Entry], ...]
    facts: Mapping[str, Any]


def home(reader: Reader, blocks: Iterable[Block]) -> list[Shown]:
    """The blocks a dealer sees, in their order. What its limits leave of rewards is added where that is known.

    A kind of block that this mall no longer has, or values of an older shape, are left out rather than failed on.
    """
    viewer, found = reader.viewer, list[Shown]()
    for block in blocks:
        kind = KINDS.get(block["what"])
        if kind is None or not shown(block, tier=viewer.tier, region=viewer.region, at=reader.at):
            continue
        whole = {one.name: one.empty for one in kind.fields} | block
        if (reading := kind.read(reader, whole)) is not None:
            found.append(Shown(block["id"], kind.template, whole, reading.lists, reading.facts))
    return found
