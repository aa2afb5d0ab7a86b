"""Paying an order's cash part: which way, the link or code to pay by, and how it ended."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import urlencode

import segno
from flask import Response, current_app, request, session, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from mall.base.refused import Refused
from mall.dealers.queries import MemberHere
from mall.orders.actions.find_out import find_out
from mall.orders.actions.pay import pay
from mall.orders.models import RedemptionOrder
from mall.orders.queries import mine
from mall.orders.views.blueprint import orders
from mall.payments.actions import Counter, keep_ticket, shut
from mall.payments.models import GatewayDeclined, GatewayName, NoSuchGateway, Payment, ToPay, Way
from mall.payments.queries import payment_by_no, payments_of
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.forms import trimmed
from mall.web.pages import go, page, refused

IN_WECHAT = re.compile(r"MicroMessenger(?!.*(WindowsWechat|MacWechat))", re.S)
PHONE = re.compile(r"Mobile|Android|iPhone|iPad|HarmonyOS")
STATE, PAYER = "pay_state", "payer"
"""What the browser's signed cookie keeps: the state of a way to WeChat and back, the openid that came of it."""


def counter() -> Counter:
    """The gateways that are offered here."""
    found: Counter = current_app.extensions["counter"]
    return found


@orders.get("/orders/<no>/payment", endpoint="payment")
@guards.member_may("redeem")
def show(no: str) -> Response:
    """How an order can be paid, or is being paid. Once it is, or is closed, this leads to the order."""
    order = mine.order_of(reading(), guards.member().dealer_id, no)
    if not order.awaiting_payment:
        return _onward(order)
    return page("orders/payment.html", "orders/_payment.html", **_look(order), refusal=None)


@orders.post("/orders/<no>/payment", endpoint="pay")
@guards.member_may("redeem")
def start(no: str) -> Response:
    """Be given a link or a code to pay by. Pressed again it is the same one."""
    here = guards.member()
    order = mine.order_of(reading(), here.dealer_id, no)
    if not order.awaiting_payment:
        return _onward(order)
    try:
        name = _gateway(request.form.get("gateway", ""))
        try:
            _make_ready(here, order, name)
        except GatewayDeclined:
            # It may hold an earlier try of this number under other facts (the phone's address, say): take a new one.
            _make_ready(here, order, name)
    except Refused as refusal:
        fresh = mine.order_of(reading(), here.dealer_id, no)
        if not fresh.awaiting_payment:  # it was paid or closed while we talked
            return _onward(fresh)
        return refused("orders/payment.html", "orders/_payment.html", refusal=refusal, **_look(fresh))
    return go(url_for("orders.payment", no=no))


@orders.post("/orders/<no>/payment/question")
@guards.member_may("redeem")
def ask_payment(no: str) -> Response:
    """「我已支付」: ask the gateway now; the page itself asks so while it waits."""
    dealer_id = guards.member().dealer_id
    order = mine.order_of(reading(), dealer_id, no)
    unsure = [one.id for one in payments_of(reading(), dealer_id, order.id) if one.unsure]
    for one in unsure if order.awaiting_payment else ():
        find_out(
            transact,
            counter(),
            now(),
            dealer_id=dealer_id,
            payment_id=one,
            seal=current_app.extensions["seal"],
            at_once=True,
        )
    reading().rollback()
    order = mine.order_of(reading(), dealer_id, no)
    if not order.awaiting_payment:
        return _onward(order)
    return page("orders/payment.html", "orders/_payment.html", **_look(order, back=True), refusal=None)


@orders.get("/orders/<no>/payment/wechat", endpoint="payer")
@guards.member_may("redeem")
def who_pays(no: str) -> Response:
    """Back from WeChat with a code: it becomes the openid that its payment sheet needs, kept in this browser alone."""
    mine.order_of(reading(), guards.member().dealer_id, no)
    code, state = request.args.get("code", "")[:200], request.args.get("state", "")
    expected = session.pop(STATE, "")
    if code and expected and secrets.compare_digest(state.encode(), str(expected).encode()):
        session[PAYER] = [counter().wechat.app, counter().login.openid(code)]
    return go(url_for("orders.payment", no=no, gateway=GatewayName.WECHAT.value))


@orders.get("/payments/alipay/return")
@guards.member_required
def alipay_return() -> Response:
    """Back from Alipay's cashier, whose word here proves nothing: the order's page asks how it ended."""
    payment = payment_by_no(reading(), request.args.get("out_trade_no", "")[:64])
    if payment is None or payment.dealer_id != guards.member().dealer_id:
        return go(url_for("orders.mine"))
    return go(url_for("orders.payment", no=payment.order_no, back=1))


def _make_ready(here: MemberHere, order: RedemptionOrder, name: GatewayName) -> None:
    """A payment with a ticket to send the person with; one that its gateway will not take is shut."""
    gateway = counter().gateway(name)
    payment = transact(
        pay,
        dealer_id=here.dealer_id,
        member_id=here.member_id,
        role=here.role,
        no=order.no,
        gateway=name,
        way=_way(name),
        merchant=gateway.merchant,
        app=gateway.app,
    )
    if payment.usable(now()):
        return
    try:
        ticket = gateway.prepay(_to_pay(order, payment))
    except GatewayDeclined:
        transact(shut, dealer_id=here.dealer_id, payment_id=payment.id)
        raise
    transact(keep_ticket, dealer_id=here.dealer_id, payment_id=payment.id, ticket=ticket)


