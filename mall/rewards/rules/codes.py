"""Reading a list of card codes as people have them: a spreadsheet, a CSV, a text file, cells pasted from somewhere.

Nothing is guessed about a code itself: it is what stands there without the spaces around it. What a spreadsheet has
spoilt (1.23E+18) or only calculates is refused, since the code is not in it.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from mall.base import sheet
from mall.base.refused import N_
from mall.base.written import encoding_of
from mall.rewards.models import TooManyCodes, UnreadableCodes

MOST_ROWS = 50_000
SHORTEST, LONGEST = 4, 200
LONGEST_SERIAL = 80
CUT = LONGEST + 1
"""So many signs of a spreadsheet's cell are kept: enough to be told that it is too long."""
SEPARATORS = "\t,;，；|"
"""What parts the cells of a row; the first of these that the first row has."""
SPOILT = re.compile(r"\d(\.\d+)?[eE]\+\d+")
NAMED = re.compile(r"sep=(.)", re.IGNORECASE)
"""A first line that says what parts the cells, as spreadsheets write it; it is no row."""
BREAKS = str.maketrans(dict.fromkeys("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\ufffd"))
"""What would break a row in two stands within a cell of a spreadsheet: no code has such a sign."""
AS_TEXT = re.compile(r'="?([^"]*)"?')
"""How a spreadsheet is made to keep leading noughts: ="0012"."""
DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+00?:00(?::00)?)?")
COMPACT = re.compile(r"(20\d\d)(\d\d)(\d\d)")


class Column(StrEnum):
    """What a cell of a row is."""

    CODE = "code"
    SERIAL = "serial"
    EXPIRY = "expiry"
    OTHER = "other"


HEADINGS: dict[str, Column] = {
    "卡密": Column.CODE, "密码": Column.CODE, "卡密码": Column.CODE, "兑换码": Column.CODE, "券码": Column.CODE,
    "激活码": Column.CODE, "code": Column.CODE, "cardcode": Column.CODE, "pin": Column.CODE, "password": Column.CODE,
    "卡号": Column.SERIAL, "卡號": Column.SERIAL, "序列号": Column.SERIAL, "序號": Column.SERIAL,
    "serial": Column.SERIAL, "cardno": Column.SERIAL,
    "cardnumber": Column.SERIAL, "有效期": Column.EXPIRY, "有效期至": Column.EXPIRY, "到期日": Column.EXPIRY,
    "过期日": Column.EXPIRY, "截止日期": Column.EXPIRY, "expiry": Column.EXPIRY, "expires": Column.EXPIRY,
    "validuntil": Column.EXPIRY,
}  # fmt: skip
NAMES: dict[Column, str] = {
    Column.CODE: N_("卡密"), Column.SERIAL: N_("卡号"), Column.EXPIRY: N_("有效期至"), Column.OTHER: N_("不读"),
}  # fmt: skip


class Fault(StrEnum):
    """Why a row is not taken."""

    NO_CODE = "no_code"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    BAD_SIGNS = "bad_signs"
    SPOILT = "spoilt"
    FORMULA = "formula"
    BAD_DATE = "bad_date"
    TOO_SOON = "too_soon"
    SERIAL_TOO_LONG = "serial_too_long"
    SERIAL_LOST = "serial_lost"
    TWICE = "twice"
    IN_VAULT = "in_vault"

    @property
    def name_shown(self) -> str:
        """The fault in words, to be translated when told."""
        return FAULTS[self]


FAULTS: dict[Fault, str] = {
    Fault.NO_CODE: N_("没有卡密"),
    Fault.TOO_SHORT: N_("卡密少于 4 位"),
    Fault.TOO_LONG: N_("卡密超过 200 位"),
    Fault.BAD_SIGNS: N_("卡密里有不该有的字符"),
    Fault.SPOILT: N_("被表格软件改成了科学计数，原来的卡密已经不在里面"),
    Fault.FORMULA: N_("是公式，不是卡密：请复制后选择“粘贴为数值”"),
    Fault.BAD_DATE: N_("有效期读不出来，请写成 2027-12-31"),
    Fault.TOO_SOON: N_("已过期，或 7 天内就过期"),
    Fault.SERIAL_TOO_LONG: N_("卡号超过 80 位"),
    Fault.SERIAL_LOST: N_("卡号是公式，或被表格软件改成了科学计数，最后几位已经丢了"),
    Fault.TWICE: N_("和前面的一行重复"),
    Fault.IN_VAULT: N_("卡密库里已经有了"),
}


@dataclass(frozen=True)
class Row:
    """A row that was read: its number as people count, its parts, or what is wrong. `first` is the row it repeats."""

    no: int
    code: str = ""
    serial: str = ""
    expires_on: date | None = None
    """The last day on which it can be used; none where the row says nothing of it."""
    fault: Fault | None = None
    first: int = 0


@dataclass(frozen=True)
class Sheet:
    """A list that was read: what its columns were taken for, whether its first row was a heading, and its rows."""

    columns: tuple[Column, ...]
    headed: bool
    rows: tuple[Row, ...]


def text_of(raw: bytes) -> str:
    """The text of a file: a spreadsheet's cells, or UTF-8, UTF-16 with its mark, GB 18030 (Excel in China).

    Refused: what is neither, a spreadsheet that does harm or has too many rows.
    """
    if sheet.is_one(raw):
        return _of_sheet(sheet.rows(raw, most=MOST_ROWS + 1))
    encoding = encoding_of(raw)
    if encoding is None:
        raise UnreadableCodes
    return raw.decode(encoding)


