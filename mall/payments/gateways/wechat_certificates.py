"""WeChat Pay's platform certificates as it hands them out (GET /v3/certificates), kept in this process.

They are asked for when something is signed with a serial number that wechat.json does not hold. Each comes under the
API v3 key, and the whole list signed with one of its own: whoever holds neither that key nor the certificate's private
one cannot put one among them (pay.weixin.qq.com/doc/v3/merchant/4012068814).
"""

from __future__ import annotations

import json
import logging
import re
import threading
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509 import load_pem_x509_certificate

from mall.base.types import EPOCH
from mall.payments.gateways import wire
from mall.payments.models import BadSignature, GatewaySilent, StaleNotice

PATH = "/v3/certificates"
PAUSE = timedelta(minutes=1)
"""Between two askings, whatever anybody sends us: a made-up serial number costs WeChat and us one a minute."""
FRESH = timedelta(hours=12)
"""After so long what was fetched is asked for anew before it is believed: one that was withdrawn is not in it."""
SERIAL = re.compile(r"[0-9A-F]{8,64}")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Known:
    key: RSAPublicKey
    ends_at: datetime


class Certificates:
    """What was fetched. `fetch` has one conversation with WeChat, so it is called outside of any transaction."""

    def __init__(self, ask: Callable[[], wire.Reply], sealed_with: AESGCM, clock: Callable[[], datetime]) -> None:
        self._ask, self._sealed_with, self._clock = ask, sealed_with, clock
        self._known: Mapping[str, _Known] = {}
        self._fetched_at = self._asked_at = EPOCH
        self._lock = threading.Lock()

    def key(self, serial: str) -> RSAPublicKey | None:
        """The public key of a certificate that was fetched not long ago and has not ended."""
        known, now = self._known.get(serial), self._clock()
        return known.key if known and now < known.ends_at and now - self._fetched_at < FRESH else None

    def fetch(self, serial: str) -> None:
        """Ask for the certificates because of this serial number, at most once a minute. What fails changes nothing."""
        if not SERIAL.fullmatch(serial):
            return  # a public key's id, or nonsense: no certificate will have it
        with self._lock:
            now = self._clock()
            if self.key(serial) is not None or now - self._asked_at < PAUSE:
                return
            self._asked_at = now
            try:
                self._known = self._read(self._ask(), now)
                self._fetched_at = now
            except (GatewaySilent, BadSignature, StaleNotice) as refusal:
                log.warning("WeChat Pay's certificates could not be had for serial %s: %s", serial, refusal.code)
            else:
                log.warning("WeChat Pay's certificates were fetched for serial %s: %s", serial, ", ".join(self._known))

    def fetch_beside(self, serial: str) -> None:
        """The same without waiting for it: a notice must be answered within five seconds."""
        if SERIAL.fullmatch(serial) and self._clock() - self._asked_at >= PAUSE:
            threading.Thread(target=self.fetch, args=(serial,), name="wechat-certificates", daemon=True).start()

    def _read(self, reply: wire.Reply, now: datetime) -> dict[str, _Known]:
        """The certificates of an answer. Refused: what WeChat did not write, now."""
        if reply.status != 200:
            raise GatewaySilent
        try:
            found = dict(self._one(entry) for entry in json.loads(reply.body)["data"])
        except (ValueError, KeyError, TypeError, InvalidTag) as error:
            raise BadSignature from error
        stamp, nonce = reply.headers.get("wechatpay-timestamp", ""), reply.headers.get("wechatpay-nonce", "")
        signer = found.get(plain(reply.headers.get("wechatpay-serial", "")))
        if signer is None or now >= signer.ends_at:
            raise BadSignature
        signed = f"{stamp}\n{nonce}\n".encode() + reply.body + b"\n"
        wire.verify(signer.key, signed, reply.headers.get("wechatpay-signature", ""))
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
            raise BadSignature
        wire.in_window(EPOCH + timedelta(seconds=int(stamp)), now)
        return found

    def _one(self, entry: Mapping[str, Any]) -> tuple[str, _Known]:
        sealed = entry["encrypt_certificate"]
        pem = self._sealed_with.decrypt(
            str(sealed["nonce"]).encode(),
            b64decode(str(sealed["ciphertext"])),
            str(sealed.get("associated_data") or "").encode(),
        )
        certificate = load_pem_x509_certificate(pem)
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise BadSignature
        return f"{certificate.serial_number:X}", _Known(key, certificate.not_valid_after_utc)


def plain(serial: str) -> str:
    """Serial numbers of certificates are hexadecimal: their case and leading noughts say nothing."""
    return serial.upper().lstrip("0")
