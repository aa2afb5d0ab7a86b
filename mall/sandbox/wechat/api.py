"""The API: prepay, query, close, refunds, certificates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request

from mall.sandbox import payments
from mall.sandbox.payments import Payment, State, TooMuch, Used, WrongState
from mall.sandbox.wechat.shape import Asked, refund_answer, rfc3339, transaction
from mall.sandbox.wechat.signing import Failed, admit, answer, encrypted
from mall.sandbox.wechat.signing import certificates as handed_out
from mall.sandbox.world import World, disturbed, here

bp = Blueprint("wechat", __name__)

NO = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
REFUND_NO = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
LIFE = timedelta(hours=2)
"""A prepay id lives so long where the merchant says nothing."""

Act = Callable[[World], dict[str, Any] | None]


def reply(no: str, act: Act) -> Response:
    """Admit, act, answer, as the switches let it."""
    world = here()
    payment = payments.by(world, gateway="wechat", no=no) if no else None
    own = payment.switches if payment else None

    def said() -> Response:
        tampered = bool(world.position("tampered_answer", own))
        try:
            admit(world, request)
            content = act(world)
        except Failed as error:
            told = {"code": error.code, "message": error.message}
            return answer(world, request, told, error.status, tampered=tampered)
        return answer(world, request, content, 204 if content is None else 200, tampered=tampered)

    def failure() -> Response:
        return answer(world, request, {"code": "SYSTEM_ERROR", "message": "系统异常，请稍后重试"}, 500)

    return disturbed(world, own, failure, said)


def body() -> Asked:
    """The JSON of this request."""
    return Asked(request.get_json(force=True, silent=True))


def found(world: World, **wanted: object) -> Payment:
    """A payment, or the network's 404."""
    payment = payments.by(world, gateway="wechat", **wanted)
    if payment is None:
        raise Failed(404, "ORDER_NOT_EXIST", "订单不存在")
    return payment


def own_merchant(world: World, mchid: str | None) -> None:
    """The merchant who asks must be the one who signs."""
    if mchid != world.keys["mchid"]:
        raise Failed(400, "PARAM_ERROR", "商户号与签名的商户号不一致")


@bp.post("/v3/pay/transactions/<any(jsapi, h5, native):way>")
def prepay(way: str) -> Response:
    """下单."""
    asked = request.get_json(force=True, silent=True)
    no = str(asked.get("out_trade_no", "")) if isinstance(asked, dict) else ""
    return reply(no, lambda world: _prepay(world, way))


