"""A spreadsheet of rewards brought in and taken out: seconds and memory of each step.

    python -m bench.sheets [--rows 20000] [--engine postgresql|sqlite] [--kind xlsx|csv]

Two SKUs a reward, names in two languages, prices, first stock; one row in a hundred is wrong. The file is brought in
twice: first every reward is new, then a tenth of them says something else. Memory is what the process grew by at its
highest, above what it held when the step began; beside it stands the same for a file of a tenth of the rows.
"""

from __future__ import annotations

import argparse
import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from os import sysconf
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from flask import current_app

from bench.ledger.engines import PostgreSQL, SQLite, settings
from mall import create_app
from mall.base.ids import new_id
from mall.catalog.actions import put_category
from mall.catalog.actions.batches import agree, check_some, confirm, fill_some, filled, write_some
from mall.catalog.actions.sheets import bring
from mall.catalog.queries import sheet_reader, sheet_rows
from mall.catalog.queries.desk_filters import ItemFilters, matching
from mall.catalog.queries.sheet_reader import opened
from mall.catalog.rules.sheets.columns import COLUMNS
from mall.catalog.rules.sheets.words import HEADINGS
from mall.catalog.staff.sheet_template import headings, row
from mall.dealers.models import WHOLE
from mall.web.db import now, reading, transact
from mall.web.spreadsheet import Value
from mall.web.tables import Table, workbook

