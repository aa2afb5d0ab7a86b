"""Payments and refunds in Alipay's words, and what a merchant may send."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

from mall.sandbox.payments import Payment, Refund

BEIJING = timezone(timedelta(hours=8))
AMOUNT = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,2})?")
TIMEOUT = re.compile(r"([1-9][0-9]{0,4})([mhd])")
BUYER = {"buyer_logon_id": "138****0000", "buyer_user_id": "2088000000000005"}


class Failed(Exception):
    """An error of the gateway: its code, and the finer one with what it says."""

    def __init__(self, sub_code: str, sub_msg: str, *, code: str = "40004") -> None:
        super().__init__(sub_code)
        self.told = {
            "code": code,
            "msg": "Business Failed" if code == "40004" else "Invalid Arguments",
            "sub_code": sub_code,
            "sub_msg": sub_msg,
        }


def yuan(fen: int) -> str:
    """An amount as the gateway writes it."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def beijing(at: datetime) -> str:
    """A moment as the gateway writes it."""
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def trade_status(payment: Payment) -> str:
    """The state; a trade whose money all went back is closed."""
    if payment.paid:
        return "TRADE_SUCCESS" if payment.left_fen else "TRADE_CLOSED"
    return "WAIT_BUYER_PAY" if payment.open else "TRADE_CLOSED"


class Asked:
    """`biz_content`, read field by field."""

    def __init__(self, text: str) -> None:
        try:
            self.given: Any = json.loads(text or "{}")
        except ValueError:
            self.given = None
        if not isinstance(self.given, dict):
            raise Failed("isv.invalid-parameter", "参数无效：biz_content 不是 JSON 对象", code="40002")

    def text(self, name: str, most: int, *, needed: bool = True) -> str:
        """A text (or a number, which the gateway takes for one)."""
        value = self.given.get(name, "")
        value = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        if not isinstance(value, str) or len(value) > most or (needed and not value):
            kind = "isv.invalid-parameter" if value else "isv.missing-parameter"
            raise Failed(kind, f"参数有误：{name}", code="40002")
        return value

    def fen(self, name: str) -> int:
        """An amount in yuan, above nothing."""
        value = self.text(name, 12)
        if not AMOUNT.fullmatch(value):
            raise Failed("ACQ.INVALID_PARAMETER", f"参数无效：{name}")
        whole, _, part = value.partition(".")
        fen = int(whole) * 100 + int((part + "00")[:2])
        if not fen:
            raise Failed("ACQ.INVALID_PARAMETER", f"参数无效：{name}")
        return fen

    def expires_at(self, now: datetime) -> datetime:
        """`time_expire`, or else `timeout_express` from now, or else fifteen days."""
        if value := self.text("time_expire", 32, needed=False):
            try:
                return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
            except ValueError:
                raise Failed("ACQ.INVALID_PARAMETER", "参数无效：time_expire") from None
        if value := self.text("timeout_express", 6, needed=False):
            found = TIMEOUT.fullmatch(value)
            if not found:
                raise Failed("ACQ.INVALID_PARAMETER", "参数无效：timeout_express")
            unit = {"m": "minutes", "h": "hours", "d": "days"}[found[2]]
            return now + timedelta(**{unit: int(found[1])})
        return now + timedelta(days=15)


def trade(payment: Payment) -> dict[str, Any]:
    """A payment as trade.query tells it."""
    facts: dict[str, Any] = {
        "code": "10000",
        "msg": "Success",
        "buyer_logon_id": BUYER["buyer_logon_id"],
        "buyer_pay_amount": yuan(payment.fen if payment.paid else 0),
        "buyer_user_id": BUYER["buyer_user_id"],
        "invoice_amount": yuan(payment.fen if payment.paid else 0),
        "out_trade_no": payment.no,
        "point_amount": "0.00",
        "receipt_amount": yuan(payment.fen if payment.paid else 0),
        "total_amount": yuan(payment.fen),
        "trade_no": payment.trade_no,
        "trade_status": trade_status(payment),
    }
    if payment.paid and payment.ended_at:
        facts["send_pay_date"] = beijing(payment.ended_at)
        facts["fund_bill_list"] = [{"amount": yuan(payment.fen), "fund_channel": "ALIPAYACCOUNT"}]
    return facts


def refunded(payment: Payment, refund: Refund) -> dict[str, Any]:
    """A refund as trade.refund tells it; `refund_fee` is all that went back so far."""
    return {
        "code": "10000",
        "msg": "Success",
        "buyer_logon_id": BUYER["buyer_logon_id"],
        "buyer_user_id": BUYER["buyer_user_id"],
        "gmt_refund_pay": beijing(refund.done_at),
        "out_trade_no": payment.no,
        "refund_fee": yuan(payment.refunded_fen),
        "send_back_fee": yuan(refund.fen),
        "trade_no": payment.trade_no,
    }