def _of_sheet(rows: Iterable[sheet.Row]) -> str:
    """A spreadsheet as text that `read` numbers as the spreadsheet does, cell by cell as it was up to `CUT` signs."""
    file = io.StringIO()
    file.write("sep=\t\n")
    writer, last = csv.writer(file, delimiter="\t", lineterminator="\n"), 0
    for no, cells in rows:
        file.write("\n" * (no - last - 1))
        writer.writerow([cell.strip()[:CUT].translate(BREAKS) for cell in cells])
        last = no
    return file.getvalue()


def read(text: str, *, earliest: date) -> Sheet:
    """Read a list. A code whose last day is before `earliest` is a fault, as is one that stands there before.

    A first row of headings says what the columns are; without it one column is the code, and of several the serial
    number stands before the code, as card makers print them, and a date is the expiry.
    """
    lines = _cells(text)
    if not lines:
        raise UnreadableCodes
    columns, headed = _columns([cells for _no, cells in lines])
    body = lines[1:] if headed else lines
    if len(body) > MOST_ROWS:
        raise TooManyCodes(most=MOST_ROWS, rows=len(body))
    seen: dict[str, int] = {}
    rows = []
    for no, cells in body:
        row = _row(no, dict(zip(columns, cells, strict=False)), earliest)
        if row.fault is None and (first := seen.setdefault(row.code, no)) != no:
            row = Row(no, row.code, row.serial, row.expires_on, Fault.TWICE, first)
        rows.append(row)
    return Sheet(columns, headed, tuple(rows))


def _cells(text: str) -> list[tuple[int, list[str]]]:
    """The rows that hold anything, with their numbers from one; every line is a row, quoted or not."""
    lines = text.lstrip("\ufeff").splitlines()
    if lines and (named := NAMED.fullmatch(lines[0])):
        separator, lines = named[1], lines[1:]
    else:
        first = next((line for line in lines if line.strip()), "")
        separator = next((sign for sign in SEPARATORS if sign in first), None)
    found = []
    for no, line in enumerate(lines, 1):
        cells = [line] if separator is None else _parted(line, separator)
        cells = [_bare(cell) for cell in cells]
        if any(cells):
            found.append((no, cells))
    return found


def _parted(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line), delimiter=separator), [])
    except csv.Error:
        return [line]


def _bare(cell: str) -> str:
    """A cell without the spaces around it (those of full width and of no width too) and without a mark of text."""
    bare = cell.strip().strip("\u200b\u200c\u200d\u2060\ufeff\u00a0").strip()
    if bare.startswith('="') and (kept := AS_TEXT.fullmatch(bare)):
        return kept[1].strip()
    return bare.removeprefix("'").strip()


def _columns(lines: Sequence[list[str]]) -> tuple[tuple[Column, ...], bool]:
    named = [HEADINGS.get(re.sub(r"[\s_\-*]", "", cell).lower()) for cell in lines[0]]
    if Column.CODE in named or (Column.SERIAL in named and len(lines[0]) > 1):
        known: list[Column] = []
        for column in named:
            known.append(Column.OTHER if column is None or column in known else column)
        if Column.CODE in known:
            return tuple(known), True
    width = len(lines[0])
    dated = next((n for n, cell in enumerate(lines[0]) if n and _day(cell)), None)
    columns = [Column.OTHER] * width
    plain = [n for n in range(width) if n != dated]
    if dated is not None:
        columns[dated] = Column.EXPIRY
    if len(plain) > 1:
        columns[plain[0]], columns[plain[1]] = Column.SERIAL, Column.CODE
    else:
        columns[plain[0]] = Column.CODE
    return tuple(columns), False


def _row(no: int, cells: dict[Column, str], earliest: date) -> Row:
    code, serial, said = (cells.get(column, "") for column in (Column.CODE, Column.SERIAL, Column.EXPIRY))
    expires_on = _day(said) if said else None
    fault = _fault(code, serial, said, expires_on, earliest)
    return Row(no, code[:LONGEST], serial[:LONGEST_SERIAL], expires_on, fault)


def _fault(code: str, serial: str, said: str, expires_on: date | None, earliest: date) -> Fault | None:
    judged = (
        (not code, Fault.NO_CODE),
        (code.startswith("="), Fault.FORMULA),
        (SPOILT.fullmatch(code) is not None, Fault.SPOILT),
        (len(code) < SHORTEST, Fault.TOO_SHORT),
        (len(code) > LONGEST, Fault.TOO_LONG),
        (_unfit(code) or _unfit(serial), Fault.BAD_SIGNS),
        (len(serial) > LONGEST_SERIAL, Fault.SERIAL_TOO_LONG),
        (serial.startswith("=") or SPOILT.fullmatch(serial) is not None, Fault.SERIAL_LOST),
        (bool(said) and expires_on is None, Fault.BAD_DATE),
        (expires_on is not None and expires_on < earliest, Fault.TOO_SOON),
    )
    return next((fault for wrong, fault in judged if wrong), None)


def _unfit(text: str) -> bool:
    """Signs that nobody can type or see: controls, halves of signs, private ones, the mark of a bad encoding."""
    return any(sign == "\ufffd" or unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn"} for sign in text)


def _day(text: str) -> date | None:
    found = DATE.fullmatch(text) or COMPACT.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()[:3]))
    except ValueError:
        return None


def earliest(today: date, least_life: timedelta) -> date:
    """The first last day that is late enough for a code to be worth giving."""
    return today + least_life


def masked(text: str) -> str:
    """A code as a list of faults may show it: enough to find it in the file, too little to use it."""
    return text[:2] + "•" * 4 if len(text) > SHORTEST else "•" * 4
