"""Which columns a file has: its first row that names the codes of rewards and SKUs, in whichever language. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from mall.base.refused import N_, Refused
from mall.base.sheet import Row
from mall.catalog.rules.sheets.known import folded
from mall.catalog.rules.sheets.layout import REWARDS, Layout
from mall.catalog.rules.sheets.rows import Line
from mall.catalog.rules.sheets.words import REASON, RESULT, ROW

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


class NoHeadingOf(NoHeading):
    """No row at the top names the columns that a sheet needs."""

    text = N_("没有找到表头：第一行至少要有这些列：%(columns)s。请用模板填写。")


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


def heading(rows: Iterator[Row], layout: Layout = REWARDS) -> Heading:
    """Take the heading off the top of a file of such a layout. Refused: none there, one column twice."""
    known, ours = _names(layout)
    for _nth, (no, cells) in zip(range(LOOKED_AT), rows, strict=False):
        keys = [known.get(_bare(cell)) for cell in cells]
        if set(layout.needs) <= set(keys):
            twice = next((cell for cell, key in zip(cells, keys, strict=True) if key and keys.count(key) > 1), None)
            if twice is not None:
                raise HeadingTwice(heading=twice[:40])
            unread = [cell[:40] for cell, key in zip(cells, keys, strict=True) if cell and not key and cell not in ours]
            return Heading(no, keys, unread)
    if layout is REWARDS:
        raise NoHeading
    raise NoHeadingOf(columns="、".join(layout.by_key[key].heading[0] for key in layout.needs))


def _bare(cell: str) -> str:
    return DECORATION.sub("", folded(cell))


@cache
def _names(layout: Layout) -> tuple[dict[str, str], set[str]]:
    """What columns are called, and what is passed over."""
    called = {_bare(each.key): each.key for each in layout.columns}
    called |= {_bare(word): each.key for each in layout.columns for word in each.heading}
    return called, OURS | {word for each in layout.beside for word in each.heading}
