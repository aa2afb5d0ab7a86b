"""What many tests begin with (a cast, a catalogue, a warehouse) is made once in a process, and copied from then on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from mall.base import ids
from mall.base.models import Base

P = ParamSpec("P")
T = TypeVar("T")
Rows = dict[Table, list[dict[str, Any]]]


def once(verb: Callable[Concatenate[Session, datetime, P], T]) -> Callable[Concatenate[Session, datetime, P], T]:
    """A verb that only adds rows: from its second run on, at the same moment with the same words, they are copied.

    The work of making them (a hundred statements and their rules for each reward) is done once and not for each of a
    thousand tests. What it gives is given again: let it be nothing that a test changes.
    """
    kept: dict[tuple[object, ...], tuple[Rows, T]] = {}

    @wraps(verb)
    def copied(session: Session, now: datetime, /, *args: P.args, **words: P.kwargs) -> T:
        key = (now, args, *((name, word) for name, word in sorted(words.items()) if name != "seal"))
        if key not in kept:
            before = {table: {_key(table, row) for row in rows} for table, rows in _all(session).items()}
            gave = verb(session, now, *args, **words)
            session.flush()
            kept[key] = {table: [row for row in rows if _key(table, row) not in before.get(table, ())]
                         for table, rows in _all(session).items()}, gave  # fmt: skip
            return gave
        rows, gave = kept[key]
        for table, new in rows.items():
            if new:
                session.execute(insert(table), new)
        _go_on_after(rows)
        return gave

    return copied


def _go_on_after(rows: Rows) -> None:
    """Later ids are higher than those that were copied, though another test's clock may have stood elsewhere since."""
    highest = max((row["id"] for new in rows.values() for row in new if "id" in row), default=0)
    with ids._lock:
        far = ids._last >> 21 > (highest >> 21) + ids.AHEAD
        ids._last = highest if far else max(highest, ids._last)


def _all(session: Session) -> Rows:
    found: Rows = {}
    for table in Base.metadata.sorted_tables:
        found[table] = [dict(row) for row in session.execute(select(table)).mappings()]
    return found


def _key(table: Table, row: dict[str, Any]) -> tuple[object, ...]:
    return tuple(row[column.name] for column in table.primary_key)
