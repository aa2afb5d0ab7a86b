"""A file of real orders through the door: whole, twice, shuffled, killed; against a reckoning of its own."""

from __future__ import annotations

import csv
import gzip
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from mall.cli.demo.sample import SAMPLE
from mall.cli.feed import parts
from mall.cli.formats import Invoice
from mall.earning.models import Document
from mall.points.models import Lot
from mall.points.queries.proof import faults
from mall.web.db import reading
from tests.conftest import SECRET, Clock

WHOLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "online-retail-2010-12_2011-06.csv.gz"
NO_GOODS = {"POST", "DOT", "C2", "BANK CHARGES", "AMAZONFEE", "M", "D", "S"}


def reckoned(path: Path) -> tuple[dict[str, int], int, set[int]]:
    """Balances by dealer (owed is negative), how many documents, which records are ordinary; with nothing of ours."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    whose, ordinary, met = {}, set(), set()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for record, row in enumerate(csv.DictReader(file), 1):
            number, code, quantity = row["InvoiceNo"], row["StockCode"], int(row["Quantity"])
            if code.upper() in NO_GOODS or code.startswith("gift_") or not row["CustomerID"]:
                continue
            if Decimal(row["UnitPrice"]) <= 0 or (quantity < 0) != number.startswith("C"):
                continue
            amount = abs(quantity) * Decimal(row["UnitPrice"])
            totals[number] += amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
            whose[number] = f"OR-{row['CustomerID'].removesuffix('.0')}"
            same = (number, code, row["Description"], row["Quantity"], row["UnitPrice"])
            if quantity > 0 and same not in met:
                ordinary.add(record)
            met.add(same)
    points: Counter[str] = Counter()
    for number, total in totals.items():
        points[whose[number]] += -int(total) if number.startswith("C") else int(total)
    return dict(points), len(totals), ordinary


def feed(app: Flask, path: Path, *options: str) -> str:
    answer = app.test_cli_runner().invoke(args=["feed", str(path), "--format", "online-retail", *options])
    assert answer.exit_code == 0, answer.output
    return answer.output


def balances(app: Flask, folder: Path) -> dict[str, int]:
    target = folder / "balances.csv"
    reading().rollback()  # other processes have written since this one last looked
    answer = app.test_cli_runner().invoke(args=["points", "balances", "--output", str(target)])
    assert answer.exit_code == 0, answer.output
    with target.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["pending"] == row["held"] == "0" for row in rows)
    assert all("0" in (row["available"], row["debt"]) for row in rows)
    return {row["dealer"]: int(row["available"]) - int(row["debt"]) for row in rows}


def reported(path: Path) -> dict[int, str]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = {int(row["record"]): row["kind"] for row in rows}
    assert len(found) == len(rows)
    assert all(row["done"] for row in rows)
    return found


def test_the_sample_fed_twice_and_shuffled_ends_as_reckoned(app: Flask, tmp_path: Path) -> None:
    expected, documents, _ = reckoned(SAMPLE)
    feed(app, SAMPLE, "--shift")
    assert balances(app, tmp_path) == expected
    assert f"{documents} repeat" in feed(app, SAMPLE, "--shift")
    feed(app, SAMPLE, "--shift", "--rehearse", "5", "--batch", "17")
    assert balances(app, tmp_path) == expected
    assert reading().scalar(select(func.count()).select_from(Document)) == documents
    assert faults(reading()) == []


def test_the_sample_shuffled_from_the_start_ends_as_reckoned(app: Flask, tmp_path: Path) -> None:
    feed(app, SAMPLE, "--shift", "--rehearse", "11", "--batch", "23")
    assert balances(app, tmp_path) == reckoned(SAMPLE)[0]


def test_every_line_that_is_no_ordinary_sale_is_in_the_report(mall: Flask, tmp_path: Path) -> None:
    feed(mall, SAMPLE, "--shift", "--report", str(tmp_path / "report.csv"))
    odd, ordinary = reported(tmp_path / "report.csv"), reckoned(SAMPLE)[2]
    with gzip.open(SAMPLE, "rt", newline="") as file:
        records = sum(1 for _ in csv.reader(file)) - 1
    assert odd.keys() | ordinary == set(range(1, records + 1))
    assert not odd.keys() & ordinary
    assert {"return", "repeated", "no_customer", "no_price", "postage", "adjustment"} <= set(odd.values())


def test_a_dry_run_judges_all_and_writes_nothing(app: Flask, tmp_path: Path) -> None:
    said = feed(app, SAMPLE, "--shift", "--dry-run", "--report", str(tmp_path / "report.csv"))
    expected, documents, _ = reckoned(SAMPLE)
    assert f"{documents} posted; points {sum(expected.values()):+,}" in said
    assert reported(tmp_path / "report.csv")
    assert balances(app, tmp_path) == {}
    feed(app, SAMPLE, "--shift")
    assert "433 repeat" in feed(app, SAMPLE, "--shift", "--dry-run")


def test_without_a_shift_the_points_have_expired_and_the_ledger_shows_so(app: Flask, tmp_path: Path) -> None:
    feed(app, SAMPLE)
    expected = reckoned(SAMPLE)[0]
    found = balances(app, tmp_path)
    assert found.keys() == expected.keys()
    assert max(found.values()) == 0  # what was returned since is owed; nothing else is left
    earned, expired = reading().execute(select(func.sum(Lot.points), func.sum(Lot.expired))).one()
    assert earned == expired > 0


def test_another_shift_than_the_first_is_refused_and_another_day_changes_nothing(
    mall: Flask, tmp_path: Path, clock: Clock
) -> None:
    feed(mall, SAMPLE, "--shift")
    clock.tick(days=3)
    assert "433 repeat" in feed(mall, SAMPLE, "--shift")
    answer = mall.test_cli_runner().invoke(args=["feed", str(SAMPLE), "--format", "online-retail"])
    assert answer.exit_code != 0
    assert balances(mall, tmp_path) == reckoned(SAMPLE)[0]


def test_killed_in_the_middle_and_started_again_it_ends_as_reckoned(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    code = (
        "import sys; from mall import create_app; from mall.config import Settings; from mall.cli.feed import feed\n"
        "app = create_app(Settings(database_url=sys.argv[1], secret_key=sys.argv[2], testing=True))\n"
        "with app.app_context(): feed.main([sys.argv[3], '--format', 'online-retail', '--shift', '--batch', '5'])"
    )
    args = [sys.executable, "-c", code, database_url, SECRET, str(SAMPLE)]
    killed = 0
    for wanted in (60, 250):
        run = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=Path.cwd())
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and run.poll() is None:
            reading().rollback()
            if (reading().scalar(select(func.count()).select_from(Document)) or 0) >= wanted:
                os.kill(run.pid, signal.SIGKILL)
                killed += 1
                break
            time.sleep(0.02)
        run.wait()
    assert killed >= 1
    assert subprocess.run(args, check=False, capture_output=True, cwd=Path.cwd()).returncode == 0
    assert balances(app, tmp_path) == reckoned(SAMPLE)[0]
    assert list(faults(reading())) == []


@pytest.mark.slow
def test_the_whole_file_twice_and_shuffled_ends_as_reckoned(app: Flask, tmp_path: Path) -> None:
    if not WHOLE.exists():
        pytest.skip(f"the whole file of real orders is not there: put it at {WHOLE} to run this test")
    expected, documents, ordinary = reckoned(WHOLE)
    said = feed(app, WHOLE, "--shift", "--rehearse", "3", "--report", str(tmp_path / "report.csv"))
    assert f"{documents:,} posted" in said
    assert balances(app, tmp_path) == expected
    odd = reported(tmp_path / "report.csv")
    assert len(odd) + len(ordinary) == 245_903
    assert not odd.keys() & ordinary
    feed(app, WHOLE, "--shift")
    assert balances(app, tmp_path) == expected
    assert list(faults(reading())) == []


def test_parts_are_cut_between_dealers_where_that_can_be() -> None:
    lengths = {"A": 3, "B": 2, "C": 9, "D": 1}
    at = datetime(2011, 1, 1)  # noqa: DTZ001 - a file's times are local
    invoices = [Invoice(f"{who}{n}", 1, False, who, "-", at) for who, many in lengths.items() for n in range(many)]
    cut = list(parts(invoices, 4))
    assert [invoice for part in cut for invoice in part] == invoices
    assert ["".join(sorted({invoice.dealer_code for invoice in part})) for part in cut] == ["A", "B", "C", "C", "CD"]
    assert [len(part) for part in cut] == [3, 2, 4, 4, 2]
    assert list(parts([], 4)) == []
