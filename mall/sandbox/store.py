"""What the sandbox remembers: a SQLite file of its own, one connection, one lock."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS payment (
  id INTEGER PRIMARY KEY, gateway TEXT NOT NULL, way TEXT NOT NULL, no TEXT NOT NULL, app TEXT NOT NULL,
  merchant TEXT NOT NULL, fen INTEGER NOT NULL, subject TEXT NOT NULL, attach TEXT NOT NULL, payer TEXT NOT NULL,
  token TEXT NOT NULL, gateway_no TEXT NOT NULL, state TEXT NOT NULL, opened_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, ended_at INTEGER, notify_url TEXT NOT NULL, return_url TEXT NOT NULL,
  serial TEXT NOT NULL, asked TEXT NOT NULL, switches TEXT NOT NULL, UNIQUE (gateway, no));
CREATE TABLE IF NOT EXISTS refund (
  id INTEGER PRIMARY KEY, payment_id INTEGER NOT NULL REFERENCES payment, no TEXT NOT NULL, fen INTEGER NOT NULL,
  reason TEXT NOT NULL, gateway_no TEXT NOT NULL, opened_at INTEGER NOT NULL, done_at INTEGER NOT NULL,
  notify_url TEXT NOT NULL, UNIQUE (payment_id, no));
CREATE TABLE IF NOT EXISTS letter (
  id INTEGER PRIMARY KEY, gateway TEXT NOT NULL, what TEXT NOT NULL, about INTEGER NOT NULL, payment_id INTEGER,
  no TEXT NOT NULL, trick TEXT NOT NULL, url TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
  made_at INTEGER NOT NULL, due_at INTEGER NOT NULL, follows INTEGER, answers TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS letter_due ON letter (state, due_at);
CREATE TABLE IF NOT EXISTS top_up (
  id INTEGER PRIMARY KEY, no TEXT NOT NULL UNIQUE, product TEXT NOT NULL, account TEXT NOT NULL,
  quantity INTEGER NOT NULL, fen INTEGER NOT NULL, outcome TEXT NOT NULL, opened_at INTEGER NOT NULL, ends_at INTEGER);
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY, no TEXT NOT NULL UNIQUE, phone TEXT NOT NULL, sign_name TEXT NOT NULL, template TEXT NOT NULL,
  params TEXT NOT NULL, received_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS parcel (
  id INTEGER PRIMARY KEY, partner TEXT NOT NULL, mark TEXT NOT NULL, body TEXT NOT NULL, times INTEGER NOT NULL,
  received_at INTEGER NOT NULL, UNIQUE (partner, mark));
CREATE TABLE IF NOT EXISTS press (
  id INTEGER PRIMARY KEY, partner TEXT NOT NULL, target TEXT NOT NULL, sent TEXT NOT NULL, status INTEGER NOT NULL,
  answer TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS code (
  code TEXT PRIMARY KEY, openid TEXT NOT NULL, scope TEXT NOT NULL, made_at INTEGER NOT NULL, used_at INTEGER);
CREATE TABLE IF NOT EXISTS nonce (
  who TEXT NOT NULL, nonce TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (who, nonce));
"""
FORGOTTEN = ("letter", "refund", "payment", "top_up", "message", "parcel", "press", "code", "nonce")
"""What "begin anew" empties; keys, switches and pace stay."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stamp(at: datetime) -> int:
    """A moment as microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    """The moment of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=microseconds)


class Store:
    """Rows in, rows out. What belongs together is written within `change()`."""

    def __init__(self, file: Path) -> None:
        self._lock = RLock()
        self._depth = 0
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=20)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def change(self) -> Iterator[None]:
        """All or nothing, one at a time."""
        with self._lock:
            if self._depth:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            else:
                self._connection.execute("COMMIT")
            finally:
                self._depth -= 1

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Every row."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row, or nothing."""
        rows = self.all(sql, *values)
        return rows[0] if rows else None

    def run(self, sql: str, *values: object) -> int:
        """Write; tells how many rows that concerned."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def add(self, table: str, **values: object) -> int:
        """Add a row; tells its id."""
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        with self._lock:
            done = self._connection.execute(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - the names are our own
                tuple(values.values()),
            )
            return int(done.lastrowid or 0)

    def kept(self, name: str) -> Any:
        """What was kept under a name, or nothing."""
        row = self.one("SELECT value FROM kept WHERE name = ?", name)
        return json.loads(row["value"]) if row else None

    def keep(self, name: str, value: object) -> None:
        """Keep something under a name, in place of what was there."""
        self.run("INSERT OR REPLACE INTO kept VALUES (?, ?)", name, json.dumps(value, ensure_ascii=False))

    def first_use(self, who: str, nonce: str, at: datetime) -> bool:
        """Note a nonce; false where it was used before."""
        return self.run("INSERT OR IGNORE INTO nonce VALUES (?, ?, ?)", who, nonce, stamp(at)) == 1

    def forget(self) -> None:
        """Begin anew, with the same keys."""
        with self.change():
            for table in FORGOTTEN:
                self.run(f"DELETE FROM {table}")  # noqa: S608 - the names are our own

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
