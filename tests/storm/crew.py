"""Workers in processes of their own, killed as by a power switch at any moment, and started again."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_int64
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import Any

from mall import create_app
from mall.config import Settings
from mall.jobs import queue
from mall.payments.actions import Counter
from tests.conftest import SECRET, Clock
from tests.processes import context, kill

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TASKS = tuple(
    name for name in queue.names() if name not in {"checkpoint", "verify", "verify-all", "verify-orders", "tidy"}
)
"""All that moves an order, a payment, a message or a claim."""
SECONDS = 6.0


class SharedClock(Clock):
    """A clock that other processes can look at. Without a lock: whoever is killed would take it along."""

    def __init__(self, at: datetime) -> None:
        self.face: Any = RawValue(c_int64, 0)
        super().__init__(at)

    @property
    def at(self) -> datetime:
        return shown(self.face)

    @at.setter
    def at(self, moment: datetime) -> None:
        self.face.value = (moment - EPOCH) // timedelta(microseconds=1)


def shown(face: Any) -> datetime:
    """What a clock's face shows."""
    return EPOCH + timedelta(microseconds=face.value)


def work(url: str, face: Any, folder: Path, broken: Path) -> None:
    """A worker: it runs the tasks over and over. What breaks one is written down, and the next goes on."""
    gateways = folder / "gateways"
    settings = Settings(database_url=url, secret_key=SECRET, testing=True, gateways=gateways)
    app = create_app(settings, lambda: shown(face))
    with app.app_context():
        app.extensions["counter"] = Counter(gateways, lambda: shown(face), seconds=SECONDS)
        while True:
            for name in TASKS:
                try:
                    queue.run(app, name)
                except Exception:
                    with broken.open("a") as told:
                        told.write(f"{name}: {traceback.format_exc()}\n")
            time.sleep(0.02)


class Crew:
    """Some workers, and somebody who kills now one, now another."""

    def __init__(self, url: str, face: Any, folder: Path, *, hands: int, seed: int) -> None:
        self.kills = 0
        self.broken = folder / "broken.txt"
        self._args = (url, face, folder, self.broken)
        self._chance = random.Random(f"crew/{seed}")
        self._hands: list[BaseProcess] = [self._begin() for _ in range(hands)]
        self._stop = threading.Event()
        self._killer = threading.Thread(target=self._rage, daemon=True)
        self._killer.start()

    def _begin(self) -> BaseProcess:
        process = context.Process(target=work, args=self._args, daemon=True)
        process.start()
        return process

    def _rage(self) -> None:
        while not self._stop.wait(self._chance.uniform(0.5, 2.5)):
            at = self._chance.randrange(len(self._hands))
            self.strike(at)
            self._hands[at] = self._begin()

    def strike(self, at: int) -> None:
        """Kill one; one that has ended by itself has broken."""
        if self._hands[at].is_alive():
            self.kills += 1
        else:
            with self.broken.open("a") as told:
                told.write(f"a worker ended by itself: {self._hands[at].exitcode}\n")
        kill(self._hands[at])

    def end(self) -> None:
        """All are killed, and none comes back."""
        self._stop.set()
        self._killer.join()
        for process in self._hands:
            kill(process)
        self.kills += len(self._hands)

    def complaints(self) -> str:
        """What broke a task."""
        return self.broken.read_text() if self.broken.exists() else ""


@contextmanager
def crew(url: str, face: Any, folder: Path, *, hands: int = 2, seed: int = 1) -> Iterator[Crew]:
    """Workers for as long as the block lasts."""
    working = Crew(url, face, folder, hands=hands, seed=seed)
    try:
        yield working
    finally:
        working.end()
