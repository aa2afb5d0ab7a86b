"""The demo's regional library: what 华东/浙江 says of a kettle, and what 绍兴 does not offer for now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.actions import PlanToPut, add_plan
from mall.catalog.actions.editions import say
from mall.catalog.models import EditionVersion, Item
from mall.cli.demo.people import SEEDED_BY

REGION, TOWN = "华东/浙江", "华东/浙江/绍兴"
KETTLE, HIDDEN = "AP-1004", "HM-4009"
SAID: dict[str, Any] = {
    "names": {
        "zh_Hans": "之江龙井养生壶 1.5L",
        "zh_Hant": "之江龍井養生壺 1.5L",
        "en": "Longjing Tea Kettle 1.5L, Zhejiang",
    },
    "subtitles": {
        "zh_Hans": "浙江经销商专供，附明前龙井 50g",
        "zh_Hant": "浙江經銷商專供，附明前龍井 50g",
        "en": "For dealers in Zhejiang, with 50 g of spring Longjing",
    },
    "pictures": ["kettle-home", "kettle", "kettle-detail"],
}
PRICES = (PlanToPut(points=15_800, region=REGION), PlanToPut(points=6_400, step=1, cash_fen=9_900, region=REGION))


def put_editions(session: Session, now: datetime) -> None:
    """Write them once; what staff have written or given up meanwhile stays."""
    there = set(session.scalars(select(Item.code).where(Item.code.in_((KETTLE, HIDDEN)))))
    if session.scalar(select(EditionVersion.no).limit(1)) is not None or there != {KETTLE, HIDDEN}:
        return
    say(session, now, code=KETTLE, region=REGION, said=SAID, revision=0, actor=SEEDED_BY)
    for put in PRICES:
        add_plan(session, now, sku_code=f"{KETTLE}-01", put=put, costs=None, confined=True, actor=SEEDED_BY)
    off = {"off_from": now.isoformat(), "off_until": (now + timedelta(days=20)).isoformat()}
    say(session, now, code=HIDDEN, region=TOWN, said=off, revision=0, actor=SEEDED_BY)
