"""The sandbox's pages for whoever runs it: payments, callbacks, top-ups and messages, partners, switches."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from flask.json.provider import DefaultJSONProvider
from werkzeug.wrappers import Response

from mall.sandbox import letters, partners, payments, top_up
from mall.sandbox.alipay.shape import BEIJING
from mall.sandbox.payments import TooMuch, Used, WrongState
from mall.sandbox.store import moment
from mall.sandbox.switches import BY_NAME, GROUPS, OF_PAYMENTS, SWITCHES, UnknownSwitch, Values
from mall.sandbox.world import here

bp = Blueprint("desk", __name__)

GATEWAYS = {"wechat": "微信支付", "alipay": "支付宝", "top_up": "直充供应商"}
WAYS = {"jsapi": "微信内", "h5": "手机浏览器", "native": "扫码", "wap": "手机网页"}
STATES = {"open": "待支付", "paid": "已支付", "closed": "已关闭"}
LETTERS = {
    "waiting": "待发", "held": "压住", "sending": "发送中", "taken": "已收下", "refused": "已拒绝", "swallowed": "误收",
    "unanswered": "没有应答", "given_up": "放弃", "lost": "丢失",
}  # fmt: skip
TRICKS = {
    "": "", "wrong_amount": "金额不符", "tampered": "签名被改", "probe": "签名探测", "stale": "时间过期",
}  # fmt: skip
WHAT = {"payment": "支付", "refund": "退款", "top_up": "直充"}
TOP_UPS = {"under_way": "充值中", "done": "成功", "failed": "失败"}
PARTNERS = {"erp": "ERP", "dms": "DMS", "tms": "TMS"}
PACES = (
    ("hurry", "回调重试加快倍数"), ("delay", "晚到秒数"), ("hold", "压住秒数"), ("refund", "退款处理秒数"),
    ("top_up", "直充处理秒数"), ("hang", "超时不答秒数"), ("random_percent", "每笔支付随机故障的百分比"),
)  # fmt: skip


class _Json(DefaultJSONProvider):
    ensure_ascii = False
    sort_keys = False

    @staticmethod
    def default(value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else DefaultJSONProvider.default(value)


def dress(app: Flask) -> None:
    """Give the app's templates their words and filters, and its JSON its moments."""
    app.json = _Json(app)
    app.jinja_env.filters.update(
        yuan=lambda fen: f"{fen // 100:,}.{fen % 100:02d}", clock=lambda at: f"{at.astimezone(BEIJING):%m-%d %H:%M:%S}"
    )
    app.jinja_env.globals.update(
        GATEWAYS=GATEWAYS, WAYS=WAYS, STATES=STATES, LETTERS=LETTERS, TRICKS=TRICKS, WHAT=WHAT, TOP_UPS=TOP_UPS,
        PARTNERS=PARTNERS,
    )  # fmt: skip


def _thrown() -> list[str]:
    """What is thrown for everything, in words: a strip on every page says so."""
    world = here()
    words = [BY_NAME[name].title for name in world.switches if name in BY_NAME]
    if world.pace.random_percent:
        words.append(f"随机 {world.pace.random_percent}%")
    return words


def _page(name: str, tab: str, **facts: Any) -> str:
    return render_template(f"sandbox/{name}.html", tab=tab, thrown=_thrown(), **facts)


@bp.get("/healthz")
def health() -> dict[str, str]:
    """For whoever waits for the sandbox to be up."""
    return {"sandbox": "ok"}


@bp.get("/favicon.ico")
def icon() -> tuple[str, int]:
    """None."""
    return "", 204


@bp.get("/")
def front() -> str:
    """All payments, the newest first."""
    return _page("front", "front", payments=payments.listed(here(), most=100))


@bp.get("/payments/<int:payment_id>")
def payment(payment_id: int) -> str:
    """One payment: facts, refunds, callbacks, its own switches."""
    world = here()
    found = payments.by(world, id=payment_id)
    if found is None:
        abort(404)
    return _page(
        "payment", "front", payment=found, refunds=payments.refunds_of(world, payment_id), switches=OF_PAYMENTS,
        letters=letters.of_payment(world, payment_id), position=lambda name: world.position(name, found.switches),
    )  # fmt: skip


def _positions(names: tuple[str, ...]) -> Values:
    """The switches of a form: each of those it shows is told, a box left empty as off."""
    values: Values = {}
    for name in names:
        given = request.form.get(name, "")
        values[name] = given if BY_NAME[name].choices else bool(given)
    return values


