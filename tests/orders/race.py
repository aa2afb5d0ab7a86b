"""Runners of a race: processes of their own, each with its own mall on the same database, let go at one moment.

They are started once for all races, since most of a process's life goes into importing the mall.
"""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from mall import create_app
from mall.config import Settings
from mall.web.db import db
from tests.cast import Visitor
from tests.conftest import SECRET

PATIENCE = 120
_spawn = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Form:
    """What one runner sends: a form, by the member (with the desk's cookie: the staff) of this token."""

    token: str
    form: dict[str, Any]
    url: str = "/orders"
    cookie: str = "__Host-mall"


@dataclass(frozen=True)
class Answer:
    """What came back. `order` is the number in the address that a browser is sent to."""

    status: int
    order: str


class Runners:
    """So many processes, waiting for a start."""

    def __init__(self, count: int) -> None:
        self.barrier = _spawn.Barrier(count)
        self.lines: list[Connection] = []
        self.processes = []
        for _ in range(count):
            ours, theirs = _spawn.Pipe()
            process = _spawn.Process(target=_run, args=(theirs, self.barrier), daemon=True)
            process.start()
            theirs.close()
            self.lines.append(ours)
            self.processes.append(process)

    def race(self, url: str, at: datetime, forms: list[Form]) -> list[Answer]:
        """Let every runner send its form at one moment, and collect every answer."""
        assert len(forms) == len(self.lines), "the barrier waits for all"
        for line, form in zip(self.lines, forms, strict=True):
            line.send((url, at, form))
        answers = []
        for line in self.lines:
            assert line.poll(PATIENCE), "a runner did not come in"
            answers.append(line.recv())
        return answers

    def close(self) -> None:
        """Send everybody home."""
        for line in self.lines:
            line.close()
        for process in self.processes:
            process.join(10)


def _run(line: Connection, barrier: Any) -> None:
    while True:
        try:
            url, at, form = line.recv()
        except EOFError:
            return
        app = create_app(Settings(database_url=url, secret_key=SECRET, testing=True), partial(_standing, at))
        app.test_client_class = Visitor
        with app.app_context():
            client = app.test_client()
            client.set_cookie(form.cookie, form.token, secure=True)
            client.get("/healthz")  # the connection is open before the start
            barrier.wait(PATIENCE)
            answer = client.post(form.url, data=form.form, base_url="https://localhost")
            line.send(_told(answer))
            db.session.remove()
            db.engine.dispose()


def _standing(at: datetime) -> datetime:
    """A clock that stands still, as in the test that started the race."""
    return at


def _told(answer: Any) -> Answer:
    goes_to = answer.headers.get("Location", "")
    return Answer(answer.status_code, goes_to.partition("?")[0].rpartition("/")[2])


def place_until_killed(url: str, at: datetime, forms: list[Form], acknowledged: str) -> None:
    """Send one form after the other, and note each answer on the disk before the next is sent."""
    app = create_app(Settings(database_url=url, secret_key=SECRET, testing=True), lambda: at)
    app.test_client_class = Visitor
    with app.app_context(), open(acknowledged, "a", encoding="ascii") as file:
        client = app.test_client()
        client.set_cookie("__Host-mall", forms[0].token, secure=True)
        for form in forms:
            answer = _told(client.post(form.url, data=form.form, base_url="https://localhost"))
            file.write(f"{answer.status} {answer.order}\n")
            file.flush()
            os.fsync(file.fileno())


def killable(*args: Any) -> Any:
    """A process that places orders until it is killed."""
    return _spawn.Process(target=place_until_killed, args=args, daemon=True)
