"""The client that docs/partners.md shows is the whole truth: it is taken from there and run over HTTP."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from mall.web.db import system_clock, transact
from tests.api.conftest import body, join

DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs" / "partners.md"


def test_the_documented_client_posts_and_reads(mall: Flask) -> None:
    mall.extensions["clock"] = system_clock  # the client reads the machine's clock
    key, _ = transact(join, seal=mall.extensions["seal"])
    [source] = [
        one for one in re.findall(r"```python\n(.*?)```", DOCUMENTATION.read_text("utf-8"), re.S) if "def call" in one
    ]
    client: dict[str, Any] = {"__name__": "client"}
    exec(compile(source, "client.py", "exec"), client)
    server = make_server("127.0.0.1", 0, mall, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        access = (f"http://127.0.0.1:{server.server_port}", key.key_id, key.secret)
        document = body(ordered_at=system_clock().isoformat(timespec="seconds"), dealer={"code": "D-1", "name": "启明"})
        status, told = client["call"](*access, "POST", "/api/v1/orders", document)
        assert (status, told["points"]) == (201, 100)
        status, told = client["call"](*access, "GET", "/api/v1/documents?state=posted&limit=5")
        assert (status, len(told["documents"])) == (200, 1)
        status, told = client["call"](*access[:2], "wrong", "GET", "/api/v1/documents")
        assert (status, told["code"]) == (401, "not_admitted")
    finally:
        server.shutdown()
