"""Handing a message over: one signed HTTP request, outside of any transaction, bounded in time and in what it reads."""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from mall.base.signing import sign
from mall.base.types import canonical
from mall.outbox.actions.deliver import Taken
from mall.outbox.queries.destinations import Destination
from mall.outbox.rules import LIMIT

MOST = 4096
"""Bytes of an answer that are read: enough to say what was wrong."""
ITS_OWN_FAULT = frozenset({400, 409, 410, 413, 415, 422})
"""Statuses by which a system refuses this very message; with any other it is left alone for a while."""


@dataclass(frozen=True)
class Answer:
    """What came of it. `away` says that the system takes no message at present, whichever."""

    delivered: bool
    error: str = ""
    away: bool = False


def hand_over(taken: Taken, to: Destination, *, timestamp: int, nonce: str, limit: float = LIMIT) -> Answer:
    """Tell a system one message: canonical JSON, signed as partners sign to us, its id as idempotency key.

    Any 2xx is an acknowledgement; redirects are not followed. `timestamp` is seconds since 1970.
    """
    body = canonical(taken.told).encode()
    parts = urlsplit(to.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    stamp = str(timestamp)
    headers = {
        "Content-Type": "application/json",
        "Connection": "close",
        "User-Agent": "dealer-points-mall/1",
        "Idempotency-Key": str(taken.id),
        "X-Mall-Key": to.key_id,
        "X-Mall-Timestamp": stamp,
        "X-Mall-Nonce": nonce,
        "X-Mall-Signature": sign(to.secret, method="POST", target=target, timestamp=stamp, nonce=nonce, body=body),
    }
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=limit)
    except (ValueError, http.client.InvalidURL) as error:
        return Answer(False, f"{type(error).__name__}: {error}", away=True)
    # The time-out counts each read anew; one that trickles is cut off by this.
    over = threading.Event()
    guard = threading.Timer(limit, _cut, [connection, over])
    guard.start()
    try:
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        said = answer.read(MOST).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return Answer(False, f"{type(error).__name__}: {error}", away=True)
    finally:
        guard.cancel()
        connection.close()
    if over.is_set():  # what was cut off may look like an answer without a body
        return Answer(False, f"no answer within {limit:g} s", away=True)
    if 200 <= answer.status < 300:
        return Answer(True)
    return Answer(False, " ".join(f"{answer.status} {said}".split()), away=answer.status not in ITS_OWN_FAULT)


def _cut(connection: http.client.HTTPConnection, over: threading.Event) -> None:
    over.set()
    sock = connection.sock
    if sock is not None:
        try:
            sock.shutdown(2)
        except OSError:
            return
