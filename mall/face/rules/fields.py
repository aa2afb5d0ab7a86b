"""What a block is filled in with: fields of a few kinds, and whether what somebody wrote into them may stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mall.base import rich
from mall.base.refused import N_
from mall.face.rules.icons import ICONS

LANGUAGES = ("zh_Hans", "zh_Hant", "en")
MOST_LINK = 300

Faults = dict[str, tuple[str, dict[str, Any]]]
"""What is wrong by the field's name in the form: a text to be translated, and its numbers."""


class FieldKind(StrEnum):
    """What a field holds. Words and rich text are kept by language, rows are lists of small forms."""

    WORDS = "words"
    RICH = "rich"
    NUMBER = "number"
    CHOICE = "choice"
    TICK = "tick"
    PICTURE = "picture"
    LINK = "link"
    ICON = "icon"
    CATEGORY = "category"
    CODES = "codes"
    ROWS = "rows"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field. `most` is the longest text, the greatest number or the most rows; `start` is what a new block has.

    `when` names a choice field and the values of it with which this one counts; with others it is left alone.
    """

    name: str
    kind: FieldKind
    label: str
    hint: str = ""
    needed: bool = False
    least: int = 0
    most: int = 40
    choices: tuple[tuple[str, str], ...] = ()
    fields: tuple[Field, ...] = ()
    start: Any = None
    shape: str = "square"
    """Of a picture: the shape that is offered, or any."""
    when: tuple[str, tuple[str, ...]] | None = None

    def counts(self, values: Mapping[str, Any]) -> bool:
        """Whether it plays a part beside these values."""
        return self.when is None or values.get(self.when[0]) in self.when[1]

    @property
    def empty(self) -> Any:
        """What it holds before anybody wrote into it."""
        if self.start is not None:
            return self.start
        empty: dict[FieldKind, Any] = {
            FieldKind.WORDS: {},
            FieldKind.RICH: {},
            FieldKind.NUMBER: self.least,
            FieldKind.CHOICE: self.choices[0][0] if self.choices else "",
            FieldKind.TICK: False,
            FieldKind.CODES: [],
            FieldKind.ROWS: [],
        }
        return empty.get(self.kind, "")


@dataclass
class Judged:
    """Values put in order, and what is wrong with them."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: Faults = field(default_factory=dict)


def blank(fields: Iterable[Field]) -> dict[str, Any]:
    """A new block's own values."""
    return {one.name: one.empty for one in fields}


def judged(fields: Iterable[Field], values: Mapping[str, Any], prefix: str = "") -> Judged:
    """Put values in order, field by field. Names in faults are those of the form: `title-zh_Hans`, `slides-0-link`."""
    found = Judged()
    for one in fields:
        value = values.get(one.name, one.empty)
        found.values[one.name] = value = JUDGES[one.kind](one, value, f"{prefix}{one.name}", found.faults)
        if one.needed and one.counts(values) and not value:
            _missing(one, f"{prefix}{one.name}", found.faults)
    for one in fields:
        if not one.counts(found.values):
            for name in [name for name in found.faults if name.startswith(f"{prefix}{one.name}")]:
                del found.faults[name]
    return found


def _missing(one: Field, name: str, faults: Faults) -> None:
    where = f"{name}-{LANGUAGES[0]}" if one.kind in (FieldKind.WORDS, FieldKind.RICH) else name
    faults.setdefault(where, (N_("请填写这一项"), {}))


def _words(one: Field, value: Any, name: str, faults: Faults) -> dict[str, str]:
    given = value if isinstance(value, Mapping) else {}
    kept = {tongue: " ".join(str(given[tongue]).split()) for tongue in LANGUAGES if given.get(tongue)}
    kept = {tongue: text for tongue, text in kept.items() if text}
    for tongue, text in kept.items():
        if len(text) > one.most:
            faults[f"{name}-{tongue}"] = (N_("最多 %(most)s 个字"), {"most": one.most})
    if kept and LANGUAGES[0] not in kept:
        faults[f"{name}-{LANGUAGES[0]}"] = (N_("先填简体中文，其余语言没有时显示它"), {})
    return kept


