"""The rows of one reward in a file, and what they ask for: parts by path, or what is wrong, row by row. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mall.base.refused import N_
from mall.catalog.models import Kind
from mall.catalog.rules.bulk import Asked, Slot, told
from mall.catalog.rules.document import MOST_SKUS, NOW
from mall.catalog.rules.sheets.cells import EMPTIED, Wrong, value
from mall.catalog.rules.sheets.columns import ATTRIBUTES, BY_KEY, COLUMNS, OF_ITEM, OF_SKU, Column
from mall.catalog.rules.sheets.known import Known, Standing
from mall.catalog.rules.terms import TERMS

CUT = 80
NOTHING_LEFT: Mapping[str, Any] = {
    "brand": "",
    "supplier": "",
    "freight_template": "",
    "pictures": [],
    "tags": [],
    "list_price_fen": 0,
    "cost_fen": 0,
    "picture": "",
}
"""What stands in the place of what was emptied; nothing for all others."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Line:
    """A row of the file: its number as people see it, and its cells that are not blank, by column."""

    no: int
    cells: Mapping[str, str]

    @property
    def item(self) -> str:
        """The reward that it is of."""
        return self.cells.get("item", "")


@dataclass
class Lines:
    """The rows of one reward while they are read."""

    lines: Sequence[Line]
    known: Known
    standing: Standing
    parts: dict[str, Any] = field(default_factory=dict)
    wrong: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, line: Line, key: str, text: str, **params: Any) -> None:
        """Say what is wrong with a cell."""
        self.wrong.append(told(text, **params) | {"row": line.no, "column": key})

    def read(self, line: Line, column: Column) -> Any:
        """What a cell says; nothing where it is blank or wrong."""
        cell = line.cells.get(column.key, "")
        found = value(column, cell, self.known) if cell else None
        if isinstance(found, Wrong):
            self.refuse(line, column.key, found.text, **found.params)
            return None
        return found


def asked(
    lines: Sequence[Line], known: Known, standing: Standing, *, seen: MutableMapping[str, int], first: int = 0
) -> Asked:
    """What the rows of a reward ask for. `seen` are the SKU codes of the rows before, with their numbers; these join.

    `first` is the row of the same reward further up, where these do not follow it.
    """
    here = Lines(lines, known, standing)
    top = lines[0]
    here.read(top, BY_KEY["item"])
    if not top.item:
        here.refuse(top, "item", N_("没有填礼品货号"))
    elif first:
        text = N_("这件礼品在第 %(first)s 行已经有了：同一礼品的各行要排在一起")
        here.refuse(top, "item", text, first=first)
    elif standing.being_written:
        text = N_("这个货号有一份没有发布过的草稿，请先发布或放弃那份草稿")
        here.refuse(top, "item", text)
    kind = _of_item(here)
    if len(lines) > MOST_SKUS:
        here.refuse(lines[MOST_SKUS], "sku", N_("规格最多 %(most)s 个"), most=MOST_SKUS)
    codes = [code for line in lines if (code := _of_sku(here, line, kind, seen))]
    here.parts["skus+"] = list(dict.fromkeys(codes))
    return Asked(no=top.no, code=top.item[:CUT], parts=here.parts if not here.wrong else {}, wrong=here.wrong)


def _of_item(here: Lines) -> Kind | None:
    """Read what is of the reward; gives its kind, if that can be known."""
    where: dict[str, Line] = {}
    for column in OF_ITEM:
        line = _told_once(here, column)
        found = here.read(line, column) if line else None
        if line is None or found is None:
            continue
        where[column.key] = line
        here.parts[column.path] = NOTHING_LEFT.get(column.path) if found is EMPTIED else _kept(here, column, found)
    if "shelved_at" in here.parts and here.parts["shelved_at"] is None:
        here.parts.setdefault("off_at", None)  # what is on no shelf comes off at no moment
    if here.standing.kind is None:
        for column in COLUMNS:
            blank = not any(line.cells.get(column.key) for line in here.lines)
            if column.needed and column.path and blank:
                here.refuse(here.lines[0], column.key, N_("新礼品必须填这一项"))
    kind = Kind(here.parts["kind"]) if "kind" in here.parts else here.standing.kind
    if kind is not None and here.standing.kind not in (None, kind):
        here.refuse(where["kind"], "kind", N_("已有礼品的发放方式不能改"))
    elif kind is not None:
        _only_what_fits(here, kind, where)
    return kind


