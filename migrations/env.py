"""How migrations run: on the mall's own engine, one transaction a database, writing where SQLite is concerned."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

config = context.config
target = current_app.extensions["migrate"].db

logging.getLogger("alembic").setLevel(logging.WARNING)


def leave_out_what_is_the_same(type_: str, item: Any, _autogen: Any) -> str | bool:
    """Write the mall's own column types by their short names, with their import."""
    if type_ == "type" and type(item).__module__ == "mall.base.types":
        _autogen.imports.add("from mall.base import types")
        words = getattr(item, "words", None)
        # A migration must not import today's enums: on disk a Word is a text of 24.
        return "sa.String(length=24).with_variant(sa.Text(), 'sqlite')" if words else f"types.{type(item).__name__}()"
    return False


@contextmanager
def tables_made_anew(connection: Connection) -> Iterator[None]:
    """On SQLite a changed table is made anew, so what refers to it is held against it at the end, not meanwhile."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
        if broken := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"rows refer to what is not there: {broken[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def run() -> None:
    """Bring the database where it is told to go."""
    arguments = dict(current_app.extensions["migrate"].configure_args)
    arguments["render_item"] = leave_out_what_is_the_same
    if context.is_offline_mode():
        context.configure(url=str(target.engine.url), target_metadata=target.metadata, literal_binds=True, **arguments)
        with context.begin_transaction():
            context.run_migrations()
        return
    with target.engine.connect().execution_options(writer=True) as connection, tables_made_anew(connection):
        context.configure(connection=connection, target_metadata=target.metadata, **arguments)
        with context.begin_transaction():
            context.run_migrations()


run()
