"""Payments and refunds in WeChat Pay's words, and what a merchant may send."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from mall.sandbox.payments import Payment, Refund, State
from mall.sandbox.wechat.signing import Failed

BEIJING = timezone(timedelta(hours=8))
TRADE_TYPES = {"jsapi": "JSAPI", "h5": "MWEB", "native": "NATIVE"}


def rfc3339(at: datetime) -> str:
    """A moment as the network writes it."""
    return at.astimezone(BEIJING).isoformat(timespec="seconds")


def trade_state(payment: Payment) -> tuple[str, str]:
    """The state and how it is said."""
    if payment.paid:
        return ("REFUND", "转入退款") if payment.refunded_fen else ("SUCCESS", "支付成功")
    return ("NOTPAY", "订单未支付") if payment.state is State.OPEN else ("CLOSED", "订单已关闭")


def transaction(payment: Payment, *, told: bool = False, wrong: bool = False) -> dict[str, Any]:
    """A payment as queries and (`told`) callbacks have it; `wrong` adds a fen."""
    state, said = ("SUCCESS", "支付成功") if told else trade_state(payment)
    facts: dict[str, Any] = {
        "appid": payment.app,
        "mchid": payment.merchant,
        "out_trade_no": payment.no,
        "trade_state": state,
        "trade_state_desc": said,
        "attach": payment.attach,
        "promotion_detail": [],
        "amount": {"total": payment.fen, "currency": "CNY"},
        "payer": {},
    }
    if payment.paid:
        assert payment.ended_at is not None
        total = payment.fen + (1 if wrong else 0)
        facts |= {
            "transaction_id": payment.gateway_no,
            "trade_type": TRADE_TYPES[payment.way],
            "bank_type": "OTHERS",
            "success_time": rfc3339(payment.ended_at),
            "payer": {"openid": payment.payer},
            "amount": {"total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY"},
        }
    return facts


def refund_answer(payment: Payment, refund: Refund) -> dict[str, Any]:
    """A refund as its own answers and queries have it."""
    facts: dict[str, Any] = {
        "refund_id": refund.gateway_no,
        "out_refund_no": refund.no,
        "transaction_id": payment.gateway_no,
        "out_trade_no": payment.no,
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": rfc3339(refund.opened_at),
        "status": "SUCCESS" if refund.done else "PROCESSING",
        "funds_account": "AVAILABLE",
        "amount": {
            "total": payment.fen, "refund": refund.fen, "from": [], "payer_total": payment.fen,
            "payer_refund": refund.fen, "settlement_refund": refund.fen, "settlement_total": payment.fen,
            "discount_refund": 0, "currency": "CNY", "refund_fee": 0,
        },
        "promotion_detail": [],
    }  # fmt: skip
    if refund.done:
        facts["success_time"] = rfc3339(refund.done_at)
    return facts


def refund_told(payment: Payment, refund: Refund) -> dict[str, Any]:
    """A refund as its callback has it."""
    return {
        "mchid": payment.merchant,
        "out_trade_no": payment.no,
        "transaction_id": payment.gateway_no,
        "out_refund_no": refund.no,
        "refund_id": refund.gateway_no,
        "refund_status": "SUCCESS",
        "success_time": rfc3339(refund.done_at),
        "user_received_account": "支付用户零钱",
        "amount": {
            "total": payment.fen, "refund": refund.fen, "payer_total": payment.fen, "payer_refund": refund.fen,
        },
    }  # fmt: skip


class Asked:
    """What a merchant sent, read field by field; raises Failed as the network would."""

    def __init__(self, content: Any) -> None:
        if not isinstance(content, dict):
            raise Failed(400, "PARAM_ERROR", "请求体不是 JSON 对象")
        self.content: dict[str, Any] = content

    def text(self, name: str, most: int, *, needed: bool = True) -> str:
        """A text of at most so many characters."""
        value = self.content.get(name, "")
        if not isinstance(value, str) or len(value) > most or (needed and not value):
            raise Failed(400, "PARAM_ERROR", f"输入源“/body/{name}”映射到字段不满足规则")
        return value

    def fen(self, name: str, *, least: int = 1) -> int:
        """A whole number of fen."""
        value = self.content.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise Failed(400, "PARAM_ERROR", f"输入源“/body/{name}”映射到数值不满足规则")
        return value

    def part(self, name: str) -> Asked:
        """An object within."""
        value = self.content.get(name)
        if not isinstance(value, dict):
            raise Failed(400, "PARAM_ERROR", f"输入源“/body/{name}”缺失或不是对象")
        return Asked(value)

    def url(self, name: str, *, needed: bool = True) -> str:
        """An address that can be called; the network takes none with a query."""
        value = self.text(name, 255, needed=needed)
        if value and (not value.startswith(("http://", "https://")) or "?" in value):
            raise Failed(400, "PARAM_ERROR", f"{name} 须为 http(s) 地址且不带参数")
        return value

    def moment(self, name: str) -> datetime | None:
        """An RFC 3339 moment."""
        value = self.text(name, 64, needed=False)
        try:
            at = datetime.fromisoformat(value) if value else None
        except ValueError:
            raise Failed(400, "PARAM_ERROR", f"{name} 须为 RFC 3339 时间") from None
        if at is not None and at.tzinfo is None:
            raise Failed(400, "PARAM_ERROR", f"{name} 须带时区")
        return at
