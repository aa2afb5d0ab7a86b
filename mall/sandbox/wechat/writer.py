"""WeChat Pay's callbacks (https://pay.weixin.qq.com/doc/v3/merchant/4012791861): an encrypted resource, signed."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime, timedelta
from secrets import token_bytes
from sqlite3 import Row

from mall.sandbox import payments
from mall.sandbox.letters import Outgoing
from mall.sandbox.store import moment
from mall.sandbox.wechat.shape import refund_told, rfc3339, transaction
from mall.sandbox.wechat.signing import encrypted, headers
from mall.sandbox.world import World

MINUTE, HOUR = 60, 3600


class WeChatWriter:
    """Writes a letter anew for each try: the content stays, timestamp and nonce are fresh."""

    pauses = (
        15, 15, 30, 3 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, 30 * MINUTE, 30 * MINUTE, 60 * MINUTE,
        3 * HOUR, 3 * HOUR, 3 * HOUR, 6 * HOUR, 6 * HOUR,
    )  # fmt: skip

    def write(self, world: World, letter: Row, now: datetime) -> Outgoing:
        """Raises LookupError when what it is about is forgotten."""
        payment = payments.by(world, id=letter["payment_id"])
        if payment is None:
            raise LookupError(letter["id"])
        if letter["what"] == "payment":
            kind, event, said = "transaction", "TRANSACTION.SUCCESS", "支付成功"
            content = transaction(payment, told=True, wrong=letter["trick"] == "wrong_amount")
        else:
            refund = next(one for one in payments.refunds_of(world, payment.id) if one.id == letter["about"])
            kind, event, said = "refund", "REFUND.SUCCESS", "退款成功"
            content = refund_told(payment, refund)
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        body = json.dumps(
            {
                "id": letter["no"],
                "create_time": rfc3339(moment(letter["made_at"])),
                "resource_type": "encrypt-resource",
                "event_type": event,
                "summary": said,
                "resource": {"original_type": kind, **encrypted(world, text, kind)},
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        signed_at = now - timedelta(minutes=10) if letter["trick"] == "stale" else now
        serial = "" if world.position("rotated") else payment.serial  # in a change-over callbacks come by certificate
        heads = headers(world, serial, body, signed_at, tampered=letter["trick"] == "tampered")
        if letter["trick"] == "probe":
            heads["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + b64encode(token_bytes(246)).decode()
        return Outgoing({"Content-Type": "application/json", "Accept": "*/*", **heads}, body.encode())

    def content(self, status: int, body: bytes) -> bool:
        """200 or 204; what the body says does not matter."""
        return status in {200, 204}
