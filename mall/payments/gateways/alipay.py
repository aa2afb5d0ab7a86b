"""Alipay's open platform (opendocs.alipay.com): WAP payment, query, close, refunds, notices and the trade bill."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from mall.payments.gateways import wire
from mall.payments.gateways.alipay_bill import lines_of
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
    WrongMerchant,
)

ZONE = ZoneInfo("Asia/Shanghai")
STAMP = "%Y-%m-%d %H:%M:%S"
OK, BUSY = "10000", frozenset({"20000", "10003"})
STATES = {
    "WAIT_BUYER_PAY": There.OPEN,
    "TRADE_CLOSED": There.CLOSED,
    "TRADE_SUCCESS": There.PAID,
    "TRADE_FINISHED": There.PAID,
}
NOT_THERE = "ACQ.TRADE_NOT_EXIST"
NO_BILL = "isp.bill_not_exist"
AGAIN = frozenset({"ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error"})
MOST_NOTICE = 64
FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8", "User-Agent": "dealer-points-mall"}


class Alipay:
    """The client of one app. `clock` stamps requests; `holds` is alipay.json (docs/payments.md)."""

    name = GatewayName.ALIPAY

    def __init__(self, holds: Mapping[str, Any], clock: Callable[[], datetime], seconds: float) -> None:
        self.merchant, self.app = str(holds["seller_id"]), str(holds["app_id"])
        parts = urlsplit(str(holds["base_url"]))
        self._base, self._path = str(holds["base_url"]), parts.path or "/"
        self._wire = wire.Wire(f"{parts.scheme}://{parts.netloc}", seconds)
        self._clock = clock
        self._notify_url, self._return_url = str(holds["notify_url"]), str(holds.get("return_url") or "")
        self._key = wire.private_key(holds["private_key"])
        self._theirs = wire.public_key(holds["alipay_public_key"])

    def prepay(self, pay: ToPay) -> Ticket:
        """A signed link to Alipay's cashier; nothing is sent from here. Its page takes no money after `closes_at`."""
        asked = {
            "out_trade_no": pay.no,
            "total_amount": wire.yuan(pay.fen),
            "subject": pay.what[:40],
            "product_code": "QUICK_WAP_WAY",
            "quit_url": pay.back,
            "time_expire": pay.closes_at.astimezone(ZONE).strftime(STAMP),
        }
        to = {"notify_url": self._notify_url, "return_url": self._return_url or pay.back}
        return Ticket({"link": f"{self._base}?{self._query('alipay.trade.wap.pay', asked, to)}"}, pay.closes_at)

    def ask(self, no: str) -> Told:
        """How a payment stands; UNKNOWN until somebody has opened the cashier."""
        said = self._call("alipay.trade.query", {"out_trade_no": no})
        if said.get("sub_code") == NOT_THERE:
            return Told(gateway=self.name, no=no, state=There.UNKNOWN)
        said = _good(said)
        # An answer names neither app nor seller: that it is signed to our own question says so.
        return Told(
            gateway=self.name,
            no=str(said.get("out_trade_no", "")),
            state=STATES.get(str(said.get("trade_status")), There.OPEN),
            fen=_fen(said.get("total_amount")),
            currency=str(said.get("trans_currency") or "CNY"),
            merchant=self.merchant,
            app=self.app,
            gateway_no=str(said.get("trade_no") or "")[:64],
            at=_moment(said.get("send_pay_date")),
        )

    def close(self, no: str) -> Told:
        """Close an unpaid payment. Where it was paid meanwhile, that is what is told."""
        said = self._call("alipay.trade.close", {"out_trade_no": no})
        if said.get("code") == OK or said.get("sub_code") == NOT_THERE:
            return Told(gateway=self.name, no=no, state=There.CLOSED)
        return self.ask(no)

    def refund(self, no: str, refund_no: str, *, fen: int, of: int, reason: str) -> RefundTold:
        """Give back; the same number again is the same refund. Done when `fund_change` says so."""
        asked = {
            "out_trade_no": no,
            "refund_amount": wire.yuan(fen),
            "out_request_no": refund_no,
            "refund_reason": reason[:80],
        }
        said = _good(self._call("alipay.trade.refund", asked))
        if said.get("fund_change") != "Y":  # a repeat, or under way
            return self.ask_refund(no, refund_no)
        return RefundTold(
            gateway=self.name,
            no=no,
            refund_no=refund_no,
            state=RefundState.DONE,
            gateway_no=str(said.get("trade_no") or "")[:64],
            at=_moment(said.get("gmt_refund_pay")),
        )

    def ask_refund(self, no: str, refund_no: str) -> RefundTold:
        """How a refund stands; WANTED where Alipay has none under that number."""
        asked = {"out_trade_no": no, "out_request_no": refund_no, "query_options": ["gmt_refund_pay"]}
        said = self._call("alipay.trade.fastpay.refund.query", asked)
        unknown = said.get("sub_code") in {NOT_THERE, "ACQ.REFUND_NOT_EXIST", "TRADE_NOT_EXIST"}
        said = {} if unknown else _good(said)
        done = said.get("refund_status") == "REFUND_SUCCESS"
        there = bool(said.get("out_request_no") or said.get("refund_amount"))
        return RefundTold(
            gateway=self.name,
            no=no,
            refund_no=refund_no,
            state=RefundState.DONE if done else RefundState.SENT if there else RefundState.WANTED,
            fen=_fen(said.get("refund_amount")) if there else None,
            gateway_no=str(said.get("trade_no") or "")[:64],
            at=_moment(said.get("gmt_refund_pay")),
        )

    def notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told | RefundTold | None:
        """A payment notice: the signature over all its fields as they came, its time, its seller and app.

        One that tells a refund, which Alipay answers at once when asked for, is about nothing new.
        """
        try:
            pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_NOTICE, errors="strict")
        except ValueError as error:
            raise BadSignature from error
        said = dict(pairs)
        if len(said) != len(pairs) or said.get("sign_type") != "RSA2":
            raise BadSignature
        signed = {name: value for name, value in said.items() if name not in {"sign", "sign_type"}}
        wire.verify(self._theirs, _joined(signed), said.get("sign", ""))
        stamped = _moment(said.get("notify_time"))
        if stamped is None or not said.get("notify_id"):
            raise BadSignature
        wire.in_window(stamped, now)
        if (said.get("seller_id"), said.get("app_id")) != (self.merchant, self.app):
            raise WrongMerchant
        if said.get("refund_fee") or said.get("gmt_refund"):
            return None
        return Told(
            gateway=self.name,
            no=said.get("out_trade_no", ""),
            state=STATES.get(said.get("trade_status", ""), There.OPEN),
            fen=_fen(said.get("total_amount")),
            currency=said.get("trans_currency") or "CNY",
            merchant=said["seller_id"],
            app=said["app_id"],
            gateway_no=said.get("trade_no", "")[:64],
            at=_moment(said.get("gmt_payment")),
            notice_id=said["notify_id"][:128],
        )

    def bill(self, day: date) -> list[BillLine]:
        """The trade bill of a day: its address is asked for, then a ZIP with a table is fetched."""
        asked = {"bill_type": "trade", "bill_date": day.isoformat()}
        said = self._call("alipay.data.dataservice.bill.downloadurl.query", asked)
        if said.get("sub_code") == NO_BILL:
            return []
        where = urlsplit(str(_good(said).get("bill_download_url", "")))
        if where.scheme != "https" and where.netloc != urlsplit(self._base).netloc:
            raise GatewaySilent
        there = wire.Wire(f"{where.scheme}://{where.netloc}", self._wire.seconds)
        table = there.send("GET", f"{where.path}?{where.query}")
        if table.status != 200:
            raise GatewaySilent
        return lines_of(table.body)

    def _query(self, method: str, asked: Mapping[str, Any], to: Mapping[str, str] | None = None) -> str:
        fields = {
            "app_id": self.app,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": self._clock().astimezone(ZONE).strftime(STAMP),
            "version": "1.0",
            "biz_content": json.dumps(asked, ensure_ascii=False, separators=(",", ":")),
        }
        fields |= {name: value for name, value in (to or {}).items() if value}
        return urlencode(fields | {"sign": wire.sign(self._key, _joined(fields))})

    def _call(self, method: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        form = self._query(method, asked).encode()
        reply = self._wire.send("POST", f"{self._path}?charset=utf-8", body=form, headers=FORM)
        text = reply.body.decode("utf-8", "replace")
        try:
            answer = json.loads(text)
            node = method.replace(".", "_") + "_response"
            node = node if node in answer else "error_response"
            wire.verify(self._theirs, raw_node(text, node).encode(), str(answer.get("sign", "")))
            said: dict[str, Any] = answer[node]
        except (BadSignature, ValueError, KeyError, TypeError, AttributeError) as error:
            raise GatewaySilent from error  # somebody answered, but not Alipay
        return said


def raw_node(text: str, node: str) -> str:
    """A node of an answer as it stands there: that, and no JSON written anew, is what is signed."""
    start = text.index("{", text.index(f'"{node}"') + len(node) + 2)
    _node, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end]


def _joined(fields: Mapping[str, str]) -> bytes:
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields)).encode()


def _good(said: dict[str, Any]) -> dict[str, Any]:
    code, sub_code = str(said.get("code", "")), str(said.get("sub_code", ""))
    if code == OK:
        return said
    if code in BUSY or sub_code in AGAIN:
        raise GatewaySilent
    raise GatewayDeclined(said=str(said.get("sub_msg") or said.get("msg") or sub_code or code)[:100])


def _fen(text: Any) -> int | None:
    try:
        return wire.fen(str(text))
    except ValueError:
        return None


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.strptime(str(text)[:19], STAMP).replace(tzinfo=ZONE)
    except ValueError:
        return None
