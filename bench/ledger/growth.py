"""A small ledger and a large one side by side: nothing may take longer because there is more history.

    .venv/bin/python -m bench.ledger.growth --small 20000 --large 200000
    .venv/bin/python -m bench.ledger.growth --small 100000 --large 10000000    (PostgreSQL: 13 GB)

Both are filled with dealers who live the same two lives: ordinary ones of a thousand entries over three years, and
some heavy ones of a hundred thousand in the large ledger. Then acts and reads take turns on the two, by one client,
on equally many dealers of the same life.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from sqlalchemy import create_engine, text

from mall import create_app
from mall.base.time import add_months, civil_day
from mall.points.models import Scope
from mall.points.queries import balance, between, history, statement
from mall.points.queries.proof import proven_slices
from mall.web.db import db, now, reading

from .engines import PostgreSQL, SQLite, settings
from .filling import Size, fill
from .life import lived
from .verbs import Mall, there

ENGINES = {"postgresql": PostgreSQL, "sqlite": SQLite}
ORDINARY, HEAVY = 1_000, 100_000
ZONE = "Asia/Shanghai"
AIM = 1.2
SLICE = 0.4
"""Seconds of one turn of an act on one ledger."""

Read = Callable[[int, datetime], Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill, prove a sample, measure, print; 1 where the sample does not prove."""
    options = argparse.ArgumentParser(prog="python -m bench.ledger.growth", description=__doc__.partition("\n")[0])
    options.add_argument("--engine", choices=ENGINES, default="postgresql")
    options.add_argument("--small", type=int, default=20_000, help="entries")
    options.add_argument("--large", type=int, default=200_000)
    options.add_argument(
        "--heavy-share", type=float, default=0.2, help="of the large ledger's entries, in heavy dealers"
    )
    options.add_argument("--active", type=int, default=100, help="ordinary dealers that are acted on, in either ledger")
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--folder", type=Path, help="where the databases lie while it runs (default: temporary)")
    options.add_argument("--keep", action="store_true", help="leave the databases in the folder, and use what is there")
    asked = options.parse_args(arguments)
    with _place(asked) as folder:
        engine = PostgreSQL(folder, {"max_wal_size": "8GB"}) if asked.engine == "postgresql" else SQLite(folder)
        try:
            print(engine.told(), flush=True)
            return 0 if compare(engine, folder, asked) else 1
        finally:
            engine.close()


@contextmanager
def _place(asked: argparse.Namespace) -> Iterator[Path]:
    if asked.keep:
        asked.folder.mkdir(parents=True, exist_ok=True)
        yield asked.folder
    else:
        with tempfile.TemporaryDirectory(prefix="mall-growth-", dir=asked.folder) as folder:
            yield Path(folder)


def compare(engine: PostgreSQL | SQLite, folder: Path, asked: argparse.Namespace) -> bool:
    """Everything; whether the sample proves."""
    note = folder / f"filled-{engine.name}.json"
    wanted = [asked.small, asked.large, asked.heavy_share]
    filled = json.loads(note.read_text()) if note.exists() else {}
    good = True
    if filled.get("wanted") != wanted:
        sizes, good = fill_both(engine, folder, asked)
        note.write_text(json.dumps({"wanted": wanted, "sizes": {name: asdict(size) for name, size in sizes.items()}}))
    else:
        sizes = {name: Size(**size) for name, size in filled["sizes"].items()}
    measure(engine, sizes, asked)
    return good


