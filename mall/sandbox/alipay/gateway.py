"""gateway.do: the pay page of the mobile web, query, close, refund, query of a refund, the bill's address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request

from mall.sandbox import payments
from mall.sandbox.alipay.bill import bill_url
from mall.sandbox.alipay.shape import Asked, Failed, beijing, refunded, trade, yuan
from mall.sandbox.alipay.signing import answer, verified
from mall.sandbox.payments import Payment, State, TooMuch, Used, WrongState
from mall.sandbox.world import World, disturbed, here

bp = Blueprint("alipay", __name__)

WAP = "alipay.trade.wap.pay"


@bp.route("/gateway.do", methods=["GET", "POST"])
def gateway() -> Response:
    """Every method of the API, by the parameter `method`, from the query and from the form."""
    world, given = here(), request.values.to_dict()
    method = given.get("method", "")
    if method == WAP:
        return _wap(world, given)
    try:
        asked = Asked(given.get("biz_content", ""))
        number = asked.text("out_trade_no", 64, needed=False)
    except Failed:
        number = ""
    payment = payments.by(world, gateway="alipay", no=number) if number else None
    own = payment.switches if payment else None

    def said() -> Response:
        try:
            _admit(world, given)
            told = METHODS[method](world, Asked(given.get("biz_content", "")))
        except Failed as error:
            told = error.told
        return answer(world, method, told, tampered=bool(world.position("tampered_answer", own)))

    def failure() -> Response:
        return Response("<html><body><h1>502 Bad Gateway</h1></body></html>", 502, content_type="text/html")

    return disturbed(world, own, failure, said)


def _admit(world: World, given: dict[str, str]) -> None:
    for name in ("app_id", "method", "charset", "sign_type", "sign", "timestamp", "version"):
        if not given.get(name):
            raise Failed(f"isv.missing-{name.replace('_', '-')}", f"缺少{name}参数", code="40001")
    if given["app_id"] != world.keys["app_id"]:
        raise Failed("isv.invalid-app-id", "无效的AppID参数", code="40002")
    if given["sign_type"] != "RSA2":
        raise Failed("isv.invalid-signature-type", "无效的签名类型", code="40002")
    if given["charset"].lower() != "utf-8":
        raise Failed("isv.invalid-charset", "字符集错误", code="40002")
    if not verified(world, given):
        raise Failed("isv.invalid-signature", "无效签名", code="40002")
    if given["method"] not in {*METHODS, WAP}:
        raise Failed("isv.invalid-method", "不存在的方法名", code="40002")


def _found(world: World, asked: Asked) -> Payment:
    given = asked.text("trade_no", 64, needed=False)
    number = asked.text("out_trade_no", 64, needed=not given)
    # The last nine digits of a trade's number are the sandbox's own; whoever names both is held to the trade's.
    wanted = {"id": int(given[-9:])} if given[-9:].isdigit() else {"no": number}
    found = payments.by(world, gateway="alipay", **wanted)
    if found is None or (given and found.trade_no != given):
        raise Failed("ACQ.TRADE_NOT_EXIST", "交易不存在")
    return found


def _wap(world: World, given: dict[str, str]) -> Response:
    """The merchant sends the person here, signed; the trade begins when the page opens, and not before."""
    try:
        _admit(world, given)
        payment = _begun(world, given, Asked(given.get("biz_content", "")))
    except Failed as error:
        return _trouble(f"{error.told['sub_msg']}（{error.told['sub_code']}）")
    except Used:
        return _trouble("订单信息与此前不一致（ACQ.CONTEXT_INCONSISTENT）")
    except WrongState as wrong:
        paid = wrong.state is State.PAID
        return _trouble("交易已经支付（ACQ.TRADE_HAS_SUCCESS）" if paid else "交易已经关闭（ACQ.TRADE_HAS_CLOSE）")
    return make_response(redirect(f"/cashier/{payment.token}"))


def _begun(world: World, given: dict[str, str], asked: Asked) -> Payment:
    if asked.text("product_code", 64, needed=False) not in {"", "QUICK_WAP_WAY", "QUICK_WAP_PAY"}:
        raise Failed("ACQ.INVALID_PARAMETER", "参数无效：product_code")
    return payments.open_payment(
        world, gateway="alipay", way="wap", no=asked.text("out_trade_no", 64), app=given["app_id"],
        merchant=world.keys["seller_id"], fen=asked.fen("total_amount"), subject=asked.text("subject", 256),
        attach=asked.text("passback_params", 512, needed=False), payer="", expires_at=asked.expires_at(world.now()),
        notify_url=_url(given, "notify_url"), return_url=_url(given, "return_url"), serial="",
        asked={name: value for name, value in asked.given.items() if name not in {"time_expire", "quit_url"}},
    )  # fmt: skip


def _trouble(said: str) -> Response:
    return make_response(render_template("sandbox/trouble.html", title="无法付款", said=said), 400)


def _url(given: dict[str, str], name: str) -> str:
    value = given.get(name, "")
    if value and not value.startswith(("http://", "https://")):
        raise Failed(f"isv.invalid-{name.replace('_', '-')}", f"无效的{name}", code="40002")
    return value


def _query(world: World, asked: Asked) -> dict[str, Any]:
    return trade(_found(world, asked))


def _close(world: World, asked: Asked) -> dict[str, Any]:
    payment = _found(world, asked)
    if not payment.open and not payment.paid:
        raise Failed("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
    try:
        payments.close(world, payment.id)
    except WrongState:
        raise Failed("ACQ.TRADE_STATUS_ERROR", "交易状态不合法") from None
    return {"code": "10000", "msg": "Success", "out_trade_no": payment.no, "trade_no": payment.trade_no}


def _refund(world: World, asked: Asked) -> dict[str, Any]:
    payment, fen = _found(world, asked), asked.fen("refund_amount")
    # Whoever names no number of a refund sends back all, once.
    no = asked.text("out_request_no", 64, needed=fen != payment.fen) or payment.no
    try:
        done, news = payments.refund(
            world, payment.id, no=no, fen=fen, reason=asked.text("refund_reason", 256, needed=False),
            notify_url=payment.notify_url, seconds=0,
        )  # fmt: skip
    except WrongState:
        raise Failed("ACQ.TRADE_STATUS_ERROR", "交易状态不合法") from None
    except Used:
        raise Failed("ACQ.DISCORDANT_REPEAT_REQUEST", "请求信息不一致") from None
    except TooMuch:
        raise Failed("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限") from None
    now_known = payments.by(world, id=payment.id)
    assert now_known is not None
    return {**refunded(now_known, done), "fund_change": "Y" if news else "N"}


def _refund_query(world: World, asked: Asked) -> dict[str, Any]:
    payment, no = _found(world, asked), asked.text("out_request_no", 64)
    told: dict[str, Any] = {"code": "10000", "msg": "Success"}
    for refund in payments.refunds_of(world, payment.id):
        if refund.no == no:
            told |= {
                "out_request_no": no,
                "out_trade_no": payment.no,
                "refund_amount": yuan(refund.fen),
                "refund_reason": refund.reason,
                "refund_status": "REFUND_SUCCESS",
                "total_amount": yuan(payment.fen),
                "trade_no": payment.trade_no,
            }
            if "gmt_refund_pay" in (asked.given.get("query_options") or []):
                told["gmt_refund_pay"] = beijing(refund.done_at)
    return told


METHODS: dict[str, Callable[[World, Asked], dict[str, Any]]] = {
    "alipay.trade.query": _query,
    "alipay.trade.close": _close,
    "alipay.trade.refund": _refund,
    "alipay.trade.fastpay.refund.query": _refund_query,
    "alipay.data.dataservice.bill.downloadurl.query": bill_url,
}
