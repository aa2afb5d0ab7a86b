"""A text with headings, lists and links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mall.base.refused import N_
from mall.face.blocks.kind import BlockKind, Reading
from mall.face.queries.reader import Reader
from mall.face.rules.fields import Field, FieldKind


def read(_reader: Reader, values: Mapping[str, Any]) -> Reading | None:
    """The text as written, once there is one."""
    return Reading() if values["text"] else None


KIND = BlockKind(
    what="rich_text",
    label=N_("图文说明"),
    help=N_("一段带标题、列表和链接的文字，例如活动说明、客服电话。"),
    icon_name="file-text",
    fields=(
        Field(name="title", kind=FieldKind.WORDS, label=N_("标题"), hint=N_("不填就没有标题"), most=30),
        Field(
            name="text",
            kind=FieldKind.RICH,
            label=N_("正文"),
            hint=N_("可以有小标题、加粗、列表、商城内的链接；其余格式保存时去掉"),
            needed=True,
        ),
    ),
    read=read,
)
