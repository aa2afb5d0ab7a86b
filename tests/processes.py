"""Real processes for races: started, made ready, then let go all at once; every answer is collected."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from mall import create_app
from mall.base.refused import Refused
from mall.config import Settings
from mall.web.db import db
from tests.conftest import SECRET

LIMIT = 120.0


def at_once(url: str, at: datetime, act: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Run `act(*arguments[i])` in a process each, on malls of their own on one database, from the same moment.

    `act` is a module's function; what it returns (or the code of the refusal it raises) is the answer. Any other
    exception fails the test.
    """
    spawn = multiprocessing.get_context("spawn")
    barrier, answers = spawn.Barrier(len(arguments)), spawn.Queue()
    runners = [spawn.Process(target=_run, args=(url, at, act, args, barrier, answers)) for args in arguments]
    for runner in runners:
        runner.start()
    told = [answers.get(timeout=LIMIT) for _ in runners]
    for runner in runners:
        runner.join(LIMIT)
    broken = [answer for good, answer in told if not good]
    assert not broken, broken
    return [answer for _, answer in told]


def _run(url: str, at: datetime, act: Callable[..., Any], args: tuple[Any, ...], barrier: Any, answers: Any) -> None:
    try:
        app = create_app(Settings(database_url=url, secret_key=SECRET, testing=True), lambda: at.astimezone(UTC))
        with app.app_context():
            db.session.execute(db.text("SELECT 1"))  # connected before the start, so that all begin together
            db.session.rollback()
            barrier.wait(LIMIT)
            try:
                answer = act(*args)
            except Refused as refusal:
                answer = refusal.code
            answers.put((True, answer))
            db.session.remove()
            db.engine.dispose()
    except BaseException as error:
        barrier.abort()
        answers.put((False, repr(error)))
