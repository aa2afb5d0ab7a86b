"""Alipay's notices (https://opendocs.alipay.com/open/203/105286): a signed form, until the answer is `success`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from sqlite3 import Row
from urllib.parse import urlencode

from mall.sandbox import payments
from mall.sandbox.alipay.shape import BUYER, beijing, yuan
from mall.sandbox.alipay.signing import content, signed
from mall.sandbox.letters import Outgoing
from mall.sandbox.payments import Payment
from mall.sandbox.store import moment
from mall.sandbox.world import World

MINUTE, HOUR = 60, 3600


class AlipayWriter:
    """Notices of a payment and of its refunds go to the one address that the payment named."""

    pauses = (4 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR)

    def write(self, world: World, letter: Row, now: datetime) -> Outgoing:
        """Raises LookupError when what it is about is forgotten."""
        payment = payments.by(world, id=letter["payment_id"])
        if payment is None:
            raise LookupError(letter["id"])
        assert payment.ended_at is not None
        wrong = 1 if letter["trick"] == "wrong_amount" else 0
        amount = yuan(payment.fen + wrong)
        form = {
            "notify_time": beijing(now - timedelta(minutes=10) if letter["trick"] == "stale" else now),
            "notify_type": "trade_status_sync",
            "notify_id": letter["no"],
            "app_id": payment.app,
            "auth_app_id": payment.app,
            "charset": "utf-8",
            "version": "1.0",
            "trade_no": payment.trade_no,
            "out_trade_no": payment.no,
            "buyer_id": BUYER["buyer_user_id"],
            "buyer_logon_id": BUYER["buyer_logon_id"],
            "seller_id": payment.merchant,
            "trade_status": "TRADE_SUCCESS",
            "total_amount": amount,
            "receipt_amount": amount,
            "invoice_amount": amount,
            "buyer_pay_amount": amount,
            "point_amount": "0.00",
            "subject": payment.subject,
            "passback_params": payment.attach,
            "gmt_create": beijing(payment.opened_at),
            "gmt_payment": beijing(payment.ended_at),
            "fund_bill_list": json.dumps([{"amount": amount, "fundChannel": "ALIPAYACCOUNT"}], separators=(",", ":")),
        }
        if letter["what"] == "refund":
            form |= self._refund(world, payment, letter)
        form = {name: value for name, value in form.items() if value}
        sign = signed(world, content(form, "sign", "sign_type") + ("&" if letter["trick"] == "tampered" else ""))
        body = urlencode({**form, "sign_type": "RSA2", "sign": sign})
        return Outgoing({"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, body.encode())

    def _refund(self, world: World, payment: Payment, letter: Row) -> dict[str, str]:
        """What a refund adds; the trade is closed by the one with which all has gone back."""
        before = 0
        for refund in payments.refunds_of(world, payment.id):
            before += refund.fen
            if refund.id == letter["about"]:
                return {
                    "refund_fee": yuan(before),
                    "out_biz_no": refund.no,
                    "gmt_refund": f"{beijing(refund.done_at)}.000",
                    "trade_status": "TRADE_CLOSED" if before == payment.fen else "TRADE_SUCCESS",
                }
        raise LookupError(moment(letter["made_at"]))

    def content(self, status: int, body: bytes) -> bool:
        """The seven letters `success`, and nothing else."""
        return status == 200 and body == b"success"
