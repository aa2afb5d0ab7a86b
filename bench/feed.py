"""Bulk earning: `flask feed` into an empty database, and what that took of the processors.

    python -m bench.feed [FILE] [--engine postgresql|sqlite] [--rounds 3] [--rehearse SEED]

Documents a second depend on who else uses the machine; documents per CPU second (ours and the server's together)
hardly do. PostgreSQL is started for the run, with nothing switched off.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.ledger.engines import PostgreSQL, SQLite

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT.parent / "shared" / "data" / "online-retail-2010-12_2011-06.csv.gz"
POSTED = re.compile(r"([\d,]+) documents a second in ([\d.]+) s of posting, ([\d.]+) s of it our CPU's")
OUTCOMES = re.compile(r"documents: (.*); points")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", nargs="?", type=Path, default=FILE)
    options.add_argument("--engine", choices=("postgresql", "sqlite"), default="postgresql")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--rehearse", metavar="SEED", help="shuffled, every fifth document twice")
    asked = options.parse_args()
    how = ["--shift", *(["--rehearse", asked.rehearse] if asked.rehearse else [])]
    with tempfile.TemporaryDirectory(prefix="mall-bench-") as folder:
        engine = PostgreSQL(Path(folder)) if asked.engine == "postgresql" else SQLite(Path(folder))
        print(engine.told())
        try:
            for number in range(1, asked.rounds + 1):
                print(f"round {number}: {fed(engine, f'feed_{number}', asked.file, how)}", flush=True)
        finally:
            engine.close()


def fed(engine: PostgreSQL | SQLite, name: str, file: Path, how: list[str]) -> str:
    """Feed a file into an empty database; gives its figures in a line."""
    url = engine.empty(name)
    before = engine.cpu_seconds()
    run = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "feed", str(file), "--format", "online-retail", *how],
        env=os.environ | {"DATABASE_URL": url, "MALL_SECRET_KEY": "a secret for measuring only"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    server = engine.cpu_seconds() - before
    posted, outcomes = POSTED.search(run.stdout), OUTCOMES.search(run.stdout)
    assert posted
    assert outcomes
    documents = sum(int(count.replace(",", "")) for count in re.findall(r"\d[\d,]*", outcomes[1]))
    ours = float(posted[3])
    each = documents / (ours + server)
    return (
        f"{posted[1]} documents a second in {posted[2]} s; CPU {ours:.1f} s ours, {server:.1f} s the server's: "
        f"{each:,.0f} documents per CPU second; load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
