"""A merchant written for these tests from the networks' documentation: signs, asks, verifies, decrypts."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.request
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

Json = dict[str, Any]


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_named: object) -> None:
        return None


opener = urllib.request.build_opener(_StayHere())


def send(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, timeout: float = 10
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers, body; redirects are answers."""
    request = urllib.request.Request(url, body, dict(headers or {}), method=method)
    try:
        with opener.open(request, timeout=timeout) as answer:
            return answer.status, dict(answer.headers.items()), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers.items()), error.read()


def sign(pem: str, text: str) -> str:
    key = load_pem_private_key(pem.encode(), None)
    return b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()  # type: ignore[union-attr, call-arg, arg-type]


def verifies(pem: str, signature: str, text: str) -> bool:
    key = (
        load_pem_x509_certificate(pem.encode()).public_key()
        if "CERTIFICATE" in pem
        else load_pem_public_key(pem.encode())
    )
    try:
        key.verify(b64decode(signature), text.encode(), PKCS1v15(), SHA256())  # type: ignore[union-attr, call-arg, arg-type]
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass
class WeChat:
    """A merchant at WeChat Pay, by wechat.json."""

    holds: Json

    def call(
        self, method: str, path: str, content: Json | None = None, *, serial: str = "", at: int | None = None,
        mchid: str = "", spoil: str = "", timeout: float = 10,
    ) -> tuple[int, Json | None]:  # fmt: skip
        status, headers, body = self.raw(
            method, path, content, serial=serial, at=at, mchid=mchid, spoil=spoil, timeout=timeout
        )
        assert self.trusts(headers, body), "the answer is not signed"
        return status, json.loads(body) if body else None

    def raw(
        self, method: str, path: str, content: Json | None = None, *, serial: str = "", at: int | None = None,
        mchid: str = "", spoil: str = "", timeout: float = 10,
    ) -> tuple[int, dict[str, str], bytes]:  # fmt: skip
        body = "" if content is None else json.dumps(content, ensure_ascii=False)
        timestamp, nonce = str(int(time.time()) if at is None else at), secrets.token_hex(16)
        signature = sign(self.holds["private_key"], f"{method}\n{path}\n{timestamp}\n{nonce}\n{body}{spoil}\n")
        parts = {
            "mchid": mchid or self.holds["mchid"], "nonce_str": nonce, "signature": signature, "timestamp": timestamp,
            "serial_no": self.holds["serial_no"],
        }  # fmt: skip
        said = ",".join(f'{name}="{value}"' for name, value in parts.items())
        headers = {
            "Authorization": f"WECHATPAY2-SHA256-RSA2048 {said}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        if serial:
            headers["Wechatpay-Serial"] = serial
        return send(method, self.holds["base_url"] + path, body.encode() or None, headers, timeout)

    def trusts(self, headers: Mapping[str, str], body: bytes) -> bool:
        held = {name.lower(): value for name, value in headers.items()}
        pem = self.holds["platform"].get(held.get("wechatpay-serial", ""), "")
        text = f"{held['wechatpay-timestamp']}\n{held['wechatpay-nonce']}\n{body.decode()}\n"
        return bool(pem) and verifies(pem, held["wechatpay-signature"], text)

    def opened(self, body: bytes) -> Json:
        """The content of a callback."""
        told = json.loads(body)
        resource = told["resource"]
        key = AESGCM(self.holds["apiv3_key"].encode())
        sealed, associated = b64decode(resource["ciphertext"]), resource["associated_data"].encode()
        return {**told, "resource": json.loads(key.decrypt(resource["nonce"].encode(), sealed, associated))}

    def order(self, no: str, notify_url: str, *, fen: int = 9900, **more: Any) -> Json:
        return {
            "appid": self.holds["appid"], "mchid": self.holds["mchid"], "description": "不锈钢保温杯",
            "out_trade_no": no, "notify_url": notify_url, "amount": {"total": fen, "currency": "CNY"}, **more,
        }  # fmt: skip

    def native(self, no: str, notify_url: str, **more: Any) -> Json:
        status, told = self.call("POST", "/v3/pay/transactions/native", self.order(no, notify_url, **more))
        assert status == 200, told
        assert told is not None
        return told

    def ask(self, no: str) -> tuple[int, Json]:
        status, told = self.call("GET", f"/v3/pay/transactions/out-trade-no/{no}?mchid={self.holds['mchid']}")
        assert told is not None
        return status, told

    def refund(self, no: str, refund_no: str, fen: int, total: int = 9900, **more: Any) -> tuple[int, Json]:
        asked = {
            "out_trade_no": no, "out_refund_no": refund_no, "reason": "礼品缺货",
            "amount": {"refund": fen, "total": total, "currency": "CNY"}, **more,
        }  # fmt: skip
        status, told = self.call("POST", "/v3/refund/domestic/refunds", asked)
        assert told is not None
        return status, told


@dataclass
class Alipay:
    """A merchant at Alipay, by alipay.json."""

    holds: Json

    def parameters(self, method: str, content: Json, **more: str) -> dict[str, str]:
        given = {
            "app_id": self.holds["app_id"], "method": method, "format": "JSON", "charset": "utf-8", "sign_type": "RSA2",
            "timestamp": f"{datetime.now(UTC) + timedelta(hours=8):%Y-%m-%d %H:%M:%S}", "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False), **more,
        }  # fmt: skip
        return {**given, "sign": sign(self.holds["private_key"], signed_text(given, "sign"))}

    def call(self, method: str, content: Json, timeout: float = 10, **more: str) -> Json:
        body = urlencode(self.parameters(method, content, **more)).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        status, _, answer = send("POST", self.holds["base_url"], body, headers, timeout)
        assert status == 200, status
        text = answer.decode()
        name = method.replace(".", "_") + "_response"
        assert self.trusts(text, name), "the answer is not signed"
        return dict(json.loads(text)[name])

    def trusts(self, text: str, name: str) -> bool:
        start = text.index(f'"{name}":') + len(name) + 3
        raw = text[start : text.rindex(',"sign":"')]
        return verifies(self.holds["alipay_public_key"], json.loads(text)["sign"], raw)

    def link(self, no: str, amount: str, notify_url: str, return_url: str, **more: Any) -> str:
        asked = {"out_trade_no": no, "total_amount": amount, "subject": "挂烫机", "product_code": "QUICK_WAP_WAY"}
        content = {**asked, **more}
        to = {"notify_url": notify_url, "return_url": return_url}
        return f"{self.holds['base_url']}?{urlencode(self.parameters('alipay.trade.wap.pay', content, **to))}"

    def open_page(self, no: str, amount: str, notify_url: str, **more: Any) -> str:
        """What the person's browser does; gives the address of the cashier."""
        status, headers, body = send("GET", self.link(no, amount, notify_url, "http://127.0.0.1:1/orders", **more))
        assert status == 302, body.decode()
        return headers["Location"]


def signed_text(given: Mapping[str, str], *without: str) -> str:
    return "&".join(f"{name}={given[name]}" for name in sorted(given) if given[name] and name not in without)
