"""A block as staff fill it in: its own fields, its audience and its times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mall.base.refused import N_
from mall.dealers.models import Tier
from mall.face.rules.fields import Faults, Field, Judged, judged

MOST_REGIONS = 20


def block_judged(fields: Iterable[Field], values: Mapping[str, Any]) -> Judged:
    """Put a block's values in order, and say what is wrong with them by the form's field."""
    found = judged(fields, values)
    aimed = audience_judged(values)
    return Judged(found.values | aimed.values, found.faults | aimed.faults)


def audience_judged(values: Mapping[str, Any]) -> Judged:
    """For whom and when: tiers and regions (none is everybody), moments in microseconds or none."""
    faults: Faults = {}
    tiers = [tier.value for tier in Tier if tier.value in (values.get("tiers") or [])]
    if len(tiers) == len(Tier):
        tiers = []
    regions = list(dict.fromkeys(_path(region) for region in values.get("regions") or [] if _path(region)))
    if len(regions) > MOST_REGIONS or any(len(region) > 200 for region in regions):
        faults["regions"] = (N_("最多 %(most)s 个"), {"most": MOST_REGIONS})
    starts, ends = values.get("starts_at"), values.get("ends_at")
    for name, moment in (("starts_at", starts), ("ends_at", ends)):
        if moment is not None and type(moment) is not int:
            faults[name] = (N_("请填日期和时间，例如 2026-11-12 10:00"), {})
    if not faults and starts is not None and ends is not None and ends <= starts:
        faults["ends_at"] = (N_("结束要晚于开始"), {})
    return Judged({"tiers": tiers, "regions": regions, "starts_at": starts, "ends_at": ends}, faults)


def _path(text: Any) -> str:
    """A region's path without empty steps: `华东 / 浙江/` is 华东/浙江."""
    return "/".join(step.strip() for step in str(text).split("/") if step.strip())
