"""The search field, with a hint of what is worth looking for."""

from __future__ import annotations

from mall.base.refused import N_
from mall.face.blocks.kind import BlockKind
from mall.face.rules.fields import Field, FieldKind

KIND = BlockKind(
    what="search",
    label=N_("搜索框"),
    help=N_("按名称、品牌、货号、拼音找礼品。"),
    icon_name="search",
    fields=(
        Field(
            name="hint",
            kind=FieldKind.WORDS,
            label=N_("提示文字"),
            hint=N_("不填是“搜礼品、品牌、货号”"),
            most=20,
        ),
    ),
    most=1,
)
