"""WeChat Pay's words for a payment and a refund, in answers and in notices alike, in ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mall.payments.models import GatewayName, RefundState, RefundTold, There, Told

STATES = {
    "SUCCESS": There.PAID,
    "REFUND": There.REFUNDED,
    "NOTPAY": There.OPEN,
    "USERPAYING": There.OPEN,
    "PAYERROR": There.OPEN,
    "ACCEPT": There.OPEN,
    "CLOSED": There.CLOSED,
    "REVOKED": There.CLOSED,
}
REFUNDS = {
    "SUCCESS": RefundState.DONE,
    "PROCESSING": RefundState.SENT,
    "ABNORMAL": RefundState.FAILED,
    "CLOSED": RefundState.FAILED,
}


def told(said: Mapping[str, Any], notice_id: str = "") -> Told:
    """A payment (out_trade_no, trade_state, amount …) as WeChat tells it."""
    amount = said.get("amount") or {}
    return Told(
        gateway=GatewayName.WECHAT,
        no=str(said.get("out_trade_no", "")),
        state=STATES.get(str(said.get("trade_state")), There.OPEN),
        fen=_whole(amount.get("total")),
        currency=str(amount.get("currency") or "CNY"),
        merchant=str(said.get("mchid", "")),
        app=str(said.get("appid", "")),
        gateway_no=str(said.get("transaction_id") or "")[:64],
        at=_moment(said.get("success_time")),
        notice_id=notice_id,
    )


def refund_told(said: Mapping[str, Any], notice_id: str = "") -> RefundTold:
    """A refund (out_refund_no, status …); a notice calls its status `refund_status`."""
    amount = said.get("amount") or {}
    state = str(said.get("refund_status" if notice_id else "status"))
    return RefundTold(
        gateway=GatewayName.WECHAT,
        no=str(said.get("out_trade_no", "")),
        refund_no=str(said.get("out_refund_no", "")),
        state=REFUNDS.get(state, RefundState.SENT),
        fen=_whole(amount.get("refund")),
        gateway_no=str(said.get("refund_id") or "")[:64],
        at=_moment(said.get("success_time")),
        trouble=state if REFUNDS.get(state) is RefundState.FAILED else "",
        notice_id=notice_id,
    )


def _whole(number: Any) -> int | None:
    return number if type(number) is int else None


def _moment(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else None
