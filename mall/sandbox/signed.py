"""HMAC-SHA256 over five lines, as docs/partners.md and docs/sandbox.md lay it down, taken in and given out."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime
from hashlib import sha256

from flask import Request, Response, jsonify
from werkzeug.exceptions import HTTPException

from mall.sandbox.world import World

NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")
WINDOW = 300


def signature(secret: str, *lines: str) -> str:
    """The signature of some lines, in hexadecimal."""
    return hmac.new(secret.encode(), "\n".join(lines).encode(), sha256).hexdigest()


def heads(prefix: str, key: str, secret: str, first: str, target: str, body: bytes, at: datetime) -> dict[str, str]:
    """The four headers; `first` is the method of a request, or the status of an answer."""
    timestamp, nonce = str(int(at.timestamp())), secrets.token_urlsafe(16)
    return {
        f"{prefix}-Key": key,
        f"{prefix}-Timestamp": timestamp,
        f"{prefix}-Nonce": nonce,
        f"{prefix}-Signature": signature(secret, first, target, timestamp, nonce, sha256(body).hexdigest()),
    }


def refused(status: int, code: str, message: str) -> HTTPException:
    """An error in JSON, to be raised."""
    answer = jsonify(code=code, message=message)
    answer.status_code = status
    return HTTPException(response=answer)


def admit(world: World, request: Request, prefix: str, key: str, secret: str) -> bytes:
    """The raw body of a rightly signed request; raises 401 otherwise."""
    names = ("Key", "Timestamp", "Nonce", "Signature")
    given_key, timestamp, nonce, given = (request.headers.get(f"{prefix}-{name}", "") for name in names)
    body, target = request.get_data(), str(request.environ["REQUEST_URI"])
    ours = signature(secret, request.method, target, timestamp, nonce, sha256(body).hexdigest())
    if given_key != key or not hmac.compare_digest(given.encode(), ours.encode()):
        raise refused(401, "not_admitted", "key or signature does not fit")
    if not timestamp.isdigit() or abs(int(timestamp) - world.now().timestamp()) > WINDOW:
        raise refused(401, "not_admitted", "the timestamp is more than five minutes off")
    if not NONCE.fullmatch(nonce) or not world.store.first_use(prefix, nonce, world.now()):
        raise refused(401, "not_admitted", "the nonce is malformed or was used before")
    return body


def sign_answer(answer: Response, prefix: str, key: str, secret: str, target: str, at: datetime) -> Response:
    """Sign an answer over its status and its very bytes."""
    answer.headers.update(heads(prefix, key, secret, f"{answer.status_code:03d}", target, answer.get_data(), at))
    return answer