def _prepay(world: World, way: str) -> dict[str, Any]:
    asked = body()
    own_merchant(world, asked.text("mchid", 32))
    if asked.text("appid", 32) != world.keys["appid"]:
        raise Failed(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")
    no, amount = asked.text("out_trade_no", 32), asked.part("amount")
    if not NO.fullmatch(no):
        raise Failed(400, "PARAM_ERROR", "out_trade_no 须为 6 至 32 位数字、字母或 _-|*")
    if amount.text("currency", 16, needed=False) not in {"", "CNY"}:
        raise Failed(400, "PARAM_ERROR", "currency 只支持 CNY")
    payer = asked.part("payer").text("openid", 128) if way == "jsapi" else ""
    if way == "h5":
        scene = asked.part("scene_info")
        scene.text("payer_client_ip", 45)
        scene.part("h5_info").text("type", 32)
    now = world.now()
    expires_at = asked.moment("time_expire") or now + LIFE
    if expires_at <= now:
        raise Failed(400, "PARAM_ERROR", "time_expire 已过")
    try:
        payment = payments.open_payment(
            world, gateway="wechat", way=way, no=no, app=world.keys["appid"], merchant=world.keys["mchid"],
            fen=amount.fen("total"), subject=asked.text("description", 127),
            attach=asked.text("attach", 128, needed=False), payer=payer, expires_at=expires_at,
            notify_url=asked.url("notify_url"), return_url="",
            serial=request.headers.get("Wechatpay-Serial", ""), asked=asked.content,
        )  # fmt: skip
    except Used:
        raise Failed(403, "OUT_TRADE_NO_USED", "商户订单号重复") from None
    except WrongState as wrong:
        said = ("ORDERPAID", "该订单已支付") if wrong.state is State.PAID else ("ORDER_CLOSED", "该订单已关闭")
        raise Failed(400, *said) from None
    prepay_id = f"wx{payment.token}"
    if way == "jsapi":
        return {"prepay_id": prepay_id}
    if way == "h5":
        return {"h5_url": f"{world.base_url}/wechat/h5?prepay_id={quote(prepay_id)}"}
    return {"code_url": f"{world.base_url}/wechat/native/{quote(prepay_id)}"}


@bp.get("/v3/pay/transactions/out-trade-no/<no>")
def by_no(no: str) -> Response:
    """商户订单号查询订单."""

    def act(world: World) -> dict[str, Any]:
        own_merchant(world, request.args.get("mchid"))
        return transaction(found(world, no=no))

    return reply(no, act)


@bp.get("/v3/pay/transactions/id/<gateway_no>")
def by_id(gateway_no: str) -> Response:
    """微信支付订单号查询订单."""

    def act(world: World) -> dict[str, Any]:
        own_merchant(world, request.args.get("mchid"))
        return transaction(found(world, gateway_no=gateway_no))

    known = payments.by(here(), gateway="wechat", gateway_no=gateway_no)
    return reply(known.no if known else "", act)


@bp.post("/v3/pay/transactions/out-trade-no/<no>/close")
def close(no: str) -> Response:
    """关闭订单."""

    def act(world: World) -> None:
        own_merchant(world, body().text("mchid", 32))
        try:
            payments.close(world, found(world, no=no).id)
        except WrongState:
            raise Failed(400, "ORDERPAID", "该订单已支付") from None

    return reply(no, act)


@bp.post("/v3/refund/domestic/refunds")
def refund() -> Response:
    """退款申请."""
    asked = request.get_json(force=True, silent=True)
    no = str(asked.get("out_trade_no") or "") if isinstance(asked, dict) else ""
    return reply(no, _refund)


def _refund(world: World) -> dict[str, Any]:
    asked = body()
    no, amount = asked.text("out_refund_no", 64), asked.part("amount")
    if not REFUND_NO.fullmatch(no):
        raise Failed(400, "PARAM_ERROR", "out_refund_no 须为数字、字母或 _-|*@")
    if amount.text("currency", 16) != "CNY":
        raise Failed(400, "PARAM_ERROR", "currency 只支持 CNY")
    gateway_no = asked.text("transaction_id", 32, needed=False)
    wanted = {"gateway_no": gateway_no} if gateway_no else {"no": asked.text("out_trade_no", 32)}
    try:
        payment = found(world, **wanted)
    except Failed:
        raise Failed(404, "RESOURCE_NOT_EXISTS", "订单不存在") from None
    if amount.fen("total") != payment.fen:
        raise Failed(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
    same = payments.refund_by(world, "wechat", no)
    if same and same.payment_id != payment.id:
        raise Failed(400, "INVALID_REQUEST", "同一退款单号对应不同的订单")
    try:
        done, _ = payments.refund(
            world, payment.id, no=no, fen=amount.fen("refund"), reason=asked.text("reason", 80, needed=False),
            notify_url=asked.url("notify_url", needed=False), seconds=world.pace.refund,
        )  # fmt: skip
    except WrongState:
        raise Failed(403, "TRADE_STATE_ERROR", "订单未支付或已关闭，不能退款") from None
    except Used:
        raise Failed(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试") from None
    except TooMuch:
        raise Failed(400, "INVALID_REQUEST", "申请退款金额大于剩余可退金额") from None
    return refund_answer(payment, done)


@bp.get("/v3/refund/domestic/refunds/<no>")
def refund_query(no: str) -> Response:
    """查询单笔退款."""
    known = payments.refund_by(here(), "wechat", no)
    payment = payments.by(here(), id=known.payment_id) if known else None

    def act(world: World) -> dict[str, Any]:
        if known is None or payment is None:
            raise Failed(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        return refund_answer(payment, known)

    return reply(payment.no if payment else "", act)


@bp.get("/v3/certificates")
def certificates() -> Response:
    """平台证书."""

    def act(world: World) -> dict[str, Any]:
        from cryptography.x509 import load_pem_x509_certificate

        def told(name: str) -> dict[str, Any]:
            pem = world.keys[f"{name}_certificate"]
            certificate = load_pem_x509_certificate(pem.encode())
            return {
                "serial_no": world.keys[f"{name}_serial"],
                "effective_time": rfc3339(certificate.not_valid_before_utc),
                "expire_time": rfc3339(certificate.not_valid_after_utc),
                "encrypt_certificate": encrypted(world, pem, "certificate"),
            }

        return {"data": [told(name) for name in handed_out(world)]}

    return reply("", act)
