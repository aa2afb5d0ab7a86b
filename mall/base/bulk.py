"""Many rows at once, with as little as possible done for each of them.

A statement that is executed with a list of rows costs more in Python than in the database. Here the columns' types
make plain values of a whole column at a time, and the driver gets tuples: by COPY on PostgreSQL (the same checks, keys
and triggers, in the same transaction), by one prepared statement elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

FEW = 20
"""Up to so many rows one statement is cheaper than COPY, which takes two round trips."""

Row = Mapping[str, Any]


def add(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns, in the columns' own types."""
    if rows:
        connection, names = session.connection(), tuple(rows[0])
        put(connection, table.name, names, plain(connection.dialect, table, names, rows))


def put(connection: Connection, table: str, names: Sequence[str], values: Sequence[tuple[Any, ...]]) -> None:
    """Insert tuples of what the driver takes. What the database refuses is raised as SQLAlchemy raises it."""
    if not values:
        return
    quote = connection.dialect.identifier_preparer.quote
    columns = f"{quote(table)} ({', '.join(quote(name) for name in names)})"
    if connection.dialect.name == "postgresql" and len(values) > FEW:
        _copy(connection, f"COPY {columns} FROM STDIN", values)
    else:
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        marks = ", ".join([mark] * len(names))
        statement = f"INSERT INTO {columns} VALUES ({marks})"  # noqa: S608 - names of our own, values bound
        connection.exec_driver_sql(statement, list(values))


def plain(dialect: Dialect, table: Table, names: Sequence[str], rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Rows as tuples of what the driver takes, by the types of the table's columns."""
    return list(zip(*(_column(dialect, table, name, rows) for name in names), strict=True))


def _column(dialect: Dialect, table: Table, name: str, rows: Sequence[Row]) -> list[Any]:
    shape = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return [row[name] for row in rows] if shape is None else [shape(row[name]) for row in rows]


def _copy(connection: Connection, statement: str, values: Sequence[tuple[Any, ...]]) -> None:
    driver: Any = connection.dialect.loaded_dbapi
    try:
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(statement) as copy:
            for value in values:
                copy.write_row(value)
    except driver.Error as error:
        raise DBAPIError.instance(
            statement, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
