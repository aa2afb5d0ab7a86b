"""The supplier of top-ups: one signed request with a deadline, its answer verified; and callbacks verified likewise.

Talking happens outside of any transaction. The wire is laid down in docs/sandbox.md.
"""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from mall.base.refused import N_, Refused
from mall.base.signing import NONCE, SIGNATURE, TIMESTAMP, TOLERANCE, same, sign
from mall.base.types import canonical
from mall.rewards.rules.supplier import Told, Word, read

KEY, STAMP, ONCE, SIGNED = "X-Supplier-Key", "X-Supplier-Timestamp", "X-Supplier-Nonce", "X-Supplier-Signature"
MOST = 64 * 1024


class NotTheSupplier(Refused):
    """A callback that the supplier did not sign, or signed long ago."""

    code = "not_admitted"
    status = 401
    text = N_("签名不对。")


@dataclass(frozen=True)
class Supplier:
    """A supplier by its file top_up.json. `clock` gives the current UTC moment."""

    base_url: str
    merchant: str
    secret: str
    notify_url: str
    clock: Callable[[], datetime]
    seconds: float = 8.0

    def order(self, *, no: str, product: str, account: str, quantity: int, fen: int) -> Told:
        """Order one top-up under a number of ours; the same number twice is the same order."""
        wanted = {"no": no, "product": product, "account": account, "quantity": quantity, "fen": fen}
        return self._talk("POST", "/orders", no, canonical(wanted).encode())

    def ask(self, no: str) -> Told:
        """How a top-up stands."""
        return self._talk("GET", f"/orders/{no}", no)

    def notice(self, *, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Told:
        """What a callback says, verified over its raw bytes and within five minutes; else NotTheSupplier."""
        if not self._signed(method, target, headers, body):
            raise NotTheSupplier
        said = _json(body)
        no = str(said.get("no", "")) if isinstance(said, dict) else ""
        return read(no, 200, said)

    def _talk(self, method: str, path: str, no: str, body: bytes = b"") -> Told:
        parts = urlsplit(self.base_url)
        target = parts.path.rstrip("/") + path
        try:
            status, headers, answer = self._send(method, target, body)
        except (OSError, http.client.HTTPException):
            return Told(no, Word.SILENT)
        if status >= 500 or not self._signed(f"{status:03d}", target, headers, answer):
            # An answer to keys that the supplier does not know is signed with what we cannot check.
            return Told(no, Word.SHUT_OUT if status == 401 else Word.SILENT)
        return read(no, status, _json(answer))

    def _send(self, method: str, target: str, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        parts = urlsplit(self.base_url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self.seconds)
        # The time-out counts each read anew; one that trickles is cut off by this.
        guard = threading.Timer(self.seconds, _cut, [connection])
        guard.start()
        until = time.monotonic() + self.seconds
        try:
            connection.request(method, target, body or None, self._headers(method, target, body))
            answer, received = connection.getresponse(), bytearray()
            while piece := answer.read1(MOST):
                received += piece
                if len(received) > MOST:
                    raise TimeoutError
            if time.monotonic() > until:  # what was cut off may look like the end of an answer
                raise TimeoutError
            return answer.status, dict(answer.getheaders()), bytes(received)
        finally:
            guard.cancel()
            connection.close()

    def _headers(self, method: str, target: str, body: bytes) -> dict[str, str]:
        stamp, nonce = str(int(self.clock().timestamp())), secrets.token_urlsafe(16)
        signature = sign(self.secret, method=method, target=target, timestamp=stamp, nonce=nonce, body=body)
        headers = {KEY: self.merchant, STAMP: stamp, ONCE: nonce, SIGNED: signature, "Connection": "close"}
        return headers | ({"Content-Type": "application/json"} if body else {})

    def _signed(self, first: str, target: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the supplier signed these bytes, for this very request, within the last five minutes."""
        told = {name.lower(): value for name, value in headers.items()}
        key, stamp, nonce, signature = (told.get(name.lower(), "") for name in (KEY, STAMP, ONCE, SIGNED))
        fits = TIMESTAMP.fullmatch(stamp) and NONCE.fullmatch(nonce) and SIGNATURE.fullmatch(signature)
        if not fits or key != self.merchant or abs(self.clock().timestamp() - int(stamp)) > TOLERANCE:
            return False
        return same(sign(self.secret, method=first, target=target, timestamp=stamp, nonce=nonce, body=body), signature)


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
