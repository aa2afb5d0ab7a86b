"""SQLite's writers: how fairly and how long they wait for a turn, in the mall's queue and with plain busy waiting.

Eight processes of one thread spend as fast as they can, each on a mall of its own; the two ways take turns.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from . import ground
from .crew import Crew, Told
from .engines import SQLite
from .rounds import VERBS, prepare
from .verbs import Mall


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure both ways and print them side by side."""
    options = argparse.ArgumentParser(prog="python -m bench.ledger.queue", description=__doc__)
    options.add_argument("--processes", type=int, default=8)
    options.add_argument("--seconds", type=float, default=5)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--dealers", type=int, default=ground.DEALERS)
    asked = options.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mall-bench-") as folder:
        engine = SQLite(Path(folder))
        print(engine.told())
        prepare(engine, asked.dealers)
        dealers = ground.dealers_of("spend", asked.dealers)
        ways = {"in the queue": True, "busy waiting": False}
        crews = {
            name: Crew(Mall, engine.url(VERBS), asked.processes, 1, queued=queued) for name, queued in ways.items()
        }
        told: dict[str, list[list[Told]]] = {name: [] for name in ways}
        for crew in crews.values():
            crew.run("spend", dealers, 0.5)
        for _ in range(asked.rounds):
            for name, crew in crews.items():
                told[name].append([x for process in crew.run("spend", dealers, asked.seconds)
                                   for x in process])  # fmt: skip
        for name, rounds in told.items():
            print(f"{name:<13} {summary(rounds)}")
        for crew in crews.values():
            crew.close()


def summary(rounds: Sequence[Sequence[Told]]) -> str:
    """Medians of the rounds; the waits of all of them together."""
    rates = [sum(x.done / x.seconds for x in clients) for clients in rounds]
    shares = [min(x.done for x in clients) / max(x.done for x in clients) for clients in rounds]
    waits = sorted(wait for clients in rounds for x in clients for wait in x.waits)
    return (
        f"{median(rates):.0f} spends/s; the slowest process did {median(shares):.0%} of what the fastest did "
        f"({min(shares):.0%} to {max(shares):.0%}); a spend took p50 {_at(waits, 0.5):.0f} ms, "
        f"p99 {_at(waits, 0.99):.0f} ms, at most {waits[-1] * 1000:.0f} ms"
    )


def _at(waits: Sequence[float], part: float) -> float:
    return waits[min(len(waits) - 1, int(len(waits) * part))] * 1000


if __name__ == "__main__":
    main()
