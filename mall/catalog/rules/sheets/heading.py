"""Which columns a file has: its first row that names the codes of rewards and SKUs, in whichever language. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mall.base.refused import N_, Refused
from mall.base.sheet import Row
from mall.catalog.rules.sheets.known import folded
from mall.catalog.rules.sheets.rows import Line
from mall.catalog.rules.sheets.words import HEADINGS, REASON, RESULT, ROW

DECORATION = re.compile(r"[\s*＊：:]+")
LOOKED_AT = 10
"""A title may stand above the headings: so many rows are looked at."""
OURS = {word for words in (REASON, RESULT, ROW) for word in words}
"""Columns that the mall adds to what it gives back; they are passed over when that comes in again."""


class NoHeading(Refused):
    """No row at the top says which columns there are."""

    code = "no_heading"
    status = 422
    text = N_("没有找到表头：第一行至少要有“礼品货号”和“规格货号”两列。请用模板填写。")


class HeadingTwice(Refused):
    """Two columns have the same heading."""

    code = "heading_twice"
    status = 422
    text = N_("表头里有两列“%(heading)s”，请只留一列。")


@dataclass(frozen=True)
class Heading:
    """The row of headings: its number, the columns by place (none where it is not ours), and what is not read."""

    no: int
    keys: Sequence[str | None]
    unread: Sequence[str]

    def line(self, row: Row) -> Line:
        """A row's cells by column."""
        no, cells = row
        return Line(no, {key: cell for key, cell in zip(self.keys, cells, strict=False) if key and cell})


def heading(rows: Iterator[Row]) -> Heading:
    """Take the heading off the top of a file. Refused: none there, one column twice."""
    for _nth, (no, cells) in zip(range(LOOKED_AT), rows, strict=False):
        keys = [_KEYS.get(_bare(cell)) for cell in cells]
        if "item" in keys and "sku" in keys:
            twice = next((cell for cell, key in zip(cells, keys, strict=True) if key and keys.count(key) > 1), None)
            if twice is not None:
                raise HeadingTwice(heading=twice[:40])
            unread = [cell[:40] for cell, key in zip(cells, keys, strict=True) if cell and not key and cell not in OURS]
            return Heading(no, keys, unread)
    raise NoHeading


def _bare(cell: str) -> str:
    return DECORATION.sub("", folded(cell))


_KEYS: dict[str, str] = {_bare(key): key for key in HEADINGS} | {
    _bare(word): key for key, words in HEADINGS.items() for word in words
}
