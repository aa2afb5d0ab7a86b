"""Callbacks: written down when they are due to be sent, sent by a thread, tried again as the real networks do."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row
from threading import Event, Thread
from typing import Protocol

from mall.sandbox.store import moment, stamp
from mall.sandbox.switches import Values
from mall.sandbox.world import World

PATIENCE = 5.0
"""Seconds the networks wait for an answer."""
TRICKS = {"wechat": ("tampered", "probe", "stale"), "alipay": ("tampered", "stale")}
"""Forged letters that can go ahead of the true one."""


@dataclass(frozen=True)
class Outgoing:
    """A letter as it goes over the wire."""

    headers: dict[str, str]
    body: bytes


class Writer(Protocol):
    """How one of the players writes callbacks, and what answer contents it."""

    @property
    def pauses(self) -> tuple[int, ...]:
        """Seconds between two tries; after the last it gives up."""

    def write(self, world: World, letter: Row, now: datetime) -> Outgoing: ...

    def content(self, status: int, body: bytes) -> bool: ...


def queue(
    world: World,
    *,
    gateway: str,
    what: str,
    about: int,
    url: str,
    payment_id: int | None = None,
    own: Values | None = None,
    not_before: datetime | None = None,
) -> None:
    """Put a callback on its way as the switches say: late, thrice, never, after forged ones, after a refund's."""
    now, pace = world.now(), world.pace
    due = max(now, not_before or now)
    if world.position("delay", own):
        due += timedelta(seconds=pace.delay)
    state = "lost" if world.position("lost", own) else "waiting"
    if state == "waiting" and what == "payment" and world.position("refund_first", own):
        state, due = "held", due + timedelta(seconds=pace.hold)
    no, follows = secrets.token_hex(16), None

    def put(trick: str, state: str, follows: int | None) -> int:
        return world.store.add(
            "letter", gateway=gateway, what=what, about=about, payment_id=payment_id, no=no, trick=trick, url=url,
            state=state, tries=0, made_at=stamp(now), due_at=stamp(due), follows=follows, answers="[]",
        )  # fmt: skip

    if state != "lost":
        for trick in TRICKS.get(gateway, ()):
            if world.position(trick, own):
                follows = put(trick, state, follows)
    wrong = "wrong_amount" if what == "payment" and world.position("wrong_amount", own) else ""
    for _ in range(3 if world.position("triple", own) else 1):
        put(wrong, state, follows)


class Post:
    """The thread that sends what is due."""

    def __init__(self, world: World, writers: dict[str, Writer]) -> None:
        self.world, self.writers = world, writers
        self._stop = Event()
        self._pool = ThreadPoolExecutor(8, "letters")
        self._thread = Thread(target=self._run, name="post", daemon=True)
        self._open: Callable[..., urllib.request._UrlopenRet] = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), _StayHere()
        ).open
        world.store.run("UPDATE letter SET state = 'waiting' WHERE state = 'sending'")

    def start(self) -> None:
        """Begin sending."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is under way and stop."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True)

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            for letter in self.claim():
                self._pool.submit(self.send, letter)

    def claim(self) -> list[Row]:
        """Take what is due, so that nobody else sends it."""
        world = self.world
        with world.store.change():
            due = world.store.all(
                "SELECT * FROM letter WHERE state IN ('waiting', 'held') AND due_at <= ? AND (follows IS NULL OR"
                " (SELECT state FROM letter AS first WHERE first.id = letter.follows)"
                " NOT IN ('waiting', 'held', 'sending')) ORDER BY due_at, id LIMIT 50",
                stamp(world.now()),
            )
            for letter in due:
                world.store.run("UPDATE letter SET state = 'sending' WHERE id = ?", letter["id"])
        return due

    def send(self, letter: Row) -> None:
        """Send one, and note what came back."""
        world, writer = self.world, self.writers[letter["gateway"]]
        begun = time.monotonic()
        try:
            outgoing = writer.write(world, letter, world.now())
            status, body = self._put(letter["url"], outgoing)
        except LookupError:  # what it was about is forgotten
            world.store.run("DELETE FROM letter WHERE id = ?", letter["id"])
            return
        with world.store.change():
            now = world.now()
            tries = letter["tries"] + 1
            content = writer.content(status, body)
            state, due = self._after(letter, writer, tries, status, content, now)
            told = json.loads(letter["answers"])
            took = round((time.monotonic() - begun) * 1000)
            said = body[:300].decode(errors="replace")
            told.append({"at": now.isoformat(), "status": status, "body": said, "ms": took})
            world.store.run(
                "UPDATE letter SET state = ?, tries = ?, due_at = ?, answers = ? WHERE id = ?",
                state, tries, stamp(due), json.dumps(told, ensure_ascii=False), letter["id"],
            )  # fmt: skip
            if letter["what"] == "refund" and content:
                world.store.run(
                    "UPDATE letter SET due_at = ? WHERE payment_id = ? AND state = 'held'",
                    stamp(now), letter["payment_id"],
                )  # fmt: skip

    def _after(
        self, letter: Row, writer: Writer, tries: int, status: int, content: bool, now: datetime
    ) -> tuple[str, datetime]:
        if letter["trick"] not in {"", "wrong_amount"}:
            return ("swallowed" if content else "refused" if status else "unanswered"), now
        if content:
            return "taken", now
        if tries > len(writer.pauses):
            return "given_up", now
        return "waiting", now + timedelta(seconds=writer.pauses[tries - 1] / self.world.pace.hurry)

    def _put(self, url: str, outgoing: Outgoing) -> tuple[int, bytes]:
        request = urllib.request.Request(url, outgoing.body, outgoing.headers, method="POST")  # noqa: S310 - checked when it came in
        try:
            with self._open(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read(4096)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(4096)
        except (OSError, ValueError) as error:
            return 0, str(error).encode()


class _StayHere(urllib.request.HTTPRedirectHandler):
    """The networks follow no redirect."""

    def redirect_request(self, *_args: object, **_named: object) -> None:
        return None


def of_payment(world: World, payment_id: int | None, *, most: int = 100) -> list[dict[str, object]]:
    """The letters of a payment, or the newest of all, for pages and JSON."""
    where = "WHERE payment_id = ?" if payment_id else "WHERE ? IS NULL"
    rows = world.store.all(f"SELECT * FROM letter {where} ORDER BY id DESC LIMIT ?", payment_id, most)  # noqa: S608
    return [
        {
            **dict(row),
            "answers": json.loads(row["answers"]),
            "made_at": moment(row["made_at"]),
            "due_at": moment(row["due_at"]),
            "under_way": row["state"] in {"waiting", "held", "sending"},
        }
        for row in rows
    ]
