"""A spreadsheet (.xlsx) that came in, row by row as text: what people see in its cells, or what shows that it is lost.

The first sheet that is not hidden is read (ECMA-376, part 1, chapter 18). Nothing in it is ever calculated.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from mall.base.package import USUAL, Attributes, Bounds, Package, TooLargeInside, UnreadableFile
from mall.base.refused import N_, Refused
from mall.base.sheet_parts import LONGEST, Said, Style, first_sheet, place, strings, styles

COLUMNS = 64
"""Cells of a row that are read; what stands further right is not looked at."""
DIGITS = 15
"""So many digits of a number are kept by spreadsheets; of a longer one the last are lost."""
LAST_DAY = 2_958_465
"""9999-12-31 as a number of days."""
LAST_ROW = 1_048_576
SIGNS = 16 * 1024 * 1024
"""Signs that all cells together may have: a text of 32,767 that each of them only refers to takes ten bytes a cell."""
Row = tuple[int, list[str]]


class TooManyRows(Refused):
    """More rows than are wanted."""

    code = "too_many_rows"
    status = 422
    text = N_("表里的行太多，最多读到第 %(most)s 行，请分成几份。")


class TooManyColumns(Refused):
    """More columns than are wanted, where what stands further right may not be passed over."""

    code = "too_many_columns"
    status = 422
    text = N_("表里的列太多，最多 %(most)s 列。请只留需要的列。")


def is_one(raw: bytes) -> bool:
    """Whether a file begins as such a spreadsheet does."""
    return raw.startswith(b"PK\x03\x04")


def rows(raw: bytes, *, most: int, bounds: Bounds = USUAL, narrow: bool = False) -> Iterator[Row]:
    """The rows up to number `most` that hold anything, numbered as the program shows them, their cells as text.

    A formula, or an error that one left, is `=` and what it says: never its result, which somebody else's program
    made. A number of more than fifteen digits is written as programs show it, 1.23456789012346E+18: its last digits
    are lost. A day is 2027-12-31. Refused: TooManyRows, UnreadableFile and its kin, TooLargeInside where the cells
    have more than `SIGNS` together; TooManyColumns where it has to be `narrow`.
    """
    package = Package(raw, bounds)
    part, since = first_sheet(package)
    grid = _Grid(strings(package), styles(package), since, most, narrow)
    for _ in package.walk(part, begin=grid.begin, end=grid.end, text=grid.text):
        yield from grid.whole
        grid.whole.clear()


class _Grid:
    """What is open of a sheet while it is walked through, and the rows that are whole."""

    def __init__(self, texts: list[str], shapes: list[Style], since: date, most: int, narrow: bool) -> None:
        self.whole: list[Row] = []
        self._said = Said("t", "v")
        self._formula = Said("f")
        self._texts, self._shapes, self._since, self._most, self._narrow = texts, shapes, since, most, narrow
        self._no = self._column = self._signs = 0
        self._cells: dict[int, str] = {}
        self._kind = self._style = ""
        self._calculated = False

    def begin(self, tag: str, attributes: Attributes) -> None:
        if tag == "row":
            no = place(attributes.get("r"), self._no)
            if not self._no < no <= LAST_ROW:
                raise UnreadableFile
            self._no, self._column, self._cells = no, 0, {}
        elif tag == "c":
            self._column = _column(attributes.get("r", "")) or self._column + 1
            self._kind, self._style, self._calculated = attributes.get("t", "n"), attributes.get("s", ""), False
            self._said.clear()
            self._formula.clear()
        elif tag == "f":
            self._calculated = True
        self._said.begin(tag)
        self._formula.begin(tag)

    def end(self, tag: str) -> None:
        self._said.end(tag)
        self._formula.end(tag)
        if tag == "c" and self._narrow and self._column > COLUMNS and self._value():
            raise TooManyColumns(most=COLUMNS)
        if tag == "c" and 0 < self._column <= COLUMNS and (value := self._value()):
            self._signs += len(value)
            if self._signs > SIGNS:
                raise TooLargeInside
            self._cells[self._column] = value
        elif tag == "row" and self._cells:
            if self._no > self._most:
                raise TooManyRows(most=f"{self._most:,}")
            self.whole.append((self._no, [self._cells.get(n, "") for n in range(1, max(self._cells) + 1)]))
            self._cells = {}

    def text(self, piece: str) -> None:
        self._said.take(piece)
        self._formula.take(piece)

    def _value(self) -> str:
        said = self._said.text
        if self._calculated or self._kind == "e":
            return f"={self._formula.text or said}"
        if self._kind == "s":
            number = place(said, -1) if said else -1
            if said and not 0 <= number < len(self._texts):
                raise UnreadableFile
            return self._texts[number] if said else ""
        if self._kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(said, said)
        if self._kind == "d":
            return said.replace("T", " ")
        return said if self._kind in {"str", "inlineStr"} or not said else self._number(said)

    def _number(self, said: str) -> str:
        try:
            number = Decimal(said[:LONGEST])
        except InvalidOperation as error:
            raise UnreadableFile from error
        if not number.is_finite():
            raise UnreadableFile
        index = place(self._style, -1) if self._style else 0
        style = self._shapes[index] if 0 <= index < len(self._shapes) else Style()
        if style.moment and 0 <= number <= LAST_DAY:
            return _moment(number, self._since)
        if number.adjusted() >= DIGITS:
            return f"{number:.14E}"
        if number == number.to_integral_value():
            return str(int(number)).zfill(style.noughts)
        return format(Decimal(repr(float(number))), "f")


def _column(reference: str) -> int:
    """A of A1 is 1; what is no reference is 0."""
    found = 0
    for sign in reference[:4]:
        if not "A" <= sign <= "Z":
            break
        found = found * 26 + ord(sign) - 64
    return found


def _moment(number: Decimal, since: date) -> str:
    days, part = int(number), number % 1
    of_day = (datetime.combine(since, time()) + timedelta(seconds=round(part * 86_400))).strftime("%H:%M:%S")
    if not days:
        return of_day
    day = date.fromordinal(min(since.toordinal() + days, date.max.toordinal())).isoformat()
    return f"{day} {of_day}" if part else day
