"""The vault's shelves as its list narrows them and puts them in order: some hundreds at most, so one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mall.base.found import means
from mall.rewards.queries.vault import Shelf

_SORTED: dict[str, Callable[[Shelf], Any]] = {
    "code": lambda shelf: shelf.sku_code,
    "free": lambda shelf: shelf.free,
    "soon": lambda shelf: shelf.soon,
    "reserved": lambda shelf: shelf.reserved,
    "issued": lambda shelf: shelf.issued,
}
_STANDINGS: dict[str, Callable[[Shelf], bool]] = {
    "low": lambda shelf: shelf.low,
    "empty": lambda shelf: shelf.empty,
    "soon": lambda shelf: shelf.soon > 0,
    "enough": lambda shelf: shelf.opened_at is not None and not shelf.low and not shelf.empty,
    "by-hand": lambda shelf: shelf.opened_at is None,
}


@dataclass(frozen=True)
class ShelvesFound:
    """A page of shelves, and how many there are in all."""

    rows: Sequence[Shelf]
    total: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def shelves_found(
    shelves: Iterable[Shelf], *, words: str = "", standing: str = "", sort: str = "", page: int = 1, size: int = 50
) -> ShelvesFound:
    """Those whose reward's name, its pinyin, choice or code is meant by the words, and that stand so; in the order that
    they have unless another is asked for.
    """
    found = [shelf for shelf in shelves if not standing or _STANDINGS[standing](shelf)]
    if words:
        found = [shelf for shelf in found if means(words, _texts(shelf), [shelf.sku_code])]
    if key := _SORTED.get(sort.lstrip("-")):
        found.sort(key=key, reverse=sort.startswith("-"))
    return ShelvesFound(found[(page - 1) * size : page * size], len(found), size)


def _texts(shelf: Shelf) -> list[str]:
    return [*shelf.names.values(), *(text for one in shelf.attributes for text in one["value"].values())]
