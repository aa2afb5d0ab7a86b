"""A spreadsheet of rewards, of prices or of stock levels brought in and taken out: seconds and memory of each step.

    python -m bench.sheets [--sheet rewards|prices|levels] [--rows 20000] [--engine postgresql|sqlite] [--kind xlsx|csv]

Rewards: two SKUs a reward, names in two languages, prices, first stock; one row in a hundred is wrong. The file is
brought in twice: first every reward is new, then a tenth of them says something else. Memory is what the process grew
by at its highest, above what it held when the step began; beside it stands the same for a file of a tenth of the rows.

Prices and levels: a row a SKU of as many as there are rows, every third price for a time, every fifth for a region; one
row in a hundred is wrong. The file is brought in twice too, the second time with a tenth changed.
"""

from __future__ import annotations

import argparse
import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout, suppress
from datetime import datetime
from itertools import islice
from os import sysconf
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from flask import current_app
from sqlalchemy.orm import Session

from bench.ledger.engines import PostgreSQL, SQLite, settings
from mall import create_app
from mall.base.ids import new_id
from mall.catalog.actions import put_category
from mall.catalog.actions.batches import agree, check_some, confirm, fill_some, filled, write_some
from mall.catalog.actions.batches.readers import READERS
from mall.catalog.actions.sheets import bring
from mall.catalog.queries import level_sheet, price_sheet, sheet_reader, sheet_rows
from mall.catalog.queries.desk_filters import ItemFilters, matching
from mall.catalog.queries.priced import all_priced
from mall.catalog.queries.sheet_reader import opened
from mall.catalog.queries.stock import Wanted, all_in_stock
from mall.catalog.rules.sheets.columns import COLUMNS
from mall.catalog.rules.sheets.layout import REWARDS, Layout
from mall.catalog.rules.sheets.layouts import LAYOUTS
from mall.catalog.rules.sheets.words import HEADINGS
from mall.catalog.staff.sheet_template import headings, row
from mall.dealers.actions import open_dealer
from mall.dealers.models import WHOLE, ChannelLevel
from mall.web.db import now, reading, transact
from mall.web.spreadsheet import Value
from mall.web.tables import Table, workbook

ZONE = "Asia/Shanghai"
KEYS = [column.key for column in COLUMNS]
HEADS = [HEADINGS[key][0] for key in KEYS]
USUAL_VALUE = 10_000
DATABASE = b" sheets"
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sheet", choices=("rewards", "prices", "levels"), default="rewards")
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
                    print(f"{asked.engine}, {asked.kind}, {rows:,} rows of {asked.sheet}")
                    run(rows, asked.kind) if asked.sheet == "rewards" else run_of_skus(rows, asked.kind, asked.sheet)
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


def run_of_skus(rows: int, kind: str, sheet: str) -> None:
    """Bring a file of prices or levels in that has a row for each SKU, then one with a tenth of them changed."""
    with redirect_stdout(io.StringIO()):
        bring_in(file(rows, kind, 399))
        transact(open_dealers)
    layout = LAYOUTS[sheet]
    cells_of = price_cells if sheet == "prices" else level_cells
    for title, turn in (("new", 0), ("a tenth changed", 1)):
        keys = [column.key for column in layout.columns]
        heads = [column.heading[0] for column in layout.columns]
        raw = written(kind, ([cells_of(nth, turn).get(key, "") for key in keys] for nth in range(rows)), heads)
        print(f"  {title}: {len(raw) / 1e6:.1f} MB")
        total = bring_in(raw, layout)
        print(f"    together {total:.1f} s")
    if sheet == "prices":
        skus = all_priced(reading(), now())
        out = price_sheet.rows(reading(), now(), skus, language="zh_Hans", zone=ZONE, scope=WHOLE)
    else:
        out = level_sheet.rows(reading(), all_in_stock(reading(), Wanted()), language="zh_Hans")
    told("rows out", lambda: sum(1 for _ in out))


def open_dealers(session: Session, at: datetime) -> None:
    """A dealer in the region that prices are for."""
    level = ChannelLevel.COUNTY
    open_dealer(session, at, code="BX0571", name="临安恒泰商贸", region="华东/浙江", channel_level=level)


def price_cells(nth: int, turn: int) -> dict[str, str]:
    """The cells of the n-th row of prices."""
    timed, changed = nth % 3 == 0, turn and nth % 10 == 0
    return {
        "sku": f"BX-{nth // 2:05d}-{'AB'[nth % 2]}",
        "region": "华东/浙江" if nth % 5 == 0 else "",
        "price_points": "一万" if nth % 100 == 99 else f"{18_800 if changed else 18_700:,}",
        "since": "2099-12-01" if timed else "",
        "until": "2099-12-31" if timed else "",
    }


def level_cells(nth: int, turn: int) -> dict[str, str]:
    """The cells of the n-th row of levels."""
    changed = turn and nth % 10 == 0
    return {
        "sku": f"BX-{nth // 2:05d}-{'AB'[nth % 2]}",
        "warning": "十" if nth % 100 == 99 else "60" if changed else "50",
        "safety": "20",
        "lead_days": "7",
        "pack_size": "12",
    }


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


def bring_in(raw: bytes, layout: Layout = REWARDS) -> float:
    """All steps of an import; gives their seconds."""
    given: dict[str, Any] = {"actor": "staff:1", "scope": WHOLE}
    key = str(new_id(now()))
    given_file: dict[str, Any] = {"name": layout.key, "raw": raw, "layout": layout, "heading": opened(raw, layout)}
    batch = transact(bring, key=key, zone=ZONE, **given_file, **given)
    seconds = told("read", lambda: fill(batch.id, raw, layout))
    work: dict[str, Any] = {"batch_id": batch.id, "unit_value": USUAL_VALUE}
    seconds += told("dry run", lambda: drained(lambda: transact(check_some, **work)))
    done = transact(confirm, no=batch.no, **given)
    if done.waiting:
        transact(agree, no=batch.no, actor="staff:2", scope=WHOLE)
    seconds += told("written", lambda: drained(lambda: transact(write_some, **work)))
    return seconds


def fill(batch_id: int, raw: bytes, layout: Layout = REWARDS) -> int:
    """Read the file as the worker does."""
    if layout is REWARDS:
        rows = sheet_reader.read(reading(), now(), raw, zone=ZONE, built_in={"flask"})
    else:
        rows = READERS[layout.key](reading(), now(), raw)
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


def written(kind: str, rows: Iterator[list[str]], heads: Sequence[str] = HEADS) -> bytes:
    """A file with headings and these rows."""
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