def _onward(order: RedemptionOrder) -> Response:
    placed = 1 if order.waiting or order.arrived else None
    return go(url_for("orders.order", no=order.no, placed=placed))


def _look(order: RedemptionOrder, *, back: bool = False) -> dict[str, Any]:
    at, here = now(), guards.member()
    payments = payments_of(reading(), order.dealer_id, order.id)
    fits = [one for one in payments if one.usable(at) and one.way is _way(one.gateway)]
    usable = [one for one in fits if one.way is not Way.JSAPI or one.actor == _actor()]
    over = order.close_at is not None and order.close_at <= at
    unsure = any(one.unsure for one in payments)
    current = max(usable, key=lambda one: (one.gateway is order.gateway, one.id), default=None)
    waits = over or (unsure and (back or request.args.get("back") == "1"))
    chosen = request.args.get("gateway", "") or request.form.get("gateway", "") or (order.gateway or "")
    offers = _offers(order)
    open_to = [name for name, _link, off in offers if not off]
    return {
        "here": here,
        "order": order,
        "over": over,
        "waits": waits,
        "current": current,
        "unsure": unsure,
        "sheet": _sheet(current),
        "sheet_url": _sheet_url(order, current),
        "code": _code(current),
        "offers": offers,
        "chosen": chosen if chosen in open_to else open_to[0] if open_to else "",
        "elsewhere": _elsewhere(order) if not over else "",
    }


def _elsewhere(order: RedemptionOrder) -> str:
    """The address to take to a browser, where WeChat will not open Alipay; none where nothing is kept from anybody.

    It carries no right: whoever opens it signs in first, finds this payment only as this dealer's, and only while the
    order waits for it. Afterwards it leads to the order.
    """
    if not _in_wechat() or GatewayName.ALIPAY not in counter().offered():
        return ""
    return url_for("orders.payment", no=order.no, gateway=GatewayName.ALIPAY.value, _external=True)


def _offers(order: RedemptionOrder) -> list[tuple[GatewayName, str, str]]:
    """Each gateway with a link where the way leads over another's page first, and why it is off where it is."""
    found = []
    for name in counter().offered():
        link = off = ""
        if name is GatewayName.ALIPAY and _in_wechat():
            off = _("请在浏览器中打开")
        elif name is GatewayName.WECHAT and _way(name) is Way.JSAPI and not _openid():
            login = counter().login
            link = (
                login.address(url_for("orders.payer", no=order.no, _external=True), _state()) if login.offered else ""
            )
            off = "" if login.offered else _("请在浏览器中打开")
        found.append((name, link, off))
    return found


def _sheet(current: Payment | None) -> dict[str, str] | None:
    if current is None or current.way is not Way.JSAPI:
        return None
    try:
        return counter().wechat.bridge(str(current.ticket["prepay_id"]))
    except NoSuchGateway:
        return None


def _sheet_url(order: RedemptionOrder, current: Payment | None) -> str:
    """The sheet as a plain link: what the sandbox has in the place of WeChat's own."""
    sheet = _sheet(current)
    if not sheet or not (plain := counter().wechat.sheet_url):
        return ""
    return f"{plain}?{urlencode(sheet | {'back': url_for('orders.payment', no=order.no, back=1, _external=True)})}"


def _code(current: Payment | None) -> Markup | None:
    if current is None or current.way is not Way.NATIVE:
        return None
    code = segno.make(str(current.ticket["code_url"]), error="m")
    drawn = code.svg_inline(scale=1, border=4, light="#fff", dark="#000", omitsize=True, svgclass="paycode__drawing")
    return Markup(drawn)  # noqa: S704 - drawn here from the code's own squares


def _to_pay(order: RedemptionOrder, payment: Payment) -> ToPay:
    return ToPay(
        no=payment.no,
        way=payment.way,
        fen=payment.fen,
        currency=payment.currency,
        what=f"积分商城兑换 {order.no}",
        closes_at=payment.closes_at or now(),
        back=url_for("orders.payment", no=order.no, back=1, _external=True),
        openid=_openid(),
        address=request.remote_addr or "",
    )


def _gateway(text: str) -> GatewayName:
    name = next((one for one in counter().offered() if one.value == trimmed(text)), None)
    if name is None:
        raise NoSuchGateway
    return name


def _way(name: GatewayName) -> Way:
    """How this device reaches a gateway."""
    if name is GatewayName.ALIPAY:
        return Way.WAP
    if _in_wechat():
        return Way.JSAPI
    return Way.H5 if PHONE.search(request.user_agent.string) else Way.NATIVE


def _in_wechat() -> bool:
    return bool(IN_WECHAT.search(request.user_agent.string))


def _openid() -> str:
    """The person's openid for our account, where this browser has been to WeChat for it."""
    kept = session.get(PAYER)
    try:
        return str(kept[1]) if kept and kept[0] == counter().wechat.app else ""
    except NoSuchGateway:
        return ""


def _state() -> str:
    """What comes back from WeChat with the code: nobody else's way there ends in this browser."""
    if STATE not in session:
        session[STATE] = secrets.token_urlsafe(16)
    return str(session[STATE])


def _actor() -> str:
    return f"member:{guards.member().member_id}"