ZONE = "Asia/Shanghai"
KEYS = [column.key for column in COLUMNS]
USUAL_VALUE = 10_000
DATABASE = b" sheets"
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=20_000)
    options.add_argument("--engine", choices=("postgresql", "sqlite"), default="sqlite")
    options.add_argument("--kind", choices=("xlsx", "csv"), default="xlsx")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="mall-bench-") as folder:
        engine = PostgreSQL(Path(folder)) if asked.engine == "postgresql" else SQLite(Path(folder))
        try:
            for rows in (asked.rows // 10, asked.rows):
                app = create_app(settings(engine.empty(f"sheets{rows}")))
                with app.app_context():
                    transact(lambda session, at: put_category(
                        session, at, code="home", icon="armchair", names={"zh_Hans": "家居"}, position=1
                    ))  # fmt: skip
                    print(f"{asked.engine}, {asked.kind}, {rows:,} rows")
                    run(rows, asked.kind)
        finally:
            engine.close()


def run(rows: int, kind: str) -> None:
    """Bring a file in, bring in one that changes some of it, take all out."""
    for title, price in (("new", 399), ("a tenth changed", 499)):
        raw = file(rows, kind, price)
        print(f"  {title}: {len(raw) / 1e6:.1f} MB")
        total = bring_in(raw)
        print(f"    together {total:.1f} s")
    codes = sheet_rows.codes_of(reading(), matching(now(), ItemFilters(), WHOLE))
    told("rows out", lambda: sum(1 for _ in taken_out(codes)))
    with current_app.test_request_context():
        told("workbook", lambda: as_workbook(codes))


def as_workbook(codes: list[str]) -> int:
    """The export as it is sent."""
    many = 0

    def rows() -> Iterator[list[Value]]:
        nonlocal many
        for cells in taken_out(codes):
            many += 1
            yield row(cells)

    workbook("rewards", [Table(name="rewards", headings=headings(), rows=rows())], at=now()).close()
    return many


def bring_in(raw: bytes) -> float:
    """All steps of an import; gives their seconds."""
    given: dict[str, Any] = {"actor": "staff:1", "scope": WHOLE}
    key = str(new_id(now()))
    batch = transact(bring, name="rewards", raw=raw, heading=opened(raw), key=key, zone=ZONE, **given)
    seconds = told("read", lambda: fill(batch.id, raw))
    work: dict[str, Any] = {"batch_id": batch.id, "unit_value": USUAL_VALUE}
    seconds += told("dry run", lambda: drained(lambda: transact(check_some, **work)))
    done = transact(confirm, no=batch.no, **given)
    if done.waiting:
        transact(agree, no=batch.no, actor="staff:2", scope=WHOLE)
    seconds += told("written", lambda: drained(lambda: transact(write_some, **work)))
    return seconds


def fill(batch_id: int, raw: bytes) -> int:
    """Read the file as the worker does."""
    rows = sheet_reader.read(reading(), now(), raw, zone=ZONE, built_in={"flask"})
    many = 0
    while some := list(islice(rows, 500)):
        many += transact(fill_some, batch_id=batch_id, rows=some)
    transact(filled, batch_id=batch_id)
    return many


def drained(step: Callable[[], int]) -> int:
    """How much a step does until there is no more."""
    many = 0
    while some := step():
        many += some
    return many


def taken_out(codes: list[str]) -> Iterator[Any]:
    """The rows of the export."""
    speaker = sheet_rows.speaker(reading(), language="zh_Hans", zone=ZONE)
    return sheet_rows.rows(reading(), now(), codes, speaker)


def told(name: str, step: Callable[[], int]) -> float:
    """Do a step and print how many rows it did, its seconds and what memory it took; gives the seconds."""
    CLEAR.write_text("5")
    before, began, worked = held("VmRSS"), perf_counter(), process_time() + backends()
    many = step()
    seconds, worked = perf_counter() - began, process_time() + backends() - worked
    memory = max(0, held("VmHWM") - before)
    print(f"    {name:<10}{many:>8,} {seconds:7.1f} s ({worked:5.1f} s of a processor)  +{memory:4.0f} MB")
    return seconds


def backends() -> float:
    """Seconds that PostgreSQL has worked for us so far: a machine that is shared makes the clock tell little."""
    worked = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if b"postgres: " in (said := (folder / "cmdline").read_bytes()) and DATABASE in said:
                worked += sum(map(int, (folder / "stat").read_text().rpartition(")")[2].split()[11:13]))
    return worked / sysconf("SC_CLK_TCK")


def held(name: str) -> float:
    """Megabytes that this process holds, or held at most."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def file(rows: int, kind: str, price: int) -> bytes:
    """A file of so many rows; every tenth reward has another list price."""
    return written(kind, ([cells(nth, price).get(key, "") for key in KEYS] for nth in range(rows)))


def cells(nth: int, price: int) -> dict[str, str]:
    """The cells of the n-th row."""
    item, second = nth // 2, nth % 2
    return {
        "item": f"BX-{item:05d}",
        "sku": f"BX-{item:05d}-{'AB'[second]}",
        "name": f"恒岳真空保温杯 {item} 号",
        "name_en": f"Vacuum flask no. {item}",
        "subtitle": "一整天都是热的，杯盖一按就开",
        "category": "家居",
        "kind": "实物",
        "brand": f"恒岳 {item % 40}",
        "description": "内胆是钛，不串味。\n杯盖可以整个拆下来洗，密封圈另配一个。",
        "pictures": "flask",
        "tags": "新品",
        "list_price": "一百" if nth % 100 == 99 else str(price if item % 10 == 0 else 299),
        "limit": "5",
        "delivery": "48 小时内",
        "attribute_1": "颜色",
        "value_1": "米白" if second else "松绿",
        "cost": "80",
        "points": "18600",
        "points_beside": "9800",
        "cash": "99",
        "stock": "20" if price == 399 else "",
    }


def written(kind: str, rows: Iterator[list[str]]) -> bytes:
    """A file with headings and these rows."""
    heads = [HEADINGS[key][0] for key in KEYS]
    if kind == "csv":
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(heads)
        writer.writerows(rows)
        return text.getvalue().encode("gb18030")
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        for at, row in enumerate([heads, *rows]):
            for column, cell in enumerate(row):
                if cell:
                    page.write_string(at, column, cell)
    return file.getvalue()


if __name__ == "__main__":
    main()
