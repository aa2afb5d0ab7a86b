"""What goes to PostgreSQL's driver past SQLAlchemy fails as SQLAlchemy's own statements do."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def told(connection: Connection, statement: str, error: psycopg.Error) -> DBAPIError:
    """The driver's error as SQLAlchemy raises it, without the values; a connection that is lost is thrown away."""
    proxied: Any = connection.connection
    failed: Any = error
    lost = connection.dialect.is_disconnect(failed, proxied.driver_connection, None)
    if lost:
        connection.invalidate(error)
    raised = DBAPIError.instance(
        statement,
        None,
        error,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=connection.dialect,
    )
    assert isinstance(raised, DBAPIError)
    return raised
