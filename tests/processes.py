"""Real processes for races: started, made ready, then let go all at once; every answer is collected.

They are forked from a server that has the mall's modules in memory already, so that ten of them stand ready in the
time that one would need to begin anew. Nothing of the test's own process (its connections, its clock) goes with them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from multiprocessing.process import BaseProcess
from typing import Any

from mall import FEATURES, create_app
from mall.base.refused import Refused
from mall.config import Settings
from mall.web.db import db, system_clock
from tests.conftest import SECRET

LIMIT = 120.0

for _feature in FEATURES:
    import_module(_feature)

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload([__name__])


def at_once(
    url: str,
    at: datetime | None,
    act: Callable[..., Any],
    arguments: Sequence[tuple[Any, ...]],
    *,
    limit: float = LIMIT,
) -> list[Any]:
    """Run `act(*arguments[i])` in a process each, on malls of their own on one database, from the same moment.

    `act` is a module's function; what it returns (or the code of the refusal it raises) is the answer. Any other
    exception fails the test. The clock stands at `at`, or is the machine's where that is None.
    """
    barrier, answers = context.Barrier(len(arguments)), context.Queue()
    runners = [context.Process(target=_run, args=(url, at, act, args, barrier, answers)) for args in arguments]
    for runner in runners:
        runner.start()
    told = [answers.get(timeout=limit) for _ in runners]
    for runner in runners:
        runner.join(limit)
    broken = [answer for good, answer in told if not good]
    assert not broken, broken
    return [answer for _, answer in told]


def begin(url: str, act: Callable[..., Any], *args: Any) -> BaseProcess:
    """Start `act(*args)` in a process with a mall of its own and the machine's clock, to be killed or waited for."""
    runner = context.Process(target=_alone, args=(url, act, args))
    runner.start()
    return runner


def kill(runner: BaseProcess) -> None:
    """End a process as a power switch would: it is told nothing and cleans up nothing."""
    if runner.pid is not None and runner.is_alive():
        os.kill(runner.pid, signal.SIGKILL)
    runner.join(LIMIT)


@contextmanager
def a_mall(url: str, at: datetime | None = None) -> Iterator[None]:
    """A mall on a database, its context pushed, as a process of its own has it."""
    clock = system_clock if at is None else lambda: at.astimezone(UTC)
    app = create_app(Settings(database_url=url, secret_key=SECRET, testing=True), clock)
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def _alone(url: str, act: Callable[..., Any], args: tuple[Any, ...]) -> None:
    with a_mall(url):
        act(*args)


def _run(
    url: str, at: datetime | None, act: Callable[..., Any], args: tuple[Any, ...], barrier: Any, answers: Any
) -> None:
    try:
        with a_mall(url, at):
            db.session.execute(db.text("SELECT 1"))  # connected before the start, so that all begin together
            db.session.rollback()
            barrier.wait(LIMIT)
            try:
                answer = act(*args)
            except Refused as refusal:
                answer = refusal.code
            answers.put((True, answer))
    except BaseException as error:
        barrier.abort()
        answers.put((False, repr(error)))
