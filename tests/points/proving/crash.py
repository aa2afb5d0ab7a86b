"""The crash: processes, and the database's server, are killed in the middle of postings.

Each worker writes down every answer, and has it on the disk, before it asks for the next. After the last kill
everything is asked for again: what had been answered gets the same answer, what had been posted and not answered is
found by its key, and nothing is there twice.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from mall.web.db import db
from tests.points.proving.receipts import Figures, Receipts, audit, proof, read
from tests.points.proving.scene import ask, set_up
from tests.points.proving.servers import Server
from tests.processes import a_mall, begin, kill

DEALERS = 6
EACH = 2_000
WORKERS = 4
MANY = 1_000_000
"""More requests than anybody gets to before being killed."""
PATIENCE = 60.0


def kill_workers(url: str, folder: Path, *, rounds: int, lasts: tuple[float, float], seed: int = 0) -> Figures:
    """Kill four workers in each round, at random moments after all of them have got to work."""
    chance = random.Random(seed)
    with a_mall(url):
        opening = set_up(DEALERS, EACH)
    kills = 0
    for number in range(rounds):
        workers = [begin(url, work, str(folder), f"w{n}", number, sorted(opening)) for n in range(WORKERS)]
        _wait_for_answers(folder, number)
        for worker in chance.sample(workers, len(workers)):
            time.sleep(chance.uniform(*lasts) / len(workers))
            kill(worker)
            kills += 1
    return _all_again(url, folder, opening, kills)


def kill_the_server(server: Server, folder: Path, *, rounds: int, lasts: tuple[float, float], seed: int = 0) -> Figures:
    """Kill PostgreSQL in each round, while four workers go on asking until it is back."""
    chance = random.Random(seed)
    with a_mall(server.url):
        opening = set_up(DEALERS, EACH)
    workers = [begin(server.url, work, str(folder), f"w{n}", 0, sorted(opening)) for n in range(WORKERS)]
    _wait_for_answers(folder, 0)
    kills = 0
    for _ in range(rounds):
        time.sleep(chance.uniform(*lasts))
        kills += server.kill() > 0
        answered = _answers(folder)
        server.start()
        _wait_until(lambda was=answered: _answers(folder) > was + WORKERS)
    for worker in workers:
        kill(worker)
    return _all_again(server.url, folder, opening, kills)


def work(folder: str, name: str, start: int, dealers: Sequence[int]) -> None:
    """Ask for one request after the other, the last ones before a kill again, and write down each answer."""
    receipts = Receipts(Path(folder, f"{name}-{start}.receipts"), durable=True)
    reached = _reached(Path(folder), name)
    for number in range(max(reached - 2, 0), MANY):
        _insist(lambda n=number: ask([n], dealers, name, receipts))
        Path(folder, f"{name}.reached").write_text(str(number + 1))


def _insist(act: Callable[[], None]) -> None:
    """Ask until there is an answer: a lost connection says nothing of what became of the request."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return act()
        except (DBAPIError, NoConnection):
            if time.monotonic() > until:
                raise
            with contextlib.suppress(DBAPIError):
                db.session.rollback()
            db.session.remove()
            time.sleep(0.05)


def _all_again(url: str, folder: Path, opening: dict[int, int], kills: int) -> Figures:
    before = list(read(sorted(folder.glob("w*.receipts"))))
    answered = {(receipt.dealer, receipt.label) for receipt in before}
    with a_mall(url):
        receipts = Receipts(folder / "again.receipts")
        for worker in range(WORKERS):
            # Two more than were written down: the kill may have come between the answer and the note.
            for number in range(_reached(folder, f"w{worker}") + 2):
                ask([number], sorted(opening), f"w{worker}", receipts)
        again = list(read([receipts.path]))
        figures = audit([*before, *again], opening)
        figures.faults = proof()
    # What was answered must not be made anew; what is found without having been answered is what the kill cut off.
    figures.doubled += sum(1 for x in again if (x.dealer, x.label) in answered and not x.replay)
    figures.unanswered = sum(1 for x in again if x.replay and (x.dealer, x.label) not in answered)
    figures.kills = kills
    return figures


def _reached(folder: Path, name: str) -> int:
    path = folder / f"{name}.reached"
    return int(path.read_text() or 0) if path.exists() else 0


def _answers(folder: Path) -> int:
    return sum(1 for _ in read(folder.glob("w*.receipts")))


def _wait_for_answers(folder: Path, number: int) -> None:
    files = [folder / f"w{worker}-{number}.receipts" for worker in range(WORKERS)]
    _wait_until(lambda: all(file.exists() and file.stat().st_size for file in files))


def _wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"nothing came for {PATIENCE:.0f} s")
        time.sleep(0.02)
