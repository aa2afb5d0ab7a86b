"""A banner: up to five slides that are swiped, each leading somewhere. Nothing moves by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mall.base.refused import N_
from mall.face.blocks.kind import BlockKind, Reading
from mall.face.queries.reader import Reader
from mall.face.rules.fields import Field, FieldKind

SLIDES = 5


def read(_reader: Reader, values: Mapping[str, Any]) -> Reading | None:
    """The slides as written; a banner without any is not shown."""
    return Reading() if values["slides"] else None


KIND = BlockKind(
    what="banner",
    label=N_("横幅"),
    help=N_("首屏的大图或图文卡片，最多 5 张，左右滑动。"),
    icon_name="megaphone",
    fields=(
        Field(
            name="slides",
            kind=FieldKind.ROWS,
            label=N_("横幅图"),
            hint=N_("第一张最先看到，最多 5 张"),
            most=SLIDES,
            needed=True,
            fields=(
                Field(
                    name="picture",
                    kind=FieldKind.PICTURE,
                    label=N_("图片"),
                    hint=N_("整幅图片用横幅 5:2，图文卡片用方形；不选只有文字"),
                    most=80,
                    shape="any",
                ),
                Field(name="link", kind=FieldKind.LINK, label=N_("链接"), hint=N_("点横幅去哪里")),
                Field(
                    name="title",
                    kind=FieldKind.WORDS,
                    label=N_("标题"),
                    hint=N_("也是图片的替代文字"),
                    most=24,
                    needed=True,
                ),
                Field(name="text", kind=FieldKind.WORDS, label=N_("说明"), hint=N_("标题下面的一行小字"), most=40),
                Field(
                    name="way",
                    kind=FieldKind.CHOICE,
                    label=N_("样式"),
                    hint=N_("整幅图片上不写字，字要在图里"),
                    choices=(("card", N_("图文卡片")), ("picture", N_("整幅图片"))),
                ),
                Field(
                    name="tone",
                    kind=FieldKind.CHOICE,
                    label=N_("底色"),
                    hint=N_("图文卡片的底色，取自主题"),
                    choices=(("brand", N_("品牌色")), ("value", N_("暖色")), ("deep", N_("深色"))),
                ),
            ),
        ),
    ),
    read=read,
    most=4,
)
