"""One-time codes by time (RFC 6238): six digits, 30 seconds, one step of tolerance, no code twice."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

STEP = 30
TOLERANCE = 1


def fresh() -> str:
    """A new secret, 160 bits in base 32."""
    return pyotp.random_base32()


def uri(secret: str, login: str) -> str:
    """What the QR code says to the authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="积分商城")


def code_at(secret: str, now: datetime) -> str:
    """The code an authenticator with this secret shows now."""
    return pyotp.TOTP(secret).at(int(now.timestamp()))


def step_of(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The time step a code belongs to, if it fits now and is later than the last one used; else none."""
    current = int(now.timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    for step in range(max(current - TOLERANCE, last_step + 1), current + TOLERANCE + 1):
        if hmac.compare_digest(totp.at(step * STEP).encode(), code.encode()):
            return step
    return None