@bp.post("/payments/<int:payment_id>/switches")
def own_switches(payment_id: int) -> Response:
    """Throw switches for one payment."""
    try:
        payments.throw(here(), payment_id, _positions(tuple(switch.name for switch in OF_PAYMENTS)))
    except UnknownSwitch:
        abort(422)
    return redirect(url_for(".payment", payment_id=payment_id), 303)


@bp.post("/payments/<int:payment_id>/refunds")
def refund(payment_id: int) -> Response:
    """Refund on the network's own site, without the mall: reconciliation is to notice."""
    found = payments.by(here(), id=payment_id)
    if found is None:
        abort(404)
    no = f"MP{found.id}x{len(payments.refunds_of(here(), payment_id)) + 1}"
    try:
        payments.refund(
            here(), payment_id, no=no, fen=found.left_fen, reason="商户平台退款", notify_url="", seconds=0
        )
    except (WrongState, TooMuch, Used):
        abort(409)
    return redirect(url_for(".payment", payment_id=payment_id), 303)


@bp.get("/letters")
def post() -> str:
    """All callbacks, the newest first, each with what was answered."""
    return _page("letters", "letters", letters=letters.of_payment(here(), None, most=100))


@bp.post("/letters/<int:letter_id>/again")
def again(letter_id: int) -> Response:
    """Send a callback once more, now."""
    here().store.run("UPDATE letter SET state = 'waiting', due_at = 0 WHERE id = ?", letter_id)
    return redirect(request.form.get("to", "") if request.form.get("to", "").startswith("/pay") else "/letters", 303)


@bp.get("/outside")
def outside() -> str:
    """Top-ups and text messages."""
    world = here()
    now = world.now()
    orders = [
        {**dict(row), **top_up.told(row, now), "opened": moment(row["opened_at"])}
        for row in world.store.all("SELECT * FROM top_up ORDER BY id DESC LIMIT 50")
    ]
    messages = [
        {**dict(row), "params": json.loads(row["params"]), "received": moment(row["received_at"])}
        for row in world.store.all("SELECT * FROM message ORDER BY id DESC LIMIT 50")
    ]
    return _page("outside", "outside", orders=orders, messages=messages)


@bp.post("/top-ups/<int:order_id>/<any(done, failed):outcome>")
def end_top_up(order_id: int, outcome: str) -> Response:
    """End a top-up that is under way."""
    top_up.end(here(), order_id, outcome)
    return redirect(url_for(".outside"), 303)


@bp.get("/systems")
def systems() -> str:
    """What the mall told ERP, DMS and TMS, and what they told the mall."""
    world = here()
    presses = world.store.all("SELECT * FROM press ORDER BY id DESC LIMIT 20")
    return _page(
        "systems", "systems", parcels=partners.received(world), presses=presses,
        admitted=partners.keys_of(current_app.extensions["folder"]),
    )  # fmt: skip


@bp.post("/vouchers/<any(dms, tms):partner>/<no>/<any(use, look):act>")
def voucher(partner: str, no: str, act: str) -> Response:
    """The system honours a voucher, or asks how it stands."""
    target, content = partners.about_voucher(no, act)
    partners.call(here(), current_app.extensions["folder"], partner, target, content)
    return redirect(url_for(".systems"), 303)


@bp.get("/switches")
def switches() -> str:
    """All switches, and the pace."""
    world = here()
    grouped = {title: [one for one in SWITCHES if one.group == group] for group, title in GROUPS.items()}
    return _page(
        "switches", "switches", grouped=grouped, position=world.position, pace=world.pace.told(), paces=PACES
    )  # fmt: skip


@bp.post("/switches")
def set_switches() -> Response:
    """Throw switches for everything, and set the pace."""
    world = here()
    try:
        world.set_switches(_positions(tuple(BY_NAME)))
        world.set_pace({name: _number(request.form.get(f"pace_{name}", "")) for name, _ in PACES})
    except UnknownSwitch:
        abort(422)
    return redirect(url_for(".switches"), 303)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise UnknownSwitch(text) from None
    return int(number) if number.is_integer() else number


@bp.post("/oblivion")
def forget() -> Response:
    """Begin anew, with the same keys."""
    here().store.forget()
    return redirect(url_for(".front"), 303)
