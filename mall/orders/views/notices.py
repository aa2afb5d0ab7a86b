"""Where gateways tell what happened: proven over the raw bytes, taken in one transaction, answered in their words.

Each is answered within the gateway's five seconds: it is checked and written, and nobody else is asked meanwhile.
"""

from __future__ import annotations

import logging

from flask import Response, current_app, json, request

from mall.base.refused import Refused
from mall.orders.actions.confirm import confirm
from mall.orders.actions.find_out import CANNOT_BE, note_refusal
from mall.orders.views.blueprint import orders
from mall.orders.views.payment import counter
from mall.payments.actions import settle_refund, settle_told
from mall.payments.models import (
    BadSignature,
    GatewayName,
    GatewaySilent,
    NoSuchGateway,
    NoSuchPayment,
    NoSuchRefund,
    RefundTold,
    StaleNotice,
    Told,
)
from mall.payments.queries import dealer_of_refund, payment_by_no
from mall.web import guards
from mall.web.db import now, reading, transact

MOST = 32 * 1024
"""A notice has some two kilobytes."""
UNPROVEN = (BadSignature, StaleNotice, NoSuchGateway, GatewaySilent)
UNKNOWN = (NoSuchPayment, NoSuchRefund)
log = logging.getLogger(__name__)


@orders.post("/payments/wechat/notices")
@guards.partner_signed
@guards.body_limit(MOST)
def wechat_notices() -> Response:
    """WeChat Pay's notices of payments and refunds. Anything but 2xx has it sent again."""
    status, code = _take_in(GatewayName.WECHAT)
    said = {"code": "SUCCESS", "message": "成功"} if status == 200 else {"code": "FAIL", "message": code}
    return Response(json.dumps(said), status, content_type="application/json")


@orders.post("/payments/alipay/notices")
@guards.partner_signed
@guards.body_limit(MOST)
def alipay_notices() -> Response:
    """Alipay's notices. Anything but the word `success` has it sent again."""
    status, _code = _take_in(GatewayName.ALIPAY)
    return Response("success" if status == 200 else "fail", status, content_type="text/plain; charset=utf-8")


def _take_in(name: GatewayName) -> tuple[int, str]:
    """Check a notice and write what it says; the status of the answer, and the code of what was refused."""
    try:
        told = counter().gateway(name).notice(dict(request.headers), request.get_data(cache=False), now())
    except UNPROVEN as refusal:
        log.warning("a notice of %s was refused: %s", name.value, refusal.code)
        return 401, refusal.code
    except Refused as refusal:
        log.warning("a notice of %s was refused: %s", name.value, refusal.code)
        return refusal.status, refusal.code
    if told is None:
        return 200, ""
    dealer_id = _dealer_of(told)
    reading().rollback()
    try:
        if dealer_id is None:
            raise NoSuchPayment
        _write(dealer_id, told)
    except (*CANNOT_BE, *UNKNOWN) as refusal:
        log.warning("a notice of %s about %s was refused: %s", name.value, told.no, refusal.code)
        note_refusal(transact, dealer_id=dealer_id, told=told, refusal=refusal)
        return refusal.status, refusal.code
    return 200, ""


def _dealer_of(told: Told | RefundTold) -> int | None:
    if isinstance(told, RefundTold):
        return dealer_of_refund(reading(), told.refund_no)
    payment = payment_by_no(reading(), told.no)
    return payment.dealer_id if payment else None


def _write(dealer_id: int, told: Told | RefundTold) -> None:
    if isinstance(told, RefundTold):
        transact(settle_refund, dealer_id=dealer_id, told=told)
    elif told.paid:
        transact(confirm, dealer_id=dealer_id, told=told, seal=current_app.extensions["seal"])
    else:
        transact(settle_told, dealer_id=dealer_id, told=told)