def _rich(one: Field, value: Any, name: str, faults: Faults) -> dict[str, str]:
    given = value if isinstance(value, Mapping) else {}
    kept: dict[str, str] = {}
    for tongue in LANGUAGES:
        text = str(given.get(tongue) or "")
        if len(text) > rich.MOST:
            faults[f"{name}-{tongue}"] = (N_("最多 %(most)s 个字"), {"most": rich.MOST})
            kept[tongue] = text[: rich.MOST]
        elif rich.plain(clean := rich.cleaned(text)):
            kept[tongue] = clean
    if kept and LANGUAGES[0] not in kept:
        faults[f"{name}-{LANGUAGES[0]}"] = (N_("先填简体中文，其余语言没有时显示它"), {})
    return kept


def _number(one: Field, value: Any, name: str, faults: Faults) -> Any:
    if type(value) is not int or not one.least <= value <= one.most:
        faults[name] = (N_("请填 %(least)s 到 %(most)s 的整数"), {"least": one.least, "most": one.most})
    return value


def _choice(one: Field, value: Any, name: str, faults: Faults) -> Any:
    if value not in [choice for choice, _ in one.choices]:
        faults[name] = (N_("请从列表里选一项"), {})
    return value


def _tick(_one: Field, value: Any, _name: str, _faults: Faults) -> bool:
    return bool(value)


def _line(one: Field, value: Any, name: str, faults: Faults) -> str:
    text = str(value or "").strip()
    if len(text) > (one.most if one.kind is not FieldKind.LINK else MOST_LINK):
        faults[name] = (N_("最多 %(most)s 个字"), {"most": one.most})
    return text


def _link(one: Field, value: Any, name: str, faults: Faults) -> str:
    text = _line(one, value, name, faults)
    if text and not rich.inside(text):
        faults[name] = (N_("只能链接到商城里的页面，以 / 开头，例如 /catalog/TB-750-TI"), {})
    return text


def _icon(one: Field, value: Any, name: str, faults: Faults) -> str:
    icon = str(value or "").strip()
    if icon not in ICONS:
        faults[name] = (N_("请从列表里选一项"), {})
    return icon


def _codes(one: Field, value: Any, name: str, faults: Faults) -> list[str]:
    codes = list(dict.fromkeys(str(code).strip() for code in (value if isinstance(value, list) else []) if code))
    if len(codes) > one.most:
        faults[name] = (N_("最多 %(most)s 个"), {"most": one.most})
    if any(len(code) > 40 for code in codes):
        faults[name] = (N_("有一个货号太长"), {})
    return codes


def _rows(one: Field, value: Any, name: str, faults: Faults) -> list[dict[str, Any]]:
    rows = [row for row in (value if isinstance(value, list) else []) if isinstance(row, Mapping)]
    if len(rows) > one.most:
        faults[name] = (N_("最多 %(most)s 个"), {"most": one.most})
    kept = []
    for at, row in enumerate(rows):
        each = judged(one.fields, row, f"{name}-{at}-")
        kept.append(each.values)
        faults.update(each.faults)
    return kept


JUDGES: dict[FieldKind, Callable[[Field, Any, str, Faults], Any]] = {
    FieldKind.WORDS: _words,
    FieldKind.RICH: _rich,
    FieldKind.NUMBER: _number,
    FieldKind.CHOICE: _choice,
    FieldKind.TICK: _tick,
    FieldKind.PICTURE: _line,
    FieldKind.LINK: _link,
    FieldKind.ICON: _icon,
    FieldKind.CATEGORY: _line,
    FieldKind.CODES: _codes,
    FieldKind.ROWS: _rows,
}
