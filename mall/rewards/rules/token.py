"""A voucher as a signed text: a JSON Web Token (RFC 7519) signed with Ed25519 (EdDSA, RFC 8037), in compact form.

Any JOSE library checks it with the mall's public key; docs/partners.md does it in twenty lines without one.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from json import loads
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mall.base.types import canonical

PURPOSE = "voucher"
"""For which the mall's secret makes this key."""


def key_id(key: Ed25519PublicKey) -> str:
    """A public key's short name: the beginning of the SHA-256 of its 32 bytes."""
    return sha256(raw(key)).hexdigest()[:16]


def raw(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """A public key as JSON Web Key (RFC 8037)."""
    return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": key_id(key), "x": _told(raw(key))}


def signed(claims: dict[str, Any], key: Ed25519PrivateKey) -> str:
    """Claims as a token."""
    header = {"alg": "EdDSA", "typ": "JWT", "kid": key_id(key.public_key())}
    text = f"{_told(canonical(header).encode())}.{_told(canonical(claims).encode())}"
    return f"{text}.{_told(key.sign(text.encode()))}"


def opened(token: str, key: Ed25519PublicKey) -> dict[str, Any] | None:
    """The claims of a token, none where it was not signed with this key. Says nothing of its day."""
    text, _, signature = token.rpartition(".")
    try:
        key.verify(_heard(signature), text.encode())
        claims = loads(_heard(text.partition(".")[2]))
    except (InvalidSignature, ValueError):
        return None
    return claims if isinstance(claims, dict) else None


def _told(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _heard(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
