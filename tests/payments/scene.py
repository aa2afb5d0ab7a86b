"""A dealer who pays for orders that nobody need know: payments stand beneath orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from mall.base.ids import new_id
from mall.payments.actions import open_payment, press, settle, want_refund
from mall.payments.models import GatewayName, Payment, Refund, There, Told
from mall.web.db import now, transact
from tests.payments.counterpart import APPID, MCHID

FEN = 9900
MEMBER = "member:1"


def opened(dealer_id: int, *, gateway: GatewayName = GatewayName.WECHAT, fen: int = FEN, **other: Any) -> Payment:
    """A payment of an order of its own, nobody sent to pay it yet."""
    order_id = other.pop("order_id", None) or new_id(now())
    closes_at = now() + timedelta(minutes=15)
    return transact(
        open_payment, dealer_id=dealer_id, order_id=order_id, order_no=str(order_id)[-12:], gateway=gateway, fen=fen,
        closes_at=closes_at, actor=MEMBER, **other,
    )  # fmt: skip


def pressed(dealer_id: int, **other: Any) -> Payment:
    """One that somebody was sent to pay."""
    payment = opened(dealer_id, **other)
    return transact(press, dealer_id=dealer_id, payment_id=payment.id, merchant=MCHID, app=APPID)


def told(payment: Payment, state: There = There.PAID, **other: Any) -> Told:
    """What its gateway says of it."""
    facts: dict[str, Any] = {
        "gateway": payment.gateway, "no": payment.no, "state": state, "fen": payment.fen, "currency": "CNY",
        "merchant": MCHID, "app": APPID, "gateway_no": f"42{payment.id}",
    }  # fmt: skip
    return Told(**(facts | other))


def paid(dealer_id: int, **other: Any) -> Payment:
    """One that was paid."""
    payment = pressed(dealer_id, **other)
    return transact(settle, dealer_id=dealer_id, told=told(payment)).payment


def refund(payment: Payment, fen: int, key: str) -> Refund:
    return transact(
        want_refund, dealer_id=payment.dealer_id, payment_id=payment.id, fen=fen, key=key, reason="测试", actor=MEMBER
    )
