"""Greeting and balance card: whose mall this is, how much there is, what is about to be lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from mall.base.refused import N_
from mall.face.blocks.kind import BlockKind, Reading
from mall.face.queries.reader import Reader
from mall.face.rules.fields import Field, FieldKind


def greeting(at: datetime, zone: str) -> str:
    """How people greet each other at this hour, to be translated when said."""
    hour = at.astimezone(ZoneInfo(zone)).hour
    if 5 <= hour < 11:
        return N_("早上好")
    if 11 <= hour < 13:
        return N_("中午好")
    if 13 <= hour < 18:
        return N_("下午好")
    return N_("晚上好")


def read(reader: Reader, _values: Mapping[str, Any]) -> Reading:
    """The greeting of the hour; the balance is the viewer's."""
    return Reading(facts={"greeting": greeting(reader.at, reader.zone)})


KIND = BlockKind(
    what="balance",
    label=N_("问候与积分"),
    help=N_("向经销商问好，并显示可用积分和即将过期的积分。"),
    icon_name="wallet",
    fields=(
        Field(
            name="greeted",
            kind=FieldKind.TICK,
            label=N_("显示问候语"),
            hint=N_("按时段问好，带上姓名和经销商名称"),
            start=True,
        ),
        Field(
            name="logo",
            kind=FieldKind.TICK,
            label=N_("显示商城标志"),
            hint=N_("标志在“主题”里选"),
        ),
    ),
    read=read,
    most=1,
)
