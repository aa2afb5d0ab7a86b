"""A ledger of millions of entries within minutes: lives of dealers, copied in with every check but the foreign keys'.

The foreign keys hold by the way the rows are made, and the proof of a sample of dealers says so afterwards.
"""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from mall import create_app
from mall.web.db import db, transact

from .engines import settings
from .ground import found
from .life import Life, of_dealer

PROCESSES = 2
AT_ONCE = 8
"""Dealers a transaction."""


@dataclass(frozen=True)
class Size:
    """How many dealers live an ordinary life, and how many a heavy one; the heavy ones come first."""

    heavy: int
    ordinary: int

    @property
    def dealers(self) -> range:
        return range(1, self.heavy + self.ordinary + 1)

    @property
    def ordinary_dealers(self) -> range:
        return self.dealers[self.heavy :]


def fill(url: str, size: Size, heavy: Life, ordinary: Life) -> int:
    """Fill an empty database with tables; gives how many entries there are."""
    app = create_app(settings(url))
    with app.app_context():
        transact(found, dealers=len(size.dealers))
        db.session.remove()
        db.engine.dispose()
    if url.startswith("sqlite"):
        _fill_sqlite(url, size, heavy, ordinary)
    else:
        # The lives are handed down by fork, not sent.
        fork = multiprocessing.get_context("fork")
        shares = [size.dealers[part::PROCESSES] for part in range(PROCESSES)]
        workers = [fork.Process(target=_copy, args=(url, share, size.heavy, heavy, ordinary)) for share in shares]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
            if worker.exitcode:
                raise RuntimeError(f"filling ended with {worker.exitcode}")
    return size.heavy * heavy.entries + size.ordinary * ordinary.entries


def _copy(url: str, dealers: Sequence[int], heavies: int, heavy: Life, ordinary: Life) -> None:
    with psycopg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    ) as connection:
        connection.execute("SET session_replication_role = replica")  # no foreign keys, no triggers
        connection.execute("SET synchronous_commit = off")
        connection.commit()
        for start in range(0, len(dealers), AT_ONCE):
            lives = [(dealer, heavy if dealer <= heavies else ordinary) for dealer in dealers[start : start + AT_ONCE]]
            for dealer, life in lives:
                for table, rows in of_dealer(life, dealer):
                    columns = ", ".join(f'"{name}"' for name in ("dealer_id", *table.columns))
                    with connection.cursor().copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
            connection.commit()


def _fill_sqlite(url: str, size: Size, heavy: Life, ordinary: Life) -> None:
    connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
    run: Any = connection.execute
    run("PRAGMA journal_mode=WAL")
    run("PRAGMA synchronous=OFF")
    run("PRAGMA foreign_keys=OFF")
    run("PRAGMA cache_size=-200000")
    for dealer in size.dealers:
        run("BEGIN")
        for table, rows in of_dealer(heavy if dealer <= size.heavy else ordinary, dealer):
            columns = ", ".join(f'"{name}"' for name in ("dealer_id", *table.columns))
            marks = ", ".join("?" * (1 + len(table.columns)))
            connection.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", rows)
        run("COMMIT")
    connection.close()
