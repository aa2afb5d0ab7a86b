"""Spreadsheets of prices for tests: rows by column, brought in as the worker does it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from mall.catalog.models import Batch, PricePlan, Sku
from mall.catalog.rules.sheets.layout import Layout
from mall.catalog.rules.sheets.price_columns import PRICES
from mall.web.db import now, reading
from tests.base.xlsx import book
from tests.catalog.sheets import ZONE, brought

HERE = ZoneInfo(ZONE)


def table(*rows: dict[str, str], layout: Layout = PRICES, language: int = 0) -> list[list[str]]:
    """Rows under the headings of the columns that any of them has."""
    used = [one for one in layout.columns if one.key in layout.needs or any(one.key in row for row in rows)]
    return [[one.heading[language] for one in used], *([row.get(one.key, "") for one in used] for row in rows)]


def price(sku: str, points: str = "", **more: str) -> dict[str, str]:
    """A row."""
    return {"sku": sku, "price_points": points, **more}


def prices_brought(*rows: dict[str, str], layout: Layout = PRICES, **more: Any) -> Batch:
    """A file with these rows, read and looked at."""
    raw = book(table(*rows, layout=layout))
    return brought(raw, name="prices.xlsx", layout=layout, **more)


def day(days: int) -> str:
    """The day so many days from now, as people write it."""
    return f"{now().astimezone(HERE) + timedelta(days=days):%Y-%m-%d}"


def start(days: int) -> datetime:
    """The moment that day begins."""
    return (now().astimezone(HERE) + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)


Told = tuple[int, int, int, str, str, int, int | None]


def told(sku: str) -> Sequence[Told]:
    """The prices of a SKU in the order in which they were written: step, points, fen, tier, region, and in how many
    days they begin and end, none for no end; those that hold begin at 0.
    """
    session = reading()
    session.rollback()
    mine = select(PricePlan).join(Sku, Sku.id == PricePlan.sku_id).where(Sku.code == sku)
    at = now()
    return [
        (
            one.step, one.points, one.cash_fen, one.tier.value if one.tier else "", one.region,
            max((one.starts_at - start(0)).days, 0) if one.starts_at > at else 0,
            (one.ends_at - start(0)).days if one.ends_at else None,
        )
        for one in session.scalars(mine.where(PricePlan.withdrawn_at.is_(None)).order_by(PricePlan.id))
    ]  # fmt: skip
