"""The quick grid: small doors with an icon, to the shelves of the catalogue or to wherever staff point them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mall.base.refused import N_
from mall.catalog.queries import categories
from mall.face.blocks.kind import BlockKind, Reading
from mall.face.queries.reader import Reader
from mall.face.rules.fields import Field, FieldKind

DOORS = 10


def read(reader: Reader, values: Mapping[str, Any]) -> Reading | None:
    """The shelves that hold something, as many as are wanted, or the doors as written."""
    if values["source"] == "own":
        return Reading(facts={"doors": values["doors"], "shelves": []}) if values["doors"] else None
    shelves = reader.once("categories", lambda: categories(reader.session, reader.at))
    held = [shelf for shelf in shelves if shelf.count][: values["count"]]
    return Reading(facts={"shelves": held, "doors": []}) if held else None


KIND = BlockKind(
    what="quick_grid",
    label=N_("快捷入口"),
    help=N_("一排图标，点一下就到分类、活动或任何页面。"),
    icon_name="layout-grid",
    fields=(
        Field(
            name="source",
            kind=FieldKind.CHOICE,
            label=N_("入口从哪来"),
            hint=N_("礼品分类会自动更新，没有礼品的分类不显示"),
            choices=(("categories", N_("礼品分类")), ("own", N_("自己填写"))),
        ),
        Field(
            name="count",
            kind=FieldKind.NUMBER,
            label=N_("最多几个"),
            hint=N_("4 或 8 个排得最整齐"),
            least=2,
            most=DOORS,
            start=8,
            when=("source", ("categories",)),
        ),
        Field(
            name="doors",
            kind=FieldKind.ROWS,
            label=N_("入口"),
            hint=N_("最多 10 个，名称不超过 6 个字"),
            most=DOORS,
            needed=True,
            when=("source", ("own",)),
            fields=(
                Field(name="icon", kind=FieldKind.ICON, label=N_("图标"), hint=N_("颜色跟着主题"), start="gift"),
                Field(
                    name="title",
                    kind=FieldKind.WORDS,
                    label=N_("名称"),
                    hint=N_("写在图标下面"),
                    most=12,
                    needed=True,
                ),
                Field(
                    name="link",
                    kind=FieldKind.LINK,
                    label=N_("链接"),
                    hint=N_("点它去哪里，例如 /catalog"),
                    needed=True,
                ),
            ),
        ),
    ),
    read=read,
    most=3,
)
