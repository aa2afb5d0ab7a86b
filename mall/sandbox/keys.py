"""The keys of everybody in the sandbox, made once and kept, and the configuration files that the mall reads."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

KEYS = ("wechat_platform", "wechat_next", "wechat_public", "merchant", "alipay", "alipay_app")
PARTNERS = ("erp", "dms", "tms")
NOTIFY = {
    "wechat": "/payments/wechat/notices",
    "alipay": "/payments/alipay/notices",
    "top_up": "/top-ups/notifications",
}
"""Where the mall takes callbacks."""


@dataclass(frozen=True)
class Keys:
    """Private keys as PEM, secrets as text; `kept` is what the store holds."""

    kept: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.kept[name]

    def private(self, name: str) -> RSAPrivateKey:
        """A private key by name."""
        return _read(self.kept[name])

    def public(self, name: str) -> RSAPublicKey:
        """The public key of a private one."""
        return self.private(name).public_key()

    def public_pem(self, name: str) -> str:
        """The public key of a private one, as PEM."""
        return self.public(name).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@lru_cache(64)
def _read(pem: str) -> RSAPrivateKey:
    """Reading a key checks it, which takes far longer than signing with it."""
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


CERTIFIED = ("wechat_platform", "wechat_next", "merchant")
"""Keys with a certificate; the second is the platform's next one, which it changes over to."""


def made(now: datetime, before: Mapping[str, str] | None = None) -> dict[str, str]:
    """Keys, certificates and secrets for everybody: those there were before, and fresh ones for what is missing."""
    kept: dict[str, str] = {}
    for name in KEYS:
        if before and name in before:
            continue
        key = generate_private_key(65537, 2048)
        kept[name] = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        if name in CERTIFIED:
            certificate = _certificate(key, name, now)
            kept[f"{name}_serial"] = f"{certificate.serial_number:X}"
            kept[f"{name}_certificate"] = certificate.public_bytes(Encoding.PEM).decode()
    digits = "".join(secrets.choice("0123456789") for _ in range(8))
    kept.update(
        mchid="19" + digits,
        appid="wx" + secrets.token_hex(8),
        app_secret=secrets.token_hex(16),
        apiv3_key=secrets.token_hex(16),
        public_key_id="PUB_KEY_ID_0" + digits + secrets.token_hex(10).upper(),
        app_id="20210" + digits + "001",
        seller_id="2088" + digits + "0156",
        top_up_merchant="M" + digits,
        top_up_secret=secrets.token_urlsafe(32),
        sms_key="SMS" + digits,
        sms_secret=secrets.token_urlsafe(32),
    )
    for partner in PARTNERS:
        kept[f"{partner}_key_id"] = f"mall-{partner}-{secrets.token_hex(4)}"
        kept[f"{partner}_secret"] = secrets.token_urlsafe(32)
    return {**kept, **(before or {})}


def _certificate(key: RSAPrivateKey, name: str, now: datetime) -> x509.Certificate:
    subject = x509.Name([
        x509.NameAttribute(NameOID.COMMON_NAME, f"sandbox {name.replace('_', ' ')}"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "the mall's sandbox"),
    ])
    # The first hexadecimal digit is not 0: clients compare the serial number as a number or as text, and both must do.
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number((0x5 << 156) + secrets.randbits(156))
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1825))
        .sign(key, SHA256())
    )


def configuration(keys: Keys, base_url: str, mall_url: str) -> dict[str, dict[str, Any]]:
    """The files by name: what a brand would get from each network, and where the mall is to be called."""
    files: dict[str, dict[str, Any]] = {
        "wechat": {
            "base_url": base_url,
            "mchid": keys["mchid"],
            "appid": keys["appid"],
            "app_secret": keys["app_secret"],
            "apiv3_key": keys["apiv3_key"],
            "serial_no": keys["merchant_serial"],
            "private_key": keys["merchant"],
            "platform": {
                keys["wechat_platform_serial"]: keys["wechat_platform_certificate"],
                keys["public_key_id"]: keys.public_pem("wechat_public"),
            },
            "notify_url": mall_url + NOTIFY["wechat"],
            "oauth_url": base_url + "/connect/oauth2/authorize",
            "oauth_base_url": base_url,
            "jsapi_url": base_url + "/wechat/jsapi",
        },
        "alipay": {
            "base_url": base_url + "/gateway.do",
            "app_id": keys["app_id"],
            "seller_id": keys["seller_id"],
            "private_key": keys["alipay_app"],
            "alipay_public_key": keys.public_pem("alipay"),
            "notify_url": mall_url + NOTIFY["alipay"],
            "return_url": "",
        },
        "top_up": {
            "base_url": base_url + "/top-up",
            "merchant": keys["top_up_merchant"],
            "secret": keys["top_up_secret"],
            "notify_url": mall_url + NOTIFY["top_up"],
        },
        "sms": {
            "base_url": base_url + "/sms",
            "access_key": keys["sms_key"],
            "secret": keys["sms_secret"],
            "sign_name": "积分商城",
            "template": "CODE",
        },
    }
    for partner in PARTNERS:
        files[partner] = {
            "url": f"{base_url}/partners/{partner}",
            "key_id": keys[f"{partner}_key_id"],
            "secret": keys[f"{partner}_secret"],
        }
    return files


def write(folder: Path, files: dict[str, dict[str, Any]]) -> None:
    """Write the files, each whole or not at all, for nobody else to read."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        fresh = folder / f".{name}-{secrets.token_hex(4)}"
        fresh.touch(0o600)
        fresh.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
        os.replace(fresh, folder / f"{name}.json")
