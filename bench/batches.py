"""Many rewards at once: seconds of each step of a batch, by way of the worker's own task.

    python -m bench.batches [--rewards 20000] [--engine postgresql|sqlite]

A file's rows make so many new rewards, two SKUs each with a price and pieces in stock; then all of them are changed
(brand and tags, by which they are found), priced anew, and the first change is taken back. Rows come as a reader of
files gives them. Told are the seconds of the dry run and of the writing, and the process's memory at its highest.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Iterator
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from sqlalchemy.orm import Session

from bench.ledger.engines import PostgreSQL, SQLite, settings
from mall import create_app
from mall.base.ids import new_id
from mall.catalog.actions.batches import agree, begin, chosen, confirm, undo
from mall.catalog.actions.batches.readers import READERS
from mall.catalog.models import Batch, BatchKind, Category
from mall.catalog.queries.desk_filters import ItemFilters
from mall.catalog.rules.bulk import Asked
from mall.catalog.rules.repricing import By, Repricing
from mall.dealers.models import WHOLE
from mall.jobs.tasks import batches
from mall.web.db import reading, transact

WORDS = ("钛合金保温杯", "静音加湿器", "便携投影仪", "人体工学椅", "折叠自行车", "空气净化器", "登山背包", "智能手表")
WHO: dict[str, Any] = {"actor": "staff:1", "scope": WHOLE}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rewards", type=int, default=20_000)
    options.add_argument("--engine", choices=("postgresql", "sqlite"), default="sqlite")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="mall-bench-") as folder:
        engine = PostgreSQL(Path(folder)) if asked.engine == "postgresql" else SQLite(Path(folder))
        try:
            app = create_app(settings(engine.empty("batches")))
            app.extensions["wake"] = lambda _name: None
            READERS["bench"] = lambda _session, _now, _data: islice(rows(), asked.rewards)
            with app.app_context():
                transact(_shelf)
                print(f"{asked.engine}: {asked.rewards:,} rewards")
                _through("create", kind=BatchKind.IMPORT, asked={"sheet": "bench"}, file=("bench.csv", b"-"))
                engine.settle("batches")
                everything = transact(chosen, filters=ItemFilters(), scope=WHOLE, seen=asked.rewards)
                parts = {"parts": {"brand": "临泉 Linquan", "tags+": ["hot"], "limit_per_dealer": 3}}
                edit = _through("change", kind=BatchKind.EDIT, asked=parts, codes=everything)
                raised = Repricing(by=By.PERCENT, amount=500, unit=100)
                _through("price", kind=BatchKind.PRICES, asked={"prices": raised.asked}, codes=everything)
                _run("take back", transact(undo, no=edit.no, zone="Asia/Shanghai", **WHO))
        finally:
            engine.close()
    print(f"memory at its highest: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def rows() -> Iterator[Asked]:
    """Rows of a file without an end."""
    for no, word in enumerate(cycle(WORDS), 2):
        code = f"B{no:06d}"
        parts: dict[str, Any] = {
            "kind": "physical",
            "category": "home",
            "names/zh_Hans": f"{word} {no} 号",
            "subtitles/zh_Hans": "家用办公两相宜",
            "brand": "石墨 Graphite",
            "list_price_fen": 19_900,
            "skus": [f"{code}-1", f"{code}-2"],
        }
        for nth, colour in enumerate(("钛灰", "松绿"), 1):
            sku = f"{code}-{nth}"
            parts[f"skus/{sku}/attributes"] = [{"name": {"zh_Hans": "颜色"}, "value": {"zh_Hans": colour}}]
            parts[f"skus/{sku}/cost_fen"] = 6_000
            parts[f"prices/{sku}/0//"] = [10_000 + no % 90 * 100, 0]
            parts[f"stock/{sku}"] = 10
        yield Asked(no=no, code=code, parts=parts)


def _shelf(session: Session, now: datetime) -> None:
    session.add(Category(id=new_id(now), code="home", icon="home", names={"zh_Hans": "生活日用"}, position=1))
    session.flush()


def _through(what: str, **wanted: Any) -> Batch:
    begun = perf_counter()
    batch = transact(begin, key=what, zone="Asia/Shanghai", **wanted, **WHO)
    print(f"{what:<10} begin {perf_counter() - begun:6.1f} s", end="")
    return _run("", batch)


def _run(what: str, batch: Batch) -> Batch:
    begun, busy = perf_counter(), process_time()
    while batches.run():
        pass
    looked, halfway = perf_counter(), process_time()
    transact(confirm, no=batch.no, **WHO)
    if reading().get_one(Batch, batch.id, populate_existing=True).waiting:
        transact(agree, no=batch.no, actor="staff:2", scope=WHOLE)
    while batches.run():
        pass
    shape = "{:<10} dry run {:6.1f} s ({:.1f} of this process), writing {:6.1f} s ({:.1f}): "
    seconds = (looked - begun, halfway - busy, perf_counter() - looked, process_time() - halfway)
    done = reading().get_one(Batch, batch.id, populate_existing=True)
    told = f"{done.created:,} new, {done.changed:,} changed, {done.skipped:,} left, {done.failed:,} failed"
    print(shape.format(what, *seconds), end="")
    print(told, flush=True)
    return done


if __name__ == "__main__":
    main()
