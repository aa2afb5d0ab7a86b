"""The announcements that are live for this dealer, the latest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mall.base.refused import N_
from mall.face.blocks.kind import BlockKind, Reading
from mall.face.queries.reader import Reader
from mall.face.queries.writing import announcements
from mall.face.rules.fields import Field, FieldKind


def read(reader: Reader, values: Mapping[str, Any]) -> Reading | None:
    """As many as fit; nothing where nothing is announced."""
    if not reader.news:
        return None
    viewer = reader.viewer
    live = reader.once(
        "announcements", lambda: announcements(reader.session, reader.at, tier=viewer.tier, region=viewer.region)
    )
    return Reading(facts={"announcements": live[: values["count"]], "more": len(live)}) if live else None


KIND = BlockKind(
    what="announcement",
    label=N_("公告"),
    help=N_("正在生效、面向这个经销商的公告；没有时整块不显示。公告在“公告”里写。"),
    icon_name="bell",
    fields=(Field(name="count", kind=FieldKind.NUMBER, label=N_("最多几条"), least=1, most=5, start=2),),
    read=read,
    most=2,
)
