"""Both sides, both engines: ratios, statements a posting, and the proof of what was written."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mall import create_app
from mall.points.queries.proof import faults
from mall.web.db import db

from . import ground, statements
from .engines import PostgreSQL, SQLite, settings
from .rounds import BY_HAND, VERBS, compare, prepare, rows_an_act
from .verbs import there

ENGINES = {"postgresql": PostgreSQL, "sqlite": SQLite}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, prove; 1 where the ledger does not prove or the two sides wrote different rows."""
    options = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    options.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    options.add_argument("--acts", nargs="+", choices=ground.ACTS, default=list(ground.ACTS))
    options.add_argument("--clients", nargs="+", type=int, default=[1, 8])
    options.add_argument("--seconds", type=float, default=3, help="of one side's turn (PostgreSQL: whole seconds)")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--dealers", type=int, default=ground.DEALERS, help="for each act")
    options.add_argument("--folder", type=Path, help="where the databases lie while it runs (default: temporary)")
    asked = options.parse_args(arguments)
    good = True
    for name in asked.engines:
        with tempfile.TemporaryDirectory(prefix="mall-bench-", dir=asked.folder) as folder:
            engine = ENGINES[name](Path(folder))
            try:
                good &= measure(engine, asked)
            finally:
                engine.close()
    return 0 if good else 1


def measure(engine: PostgreSQL | SQLite, asked: argparse.Namespace) -> bool:
    """All of one engine; whether the ledger proves and both sides wrote the same rows."""
    print(engine.told(), flush=True)
    prepare(engine, asked.dealers)
    acts = list(filter(there, asked.acts))
    print(statements.told(engine.url(VERBS), acts, asked.dealers))
    print(f"medians of {asked.rounds} rounds of {asked.seconds:g} s a side, the sides taking turns (least to most)")
    for clients in asked.clients:
        for found in compare(engine, acts, clients, seconds=asked.seconds, rounds=asked.rounds, dealers=asked.dealers):
            print(found.told(), flush=True)
    verbs, by_hand = (rows_an_act(engine.url(database), acts, asked.dealers) for database in (VERBS, BY_HAND))
    same = verbs == by_hand
    wrong = prove(engine.url(VERBS))
    print("both sides wrote the same rows an act" if same else f"the sides wrote different rows: {verbs}, {by_hand}")
    print("the ledger proves" if not wrong else f"the ledger does not prove: {wrong}", flush=True)
    return same and not wrong


def prove(url: str) -> list[str]:
    """What the ledger's own proof finds wrong: every balance, lot and hash of the run."""
    app = create_app(settings(url))
    with app.app_context():
        found = [str(fault) for fault in faults(db.session)]  # type: ignore[arg-type]
        db.session.remove()
        db.engine.dispose()
    return found


if __name__ == "__main__":
    sys.exit(main())
