"""Many rows at once, with as little as possible done for each of them.

A statement that is executed with a list of rows costs more in Python than in the database. Here the columns' types
make plain values of a whole column at a time, and the driver gets tuples: by COPY on PostgreSQL (the same checks, keys
and triggers, in the same transaction), by one prepared statement elsewhere. And many values that are asked for are
bound as one text, so that the statement stays the same however many they are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import BigInteger, Column, Connection, Dialect, Table, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from mall.base.driver import told

FEW = 20
"""Up to so many rows one statement is cheaper than COPY, which takes two round trips."""

Row = Mapping[str, Any]


def by_keys_alone(session: Session) -> None:
    """Have PostgreSQL read by indexes for the rest of the transaction.

    A connection keeps its plans: one made while a table was empty would read all of it, for each of many values.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")


def add(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns, in the columns' own types."""
    if rows:
        connection, names = session.connection(), tuple(rows[0])
        put(connection, table.name, names, plain(connection.dialect, table, names, rows))


def add_new(session: Session, table: Table, rows: Sequence[Row]) -> int:
    """Insert rows but those whose key is taken, by somebody at the same moment too; gives how many were."""
    if not rows:
        return 0
    connection, names = session.connection(), tuple(rows[0])
    statement = f"{_insert(connection, table.name, names)} ON CONFLICT DO NOTHING"
    return int(connection.exec_driver_sql(statement, plain(connection.dialect, table, names, rows)).rowcount)


def change(session: Session, table: Table, keys: Sequence[str], rows: Sequence[Row]) -> None:
    """Update rows that all name the same columns, those that are `keys` among them, in the columns' own types."""
    if not rows:
        return
    connection = session.connection()
    names = [*(name for name in rows[0] if name not in keys), *keys]
    quote, mark = connection.dialect.identifier_preparer.quote, _mark(connection)
    values = ", ".join(f"{quote(name)} = {mark}" for name in names if name not in keys)
    which = " AND ".join(f"{quote(name)} = {mark}" for name in keys)
    statement = f"UPDATE {quote(table.name)} SET {values} WHERE {which}"  # noqa: S608 - names of our own, values bound
    connection.exec_driver_sql(statement, plain(connection.dialect, table, names, rows))


def remove(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Delete the rows with these keys, which all name the same columns, in the columns' own types."""
    if not rows:
        return
    connection, names = session.connection(), tuple(rows[0])
    quote, mark = connection.dialect.identifier_preparer.quote, _mark(connection)
    which = " AND ".join(f"{quote(name)} = {mark}" for name in names)
    statement = f"DELETE FROM {quote(table.name)} WHERE {which}"  # noqa: S608 - names of our own, values bound
    connection.exec_driver_sql(statement, plain(connection.dialect, table, names, rows))


def put(connection: Connection, table: str, names: Sequence[str], values: Sequence[tuple[Any, ...]]) -> None:
    """Insert tuples of what the driver takes. What the database refuses is raised as SQLAlchemy raises it."""
    if not values:
        return
    if connection.dialect.name == "postgresql" and len(values) > FEW:
        _copy(connection, f"COPY {_columns(connection, table, names)} FROM STDIN", values)
    else:
        connection.exec_driver_sql(_insert(connection, table, names), list(values))


def plain(dialect: Dialect, table: Table, names: Sequence[str], rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Rows as tuples of what the driver takes, by the types of the table's columns."""
    return list(zip(*(_column(dialect, table, name, rows) for name in names), strict=True))


def _column(dialect: Dialect, table: Table, name: str, rows: Sequence[Row]) -> list[Any]:
    shape = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return [row[name] for row in rows] if shape is None else [shape(row[name]) for row in rows]


def _columns(connection: Connection, table: str, names: Sequence[str]) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return f"{quote(table)} ({', '.join(quote(name) for name in names)})"


def _insert(connection: Connection, table: str, names: Sequence[str]) -> str:
    columns, marks = _columns(connection, table, names), ", ".join([_mark(connection)] * len(names))
    return f"INSERT INTO {columns} VALUES ({marks})"  # noqa: S608 - names of our own, values bound


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


def _copy(connection: Connection, statement: str, values: Sequence[tuple[Any, ...]]) -> None:
    try:
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(statement) as copy:
            for value in values:
                copy.write_row(value)
    except psycopg.Error as error:
        raise told(connection, statement, error) from error


class Many(TypeDecorator[Collection[Any]]):
    """Numbers or texts, bound as one text: an array's on PostgreSQL, JSON elsewhere."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql":
            return json.dumps(list(value or ()))
        return "{" + ",".join(map(_item, value)) + "}"


def _item(value: str | int) -> str:
    return str(value) if isinstance(value, int) else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


class among(FunctionElement[bool]):  # noqa: N801 - reads as an operator in a statement
    """A column has one of the values that are bound under a name: `among(dealer.c.id, "dealers")`."""

    # Without the type of a truth value: SQLAlchemy would write `= 1` after it on SQLite, which then uses no index.
    inherit_cache = True

    def __init__(self, column: Column[Any], name: str) -> None:
        super().__init__(column, bindparam(name, type_=Many()))


@compiles(among)
def _listed(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(clause, **more) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a column and a bound value


@compiles(among, "postgresql")
def _in_array(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = element.clauses
    kind = "BIGINT" if isinstance(column.type, BigInteger) else "TEXT"
    return f"{compiler.process(column, **more)} = ANY (CAST({compiler.process(values, **more)} AS {kind}[]))"
