"""Statements that every posting runs: rendered once, and run by the driver itself on PostgreSQL.

SQLAlchemy's own execution (looking the statement up, binding its values, describing its columns, making a result) takes
as much of a posting's time as all that the ledger does besides. Where somebody listens to statements, and on other
databases, they take that way still.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import psycopg
from psycopg import RawCursor
from sqlalchemy import Connection, Select
from sqlalchemy.dialects.postgresql import psycopg as postgresql

from mall.base.driver import told

_NAMED = re.compile(r"%\((\w+)\)s")
_dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


class Ready:
    """A select with plain parameters, ready to be run."""

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement

    def rows(self, connection: Connection, wants: Mapping[str, Any]) -> list[Any]:
        """Its rows, columns by name and by position, in the types of the statement."""
        if connection.dialect.name != "postgresql" or connection.engine.dispatch.before_cursor_execute:
            return list(connection.execute(self.statement, wants).all())
        text, names, fixed, shapes, row_of = self._rendered
        values = [fixed[name] if name in fixed else shapes[name](wants[name]) for name in names]
        driven: Any = connection.connection.driver_connection
        try:
            found = RawCursor(driven).execute(text, values).fetchall()
        except psycopg.Error as error:
            raise told(connection, text, error) from error
        return list(map(row_of, found))

    @cached_property
    def _rendered(self) -> tuple[str, list[str], dict[str, Any], dict[str, Callable[[Any], Any]], Callable[[Any], Any]]:
        compiled = self.statement.compile(dialect=_dialect)
        names: list[str] = []

        def mark(found: re.Match[str]) -> str:
            if found[1] not in names:
                names.append(found[1])
            return f"${names.index(found[1]) + 1}"

        text = _NAMED.sub(mark, str(compiled)).replace("%%", "%")
        shapes = {name: _bound(compiled.binds[name].type) for name in names}
        fixed = {
            name: shapes[name](value) for name in names if (value := compiled.binds[name].effective_value) is not None
        }
        columns = list(self.statement.selected_columns)
        row = namedtuple("Row", [column.key or "" for column in columns])  # type: ignore[misc]
        back = [column.type.dialect_impl(_dialect).result_processor(_dialect, None) for column in columns]
        places = [(place, process) for place, process in enumerate(back) if process]

        def row_of(values: tuple[Any, ...]) -> Any:
            shaped = list(values)
            for place, process in places:
                shaped[place] = process(shaped[place])
            return row._make(shaped)

        return text, names, fixed, shapes, row_of


def _bound(type_: Any) -> Callable[[Any], Any]:
    """A value as the driver takes it; numbers as text, whose type the statement says, not their size."""
    process = type_.dialect_impl(_dialect).bind_processor(_dialect)

    def bound(value: Any) -> Any:
        plain = process(value) if process else value
        return str(plain) if type(plain) is int else plain

    return bound
