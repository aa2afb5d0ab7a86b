"""How the mall and its partners sign what they send each other: HMAC-SHA256 (RFC 2104) over five lines, in hexadecimal.

method
path, with ?query if there is one, exactly as sent
seconds since 1970
nonce
SHA-256 of the body, in hexadecimal
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

TOLERANCE = 300
"""Seconds by which a partner's clock may differ from ours."""

NONCE = re.compile(r"[A-Za-z0-9_-]{8,64}")
TIMESTAMP = re.compile(r"[0-9]{9,11}")
SIGNATURE = re.compile(r"[0-9a-f]{64}")


def sign(secret: str, *, method: str, target: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The signature that a request must carry."""
    message = "\n".join((method, target, timestamp, nonce, sha256(body).hexdigest()))
    return hmac.new(secret.encode(), message.encode(), sha256).hexdigest()


def same(ours: str, theirs: str) -> bool:
    """Whether two signatures are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(ours.encode(), theirs.encode())
