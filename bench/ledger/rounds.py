"""Taking turns: a round of one side, a round of the other, again and again; what is told are the rounds' ratios."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

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


@dataclass(frozen=True)
class Turn:
    """Acts a second, and the CPU seconds of an act: the clients' and the server's."""

    rate: float
    client: float
    server: float

    @property
    def cpu(self) -> float:
        return self.client + self.server


@dataclass(frozen=True)
class Round:
    """A turn of each side, one straight after the other."""

    verbs: Turn
    by_hand: Turn

    @property
    def ratio(self) -> float:
        return self.verbs.rate / self.by_hand.rate


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
        """One line. The CPU's ratio is what would be left of the difference on a machine with cores to spare."""
        ratios = sorted(x.ratio for x in self.rounds)
        verbs, by_hand = ([getattr(x, side) for x in self.rounds] for side in ("verbs", "by_hand"))
        name = "hold+capture" if self.act == "hold" else self.act
        return (
            f"{name:<13}{self.clients:>2} client{'s' if self.clients > 1 else ' '}  ratio {self.ratio:.2f} "
            f"({ratios[0]:.2f} to {ratios[-1]:.2f})   verbs {median(x.rate for x in verbs):5.0f}/s, by hand "
            f"{median(x.rate for x in by_hand):5.0f}/s   CPU an act: {_cpu(verbs)} against {_cpu(by_hand)}, "
            f"ratio {median(x.by_hand.cpu / x.verbs.cpu for x in self.rounds):.2f}"
        )


def _cpu(turns: Sequence[Turn]) -> str:
    client, server = (median(getattr(x, side) for x in turns) * 1e6 for side in ("client", "server"))
    return f"{client:.0f} + {server:.0f} µs" if server else f"{client:.0f} µs"


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
            taken = [
                Round(*(_turn(engine, side, act, numbers, seconds) for side in (verbs, other))) for _ in range(rounds)
            ]
            found.append(Found(act, clients, tuple(taken)))
    finally:
        verbs.close()
        other.close()
    return found


def _turn(engine: PostgreSQL | SQLite, clients: Crew | ByHand, act: str, dealers: range, seconds: float) -> Turn:
    before = engine.cpu_seconds()
    rate = clients.rate(act, dealers, seconds)
    if isinstance(engine, PostgreSQL):
        time.sleep(REAPED)
    done = rate * seconds
    return Turn(rate, clients.cpu / done, (engine.cpu_seconds() - before) / done)


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