def _told_once(here: Lines, column: Column) -> Line | None:
    """The first row that says something of the reward in a column; what another says differently is wrong."""
    found: Line | None = None
    for line in here.lines:
        cell = line.cells.get(column.key)
        if not cell:
            continue
        if found is None:
            found = line
        elif cell != found.cells[column.key]:
            text = N_("和第 %(first)s 行写的不一样：这一项是整件礼品的，各行要相同，或只在一行里写")
            here.refuse(line, column.key, text, first=found.no)
    return found


def _kept(here: Lines, column: Column, found: Any) -> Any:
    """A value as the document has it. A moment that is the one that holds, to the minute, is that one."""
    if found == NOW:
        there = here.standing.shelved_at
        return there.isoformat() if there and here.standing.on_shelf(here.known.now) else NOW
    if not isinstance(found, datetime):
        return found
    there = here.standing.shelved_at if column.key == "shelved_at" else here.standing.off_at
    same = there is not None and there.astimezone(UTC).replace(second=0, microsecond=0) == found.astimezone(UTC)
    return (there if same and there else found).astimezone(UTC).isoformat()


def _only_what_fits(here: Lines, kind: Kind, where: Mapping[str, Line]) -> None:
    fitting = {f"terms/{term.name}" for term in TERMS[kind]}
    for key, line in where.items():
        column = BY_KEY[key]
        strange = column.path.startswith("terms/") and column.path not in fitting
        if strange or (key == "freight" and not kind.shipped and here.parts[column.path]):
            here.refuse(line, key, N_("这种发放方式没有这一项，请留空"))


def _of_sku(here: Lines, line: Line, kind: Kind | None, seen: MutableMapping[str, int]) -> str:
    """Read what is of a SKU; gives its code, or nothing."""
    code = here.read(line, BY_KEY["sku"])
    if not code:
        if not line.cells.get("sku"):
            here.refuse(line, "sku", N_("没有填规格货号"))
        return ""
    first = seen.setdefault(code, line.no)
    if first != line.no:
        here.refuse(line, "sku", N_("规格货号和第 %(first)s 行重复"), first=first)
        return ""
    known = here.standing.skus.get(code)
    for column in OF_SKU:
        found = here.read(line, column)
        if found is not None:
            here.parts[f"skus/{code}/{column.path}"] = NOTHING_LEFT[column.path] if found is EMPTIED else found
    attributes = list(_attributes(here, line, known))
    if attributes:
        here.parts[f"skus/{code}/attributes"] = attributes
    _prices(here, line, code)
    stock = here.read(line, BY_KEY["stock"])
    if stock is not None and known is not None:
        here.refuse(line, "stock", N_("已有规格的库存不在表里改，请留空，到“库存”里入库或盘点"))
    elif stock and kind is Kind.CARD_CODE:
        here.refuse(line, "stock", N_("卡密的库存就是卡密的数量，请留空，到卡密库里导入"))
    elif stock:
        here.parts[f"stock/{code}"] = stock
    return str(code)


def _attributes(here: Lines, line: Line, known: Sequence[Mapping[str, Any]] | None) -> Iterator[dict[str, Any]]:
    """The attributes of a SKU. What is known of a name or a value in other languages, and a colour's dot, stays."""
    there = [one for each in ([known] if known else []) for one in each]
    others = [one for each in here.standing.skus.values() for one in each]
    for name_key, value_key in ATTRIBUTES:
        name, said = here.read(line, BY_KEY[name_key]), here.read(line, BY_KEY[value_key])
        if not name and not said:
            continue
        if not name or not said:
            blank = value_key if name else name_key
            if not line.cells.get(blank):
                here.refuse(line, blank, N_("属性名和属性值要一起填"))
            continue
        same = next((one for one in [*there, *others] if _says(one, name, said)), None)
        alike = next((one["name"] for one in others if one["name"].get("zh_Hans") == name), {"zh_Hans": name})
        yield dict(same) if same else {"name": dict(alike), "value": {"zh_Hans": said}}


def _says(attribute: Mapping[str, Any], name: str, said: str) -> bool:
    return (attribute["name"].get("zh_Hans"), attribute["value"].get("zh_Hans")) == (name, said)


def _prices(here: Lines, line: Line, code: str) -> None:
    points, beside, cash = (here.read(line, BY_KEY[key]) for key in ("points", "points_beside", "cash"))
    if points:
        here.parts[Slot(code).path] = [points, 0]
    if beside and cash:
        here.parts[Slot(code, 1).path] = [beside, cash]
    elif beside and cash == 0:
        here.refuse(line, "cash", N_("要大于 0；不加现金的价格写在“积分价”里"))
    for key, other in (("points_beside", "cash"), ("cash", "points_beside")):
        if line.cells.get(key) and not line.cells.get(other):
            here.refuse(line, other, N_("加现金的价格，积分和现金要一起填"))
