"""Lists of rewards at a dealer's own prices: milliseconds of each read with 5,000 SKUs and their plans.

    python -m bench.catalogue [--skus 5000] [--engine postgresql|sqlite] [--rounds 30] [--own 1]

Two SKUs a reward, each with a price by points and one with cash for everybody; of the rewards every fifth has a price
for the dealer's tier, every seventh one for its region, every eleventh a sale that began an hour ago. Told is the
median of the rounds, with the statement's building and the reading of its rows, on one connection.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench.ledger.engines import PostgreSQL, SQLite, settings
from mall import create_app
from mall.base.ids import new_id
from mall.catalog.models import Category, Delivery, Item, Kind, PricePlan, Sku, Stock
from mall.catalog.queries import Filters, Sort, categories, items, newest, picks, within, within_reach
from mall.dealers.models import Tier
from mall.web.db import now, reading, transact

SHELVES = 8
HERE: dict[str, Any] = {"tier": Tier.CORE, "region": "华东/浙江/杭州"}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--skus", type=int, default=5_000)
    options.add_argument("--engine", choices=("postgresql", "sqlite"), default="sqlite")
    options.add_argument("--rounds", type=int, default=30)
    options.add_argument("--own", type=int, default=1, help="only every so many of the prices that are not everybody's")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="mall-bench-") as folder:
        engine = PostgreSQL(Path(folder)) if asked.engine == "postgresql" else SQLite(Path(folder))
        try:
            app = create_app(settings(engine.empty("catalogue")))
            with app.app_context():
                plans = transact(lambda session, at: fill(session, at, asked.skus, asked.own))
                engine.settle("catalogue")
                print(f"{asked.engine}: {asked.skus:,} SKUs, {plans:,} plans")
                for name, read in reads().items():
                    print(f"{name:<24}{timed(read, asked.rounds):8.1f} ms")
        finally:
            engine.close()


def reads() -> dict[str, Callable[[], object]]:
    """What pages ask for."""

    def listed(**wanted: Any) -> Callable[[], object]:
        return lambda: items(reading(), now(), Filters(**wanted), available=20_000, **HERE)

    def short(read: Callable[..., object], **wanted: Any) -> Callable[[], object]:
        return lambda: read(reading(), now(), **wanted, **HERE)

    return {
        "catalogue": listed(),
        "cheapest first": listed(sort=Sort.CHEAPEST),
        "in reach and in stock": listed(affordable=True, in_stock=True),
        "10,000 to 30,000": listed(at_least=10_000, at_most=30_000, sort=Sort.DEAREST),
        "one category": listed(category="c3"),
        "home: shelves": lambda: categories(reading(), now()),
        "home: picks": short(picks, limit=6),
        "home: within": short(within, points=20_000, limit=6),
        "home: within reach": short(within_reach, points=20_000, limit=6),
        "newest": short(newest, limit=6),
    }


def timed(read: Callable[[], object], rounds: int) -> float:
    """The median of so many reads, in milliseconds, after two that warm up."""
    taken = []
    for number in range(rounds + 2):
        began = perf_counter()
        read()
        if number > 1:
            taken.append(1_000 * (perf_counter() - began))
        reading().rollback()
    return median(taken)


def fill(session: Session, at: datetime, skus: int, own: int = 1) -> int:
    """The catalogue, always the same; gives the number of its plans."""
    chance = Random(7)
    shelves = [
        {"id": n + 1, "code": f"c{n}", "icon": "gift", "names": {"zh_Hans": f"分类 {n}"}, "position": n}
        for n in range(SHELVES)
    ]
    rewards: list[dict[str, Any]] = []
    choices: list[dict[str, Any]] = []
    plans: list[dict[str, Any]] = []

    for item in range(1, skus // 2 + 1):
        lowest = chance.randint(10, 900) * 100
        rewards.append(reward(item, lowest, at - timedelta(minutes=chance.randint(1, 10**5))))
        for sku, points in ((2 * item, lowest), (2 * item + 1, lowest * 2)):
            choices.append({"id": sku, "item_id": item, "code": f"S{sku}", "attributes": [], "position": sku % 2})
            plans += plan_rows(at, item, sku, points, own)
    session.execute(insert(Category), shelves)
    session.execute(insert(Item), rewards)
    session.execute(insert(Sku), choices)
    session.execute(insert(Stock), [{"sku_id": one["id"], "on_hand": chance.randint(0, 9)} for one in choices])
    session.execute(insert(PricePlan), plans)
    return len(plans)


def plan_rows(
    at: datetime, item: int, sku: int, points: int, own: int = 1, *, ends: bool = False
) -> list[dict[str, Any]]:
    """The prices of one SKU: for everybody, and for some. `ends`: a price that ends within days."""
    rows: list[dict[str, Any]] = []

    def plan(points: int, **said: Any) -> None:
        usual = {"step": 0, "cash_fen": 0, "tier": None, "region": "", "ends_at": None, "starts_at": at}
        rows.append({"id": new_id(at), "sku_id": sku, "points": points, "created_at": at, **usual, **said})

    plan(points)
    plan(points // 2 + 1, step=1, cash_fen=9_900)
    if item % (5 * own) == 0:
        plan(points * 4 // 10, tier=Tier.CORE)
    if item % (7 * own) == 0:
        plan(points * 3 // 10, region="华东/浙江")
    if item % (11 * own) == 0:
        sale = {"starts_at": at - timedelta(hours=1), "ends_at": at + timedelta(days=9)}
        plan(points * 2 // 10, **sale)
        rows[-1]["created_at"] = at - timedelta(days=1)
    if ends:
        plan(points * 8 // 10, starts_at=at - timedelta(days=9), ends_at=at + timedelta(days=3))
    return rows


def reward(item: int, lowest: int, shelved_at: datetime) -> dict[str, Any]:
    """A reward's row, told what everybody pays."""
    names = {"zh_Hans": f"礼品 {item}", "zh_Hant": f"禮品 {item}", "en": f"Reward {item}"}
    return {
        "id": item,
        "code": f"R{item}",
        "category_id": item % SHELVES + 1,
        "kind": Kind.PHYSICAL,
        "brand": "年轮",
        "names": names,
        "subtitles": names,
        "descriptions": names,
        "pictures": ["cooker"],
        "tags": [],
        "list_price_fen": 9_900,
        "lowest_points": lowest // 2 + 1,
        "lowest_cash_fen": 9_900,
        "highest_points": lowest + 1,
        "limit_per_dealer": 5 if item % 3 == 0 else None,
        "delivery": Delivery.TWO_DAYS,
        "pick_position": item if item % 40 == 0 else None,
        "created_at": shelved_at,
        "shelved_at": shelved_at,
    }


if __name__ == "__main__":
    main()
