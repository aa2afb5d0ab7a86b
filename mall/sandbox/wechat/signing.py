"""Signatures and encryption of WeChat Pay's API v3.

A request is signed over method, path with query, timestamp, nonce and body, each followed by a line feed; an answer
and a callback over timestamp, nonce and body. SHA-256 with RSA, PKCS #1 v1.5, base64. What a callback says, and
certificates, are AES-256-GCM with the merchant's API v3 key.
"""

from __future__ import annotations

import json
import re
import secrets
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Request, Response

from mall.sandbox.world import World

SCHEME = "WECHATPAY2-SHA256-RSA2048"
WINDOW = 300
PART = re.compile(r'(\w+)="([^"]*)"')
NEEDED = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}


class Failed(Exception):
    """An error as the network tells it: a status, a code and what it says of it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def signed(world: World, key: str, *lines: str) -> str:
    """The signature of some lines by one of the sandbox's keys."""
    text = "".join(f"{line}\n" for line in lines)
    return b64encode(world.keys.private(key).sign(text.encode(), PKCS1v15(), SHA256())).decode()


def verified(world: World, signature: str, *lines: str) -> bool:
    """Whether the merchant signed these lines."""
    text = "".join(f"{line}\n" for line in lines)
    try:
        world.keys.public("merchant").verify(b64decode(signature, validate=True), text.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def admit(world: World, request: Request) -> None:
    """Let a merchant's request in, or raise Failed with 401."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    parts = dict(PART.findall(rest))
    if scheme != SCHEME or set(parts) != NEEDED:
        raise Failed(401, "SIGN_ERROR", "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》")
    if parts["mchid"] != world.keys["mchid"]:
        raise Failed(401, "SIGN_ERROR", "商户号不存在或与证书不匹配")
    if parts["serial_no"].upper() != world.keys["merchant_serial"]:
        raise Failed(401, "SIGN_ERROR", "商户证书序列号有误。请使用签名私钥匹配的证书序列号")
    if not parts["timestamp"].isdigit() or abs(int(parts["timestamp"]) - world.now().timestamp()) > WINDOW:
        raise Failed(401, "SIGN_ERROR", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
    target = str(request.environ["REQUEST_URI"])  # as sent, with its query and every %XX
    body = request.get_data().decode("utf-8", "replace")
    if not verified(world, parts["signature"], request.method, target, parts["timestamp"], parts["nonce_str"], body):
        raise Failed(401, "SIGN_ERROR", "签名错误，请检查后再试")
    if request.headers.get("Wechatpay-Serial", "") not in {"", *serials(world)}:
        raise Failed(400, "PARAM_ERROR", "Wechatpay-Serial 不是微信支付平台的证书序列号或公钥 ID")


def serials(world: World) -> dict[str, str]:
    """With what the platform signs: serial number or public key id, and the key's name."""
    return {
        **{world.keys[f"{name}_serial"]: name for name in certificates(world)},
        world.keys["public_key_id"]: "wechat_public",
    }


def certificates(world: World) -> tuple[str, ...]:
    """The platform's certificates that are handed out, by their keys' names; the last is what it signs with now."""
    return ("wechat_platform", "wechat_next") if world.position("rotated") else ("wechat_platform",)


def headers(world: World, serial: str, body: str, at: datetime, *, tampered: bool = False) -> dict[str, str]:
    """The headers that sign an answer or a callback, by the key the merchant asked for or else by the certificate's."""
    serial = serial if serial in serials(world) else world.keys[f"{certificates(world)[-1]}_serial"]
    timestamp, nonce = str(int(at.timestamp())), secrets.token_hex(16)
    said = body + " " if tampered else body
    return {
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature": signed(world, serials(world)[serial], timestamp, nonce, said),
        "Wechatpay-Signature-Type": SCHEME,
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Request-ID": secrets.token_hex(16).upper(),
    }


def answer(
    world: World, request: Request, content: dict[str, Any] | None, status: int = 200, *, tampered: bool = False
) -> Response:
    """An answer of the API, signed over its very bytes."""
    body = "" if content is None else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    response = Response(body, status, content_type="application/json; charset=utf-8")
    asked = request.headers.get("Wechatpay-Serial", "")
    response.headers.update(headers(world, asked, body, world.now(), tampered=tampered))
    return response


def encrypted(world: World, text: str, associated: str) -> dict[str, str]:
    """A text under the merchant's API v3 key, as resources and certificates are carried."""
    nonce = secrets.token_hex(6)
    sealed = AESGCM(world.keys["apiv3_key"].encode()).encrypt(nonce.encode(), text.encode(), associated.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": b64encode(sealed).decode(),
        "associated_data": associated,
        "nonce": nonce,
    }
