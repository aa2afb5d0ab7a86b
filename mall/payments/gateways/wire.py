"""What gateways outside the house have in common: their shape, one request with a deadline, RSA signatures, yuan."""

from __future__ import annotations

import http.client
import ssl
import time
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from mall.payments.models import (
    BadSignature,
    BillLine,
    GatewayName,
    GatewaySilent,
    RefundTold,
    StaleNotice,
    Ticket,
    Told,
    ToPay,
)

MOST = 64 * 1024 * 1024
"""The largest answer that is read: a bill of some hundred thousand payments."""
WINDOW = timedelta(minutes=5)
"""How far the stamp of a notice may lie from our clock (both protocols' own advice)."""


class Gateway(Protocol):
    """A gateway outside the house. Each call is one conversation; GatewaySilent says that its end is unknown."""

    name: GatewayName
    merchant: str
    app: str

    def prepay(self, pay: ToPay) -> Ticket:
        """Have a payment taken, and get what the person is sent with."""

    def ask(self, no: str) -> Told:
        """How a payment stands."""

    def close(self, no: str) -> Told:
        """Have an unpaid payment closed; tells how it stands, which may be paid."""

    def refund(self, no: str, refund_no: str, *, fen: int, of: int, reason: str) -> RefundTold:
        """Give part of a payment of `of` fen back."""

    def ask_refund(self, no: str, refund_no: str) -> RefundTold:
        """How a refund stands."""

    def notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told | RefundTold | None:
        """What a callback says, once its signature and time are found good; none where it is about nothing of ours."""

    def bill(self, day: date) -> list[BillLine]:
        """All that was paid and given back on a civil day in China."""


@dataclass(frozen=True)
class Reply:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Wire:
    """Requests to one address. Redirects are not followed; `seconds` bounds all of it, however slowly it trickles."""

    base_url: str
    seconds: float = 8.0

    def send(self, method: str, target: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """One request. Raises GatewaySilent where no answer came, or one that says the gateway is in trouble."""
        parts = urlsplit(self.base_url)
        context = ssl.create_default_context() if parts.scheme == "https" else None
        host, port = parts.hostname or "", parts.port
        connection = (
            http.client.HTTPSConnection(host, port, timeout=self.seconds, context=context)
            if context
            else http.client.HTTPConnection(host, port, timeout=self.seconds)
        )
        until = time.monotonic() + self.seconds
        try:
            connection.request(method, target, body or None, dict(headers or {}))
            answer = connection.getresponse()
            received = bytearray()
            while piece := answer.read1(65536):
                received += piece
                if len(received) > MOST or time.monotonic() > until:
                    raise GatewaySilent
        except (OSError, http.client.HTTPException) as error:
            raise GatewaySilent from error
        finally:
            connection.close()
        if answer.status >= 500:
            raise GatewaySilent
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, bytes(received))


def private_key(pem: str) -> RSAPrivateKey:
    """A merchant's private key. Raises ValueError where it is none."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("the private key is not an RSA key")  # noqa: TRY004 - what is in a file is a value
    return key


def public_key(pem: str) -> RSAPublicKey:
    """A gateway's public key, or the one in its certificate. Raises ValueError where it is neither."""
    data = pem.encode()
    key = load_pem_x509_certificate(data).public_key() if "CERTIFICATE" in pem else load_pem_public_key(data)
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the gateway's key is not an RSA key")  # noqa: TRY004 - what is in a file is a value
    return key


def good_until(pem: str) -> datetime | None:
    """When a certificate ends; a bare public key does not."""
    return load_pem_x509_certificate(pem.encode()).not_valid_after_utc if "CERTIFICATE" in pem else None


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """RSA with SHA-256 (PKCS #1 v1.5), in base64: WECHATPAY2-SHA256-RSA2048 and RSA2 alike."""
    return b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def verify(key: RSAPublicKey, message: bytes, signature: str) -> None:
    """Refuse what the key's owner did not sign: BadSignature."""
    try:
        key.verify(b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, NotBase64, ValueError) as error:
        raise BadSignature from error


def in_window(stamped: datetime, now: datetime) -> None:
    """Refuse what was stamped more than five minutes from now: StaleNotice."""
    if abs(stamped - now) > WINDOW:
        raise StaleNotice


def yuan(fen: int) -> str:
    """Fen as a gateway writes money: 1234 is 12.34."""
    return f"{fen // 100}.{fen % 100:02d}"


def fen(text: str) -> int:
    """Money as a gateway writes it, in fen: `12.34`, `-5`, `¥1,234.50`. Raises ValueError for anything else."""
    plain = text.strip().removeprefix("¥").replace(",", "")
    sign_of = -1 if plain.startswith("-") else 1
    whole, _, part = plain.removeprefix("-").partition(".")
    if not (whole.isascii() and whole.isdigit()) or not (part == "" or (part.isascii() and part.isdigit())):
        raise ValueError(f"{text!r} is no amount")
    if part[2:].strip("0"):
        raise ValueError(f"{text!r} is finer than a fen")
    return sign_of * (int(whole) * 100 + int(f"{part:0<2}"[:2]))
