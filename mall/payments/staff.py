"""Finance's payments: what was paid and given back, each day's bill, and what differs until somebody looked into it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mall.base.places import place_from, place_to
from mall.base.refused import N_, NotFound, Refused
from mall.base.time import civil_day
from mall.dealers.models import StaffRole
from mall.payments.actions import Counter, hold_bill, pay_outside, resend, resolve
from mall.payments.forms import ZONE, OutsideForm, RemarkForm, day_from, gateway_from, told_of, wanted_from
from mall.payments.models import BadSignature, BillDay, BillDifference, GatewayName, LineKind, RefundNotFailed
from mall.payments.queries import bills, desk
from mall.payments.queries.desk import View
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import count_on, desk_link, go, name_acts, page, refused, told

desk_payments = Blueprint("desk_payments", __name__, url_prefix="/desk/payments")

GROUP = N_("财务")
FILTERS = ("view", "gateway", "q", "since", "until")
PAYMENTS = DeskList(
    "payments",
    "desk_payments.payments",
    FILTERS,
    (
        Column("state", N_("状态"), fixed=True),
        Column("order", N_("来自订单"), fixed=True),
        Column("dealer", N_("经销商")),
        Column("fen", N_("金额"), fixed=True, end=True),
        Column("other", N_("已退"), end=True),
        Column("gateway", N_("渠道")),
        Column("no", N_("支付单号")),
        Column("at", N_("发起"), sort="at"),
    ),
    size=25,
    tab="view",
)
REFUNDS = replace(
    PAYMENTS,
    key="refunds",
    columns=(
        Column("state", N_("状态"), fixed=True),
        Column("order", N_("来自订单"), fixed=True),
        Column("dealer", N_("经销商")),
        Column("fen", N_("退款金额"), fixed=True, end=True),
        Column("other", N_("原付"), end=True),
        Column("gateway", N_("渠道")),
        Column("no", N_("退款单号")),
        Column("at", N_("申请"), sort="at"),
    ),
)
DAYS = ("since", "until")
BILLS = DeskList(
    "bills",
    "desk_payments.bills",
    ("gateway", "state", *DAYS),
    (
        Column("day", N_("日期"), fixed=True, sort="day"),
        Column("gateway", N_("渠道"), fixed=True),
        Column("paid", N_("渠道收款"), end=True),
        Column("our-paid", N_("商城收款"), end=True),
        Column("refunded", N_("渠道退款"), end=True),
        Column("our-refunded", N_("商城退款"), end=True),
        Column("result", N_("结果"), fixed=True),
        Column("fetched", N_("取回时间"), usual=False),
    ),
    size=25,
)
GATEWAYS = {one.value: one.name_shown for one in GatewayName}
MAY_SEE = (StaffRole.FINANCE,)
"""Finance, and the administrator as everywhere."""
LINES = {LineKind.PAID: N_("支付"), LineKind.REFUNDED: N_("退款")}
CODES = {
    "amount_differs": N_("金额不符"),
    "wrong_merchant": N_("收款商户不符"),
    "wrong_currency": N_("币种不符"),
    "another_transaction": N_("重复的交易"),
    "refunded_elsewhere": N_("已在支付渠道退款"),
    "no_such_payment": N_("不认识的支付单号"),
    "no_such_refund": N_("不认识的退款单号"),
}

ACTS: dict[str, str] = {
    "bill.resolve": N_("处理对账差异"),
    "refund.resend": N_("重发退款"),
    "refund.outside": N_("记为已在别处退款"),
}


def register(app: Flask) -> None:
    """Set up the counter of gateways, open the pages, and count what waits on the desk's side."""
    app.extensions["counter"] = Counter(app.extensions["settings"].gateways, app.extensions["clock"])
    app.register_blueprint(desk_payments)
    name_acts(app, ACTS)
    keep(app, PAYMENTS, REFUNDS, BILLS)
    desk_link(app, GROUP, "payments", "/desk/payments", "wallet", N_("支付与退款"), may_see)
    desk_link(app, GROUP, "bills", "/desk/payments/bills", "receipt-text", N_("渠道对账"), may_see)
    count_on(app, "desk.payments", lambda: desk.counts(reading())[View.FAILED])
    count_on(app, "desk.bills", lambda: bills.open_count(reading()))


def may_see() -> bool:
    """Whether who is here may see finance's pages."""
    return guards.who() is not None and guards.staff().is_one_of(*MAY_SEE)


@desk_payments.get("", endpoint="payments")
@guards.staff_required(*MAY_SEE)
def listing() -> Response:
    """Payments, or refunds, by view, gateway and number."""
    return page("payments/desk_payments.html", **_list(wanted_from(request.args)), refusal=None)


@desk_payments.post("/refunds/<no>/resending")
@guards.staff_required(*MAY_SEE)
def send_again(no: str) -> Response:
    """Try a refund that failed once more; one that did not is left alone."""
    found = desk.refund_of(reading(), no)
    refund = transact(
        resend,
        dealer_id=found.dealer_id,
        no=no,
        actor=f"staff:{guards.staff().staff_id}",
        address=request.remote_addr or "",
    )
    said = _("已安排重新退款") if not refund.done else _("这笔退款已经完成")
    return go(url_for("desk_payments.payments", view=View.REFUNDS.value), said)


