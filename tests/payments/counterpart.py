"""The other side of the wire, small and scripted: real keys, real signatures, real sockets on loopback.

It reads our requests as the networks' own rules say (the public `wechatpayv3` library checks WeChat's), and answers
what a test puts in its mouth.
"""

from __future__ import annotations

import json
import re
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from wechatpayv3.utils import rsa_sign, rsa_verify

MCHID, APPID, SERIAL = "1900009191", "wxd678efh567hg6787", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
PLATFORM = "PUB_KEY_ID_0119000091912026111200000000"
APIV3 = "a test's own key of 32 signs ....."[:32]
SELLER, ALI_APP = "2088102146225135", "2014072300007148"
AUTHORIZATION = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(?P<mchid>[^"]+)",nonce_str="(?P<nonce>[^"]+)",signature="(?P<signature>[^"]+)",'
    r'timestamp="(?P<timestamp>\d+)",serial_no="(?P<serial>[^"]+)"'
)


@cache
def key(name: str) -> RSAPrivateKey:
    """A key pair by name, made once a run: `merchant`, `platform`, `alipay`, `stranger`."""
    return generate_private_key(65537, 2048)


def private(name: str) -> str:
    return key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public(name: str) -> str:
    return key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def certificate(name: str) -> tuple[str, str]:
    """A certificate of a key and its serial number in hexadecimal."""
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com Root CA")])
    serial = 0x0A1B2C3D4E5F60718293A4B5C6D7E8F901234567
    made = (
        x509.CertificateBuilder().subject_name(called).issuer_name(called).public_key(key(name).public_key())
        .serial_number(serial).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2031, 1, 1, tzinfo=UTC)).sign(key(name), SHA256())
    )  # fmt: skip
    return made.public_bytes(Encoding.PEM).decode(), f"{serial:040X}"


def wechat_json(base_url: str, **other: Any) -> dict[str, Any]:
    return {
        "base_url": base_url, "mchid": MCHID, "appid": APPID, "app_secret": "a secret", "apiv3_key": APIV3,
        "serial_no": SERIAL, "private_key": private("merchant"), "platform": {PLATFORM: public("platform")},
        "notify_url": "https://mall.example/payments/wechat/notices", "oauth_url": f"{base_url}/oauth/authorize",
        "oauth_base_url": base_url,
    } | other  # fmt: skip


def alipay_json(base_url: str, **other: Any) -> dict[str, Any]:
    return {
        "base_url": f"{base_url}/gateway.do", "app_id": ALI_APP, "seller_id": SELLER,
        "private_key": private("merchant"), "alipay_public_key": public("alipay"),
        "notify_url": "https://mall.example/payments/alipay/notices", "return_url": "",
    } | other  # fmt: skip


Says = Callable[[str, str, bytes], tuple[int, Any]]


