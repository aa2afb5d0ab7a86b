"""The hand-written side: the least that writes the same rows, by pgbench on PostgreSQL, by sqlite3 on SQLite."""

from __future__ import annotations

import re
import resource
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from .engines import PostgreSQL

SCRIPTS = Path(__file__).with_name("pgbench")
TPS = re.compile(r"^tps = ([0-9.]+) \(without initial connection time\)", re.MULTILINE)
FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)


class ByHand(Protocol):
    """Clients that repeat the statements of an act. `cpu` is what they used in their last turn, in seconds."""

    cpu: float

    def rate(self, act: str, dealers: Sequence[int], seconds: float) -> float:
        """Acts a second of all clients together."""

    def close(self) -> None:
        """Let the clients go."""


class PgBench:
    """PostgreSQL's own load generator, written in C: each statement prepared once, then sent and waited for."""

    def __init__(self, server: PostgreSQL, database: str, clients: int) -> None:
        self.server, self.database, self.clients = server, database, clients
        self.cpu = 0.0

    def rate(self, act: str, dealers: Sequence[int], seconds: float) -> float:
        """Acts a second of all clients together."""
        command = [
            self.server.binary("pgbench"), "-n", "-M", "prepared", "-f", str(SCRIPTS / f"{act}.sql"),
            "-c", str(self.clients), "-j", str(min(self.clients, 2)), "-T", str(max(1, round(seconds))),
            "-D", f"first={dealers[0]}", "-D", f"last={dealers[-1]}", *self.server.reach(self.database),
        ]  # fmt: skip
        before = _children_cpu()
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        self.cpu = _children_cpu() - before
        tps, failed = TPS.search(run.stdout), FAILED.search(run.stdout)
        if run.returncode or tps is None or failed is None or failed[1] != "0":
            raise RuntimeError(f"pgbench {act}: {run.stderr or run.stdout}")
        return float(tps[1])

    def close(self) -> None:
        """It starts and ends by itself."""


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
