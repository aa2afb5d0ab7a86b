"""The demo's catalogue, read from catalogue.toml: what is missing is put on the shelves, what is there stays."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.actions import (
    ItemToPut,
    PlanToPut,
    SkuToPut,
    put_category,
    put_freight_template,
    put_item,
    rules_from,
)
from mall.catalog.models import Category, Delivery, FreightTemplate, Item, Kind
from mall.cli.demo.people import SEEDED_BY
from mall.dealers.models import Tier

FILE = Path(__file__).parent / "catalogue.toml"
NEW = timedelta(days=5)
OLD = timedelta(days=400)
"""How long ago rewards came on the shelf: those with the tag "new" within days, the others before the first order."""


@cache
def written() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The file's tables: freight, category and item."""
    return tomllib.loads(FILE.read_text("utf-8"))


def put_catalogue(session: Session, now: datetime) -> int:
    """Put the categories and rewards that are not there yet; gives how many rewards were added.

    Rewards that staff have edited meanwhile keep what they say.
    """
    known = set(session.scalars(select(Category.code)))
    for position, category in enumerate(written()["category"], 1):
        if category["code"] not in known:
            put_category(
                session, now, code=category["code"], icon=category["icon"], names=category["name"], position=position
            )
    templates = {row.code: row.id for row in session.execute(select(FreightTemplate.code, FreightTemplate.id))}
    for one in written()["freight"]:
        if one["code"] not in templates:
            templates[one["code"]] = put_freight_template(
                session, now, code=one["code"], name=one["name"], rules=rules_from(one["rules"]), actor=SEEDED_BY
            )
    shelved = set(session.scalars(select(Item.code)))
    missing = [(at, item) for at, item in enumerate(written()["item"]) if item["code"] not in shelved]
    for at, item in missing:
        put_item(session, now, _to_put(at, item, now, templates))
    return len(missing)


def _to_put(at: int, item: Mapping[str, Any], now: datetime, templates: Mapping[str, int]) -> ItemToPut:
    ago = NEW if "new" in item.get("tags", ()) else OLD
    return ItemToPut(
        code=item["code"],
        category=item["category"],
        kind=Kind(item["kind"]),
        brand=item["brand"],
        names=item["name"],
        subtitles=item["subtitle"],
        descriptions={language: text.strip() for language, text in item["description"].items()},
        pictures=item["pictures"],
        tags=item.get("tags", ()),
        list_price_fen=item["list_price_fen"],
        limit_per_dealer=item.get("limit_per_dealer"),
        delivery=Delivery(item["delivery"]),
        terms=item.get("terms", {}),
        personal=item.get("personal", False),
        freight_template_id=templates[item["freight"]] if "freight" in item else None,
        pick_position=at + 1 if item.get("pick") else None,
        shelved_at=now - ago - timedelta(minutes=at),
        skus=[
            SkuToPut(
                code=sku["code"],
                points=sku["points"],
                plans=[_plan(plan) for plan in sku.get("plans", ())],
                cost_fen=sku["cost_fen"],
                attributes=sku["attributes"],
                picture=sku.get("picture"),
                on_hand=sku["stock"],
            )
            for sku in item["sku"]
        ],
    )


def _plan(plan: Mapping[str, Any]) -> PlanToPut:
    return PlanToPut(
        points=plan["points"],
        step=plan.get("step", 0),
        cash_fen=plan.get("cash_fen", 0),
        tier=Tier(plan["tier"]) if "tier" in plan else None,
        region=plan.get("region", ""),
    )
