"""The sandbox at work on a port of loopback, and an ear that takes its callbacks as the mall would."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from typing import Any

import pytest

from mall.sandbox import create
from mall.sandbox.app import running

QUICK = {"hurry": 300, "delay": 0.6, "hold": 5, "refund": 0, "top_up": 0.2, "hang": 1.5}


@dataclass
class Heard:
    """One callback as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class Ear:
    """Takes callbacks; `answer` decides what is said to each."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    answer: Callable[[Heard], tuple[int, bytes]] = lambda heard: (200, b"success")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def wait_for(what: Callable[[], Any], seconds: float = 15) -> Any:
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
    return found


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            heard = Heard(self.path, dict(self.headers.items()), body, time.monotonic())
            status, said = ear.answer(heard)
            ear.heard.append(heard)
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ear.port = server.server_port
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield ear
    server.shutdown()
    server.server_close()


@dataclass
class Sandbox:
    """The sandbox as one speaks to it from outside."""

    url: str
    folder: Path

    def file(self, name: str) -> dict[str, Any]:
        return dict(json.loads((self.folder / "gateways" / f"{name}.json").read_text()))

    def call(self, method: str, path: str, content: Any = None) -> tuple[int, Any]:
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def throw(self, **switches: str | bool) -> None:
        assert self.call("PUT", "/api/switches", switches)[0] == 200

    def pay(self, gateway: str, no: str) -> dict[str, Any]:
        status, told = self.call("POST", f"/api/payments/{gateway}/{no}/payment")
        assert status == 200, told
        return dict(told)

    def payment(self, gateway: str, no: str) -> dict[str, Any]:
        return dict(self.call("GET", f"/api/payments/{gateway}/{no}")[1])

    def letters(self, gateway: str, no: str) -> list[dict[str, Any]]:
        return list(self.payment(gateway, no)["letters"])


@pytest.fixture(scope="session")
def kept_keys(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Keys are made once for all these tests."""
    folder = tmp_path_factory.mktemp("keys")
    create(folder, "http://127.0.0.1:1")
    row = sqlite3.connect(folder / "sandbox.db").execute("SELECT value FROM kept WHERE name = 'keys'").fetchone()
    return str(row[0])


def prepare(folder: Path, keys: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(folder / "sandbox.db")
    database.execute("CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    database.execute("INSERT INTO kept VALUES ('keys', ?)", (keys,))
    database.execute("INSERT INTO kept VALUES ('pace', ?)", (json.dumps(QUICK),))
    database.commit()
    database.close()


@pytest.fixture
def sandbox(tmp_path: Path, kept_keys: str, ear: Ear) -> Iterator[Sandbox]:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path / "sandbox"
    prepare(folder, kept_keys)
    app = create(folder, f"http://127.0.0.1:{port}", mall_url=ear.url)
    with running(app, "127.0.0.1", port):
        yield Sandbox(f"http://127.0.0.1:{port}", folder)
