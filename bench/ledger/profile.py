"""Where the client's time goes in one act of the verbs: CPU a posting, statements, and the profile by function."""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import event

from mall.web.db import db

from . import ground
from .crew import repeat
from .engines import PostgreSQL, SQLite
from .verbs import Mall


def main() -> None:
    """Profile an act."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("act", choices=ground.ACTS)
    options.add_argument("--engine", choices=("postgresql", "sqlite"), default="postgresql")
    options.add_argument("--seconds", type=float, default=5)
    options.add_argument("--lines", type=int, default=45)
    options.add_argument("--sort", default="tottime")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="mall-bench-") as folder:
        engine = (PostgreSQL if asked.engine == "postgresql" else SQLite)(Path(folder))
        try:
            profile(engine, asked.act, asked.seconds, asked.lines, asked.sort)
        finally:
            engine.close()


def profile(engine: PostgreSQL | SQLite, act: str, seconds: float, lines: int, sort: str) -> None:
    """Print CPU and statements a posting, then the profile."""
    ground.lay(engine.empty("verbs"))
    engine.settle("verbs")
    mall = Mall(engine.url("verbs"), 4)
    dealers = ground.dealers_of(act)
    repeat(mall, act, dealers, 0.0, 1.0)  # warm
    statements: list[str] = []
    with mall.app.app_context():
        server, cpu = engine.cpu_seconds(), time.thread_time()
        told = repeat(mall, act, dealers, 0.0, seconds)
        cpu, server = time.thread_time() - cpu, engine.cpu_seconds() - server
        event.listen(db.engine, "before_cursor_execute", lambda *what: statements.append(what[2]))
        mall.acts[act](dealers[0], "counted")
        print(
            f"{act}: {told.done / told.seconds:.0f}/s alone, client CPU {cpu / told.done * 1e6:.0f} µs, "
            f"server CPU {server / told.done * 1e6:.0f} µs a posting, {len(statements)} statements"
        )
        for statement in statements:
            print("   ", " ".join(statement.split())[:110])
        profiler = cProfile.Profile(time.thread_time)  # CPU alone: waiting for the server is not ours
        profiler.enable()
        repeat(mall, act, dealers, 0.0, seconds)
        profiler.disable()
        pstats.Stats(profiler, stream=sys.stdout).strip_dirs().sort_stats(sort).print_stats(lines)
    mall.close()


if __name__ == "__main__":
    main()
