"""WeChat Pay v3 (pay.weixin.qq.com/doc/v3): JSAPI, H5 and Native; query, close, refunds, notices and the trade bill."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha1
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mall.base.types import EPOCH
from mall.payments.gateways import wire
from mall.payments.gateways.wechat_bill import lines_of
from mall.payments.gateways.wechat_certificates import PATH, Certificates, plain
from mall.payments.gateways.wechat_words import refund_told, told
from mall.payments.models import (
    BadSignature,
    BillLine,
    GatewayDeclined,
    GatewayName,
    GatewaySilent,
    RefundState,
    RefundTold,
    There,
    Ticket,
    Told,
    ToPay,
    UnknownSerial,
    Way,
)

SCHEME = "WECHATPAY2-SHA256-RSA2048"
PUBLIC_KEY = "PUB_KEY_ID_"
SOON, LATER = timedelta(minutes=4), timedelta(minutes=110)
"""A link of H5 is good for five minutes, a prepay id and a code for two hours."""
AGAIN = frozenset({"FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "SYSTEM_ERROR", "SYSTEMERROR", "BANKERROR"})
"""Error codes after which the same request may be sent again."""
NOT_THERE = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})


class WechatPay:
    """The client of one merchant. `clock` stamps requests; `holds` is wechat.json (docs/payments.md)."""

    name = GatewayName.WECHAT

    def __init__(self, holds: Mapping[str, Any], clock: Callable[[], datetime], seconds: float) -> None:
        self.merchant, self.app = str(holds["mchid"]), str(holds["appid"])
        self._wire = wire.Wire(str(holds["base_url"]).rstrip("/"), seconds)
        self._clock, self._notify_url = clock, str(holds["notify_url"])
        self._serial, self._key = str(holds["serial_no"]), wire.private_key(holds["private_key"])
        self._platform = {_id(serial): wire.public_key(pem) for serial, pem in holds["platform"].items()}
        self.sheet_url = str(holds.get("jsapi_url") or "")
        """A page that plays the bridge, where there is one; the real network has none."""
        self._answers_with = next((serial for serial in holds["platform"] if serial.startswith(PUBLIC_KEY)), "")
        self._sealed_with = AESGCM(str(holds["apiv3_key"]).encode())
        self._certificates = Certificates(self._fetch_certificates, self._sealed_with, clock)

    def prepay(self, pay: ToPay) -> Ticket:
        """Place the order there, by the way that the person's device can go."""
        body: dict[str, Any] = {
            "appid": self.app,
            "mchid": self.merchant,
            "description": pay.what[:40],
            "out_trade_no": pay.no,
            "time_expire": pay.closes_at.isoformat(timespec="seconds"),
            "notify_url": self._notify_url,
            "amount": {"total": pay.fen, "currency": pay.currency},
        }
        until = self._clock() + (SOON if pay.way is Way.H5 else LATER)
        if pay.way is Way.JSAPI:
            body["payer"] = {"openid": pay.openid}
        if pay.address:
            body["scene_info"] = {"payer_client_ip": pay.address}
        if pay.way is Way.H5:
            body["scene_info"] = {"payer_client_ip": pay.address or "127.0.0.1", "h5_info": {"type": "Wap"}}
        said = self._post(f"/v3/pay/transactions/{pay.way.value}", body)
        holds: dict[str, str] = {name: str(said[name]) for name in ("prepay_id", "h5_url", "code_url") if name in said}
        if pay.way is Way.H5:
            holds = {"link": self._link(holds.get("h5_url", ""), pay.back)}
        if not holds:
            raise GatewaySilent
        return Ticket(holds, min(until, pay.closes_at))

    def bridge(self, prepay_id: str) -> dict[str, str]:
        """What WeixinJSBridge is called with, signed (JSAPI 调起支付)."""
        stamp, nonce, package = str(int(self._clock().timestamp())), _nonce(), f"prepay_id={prepay_id}"
        signed = wire.sign(self._key, f"{self.app}\n{stamp}\n{nonce}\n{package}\n".encode())
        return {
            "appId": self.app,
            "timeStamp": stamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": signed,
        }

    def ask(self, no: str) -> Told:
        """How a payment stands; UNKNOWN where WeChat has none under that number."""
        query = urlencode({"mchid": self.merchant})
        reply, said = self._call("GET", f"/v3/pay/transactions/out-trade-no/{quote(no)}?{query}")
        if reply.status == 404 or said.get("code") in NOT_THERE:
            return Told(gateway=self.name, no=no, state=There.UNKNOWN)
        return told(_good(reply, said))

    def close(self, no: str) -> Told:
        """Close an unpaid payment. Where it was paid meanwhile, that is what is told."""
        body = {"mchid": self.merchant}
        reply, said = self._call("POST", f"/v3/pay/transactions/out-trade-no/{quote(no)}/close", body)
        if reply.status in {200, 204} or reply.status == 404 or said.get("code") in NOT_THERE:
            return Told(gateway=self.name, no=no, state=There.CLOSED)
        return self.ask(no)

    def refund(self, no: str, refund_no: str, *, fen: int, of: int, reason: str) -> RefundTold:
        """Give back; the same number again is the same refund."""
        body = {
            "out_trade_no": no,
            "out_refund_no": refund_no,
            "reason": reason[:26],
            "notify_url": self._notify_url,
            "amount": {"refund": fen, "total": of, "currency": "CNY"},
        }
        return refund_told(self._post("/v3/refund/domestic/refunds", body))

    def ask_refund(self, no: str, refund_no: str) -> RefundTold:
        """How a refund stands; WANTED where WeChat has none under that number."""
        reply, said = self._call("GET", f"/v3/refund/domestic/refunds/{quote(refund_no)}")
        if reply.status == 404 or said.get("code") in NOT_THERE:
            return RefundTold(gateway=self.name, no=no, refund_no=refund_no, state=RefundState.WANTED)
        return refund_told(_good(reply, said))

    def notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told | RefundTold | None:
        """A payment or refund notice: signature over the raw bytes, its time, then the sealed part opened."""
        heads = {name.lower(): value for name, value in headers.items()}
        try:
            self._verify(heads, body)
        except UnknownSerial:
            # Refused, so it comes again; by then its certificate is here, if WeChat has one of that number.
            self._certificates.fetch_beside(_id(heads.get("wechatpay-serial", "")))
            raise
        stamp = heads.get("wechatpay-timestamp", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
            raise BadSignature
        wire.in_window(EPOCH + timedelta(seconds=int(stamp)), now)
        notice = _json(body)
        sealed = notice.get("resource") or {}
        if sealed.get("algorithm") != "AEAD_AES_256_GCM":
            return None
        try:
            said = _json(
                self._sealed_with.decrypt(
                    str(sealed.get("nonce", "")).encode(),
                    b64decode(str(sealed.get("ciphertext", ""))),
                    str(sealed.get("associated_data") or "").encode(),
                )
            )
        except (InvalidTag, ValueError) as error:
            raise BadSignature from error
        kind, notice_id = str(notice.get("event_type", "")), str(notice.get("id", ""))[:128]
        if not notice_id:
            raise BadSignature
        if kind.startswith("TRANSACTION."):
            return told(said, notice_id)
        return refund_told(said, notice_id) if kind.startswith("REFUND.") else None

    def bill(self, day: date) -> list[BillLine]:
        """The trade bill of a day; GatewayDeclined while it is not made yet, no lines where nothing happened."""
        query = urlencode({"bill_date": day.isoformat(), "bill_type": "ALL"})
        reply, said = self._call("GET", f"/v3/bill/tradebill?{query}")
        if said.get("code") == "NO_STATEMENT_EXIST":
            return []
        where = _good(reply, said)
        parts = urlsplit(str(where.get("download_url", "")))
        target = f"{parts.path}?{parts.query}"  # from where we ask everything else, whatever host it names
        table = self._wire.send("GET", target, headers=self._headers("GET", target, b""))
        if table.status != 200:
            raise GatewaySilent
        if str(where.get("hash_type")) == "SHA1" and sha1(table.body).hexdigest() != str(where.get("hash_value")):  # noqa: S324 - WeChat's own
            raise BadSignature
        return lines_of(table.body)

    def _link(self, h5_url: str, back: str) -> str:
        ours = urlsplit(self._wire.base_url)
        there = urlsplit(h5_url)
        if there.scheme != "https" and there.netloc != ours.netloc:
            raise GatewaySilent
        if not back:
            return h5_url
        return f"{h5_url}{'&' if there.query else '?'}redirect_url={quote(back, safe='')}"

    def _post(self, target: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return _good(*self._call("POST", target, body))

    def _call(
        self, method: str, target: str, body: Mapping[str, Any] | None = None
    ) -> tuple[wire.Reply, dict[str, Any]]:
        raw = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
        reply = self._wire.send(method, target, body=raw, headers=self._headers(method, target, raw))
        if 200 <= reply.status < 300:
            self._verify_answer(reply)
        return reply, _json(reply.body) if reply.body else {}

    def _headers(self, method: str, target: str, raw: bytes, *, by_certificate: bool = False) -> dict[str, str]:
        stamp, nonce = str(int(self._clock().timestamp())), _nonce()
        signed = wire.sign(self._key, f"{method}\n{target}\n{stamp}\n{nonce}\n".encode() + raw + b"\n")
        token = {
            "mchid": self.merchant,
            "nonce_str": nonce,
            "signature": signed,
            "timestamp": stamp,
            "serial_no": self._serial,
        }
        headers = {
            "Authorization": f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in token.items()),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "dealer-points-mall",
        }
        by_key = self._answers_with and not by_certificate
        return headers | ({"Wechatpay-Serial": self._answers_with} if by_key else {})

    def _verify_answer(self, reply: wire.Reply) -> None:
        try:
            try:
                self._verify(reply.headers, reply.body)
            except UnknownSerial:
                self._certificates.fetch(_id(reply.headers.get("wechatpay-serial", "")))
                self._verify(reply.headers, reply.body)
        except BadSignature as error:
            raise GatewaySilent from error  # somebody answered, but not WeChat

    def _fetch_certificates(self) -> wire.Reply:
        return self._wire.send("GET", PATH, headers=self._headers("GET", PATH, b"", by_certificate=True))

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        serial = _id(headers.get("wechatpay-serial", ""))
        key = self._platform.get(serial) or self._certificates.key(serial)
        if key is None:
            raise UnknownSerial
        stamp, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
        wire.verify(key, f"{stamp}\n{nonce}\n".encode() + body + b"\n", headers.get("wechatpay-signature", ""))


def _good(reply: wire.Reply, said: dict[str, Any]) -> dict[str, Any]:
    if 200 <= reply.status < 300:
        return said
    if reply.status == 429 or said.get("code") in AGAIN:
        raise GatewaySilent
    raise GatewayDeclined(said=str(said.get("message") or said.get("code") or reply.status)[:100])


def _json(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw)
    except ValueError as error:
        raise GatewaySilent from error
    return said if isinstance(said, dict) else {}


def _id(serial: str) -> str:
    return serial if serial.startswith(PUBLIC_KEY) else plain(serial)


def _nonce() -> str:
    return secrets.token_hex(16).upper()