class Counterpart:
    """A network: `says` answers (method, target, body) with a status and JSON (bytes go out as they are)."""

    def __init__(self) -> None:
        self.says: Says = lambda *_: (404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"})
        self.heard: list[tuple[str, str, dict[str, str], bytes]] = []
        self.url = ""
        self.signer = "platform"
        """Whose key WeChat's answers are signed with."""
        self.tamper = False

    def wechat_headers(self, body: bytes, *, at: datetime | None = None, signer: str = "") -> dict[str, str]:
        stamp = str(int((at or datetime.now(UTC)).timestamp()))
        nonce = "a-nonce-of-the-platform"
        signed = rsa_sign(key(signer or self.signer), f"{stamp}\n{nonce}\n{body.decode()}\n")
        return {
            "Wechatpay-Serial": PLATFORM, "Wechatpay-Timestamp": stamp, "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": signed, "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }  # fmt: skip


def admitted(method: str, target: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether a request is signed as WeChat's rules say, by the public library's own check."""
    found = AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if not found or (found["mchid"], found["serial"]) != (MCHID, SERIAL):
        return False
    signed = f"{method}\n{target}\n{found['timestamp']}"
    # The library checks answers (time, nonce, body); a request is the same with two lines in front.
    return bool(rsa_verify(signed, found["nonce"], body.decode(), found["signature"], key("merchant").public_key()))


def alipay_signed(form: dict[str, str], signer: str = "merchant") -> bool:
    """Whether a form carries an RSA2 signature over its sorted fields."""
    text = "&".join(f"{name}={form[name]}" for name in sorted(form) if name != "sign" and form[name])
    try:
        key(signer).public_key().verify(b64decode(form["sign"]), text.encode(), PKCS1v15(), SHA256())
    except Exception:
        return False
    return True


def alipay_answer(method: str, said: dict[str, Any], signer: str = "alipay") -> bytes:
    node = json.dumps(said, ensure_ascii=False)
    signed = b64encode(key(signer).sign(node.encode(), PKCS1v15(), SHA256())).decode()
    return f'{{"{method.replace(".", "_")}_response":{node},"sign":"{signed}"}}'.encode()


def alipay_notice(at: datetime, signer: str = "alipay", **said: str) -> bytes:
    """An asynchronous notice as Alipay posts it."""
    local = (at + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")
    fields = {
        "notify_time": local, "notify_type": "trade_status_sync", "notify_id": "ac05099524730693a8b330c5ecf72da9786",
        "app_id": ALI_APP, "seller_id": SELLER, "trade_no": "2026111222001404071400", "charset": "utf-8",
        "trade_status": "TRADE_SUCCESS", "gmt_payment": local, "version": "1.0", "subject": "积分商城 兑换",
    } | said  # fmt: skip
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    signed = b64encode(key(signer).sign(text.encode(), PKCS1v15(), SHA256())).decode()
    return urlencode(fields | {"sign": signed, "sign_type": "RSA2"}).encode()


def wechat_notice(
    at: datetime, content: dict[str, Any], *, kind: str = "TRANSACTION.SUCCESS", notice_id: str = "EV-1",
    signer: str = "platform", apiv3: str = APIV3,
) -> tuple[dict[str, str], bytes]:  # fmt: skip
    """A notice as WeChat posts it: its headers and raw body."""
    nonce, about = "fdasfjihihih", kind.partition(".")[0].lower()
    sealed = AESGCM(apiv3.encode()).encrypt(nonce.encode(), json.dumps(content).encode(), about.encode())
    body = json.dumps({
        "id": notice_id, "create_time": at.isoformat(timespec="seconds"), "resource_type": "encrypt-resource",
        "event_type": kind, "summary": "支付成功",
        "resource": {
            "original_type": about, "algorithm": "AEAD_AES_256_GCM", "ciphertext": b64encode(sealed).decode(),
            "associated_data": about, "nonce": nonce,
        },
    }).encode()  # fmt: skip
    return Counterpart().wechat_headers(body, at=at, signer=signer), body


def transaction(no: str, fen: int, at: datetime, **other: Any) -> dict[str, Any]:
    """A payment as WeChat tells it."""
    return {
        "mchid": MCHID, "appid": APPID, "out_trade_no": no, "transaction_id": "4200001234202611120000001",
        "trade_type": "JSAPI", "trade_state": "SUCCESS", "trade_state_desc": "支付成功",
        "success_time": (at + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S+08:00"),
        "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
        "amount": {"total": fen, "payer_total": fen, "currency": "CNY", "payer_currency": "CNY"},
    } | other  # fmt: skip


@contextmanager
def counterpart() -> Iterator[Counterpart]:
    """A network that listens on loopback."""
    side = Counterpart()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            side.heard.append((self.command, self.path, dict(self.headers), body))
            status, said = side.says(self.command, self.path, body)
            raw = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode() if said else b""
            self.send_response(status)
            for name, value in side.wechat_headers(b"" if raw[:2] == b"PK" else raw).items():
                self.send_header(name, value)
            if side.tamper:
                raw = raw.replace(b"SUCCESS", b"CLOSED!")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _answer  # noqa: N815 - the library's own names

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    side.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield side
    server.shutdown()
    server.server_close()


def form_of(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))
