"""The page on which a person pays or declines, and the ways that lead to it from WeChat and from a browser."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from mall.sandbox import payments
from mall.sandbox.alipay.shape import beijing, yuan
from mall.sandbox.alipay.signing import content, signed
from mall.sandbox.payments import Payment, WrongState
from mall.sandbox.wechat.oauth import PERSON, openid
from mall.sandbox.wechat.signing import verified
from mall.sandbox.world import World, here

bp = Blueprint("cashier", __name__)


def _by_token(token: str) -> Payment:
    payment = payments.by(here(), token=token)
    if payment is None:
        abort(404)
    return payment


def _by_prepay(prepay_id: str) -> Payment:
    payment = payments.by(here(), gateway="wechat", token=prepay_id.removeprefix("wx"))
    if payment is None:
        abort(404)
    return payment


def _safe(address: str) -> str:
    return address if urlsplit(address).scheme in {"http", "https"} else ""


@bp.get("/wechat/jsapi")
def jsapi() -> Response | tuple[str, int]:
    """In WeChat the page calls WeixinJSBridge with these parameters; here a link carries them, and `back`."""
    world, args = here(), request.args
    package = args.get("package", "")
    lines = (args.get("appId", ""), args.get("timeStamp", ""), args.get("nonceStr", ""), package)
    fits = args.get("signType") == "RSA" and lines[0] == world.keys["appid"] and package.startswith("prepay_id=")
    if not fits or not verified(world, args.get("paySign", ""), *lines):
        return render_template("sandbox/trouble.html", title="支付验证签名失败", said="paySign 与参数对不上。"), 400
    payment = _by_prepay(package.removeprefix("prepay_id="))
    if payment.way != "jsapi":
        return render_template("sandbox/trouble.html", title="无法付款", said="这张预付单不是 JSAPI 的。"), 400
    return redirect(url_for(".page", token=payment.token, back=_safe(args.get("back", ""))))


@bp.get("/wechat/h5")
def h5() -> Response:
    """`h5_url`, to which the merchant adds `redirect_url`."""
    payment = _by_prepay(request.args.get("prepay_id", ""))
    return redirect(url_for(".page", token=payment.token, back=_safe(request.args.get("redirect_url", ""))))


@bp.get("/wechat/native/<prepay_id>")
def native(prepay_id: str) -> Response:
    """`code_url`: what the code on the desk's screen says."""
    return redirect(url_for(".page", token=_by_prepay(prepay_id).token))


@bp.get("/cashier/<token>")
def page(token: str) -> str:
    """One payment: pay, decline, or how it ended."""
    payment = _by_token(token)
    back = _safe(request.args.get("back", ""))
    return render_template("sandbox/cashier.html", payment=payment, back=back, home=_home(here(), payment, back))


@bp.post("/cashier/<token>/payment")
def pay(token: str) -> Response:
    """The person pays."""
    payment, world = _by_token(token), here()
    person = request.cookies.get(PERSON) or "walk-in"
    with suppress(WrongState):  # paid or closed meanwhile: the page says which
        payments.pay(world, payment.id, payer=openid(payment.app, person))
    return redirect(url_for(".page", token=token, back=_safe(request.form.get("back", ""))), 303)


@bp.post("/cashier/<token>/refusal")
def decline(token: str) -> Response:
    """The person changes their mind: the payment stays open, as it does at the networks."""
    back = _safe(request.form.get("back", ""))
    return redirect(url_for(".page", token=token, back=back, declined=1), 303)


def _home(world: World, payment: Payment, back: str) -> str:
    """Where the merchant wanted the person to come back to; Alipay signs what it says on the way."""
    if payment.gateway != "alipay" or not payment.return_url or not payment.paid:
        return back or payment.return_url
    told = {
        "charset": "utf-8",
        "out_trade_no": payment.no,
        "method": "alipay.trade.wap.pay.return",
        "total_amount": yuan(payment.fen),
        "trade_no": payment.trade_no,
        "auth_app_id": payment.app,
        "version": "1.0",
        "app_id": payment.app,
        "seller_id": payment.merchant,
        "timestamp": beijing(world.now()),
    }
    query = urlencode({**told, "sign_type": "RSA2", "sign": signed(world, content(told, "sign", "sign_type"))})
    return f"{payment.return_url}{'&' if '?' in payment.return_url else '?'}{query}"
