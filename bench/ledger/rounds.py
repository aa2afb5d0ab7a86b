"""Taking turns: a round of one side, a round of the other, again and again; what is told are the rounds' ratios."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from sqlalchemy import create_engine, text

from . import ground
from .by_hand import ByHand, PgBench
from .by_hand_sqlite import Loop
from .crew import Crew
from .engines import PostgreSQL, SQLite
from .verbs import Mall, there

VERBS, BY_HAND = "verbs", "by_hand"
TABLES = ("journal", "entry", "line", "lot", "allocation")
REAPED = 0.3
"""Seconds after which the server has taken in what its ended processes used."""


class Clients(Protocol):
    """Either side's clients."""

    def rate(self, act: str, dealers: Sequence[int], seconds: float) -> float:
        """Acts a second of all clients together."""


@dataclass(frozen=True)
class Round:
    """Acts a second of both sides, one straight after the other, and the server's CPU seconds an act."""

    verbs: float
    by_hand: float
    client_cpu: float
    server_cpu: float
    server_cpu_by_hand: float

    @property
    def ratio(self) -> float:
        return self.verbs / self.by_hand


@dataclass(frozen=True)
class Found:
    """What the rounds of one act at one number of clients gave."""

    act: str
    clients: int
    rounds: tuple[Round, ...]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(x.ratio for x in self.rounds)

    def told(self) -> str:
        """One line."""
        ratios = sorted(x.ratio for x in self.rounds)
        verbs, by_hand = median(x.verbs for x in self.rounds), median(x.by_hand for x in self.rounds)
        cpu = [median(getattr(x, name) for x in self.rounds) for name in ("client_cpu", "server_cpu")]
        server = median(x.server_cpu_by_hand for x in self.rounds)
        name = "hold+capture" if self.act == "hold" else self.act
        line = (
            f"{name:<13}{self.clients:>3} clients   ratio {self.ratio:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})   "
            f"verbs {verbs:6.0f}/s, by hand {by_hand:6.0f}/s   CPU an act: verbs' client {cpu[0] * 1e6:.0f} µs"
        )
        return line + (f", server {cpu[1] * 1e6:.0f} against {server * 1e6:.0f} µs" if server else "")


def prepare(engine: PostgreSQL | SQLite, dealers: int = ground.DEALERS) -> None:
    """Two databases alike: one for each side."""
    engine.empty(VERBS)
    ground.lay(engine.url(VERBS), dealers)
    engine.copy(VERBS, BY_HAND)
    for database in (VERBS, BY_HAND):
        engine.settle(database)


def processes_and_threads(clients: int) -> tuple[int, int]:
    """Clients as the production server has them: up to four threads a process."""
    return (1, clients) if clients <= 4 else (clients // 4, 4)


def by_hand(engine: PostgreSQL | SQLite, clients: int) -> ByHand:
    """The other side's clients."""
    if isinstance(engine, PostgreSQL):
        return PgBench(engine, BY_HAND, clients)
    return Crew(Loop, engine.url(BY_HAND), clients, 1)


def compare(
    engine: PostgreSQL | SQLite,
    acts: Sequence[str],
    clients: int,
    *,
    seconds: float,
    rounds: int,
    dealers: int = ground.DEALERS,
) -> list[Found]:
    """Take turns for each act; a first turn of each side only warms it."""
    verbs = Crew(Mall, engine.url(VERBS), *processes_and_threads(clients))
    other = by_hand(engine, clients)
    found = []
    try:
        for act in filter(there, acts):
            numbers = ground.dealers_of(act, dealers)
            verbs.rate(act, numbers, min(1.0, seconds))
            other.rate(act, numbers, min(1.0, seconds))
            taken = tuple(_round(engine, verbs, other, act, numbers, seconds) for _ in range(rounds))
            found.append(Found(act, clients, taken))
    finally:
        verbs.close()
        other.close()
    return found


def _round(engine: PostgreSQL | SQLite, verbs: Crew, other: ByHand, act: str, dealers: range, seconds: float) -> Round:
    verbs_rate, server = _turn(engine, verbs, act, dealers, seconds)
    by_hand_rate, server_by_hand = _turn(engine, other, act, dealers, seconds)
    return Round(verbs_rate, by_hand_rate, verbs.cpu / (verbs_rate * seconds), server, server_by_hand)


def _turn(
    engine: PostgreSQL | SQLite, clients: Clients, act: str, dealers: range, seconds: float
) -> tuple[float, float]:
    before = engine.cpu_seconds()
    rate = clients.rate(act, dealers, seconds)
    if isinstance(engine, PostgreSQL):
        time.sleep(REAPED)
    return rate, (engine.cpu_seconds() - before) / (rate * seconds)


def rows_an_act(url: str, acts: Sequence[str], dealers: int = ground.DEALERS) -> dict[str, tuple[float, ...]]:
    """How many rows each act wrote to each table, per journal: both sides must give the same."""
    engine = create_engine(url)
    found = {}
    with engine.connect() as connection:
        for act in acts:
            numbers = ground.dealers_of(act, dealers)
            laid = (1 + ground.LOTS, 1 + ground.LOTS, 1 + ground.LOTS, ground.LOTS, 1)
            counts = [
                int(
                    connection.scalar(
                        text(f"SELECT COUNT(*) FROM points_{table} WHERE dealer_id BETWEEN :first AND :last"),
                        {"first": numbers[0], "last": numbers[-1]},
                    )
                    or 0
                )
                - len(numbers) * had
                for table, had in zip(TABLES, laid, strict=True)
            ]
            found[act] = tuple(count / max(1, counts[0]) for count in counts)
    engine.dispose()
    return found