def fill_both(engine: PostgreSQL | SQLite, folder: Path, asked: argparse.Namespace) -> tuple[dict[str, Size], bool]:
    """Fill a small and a large ledger and prove a sample of each."""
    heavies = max(1, round(asked.large * asked.heavy_share / HEAVY))
    size_of_heavy = min(HEAVY, round(asked.large * asked.heavy_share))
    begun = time.perf_counter()
    ordinary, heavy = lived(folder, ORDINARY, "ordinary"), lived(folder, size_of_heavy, "heavy")
    print(
        f"two lives posted by the verbs: {ordinary.entries:,} and {heavy.entries:,} entries, {_since(begun)}",
        flush=True,
    )
    sizes = {
        "small": Size(0, max(1, round(asked.small / ordinary.entries))),
        "large": Size(heavies, round((asked.large - heavies * heavy.entries) / ordinary.entries)),
    }
    good = True
    for name, size in sizes.items():
        begun = time.perf_counter()
        url = engine.empty(name)
        entries = fill(url, size, heavy, ordinary)
        took = _since(begun)
        begun = time.perf_counter()
        engine.settle(name)
        print(
            f"{name}: {entries:,} entries of {len(size.dealers):,} dealers ({size.heavy} of them heavy), filled in "
            f"{took}, vacuumed and analysed in {_since(begun)}, {_bytes(engine, name) / entries:,.0f} bytes an entry",
            flush=True,
        )
        sample = [*size.dealers[:: max(1, len(size.dealers) // 20)]]
        wrong = prove(url, sample)
        print(f"{name}: {len(sample)} dealers sampled, {wrong or 'all prove'}", flush=True)
        good &= not wrong
    return sizes, good


@dataclass(frozen=True)
class Measured:
    """One thing that is done to both ledgers; on heavy dealers only the large one has them."""

    name: str
    small: Callable[[int], Any]
    large: Callable[[int], Any]
    small_dealers: Sequence[int]
    large_dealers: Sequence[int]


def measure(engine: PostgreSQL | SQLite, sizes: dict[str, Size], asked: argparse.Namespace) -> None:
    """Take turns on the two ledgers for everything that is done, and print each one's ratio of times."""
    malls = {name: Mall(engine.url(name), 1) for name in sizes}
    ordinary = {
        name: size.ordinary_dealers[:: max(1, len(size.ordinary_dealers) // asked.active)][: asked.active]
        for name, size in sizes.items()
    }
    heavy = range(1, sizes["large"].heavy + 1)
    print(
        f"times by one client, median of {asked.rounds} rounds of turns of {SLICE} s, on {len(ordinary['small'])} and "
        f"{len(ordinary['large'])} ordinary dealers, and on {len(heavy)} heavy ones of the large ledger"
    )
    does = {name: _all_of(mall) for name, mall in malls.items()}
    for act in does["small"]:
        for told, dealers in (("", ordinary["large"]), (" (heavy)", heavy)):
            one = Measured(act + told, does["small"][act], does["large"][act], ordinary["small"], dealers)
            print(_told(one, asked.rounds), flush=True)
    for mall in malls.values():
        mall.close()


def _all_of(mall: Mall) -> dict[str, Callable[[int], Any]]:
    """Acts and reads by name, each for a dealer."""
    name, counted = secrets.token_hex(4), iter(range(10**9))

    def act(which: str) -> Callable[[int], Any]:
        def do(dealer: int) -> None:
            with mall.one():
                mall.acts[which](dealer, f"{name}/{next(counted)}")

        return do

    def read(what: Read) -> Callable[[int], Any]:
        def do(dealer: int) -> None:
            with mall.one():
                what(dealer, now())

        return do

    acts = {which: act(which) for which in ("spend", "earn", "hold", "refund") if there(which)}
    return acts | {
        "balance": read(lambda dealer, at: balance(reading(), dealer, at)),
        "history, newest page": read(lambda dealer, _: history(reading(), dealer)),
        "history, an old page": read(lambda dealer, _: history(reading(), dealer, before=400)),
        "statement of a month": read(_statement),
    }


def _statement(dealer: int, at: datetime) -> None:
    month = add_months(civil_day(at, ZONE), -20)
    seen = statement(reading(), dealer, month, at)
    between(reading(), dealer, seen.first_seq, min(seen.last_seq, seen.first_seq + 19))


def _told(one: Measured, rounds: int) -> str:
    random = Random(11)
    _turn(one.small, one.small_dealers, random)
    for dealer in one.large_dealers:  # every dealer's pages have been seen once, on either side
        one.large(dealer)
    taken = [
        (_turn(one.small, one.small_dealers, random), _turn(one.large, one.large_dealers, random))
        for _ in range(rounds)
    ]
    ratios = sorted(large / small for small, large in taken)
    small, large = (median(side) for side in zip(*taken, strict=True))
    ratio = median(ratios)
    return (
        f"{one.name:<30} small {small * 1e6:7.0f} µs   large {large * 1e6:7.0f} µs   ratio {ratio:.2f} "
        f"({ratios[len(ratios) // 4]:.2f} to {ratios[-1 - len(ratios) // 4]:.2f})"
        + ("" if ratio <= AIM else f"   above {AIM}")
    )


def _turn(do: Callable[[int], Any], dealers: Sequence[int], random: Random) -> float:
    """Median seconds of one."""
    times = []
    until = time.perf_counter() + SLICE
    while (before := time.perf_counter()) < until:
        do(random.choice(dealers))
        times.append(time.perf_counter() - before)
    return median(times)


def prove(url: str, dealers: Sequence[int]) -> list[str]:
    """What the ledger's own proof finds wrong with these dealers' accounts."""
    app = create_app(settings(url))
    with app.app_context():
        found = [
            fault.text
            for dealer in dealers
            for part in proven_slices(db.engine, Scope.FULL, dealer_id=dealer)
            for fault in part.faults
        ]
        db.engine.dispose()
    return found


def _bytes(engine: PostgreSQL | SQLite, name: str) -> int:
    if isinstance(engine, SQLite):
        return engine.path(name).stat().st_size
    connected = create_engine(engine.url(name))
    with connected.connect() as connection:
        size = connection.scalar(text("SELECT pg_database_size(current_database())"))
    connected.dispose()
    return int(size)


def _since(begun: float) -> str:
    seconds = time.perf_counter() - begun
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


if __name__ == "__main__":
    sys.exit(main())