@desk_payments.post("/refunds/<no>/outside")
@guards.staff_required(*MAY_SEE)
def outside(no: str) -> Response:
    """Say that a refund that failed was paid back by bank transfer, with the bank's reference and the reason."""
    found, form, failed = desk.refund_of(reading(), no), OutsideForm(), desk.Wanted(view=View.FAILED)
    if not form.validate():
        return refused("payments/desk_payments.html", **_list(failed, form=form, wrong_at=no))
    try:
        transact(
            pay_outside,
            dealer_id=found.dealer_id,
            no=no,
            reference=form.reference.data or "",
            remark=form.remark.data or "",
            actor=f"staff:{guards.staff().staff_id}",
            address=request.remote_addr or "",
        )
    except RefundNotFailed as refusal:
        return refused("payments/desk_payments.html", refusal=refusal, **_list(failed))
    return go(url_for("desk_payments.payments", view=View.REFUNDS.value, q=no), _("已记为线下退款"))


@desk_payments.get("/bills", endpoint="bills")
@guards.staff_required(*MAY_SEE)
def bill_list() -> Response:
    """The gateways' bills by day, and what differs."""
    return page("payments/desk_bills.html", **_bills(), refusal=None)


@desk_payments.post("/bills")
@guards.staff_required(*MAY_SEE)
def fetch_bill() -> Response:
    """Fetch a day's bill now and hold it against our rows."""
    gateway, day = gateway_from(request.form.get("gateway", "")), day_from(request.form.get("day", ""))
    if gateway is None or day is None or day >= civil_day(now(), ZONE):
        return refused("payments/desk_bills.html", **_bills(wrong=_("请选择渠道，和今天以前的一天。")))
    counter: Counter = current_app.extensions["counter"]
    try:
        lines = counter.gateway(gateway).bill(day)
        reading().rollback()
        transact(hold_bill, gateway=gateway, day=day, lines=lines)
    except BadSignature:
        return refused(
            "payments/desk_bills.html", status=502, **_bills(wrong=_("账单与渠道给出的校验值不符，没有采用。"))
        )
    except Refused as refusal:
        return refused("payments/desk_bills.html", status=refusal.status, **_bills(wrong=told(refusal)))
    many = sum(not one.resolved for one in bills.differences_of(reading(), gateway, day))
    said = ngettext("已核对，%(num)s 处差异", "已核对，%(num)s 处差异", many) if many else _("已核对，全部一致")
    return go(url_for("desk_payments.bill", gateway=gateway.value, day=day.isoformat()), said)


@desk_payments.get("/bills/<gateway>/<day>")
@guards.staff_required(*MAY_SEE)
def bill(gateway: str, day: str) -> Response:
    """One day of a gateway: both sums, and each difference."""
    return page("payments/desk_bill.html", **_day(gateway, day), form=RemarkForm(None), wrong_at=0, refusal=None)


@desk_payments.post("/differences/<int:number>/resolution")
@guards.staff_required(*MAY_SEE)
def resolution(number: int) -> Response:
    """Say what became of a difference, with a remark that stays."""
    found, form = bills.difference_of(reading(), number), RemarkForm()
    if found is None:
        raise NotFound
    gateway, day = found.gateway.value, found.day.isoformat()
    if not form.validate():
        return refused("payments/desk_bill.html", **_day(gateway, day), form=form, wrong_at=number)
    transact(
        resolve,
        difference_id=number,
        remark=form.remark.data or "",
        actor=f"staff:{guards.staff().staff_id}",
        address=request.remote_addr or "",
    )
    return go(url_for("desk_payments.bill", gateway=gateway, day=day), _("已记下处理结果"))


def _list(wanted: desk.Wanted, *, form: OutsideForm | None = None, wrong_at: str = "") -> dict[str, Any]:
    look = (REFUNDS if wanted.view.of_refunds else PAYMENTS).look(told_of(wanted))
    after = place_from(request.args.get("after", ""))
    found = desk.listed(reading(), wanted, after, size=look.size, oldest=look.oldest_first)
    return {
        "look": look,
        "view": wanted.view,
        "found": found,
        "counts": desk.counts(reading()),
        "views": tuple(View),
        "gateways": GATEWAYS,
        "onward": look.onward(after=place_to(found.after)) if found.after else "",
        "form": form,
        "wrong_at": wrong_at,
    }


def _bills(*, wrong: str = "") -> dict[str, Any]:
    session, counter, args = reading(), current_app.extensions["counter"], request.args
    waiting = bills.open_differences(session)
    gateway, since, until = gateway_from(args.get("gateway", "")), *(day_from(args.get(name, "")) for name in DAYS)
    unsettled = args.get("state") == "open"
    days = {name: day.isoformat() if day else "" for name, day in zip(DAYS, (since, until), strict=True)}
    look = BILLS.look({"gateway": gateway.value if gateway else "", "state": "open" if unsettled else "", **days})
    asked = bills.BillsAsked(
        gateway=gateway,
        since=since,
        until=until,
        open=unsettled,
        oldest=look.oldest_first,
        page=look.page,
        size=look.size,
    )
    return {
        "look": look,
        "found": bills.bill_days(session, asked),
        "gateways": {name: told for name, told in GATEWAYS.items() if gateway_from(name)},
        "waiting": waiting,
        "offered": counter.offered(),
        "yesterday": civil_day(now(), ZONE) - timedelta(days=1),
        "wrong": wrong,
        **_words(waiting),
    }


def _day(gateway: str, day: str) -> dict[str, Any]:
    name, on = gateway_from(gateway), day_from(day)
    if name is None or on is None:
        raise NotFound
    held: BillDay | None = bills.bill_of(reading(), name, on)
    found = bills.differences_of(reading(), name, on)
    if held is None and not found:
        raise NotFound
    return {"held": held, "gateway": name, "day": on, "differences": found, **_words(found)}


def _words(found: list[BillDifference]) -> dict[str, Any]:
    ids = {row.dealer_id for row in found if row.dealer_id is not None}
    return {"dealers": bills.dealers_of(reading(), ids), "lines": LINES, "codes": CODES, "today": _today()}


def _today() -> date:
    return civil_day(now(), ZONE)
