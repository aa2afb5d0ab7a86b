"""How a text leaves for a phone: one POST to the provider of `sms.json`, signed (docs/sandbox.md has its wire).

Called after the transaction that wrote the code, never from within one.
"""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from mall.base.refused import N_, Refused
from mall.base.signing import sign
from mall.config import Settings

PATIENCE = 5.0
"""Seconds a person waits for the provider."""
log = logging.getLogger(__name__)


class SmsNotSent(Refused):
    """The provider did not take the message, or nobody knows whether it did."""

    code = "sms_not_sent"
    status = 503
    text = N_("短信暂时没有发出去，请稍等片刻再获取一次。")


@dataclass(frozen=True)
class Provider:
    """The SMS provider, as its file describes it."""

    base_url: str
    access_key: str
    secret: str
    sign_name: str
    template: str

    @property
    def sandbox(self) -> str:
        """The page of the sandbox that shows messages, where it is what plays the provider; else nothing."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}/outside" if parts.hostname == "127.0.0.1" else ""

    def send(self, now: datetime, *, no: str, phone: str, params: dict[str, str]) -> None:
        """Send one message; the same `no` is sent once. Refuses with `SmsNotSent` what was not accepted."""
        said = {
            "no": no, "phone": phone, "sign_name": self.sign_name, "template": self.template, "params": params,
        }  # fmt: skip
        body = json.dumps(said, ensure_ascii=False).encode()
        url = f"{self.base_url.rstrip('/')}/messages"
        timestamp, nonce = str(int(now.timestamp())), secrets.token_urlsafe(16)
        headers = {
            "Content-Type": "application/json",
            "X-Sms-Key": self.access_key,
            "X-Sms-Timestamp": timestamp,
            "X-Sms-Nonce": nonce,
            "X-Sms-Signature": sign(
                self.secret, method="POST", target=urlsplit(url).path, timestamp=timestamp, nonce=nonce, body=body
            ),
        }
        try:
            # The address is the operator's own, from a file: no person chooses where this goes.
            with urlopen(Request(url, body, headers, method="POST"), timeout=PATIENCE) as answer:  # noqa: S310
                answer.read()
        except (OSError, HTTPException) as error:
            status = error.code if isinstance(error, HTTPError) else "no answer"
            log.warning("sms: message %s was not accepted: %s", no, status)
            raise SmsNotSent from error


def provider(settings: Settings) -> Provider | None:
    """The provider the operator has set; none where there is no `sms.json`."""
    path = settings.gateways / "sms.json" if settings.gateways else None
    if path is None or not path.is_file():
        return None
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return Provider(**{name: str(told[name]) for name in Provider.__dataclass_fields__})
