"""What the points are enough for now; where that is next to nothing, what they will be enough for soon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mall.base.refused import N_
from mall.catalog.queries import within
from mall.catalog.queries import within_reach as soon
from mall.face.blocks.kind import BlockKind, Reading
from mall.face.queries.reader import Reader
from mall.face.rules.fields import Field, FieldKind

ENOUGH = 2
"""A shelf of one looks like a mistake."""


def read(reader: Reader, values: Mapping[str, Any]) -> Reading | None:
    """The most valuable rewards within the balance, or the next ones beyond it."""
    net, count = reader.viewer.net, values["count"]
    near = within(reader.session, reader.at, reader.own, points=net, limit=count)
    if len(near) >= ENOUGH:
        return Reading(lists=(near,), facts={"near": True})
    reach = soon(reader.session, reader.at, reader.own, points=net, limit=count)
    return Reading(lists=(reach,), facts={"near": False}) if reach else None


KIND = BlockKind(
    what="within_reach",
    label=N_("马上就能兑换"),
    help=N_("按每个经销商的积分挑：够得着的，或再攒一点就够的。"),
    icon_name="badge-check",
    fields=(Field(name="count", kind=FieldKind.NUMBER, label=N_("最多几件"), least=2, most=12, start=6),),
    read=read,
    most=1,
)
