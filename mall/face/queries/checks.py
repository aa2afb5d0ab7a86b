"""What is looked at before a layout is published: links that lead nowhere, pictures that are not there, times that are
over, shelves that would stand empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.base import rich
from mall.base.refused import N_
from mall.base.types import micros
from mall.catalog.models import Category, Item, on_shelf
from mall.face.blocks import KINDS
from mall.face.models import Block, Document, Guide
from mall.face.rules.audience import over
from mall.face.rules.block import block_judged
from mall.face.rules.fields import LANGUAGES, Field, FieldKind
from mall.face.rules.palette import measured


@dataclass(frozen=True)
class Known:
    """What the doors know: whether a path is one of the mall's pages, whether a picture is kept."""

    leads: Callable[[str], bool]
    drawn: Callable[[str], bool]


@dataclass(frozen=True)
class Check:
    """A finding. One that is `bad` stops the publication. `block` is empty where it is about the theme."""

    block: str
    what: str
    text: str
    bad: bool = True
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Shelved:
    """What links and shelves may point at now; of rewards with when each goes off the shelf, in microseconds."""

    items: Mapping[str, int | None]
    categories: frozenset[str]
    guides: frozenset[str]


def checks(session: Session, now: datetime, document: Document, known: Known) -> list[Check]:
    """Every finding, by block in the page's order, the theme's last."""
    shelved = _shelved(session, now, document)
    found = [finding for block in document["blocks"] for finding in _of_block(block, now, known, shelved)]
    theme = document.get("theme", {})
    if theme.get("logo") and not known.drawn(theme["logo"]):
        found.append(Check("", "theme", N_("标志图片不存在：%(key)s"), params={"key": theme["logo"]}))
    if poor := [pair for pair in measured(theme) if not pair.readable]:
        found.append(Check("", "theme", N_("%(n)s 处文字和底色的对比不够"), params={"n": len(poor)}))
    return found


def _of_block(block: Block, now: datetime, known: Known, shelved: Shelved) -> Iterator[Check]:
    kind = KINDS.get(block["what"])
    where = (block["id"], block["what"])
    if kind is None:
        yield Check(*where, N_("商城已没有这种模块，请删掉"))
        return
    values = {one.name: one.empty for one in kind.fields} | block
    if faults := block_judged(kind.fields, values).faults:
        yield Check(*where, N_("有 %(n)s 处没有填对"), params={"n": len(faults)})
    for one, value in _filled(kind.fields, values):
        yield from _of_field(where, one, value, known, shelved)
    until, going = block.get("ends_at"), [(code, shelved.items.get(code)) for code in _rewards(kind.fields, values)]
    if soon := sorted({code for code, off in going if off is not None and (until is None or off < until)}):
        yield Check(*where, N_("展示期间会下架：%(codes)s"), bad=False, params={"codes": ", ".join(soon)})
    if over(block, now):
        yield Check(*where, N_("展示时间已经结束，经销商看不到"), bad=False)
    if any(text and any(tongue not in text for tongue in LANGUAGES) for text in _texts(kind.fields, values)):
        yield Check(*where, N_("有文字没写繁体或英文，会显示简体"), bad=False)


def _of_field(where: tuple[str, str], one: Field, value: Any, known: Known, shelved: Shelved) -> Iterator[Check]:
    match one.kind:
        case FieldKind.PICTURE if value and not known.drawn(value):
            yield Check(*where, N_("图片不存在：%(key)s"), params={"key": value})
        case FieldKind.LINK if value and not _leads(value, known, shelved):
            yield Check(*where, N_("链接打不开：%(link)s"), params={"link": value})
        case FieldKind.RICH:
            for link in (link for text in value.values() for link in rich.links(text)):
                if not _leads(link, known, shelved):
                    yield Check(*where, N_("链接打不开：%(link)s"), params={"link": link})
        case FieldKind.CATEGORY if value and value not in shelved.categories:
            yield Check(*where, N_("没有这个分类：%(code)s"), params={"code": value})
        case FieldKind.CODES:
            if gone := [code for code in value if code not in shelved.items]:
                all_gone = len(gone) == len(value)
                yield Check(*where, N_("已下架或没有：%(codes)s"), bad=all_gone, params={"codes": ", ".join(gone)})


def _leads(link: str, known: Known, shelved: Shelved) -> bool:
    parts = urlsplit(link)
    steps = parts.path.strip("/").split("/")
    if steps[0] == "catalog" and len(steps) == 2:
        return steps[1] in shelved.items
    if steps[0] == "guides" and len(steps) == 2:
        return steps[1] in shelved.guides
    category = parse_qs(parts.query).get("category", [""])[0]
    return known.leads(parts.path) and (steps[0] != "catalog" or not category or category in shelved.categories)


def _shelved(session: Session, now: datetime, document: Document) -> Shelved:
    """Looked up by what the document names, in three statements."""
    wanted: set[str] = set()
    for block in document["blocks"]:
        kind = KINDS.get(block["what"])
        wanted.update(_rewards(kind.fields if kind else (), block))
    rows = session.execute(select(Item.code, Item.shelved_at, Item.off_at).where(Item.code.in_(wanted))).all()
    items = {row.code: micros(row.off_at) if row.off_at else None for row in rows if on_shelf(*row[1:], now)}
    guides = session.scalars(select(Guide.slug).where(Guide.slug.in_(wanted), Guide.published_at.is_not(None))).all()
    return Shelved(items, frozenset(session.scalars(select(Category.code))), frozenset(guides))


def _rewards(fields: Iterable[Field], values: Mapping[str, Any]) -> Iterator[str]:
    """The codes that a block may name, in its lists and its links; a guide's slug among them does no harm."""
    for one, value in _filled(fields, values):
        if one.kind is FieldKind.CODES:
            yield from value
        elif one.kind is FieldKind.LINK and value:
            yield urlsplit(value).path.rpartition("/")[2]
        elif one.kind is FieldKind.RICH:
            yield from (urlsplit(link).path.rpartition("/")[2] for text in value.values() for link in rich.links(text))


def _filled(fields: Iterable[Field], values: Mapping[str, Any]) -> Iterator[tuple[Field, Any]]:
    """Every field that counts, those of rows included, with its value."""
    for one in fields:
        value = values.get(one.name, one.empty)
        if not one.counts(values):
            continue
        if one.kind is FieldKind.ROWS:
            for row in value:
                yield from _filled(one.fields, row)
        else:
            yield one, value


def _texts(fields: Iterable[Field], values: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    return (value for one, value in _filled(fields, values) if one.kind in (FieldKind.WORDS, FieldKind.RICH))
