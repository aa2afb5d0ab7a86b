"""Writing books on PostgreSQL: one statement for a posting, a few for a batch.

A round trip costs more than what is done in it. So the rows of a posting go as one statement that is prepared for their
numbers, and the rows of a batch by COPY and by changes that take their values from arrays.
"""
# ruff: noqa: S608 - the statements are put together from names in parts.py alone

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from psycopg import RawCursor
from sqlalchemy import Connection

from mall.base.bulk import FEW, put
from mall.points.actions.parts import BYTES, INT, PARTS, Part, Row


def write_at_once(connection: Connection, rows: list[list[Row]]) -> int:
    """Write the rows of each part; gives how many accounts were closed."""
    if max(map(len, rows)) > FEW:
        return _batch(connection, rows)
    # Numbers go as text, whose type the column decides: by their size they would be a statement to prepare each.
    values = tuple([str(x) if type(x) is int else x for of_part in rows for row in of_part for x in row])
    driver: Any = connection.connection.driver_connection
    kept, driver.cursor_factory = driver.cursor_factory, RawCursor  # takes $1 as it is, and need not look for marks
    try:
        return int(connection.exec_driver_sql(_posting(tuple(map(len, rows))), values).scalar_one())
    finally:
        driver.cursor_factory = kept


def _batch(connection: Connection, rows: list[list[Row]]) -> int:
    closed = 0
    for part, of_part in zip(PARTS, rows, strict=True):
        if not of_part:
            continue
        if not part.key:
            put(connection, part.table, [name for name, _ in part.columns], of_part)
            continue
        columns = zip(*of_part, strict=True)
        arrays = tuple(ARRAYS[kind](column) for kind, column in zip(part.kinds, columns, strict=True))
        changed = connection.exec_driver_sql(_changes(part), arrays).rowcount
        closed = changed if part is PARTS[-1] else 0
    return closed


@lru_cache(512)
def _posting(counts: tuple[int, ...]) -> str:
    """One statement that writes so many rows of each part, and gives how many accounts were closed."""
    steps: list[str] = []
    first = 1
    for part, rows in zip(PARTS, counts, strict=True):
        if rows:
            marks = [[f"${first + row * len(part.kinds) + n}" for n in range(len(part.kinds))] for row in range(rows)]
            steps.append(_change(part, marks) if part.key else _addition(part, marks))
            first += rows * len(part.kinds)
    if counts[-1]:
        steps[-1] += " RETURNING 1"
    told = f"COUNT(*) FROM p{len(steps) - 1}" if counts[-1] else "0"
    return f"WITH {', '.join(f'p{number} AS ({step})' for number, step in enumerate(steps))} SELECT {told}"


def _addition(part: Part, marks: list[list[str]]) -> str:
    values = ", ".join(f"({', '.join(row)})" for row in marks)
    return f"INSERT INTO {part.table} ({', '.join(part.names())}) VALUES {values}"


def _change(part: Part, marks: list[list[str]]) -> str:
    if len(marks) == 1:
        named = [f"{name} = {mark}" for name, mark in zip(part.names(), marks[0], strict=False)]
        where = named[: part.key] + ([f'"{part.guard}" = {marks[0][-1]}'] if part.guard else [])
        return f"UPDATE {part.table} SET {', '.join(named[part.key :])} WHERE {' AND '.join(where)}"
    typed = [", ".join(f"{mark}::{kind}" for mark, kind in zip(row, part.kinds, strict=True)) for row in marks]
    return _change_from(part, f"(VALUES {', '.join(f'({row})' for row in typed)})")


@lru_cache
def _changes(part: Part) -> str:
    return _change_from(part, f"unnest({', '.join(f'%s::{kind}[]' for kind in part.kinds)})")


def _change_from(part: Part, rows: str) -> str:
    names, guard = part.names(), ['"_guard"'] if part.guard else []
    changes = ", ".join(f"{name} = v.{name}" for name in names[part.key :])
    where = [f"t.{name} = v.{name}" for name in names[: part.key]]
    where += [f't."{part.guard}" = v."_guard"'] if part.guard else []
    listed = ", ".join(names + guard)
    return f"UPDATE {part.table} t SET {changes} FROM {rows} AS v ({listed}) WHERE {' AND '.join(where)}"


def _numbers(column: Row) -> str:
    return "{" + ",".join(["NULL" if value is None else str(value) for value in column]) + "}"


def _bytes(column: Row) -> str:
    return "{" + ",".join([rf'"\\x{value.hex()}"' for value in column]) + "}"


ARRAYS: dict[str, Callable[[Row], str]] = {INT: _numbers, BYTES: _bytes}
"""Arrays as PostgreSQL writes them: the driver's own way costs ten times as much."""
