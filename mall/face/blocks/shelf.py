"""A shelf of rewards: what is recommended, what is new, a category, or rewards chosen one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mall.base.refused import N_
from mall.catalog.queries import Entry, chosen, in_category, newest, picks
from mall.face.blocks.kind import BlockKind, Reading
from mall.face.queries.reader import Reader
from mall.face.rules.fields import Field, FieldKind

MORE = {"picks": "/catalog", "newest": "/catalog?sort=newest", "chosen": "/catalog"}
"""Where a shelf leads on, by where it comes from."""


def read(reader: Reader, values: Mapping[str, Any]) -> Reading | None:
    """The shelf's rewards that are on the shelf now."""
    found = _found(reader, values)
    more = MORE.get(values["source"], f"/catalog?category={values['category']}")
    return Reading(lists=(found,), facts={"more": more}) if found else None


def _found(reader: Reader, values: Mapping[str, Any]) -> Sequence[Entry]:
    session, at, own, count = reader.session, reader.at, reader.own, values["count"]
    match values["source"]:
        case "newest":
            return newest(session, at, own, limit=count)
        case "category":
            return in_category(session, at, own, values["category"], limit=count)
        case "chosen":
            return chosen(session, at, own, values["codes"])
        case _:
            return picks(session, at, own, limit=count)


KIND = BlockKind(
    what="shelf",
    label=N_("货架"),
    help=N_("一组礼品，价格按经销商的等级和区域显示。"),
    icon_name="store",
    fields=(
        Field(name="title", kind=FieldKind.WORDS, label=N_("标题"), hint=N_("不填按来源取名"), most=20),
        Field(
            name="source",
            kind=FieldKind.CHOICE,
            label=N_("礼品从哪来"),
            hint=N_("推荐位和新上架自动更新；自己挑选按货号"),
            choices=(
                ("picks", N_("推荐位")),
                ("newest", N_("新上架")),
                ("category", N_("一个分类")),
                ("chosen", N_("自己挑选")),
            ),
        ),
        Field(
            name="category",
            kind=FieldKind.CATEGORY,
            label=N_("分类"),
            hint=N_("它的下级分类也算"),
            needed=True,
            when=("source", ("category",)),
        ),
        Field(
            name="codes",
            kind=FieldKind.CODES,
            label=N_("礼品货号"),
            hint=N_("每行一个，按这个顺序显示，最多 20 个；下架的自动隐藏"),
            most=20,
            needed=True,
            when=("source", ("chosen",)),
        ),
        Field(
            name="count",
            kind=FieldKind.NUMBER,
            label=N_("最多几件"),
            least=2,
            most=20,
            start=6,
            when=("source", ("picks", "newest", "category")),
        ),
        Field(
            name="way",
            kind=FieldKind.CHOICE,
            label=N_("排列"),
            hint=N_("一行省地方，两列看得全"),
            choices=(("grid", N_("两列")), ("strip", N_("一行，可左右滑"))),
        ),
    ),
    read=read,
)
