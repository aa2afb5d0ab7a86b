"""The parts of a spreadsheet beside its cells: which sheet is the first, its texts, and what its styles show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from posixpath import join, normpath

from mall.base.package import Attributes, Package, UnreadableFile
from mall.base.refused import N_

LONGEST = 32_767
"""Signs of a cell, the programs' own limit."""
STRINGS = 400_000
MOMENTS = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
"""Formats that every program knows by number and that show a day or a time."""
LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
MOMENT = re.compile(r"[ymdhs]")
NOUGHTS = re.compile(r"0{2,40}")
CONTROL = re.compile(r"_x([0-9A-Fa-f]{4})_")
BOOK, LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
TEXTS, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"


class NoSheet(UnreadableFile):
    """Nothing in it is a sheet that people see."""

    code = "no_sheet"
    text = N_("文件里没有可以读的工作表。")


@dataclass(frozen=True)
class Style:
    """What a cell's format does to a number: shows it as a day or a time, or with noughts in front."""

    moment: bool = False
    noughts: int = 0


class Said:
    """The text within some tags; how Chinese and Japanese is read aloud (`rPh`) is no part of it."""

    def __init__(self, *tags: str) -> None:
        self._tags = frozenset(tags)
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self._pieces: list[str] = []
        self._length = 0
        self._open = self._aloud = False

    def begin(self, tag: str) -> None:
        """A tag begins."""
        self._aloud = self._aloud or tag == "rPh"
        self._open = tag in self._tags and not self._aloud

    def end(self, tag: str) -> None:
        """A tag ends."""
        self._aloud = self._aloud and tag != "rPh"
        self._open = False

    def take(self, text: str) -> None:
        """Text stands here. Refused: UnreadableFile where it is longer than a cell can be."""
        if self._open:
            self._length += len(text)
            if self._length > LONGEST:
                raise UnreadableFile
            self._pieces.append(text)

    @property
    def text(self) -> str:
        """What was said; a sign that XML cannot hold is written _x0007_."""
        whole = "".join(self._pieces)
        return CONTROL.sub(_sign, whole) if "_x" in whole else whole


def _sign(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    # Half of a sign is none, and no column of ours holds a NUL.
    return "\ufffd" if not number or 0xD800 <= number < 0xE000 else chr(number)


def first_sheet(package: Package) -> tuple[str, date]:
    """The part of the first sheet that is not hidden, and the day from which its days are counted."""
    sheets: list[str] = []
    targets: dict[str, str] = {}
    since = date(1899, 12, 30)

    def of_book(tag: str, attributes: Attributes) -> None:
        nonlocal since
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            sheets.append(next((value for name, value in attributes.items() if name.endswith(":id")), ""))
        elif tag == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
            since = date(1904, 1, 1)

    def of_links(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    package.told(BOOK, begin=of_book)
    package.told(LINKS, begin=of_links)
    target = next((targets[one] for one in sheets if targets.get(one)), None)
    if target is None:
        raise NoSheet
    return (target[1:] if target.startswith("/") else normpath(join("xl", target))), since


def strings(package: Package) -> list[str]:
    """The texts that cells refer to by number."""
    found: list[str] = []
    said = Said("t")

    def begin(tag: str, _attributes: Attributes) -> None:
        if tag == "si":
            said.clear()
        said.begin(tag)

    def end(tag: str) -> None:
        said.end(tag)
        if tag == "si":
            if len(found) >= STRINGS:
                raise UnreadableFile
            found.append(said.text)

    if TEXTS in package:
        package.told(TEXTS, begin=begin, end=end, text=said.take)
    return found


def styles(package: Package) -> list[Style]:
    """What each style of cells does to a number, by the style's number."""
    own: dict[str, str] = {}
    found: list[Style] = []
    of_cells = False

    def begin(tag: str, attributes: Attributes) -> None:
        nonlocal of_cells
        if tag == "numFmt":
            own[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:200]
        elif tag == "cellXfs":
            of_cells = True
        elif tag == "xf" and of_cells:
            number = attributes.get("numFmtId", "0")
            found.append(_style(own[number]) if number in own else Style(moment=place(number, -1) in MOMENTS))

    def end(tag: str) -> None:
        nonlocal of_cells
        of_cells = of_cells and tag != "cellXfs"

    if STYLES in package:
        package.told(STYLES, begin=begin, end=end)
    return found


def place(text: str | None, before: int) -> int:
    """A number as it stands in an attribute, or the one after `before` where none stands there."""
    if text is None:
        return before + 1
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UnreadableFile
    return int(text)


def _style(code: str) -> Style:
    plain = LITERAL.sub("", code).partition(";")[0].lower()
    if MOMENT.search(plain):
        return Style(moment=True)
    return Style(noughts=len(plain) if NOUGHTS.fullmatch(plain) else 0)
