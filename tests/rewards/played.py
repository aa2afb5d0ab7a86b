"""A supplier played on loopback: the wire of docs/sandbox.md over real HTTP, and every way in which it can go wrong."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mall.base.signing import sign
from mall.rewards.actions.supplier import KEY, ONCE, SIGNED, STAMP, Supplier
from tests.conftest import Clock

MERCHANT, SECRET = "mall-1", "a secret between two"


class Played:
    """What the supplier has been sent, and how it behaves: `way` is one of the words of `_Handler._go`."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.way, self.outcome = clock, "", "under_way"
        self.orders: dict[str, dict[str, Any]] = {}
        self.sent: list[str] = []
        self.asked: list[str] = []
        self.url = ""

    def client(self, *, seconds: float = 1.0, secret: str = SECRET) -> Supplier:
        return Supplier(self.url, MERCHANT, secret, "http://127.0.0.1/top-ups/notifications", self.clock, seconds)

    def told(self, no: str) -> dict[str, Any]:
        return {
            "no": no, "supplier_no": f"S{list(self.orders).index(no)}", "state": self.outcome, "ended_at": None,
            "receipt": "R-1" if self.outcome == "done" else "",
            "reason": "号码停机" if self.outcome == "failed" else "",
        }  # fmt: skip

    def heads(self, first: str, target: str, body: bytes, *, secret: str = SECRET, age: int = 0) -> dict[str, str]:
        stamp, nonce = str(int(self.clock().timestamp()) - age), secrets.token_urlsafe(12)
        signature = sign(secret, method=first, target=target, timestamp=stamp, nonce=nonce, body=body)
        return {KEY: MERCHANT, STAMP: stamp, ONCE: nonce, SIGNED: signature}


class _Handler(BaseHTTPRequestHandler):
    played: Played

    def do_POST(self) -> None:
        wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._go(lambda: self._order(wanted))

    def do_GET(self) -> None:
        self._go(self._ask)

    def _go(self, act: Any) -> None:
        way = self.played.way
        if way == "down":
            return self._answer(503, {"code": "unavailable"})
        if way == "unsigned 404":
            return self._answer(404, {"code": "no_such_order"}, secret="another")
        if way == "not admitted":
            return self._answer(401, {"code": "not_admitted"})
        if way == "refuse":
            return self._answer(422, {"code": "wrong_account", "message": "号码不对"})
        status, told = act()
        if way == "lose the answer":
            return self.connection.close()
        if way == "trickle":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            for _ in range(40):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.1)
            return None
        return self._answer(
            status,
            told | ({"no": "T1"} if way == "another's" else {}),
            secret="forged" if way == "forge" else SECRET,
            age=400 if way == "stale" else 0,
        )

    def _order(self, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        no = wanted["no"]
        self.played.sent.append(no)
        known = self.played.orders.setdefault(no, wanted)
        if known != wanted:
            return 409, {"code": "no_reused"}
        return 201, self.played.told(no)

    def _ask(self) -> tuple[int, dict[str, Any]]:
        no = self.path.rpartition("/")[2]
        self.played.asked.append(no)
        return (200, self.played.told(no)) if no in self.played.orders else (404, {"code": "no_such_order"})

    def _answer(self, status: int, told: dict[str, Any], *, secret: str = SECRET, age: int = 0) -> None:
        body = json.dumps(told, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in self.played.heads(f"{status:03d}", self.path, body, secret=secret, age=age).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def supplier(clock: Clock) -> Iterator[Played]:
    """The supplier at work on a free port."""
    played = Played(clock)
    handler = type("Handler", (_Handler,), {"played": played})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    played.url = f"http://127.0.0.1:{server.server_address[1]}/top-up"
    try:
        yield played
    finally:
        server.shutdown()
        server.server_close()
