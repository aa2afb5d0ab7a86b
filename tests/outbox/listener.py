"""A little system of the brand: a real HTTP server in a thread that takes messages, and misbehaves when told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

KEY, SECRET = "mall-1", "a secret that the mall and the system share"


@dataclass
class Heard:
    """One request as it came in."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Listener:
    """What was heard, and how to answer: a status, `hang` (never), `twice`, `drop` (take it, say nothing)."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    moods: list[int | str] = field(default_factory=list)
    always: int | str = 200
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def ids(self) -> list[str]:
        return [one.told["id"] for one in self.heard]

    @property
    def keys(self) -> list[str]:
        return [one.told["key"] for one in self.heard]


@contextmanager
def listening() -> Iterator[Listener]:
    """A system that listens on loopback until the block is over."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.heard.append(Heard(self.path, dict(self.headers), body))
            mood = listener.moods.pop(0) if listener.moods else listener.always
            if mood == "hang":
                listener.over.wait(30)
                self.close_connection = True
            elif mood == "drop":
                self.close_connection = True
            elif mood == "trickle":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                while not listener.over.wait(0.05):
                    try:
                        self.wfile.write(b"X")
                        self.wfile.flush()
                    except OSError:
                        break
                self.close_connection = True
            elif mood == "elsewhere":
                self.send_response(307)
                self.send_header("Location", listener.url + "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                for _ in range(2 if mood == "twice" else 1):
                    self.send_response(200 if mood == "twice" else int(mood))
                    self.send_header("Content-Length", "2")
                    self.end_headers()
                    self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield listener
    finally:
        listener.over.set()
        server.shutdown()
        server.server_close()


def write_down(folder: Path, system: str, url: str, **more: Any) -> None:
    """Configure a system in a folder of gateways."""
    told = {"url": url + "/mall/messages?v=1", "key_id": KEY, "secret": SECRET, **more}
    (folder / f"{system}.json").write_text(json.dumps(told))
