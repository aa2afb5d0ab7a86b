"""Sealed fields: AES-256-GCM for personal data and secrets at rest, and a blind index to look them up.

Form of a sealed value: one byte key id, twelve bytes nonce, then ciphertext with tag. The associated data
names table, column and row, so that a sealed value copied into another row does not open.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_ID = 1


class Seal:
    """Seals and opens fields with keys derived from the mall's one secret."""

    def __init__(self, secret: str) -> None:
        material = secret.encode()
        self._cipher = AESGCM(_derive(material, b"mall field encryption 1"))
        self._index = _derive(material, b"mall blind index 1")
        self._material = material

    def seal(self, text: str, place: str) -> bytes:
        """Seal a text for a place such as `member:phone:42`."""
        return self.seal_bytes(text.encode(), place)

    def open(self, sealed: bytes, place: str) -> str:
        """Open a text that was sealed for this very place; refuse anything else with ValueError."""
        return self.open_bytes(sealed, place).decode()

    def seal_bytes(self, data: bytes, place: str) -> bytes:
        """Seal what is no text, a picture for instance."""
        nonce = secrets.token_bytes(12)
        return bytes([KEY_ID]) + nonce + self._cipher.encrypt(nonce, data, place.encode())

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        """Open what was sealed for this very place; refuse anything else with ValueError."""
        if len(sealed) < 29 or sealed[0] != KEY_ID:
            raise ValueError("not a sealed value of a known key")
        try:
            return self._cipher.decrypt(sealed[1:13], sealed[13:], place.encode())
        except InvalidTag as error:
            raise ValueError("sealed for another place, or altered") from error

    def index(self, text: str, column: str) -> bytes:
        """A keyed hash of a text, for exact look-up of a sealed column."""
        return hmac.new(self._index, f"{column}:{text}".encode(), sha256).digest()

    def signer(self, purpose: str) -> Ed25519PrivateKey:
        """The private key with which the mall signs what others are to believe, one a purpose."""
        return Ed25519PrivateKey.from_private_bytes(_derive(self._material, f"mall {purpose} signature 1".encode()))


def _derive(material: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(material)
