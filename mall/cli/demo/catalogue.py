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

from mall.catalog.actions import ItemToPut, SkuToPut, put_category, put_item
from mall.catalog.models import Category, Delivery, Item, Kind

FILE = Path(__file__).parent / "catalogue.toml"
NEW = timedelta(days=5)
OLD = timedelta(days=400)
"""How long ago rewards came on the shelf: those with the tag "new" within days, the others before the first order."""


@cache
def written() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The file's tables: category and item."""
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
    shelved = set(session.scalars(select(Item.code)))
    missing = [(at, item) for at, item in enumerate(written()["item"]) if item["code"] not in shelved]
    for at, item in missing:
        put_item(session, now, _to_put(at, item, now))
    return len(missing)


def _to_put(at: int, item: Mapping[str, Any], now: datetime) -> ItemToPut:
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
        pick_position=at + 1 if item.get("pick") else None,
        shelved_at=now - ago - timedelta(minutes=at),
        skus=[
            SkuToPut(
                code=sku["code"],
                points=sku["points"],
                attributes=sku["attributes"],
                picture=sku.get("picture"),
                on_hand=sku["stock"],
            )
            for sku in item["sku"]
        ],
    )
