"""What a cell says: a value of its column, that it empties, or why it cannot be read. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from mall.base.refused import N_
from mall.base.rich import kept
from mall.base.spreadsheet import FORMULA
from mall.catalog.rules.checks import CODE
from mall.catalog.rules.document import NOW
from mall.catalog.rules.sheets.columns import Column, Shape
from mall.catalog.rules.sheets.known import Known, folded
from mall.catalog.rules.sheets.words import CLEAR, NOW_SAID, Words

SPOILT = re.compile(r"\d(\.\d+)?E\+\d+")
YUAN = re.compile(r"[¥￥]?([0-9]{1,9})(?:\.([0-9]{1,2})0*)?元?")
COUNT = re.compile(r"([0-9]{1,12})(?:\.0+)?")
PARTED = re.compile(r"[\s、,，;；]+")
YEARS = range(2000, 2200)
"""Years that people mean: programs write 0001-01-01 where no day was chosen, and that has no moment in UTC."""
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
MOMENT = re.compile(
    r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?(?:[T\s]+(\d{1,2})[:：时](\d{1,2})分?(?:[:：]\d{1,2}(?:\.\d+)?)?)?"
)


class Emptied(Enum):
    """The cell says that what is there be taken out."""

    SAID = "said"


EMPTIED = Emptied.SAID


@dataclass(frozen=True)
class Wrong:
    """Why a cell cannot be read; the text is a message id."""

    text: str
    params: Mapping[str, Any]


def wrong(text: str, **params: Any) -> Wrong:
    """A cell that cannot be read."""
    return Wrong(text, params)


def value(column: Column, cell: str, known: Known) -> Any:
    """What a cell that is not blank says: a value, EMPTIED, or a Wrong."""
    if cell.startswith("="):
        return wrong(N_("这一格是公式，没有读。请复制后选择“粘贴为数值”"))
    if cell.startswith("'") and cell[1:].startswith(FORMULA):
        cell = cell[1:]  # the sign that keeps spreadsheets from taking it for a formula
    if folded(cell) in _CLEARS:
        return EMPTIED if column.clears else wrong(N_("这一项不能清空"))
    return READ[column.shape](column, cell, known)


def plain(cell: str) -> str:
    """A text without the signs that nobody sees."""
    text = unicodedata.normalize("NFC", cell).strip()
    return text if text.isascii() and text.isprintable() else "".join(sign for sign in text if _seen(sign))


@lru_cache(maxsize=4096)
def _seen(sign: str) -> bool:
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co"}


def _code(column: Column, cell: str, _known: Known) -> Any:
    if SPOILT.fullmatch(cell):
        return wrong(N_("被表格软件改成了科学计数，原来的号码已经丢了：请先把这一列设成文本，再填一次"))
    return cell if CODE.fullmatch(cell) else wrong(N_("要用字母、数字和连字符，最多 40 个"))


def _text(column: Column, cell: str, _known: Known) -> Any:
    text = " ".join(plain(cell.replace("\n", " ")).split())
    if "\ufffd" in text:
        return wrong(N_("有读不出来的字，文件的编码可能不对"))
    # Signs that nobody sees are as blank as none: they clear nothing.
    return (text or None) if len(text) <= column.most else wrong(N_("最多 %(most)s 个字"), most=column.most)


def _rich(column: Column, cell: str, _known: Known) -> Any:
    lines = cell.replace("\r\n", "\n").replace("\r", "\n")
    text = kept("\n".join(plain(line) for line in lines.split("\n")))
    if "\ufffd" in text:
        return wrong(N_("有读不出来的字，文件的编码可能不对"))
    return (text or None) if len(text) <= column.most else wrong(N_("最多 %(most)s 个字"), most=f"{column.most:,}")


def _fen(column: Column, cell: str, _known: Known) -> Any:
    found = YUAN.fullmatch(_number(cell))
    fen = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else -1
    if not 0 <= fen <= column.most:
        return wrong(N_("要写金额，单位元，最多两位小数，例如 399 或 399.50"))
    return fen


def _count(column: Column, cell: str, _known: Known) -> Any:
    found = COUNT.fullmatch(_number(cell))
    if not found or not column.least <= int(found[1]) <= column.most:
        return wrong(N_("要写 %(least)s 至 %(most)s 的整数"), least=column.least, most=f"{column.most:,}")
    return int(found[1])


def _choice(column: Column, cell: str, _known: Known) -> Any:
    choices = column.choices or {}
    found = _by_word(column.key, choices).get(folded(cell))
    if found is None:
        may = "、".join(one[0] for one in choices.values())
        return wrong(N_("没有“%(said)s”，可以写：%(choices)s"), said=cell[:40], choices=may)
    return found


def _tags(column: Column, cell: str, known: Known) -> Any:
    found = []
    for part in filter(None, PARTED.split(cell)):
        tag = _choice(column, part, known)
        if isinstance(tag, Wrong):
            return tag
        found.append(tag)
    return sorted(set(found)) or wrong(N_("没有“%(said)s”"), said=cell[:40])


def _named(column: Column, cell: str, known: Known) -> Any:
    found = known.named[column.key].get(folded(cell))
    if found is None:
        return wrong(N_("没有“%(said)s”"), said=cell[:40])
    return found or wrong(N_("“%(said)s”不止一个，请写编号，分类也可以写路径"), said=cell[:40])


def _pictures(column: Column, cell: str, known: Known) -> Any:
    keys = list(dict.fromkeys(filter(None, PARTED.split(cell))))
    if len(keys) > column.most:
        return wrong(N_("图片最多 %(most)s 张"), most=column.most)
    unknown = next((key for key in keys if not KEY.fullmatch(key) or not known.is_picture(key)), None)
    if unknown is not None or not keys:  # signs between keys alone are no way to clear it
        return wrong(N_("图片库里没有“%(said)s”"), said=(unknown or cell)[:40])
    return keys if column.most > 1 else keys[0]


def _moment(column: Column, cell: str, known: Known) -> Any:
    if column.key == "shelved_at" and folded(cell) in _NOWS:
        return NOW
    found = MOMENT.fullmatch(cell)
    if found is None:
        return wrong(N_("时间读不出来，请写成 2026-12-01 09:00"))
    if int(found[1]) not in YEARS:
        return wrong(N_("没有这一天或这个时间，请写成 2026-12-01 09:00"))
    try:
        return datetime(*(int(part or 0) for part in found.groups()), tzinfo=known.zone)  # type: ignore[misc,arg-type]
    except ValueError:
        return wrong(N_("没有这一天或这个时间，请写成 2026-12-01 09:00"))


READ: dict[Shape, Callable[[Column, str, Known], Any]] = {
    Shape.CODE: _code,
    Shape.TEXT: _text,
    Shape.RICH: _rich,
    Shape.FEN: _fen,
    Shape.COUNT: _count,
    Shape.CHOICE: _choice,
    Shape.NAMED: _named,
    Shape.PICTURES: _pictures,
    Shape.TAGS: _tags,
    Shape.MOMENT: _moment,
}


def _number(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).replace(",", "").replace(" ", "").replace("¥", "")


_WORDS: dict[str, dict[str, Any]] = {}


def _by_word(key: str, choices: Mapping[Any, Words]) -> dict[str, Any]:
    """What a column's words mean, in any language; the mall's own word for a choice too."""
    if key not in _WORDS:
        _WORDS[key] = {folded(str(one)): one for one in choices} | {
            folded(word): one for one, words in choices.items() for word in words
        }
    return _WORDS[key]


_CLEARS = frozenset(map(folded, CLEAR))
_NOWS = frozenset(map(folded, NOW_SAID))
