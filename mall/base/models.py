"""The declarative base of all tables: names for every constraint, STRICT tables on SQLite."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables of the mall. Each table ends its __table_args__ with `strict()`."""

    metadata = MetaData(naming_convention=NAMES)


def strict(*, fillfactor: int | None = None) -> dict[str, Any]:
    """The options of every table: STRICT on SQLite, and room for HOT updates on PostgreSQL where rows change often."""
    options: dict[str, Any] = {"sqlite_strict": True}
    if fillfactor is not None:
        options["postgresql_with"] = {"fillfactor": fillfactor}
    return options
