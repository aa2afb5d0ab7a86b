"""The desk's orders: the queue where fulfilment begins, and one order with its papers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, request, url_for
from flask_babel import gettext as _

from mall.base.refused import N_
from mall.catalog.models import KINDS
from mall.catalog.queries.movements import open_warehouses
from mall.dealers.models import StaffRole
from mall.orders.actions import cancel_by_staff, cannot_deliver, hand_over, pick, put_back_on_shelf, reveal, ship
from mall.orders.forms import CallOffForm, GiveUpForm, ShipForm, address_of, mark_from, place_to, told_of, wanted_from
from mall.orders.models import CARRIERS, MAY_SEE, MAY_SEE_ADDRESSES, MAY_SEND, NAMES, RedemptionOrder
from mall.orders.queries import mine, papers, queue
from mall.orders.queries.claim_papers import claims_of
from mall.orders.queries.destination import destination_of, remark_of
from mall.orders.queries.queue import View
from mall.orders.rules import waiting
from mall.orders.rules.giving_up import line_comes_back, may_call_off, may_give_up, order_comes_back
from mall.orders.staff.desk import desk_orders, may_see, told
from mall.payments.queries import payments_of, refunds_of
from mall.points.queries.funding import cost_by_fund
from mall.rewards.queries.top_ups import under_way, with_supplier
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.lists import Column, DeskList, keep
from mall.web.pages import count_on, desk_link, go, page, refused

VIEWS: dict[View, str] = {
    View.WAITING: N_("全部待发"),
    View.LATE: N_("已超时"),
    View.TODAY: N_("今日应发"),
    View.HAND_OUT: N_("卡密与服务"),
    View.NUDGED: N_("已催"),
    View.ALL: N_("全部订单"),
}
ACTS: dict[str, str] = {
    "order.place": N_("提交兑换"),
    "order.approve": N_("批准兑换"),
    "order.decline": N_("不同意兑换"),
    "order.lapse": N_("超时未审批，关闭订单"),
    "order.paid": N_("确认付款"),
    "order.paid_late": N_("关闭后到账，退款"),
    "order.close": N_("超时未支付，关闭订单"),
    "order.cancel": N_("取消兑换"),
    "order.readdress": N_("更换收货地址"),
    "order.nudge": N_("催发货"),
    "order.pick": N_("拣货"),
    "order.put_back": N_("放回"),
    "order.ship": N_("发货"),
    "order.hand_over": N_("登记已发放"),
    "order.receive": N_("确认收货"),
    "order.line_failed": N_("未能送达，退回"),
    "order.cannot_deliver": N_("不能发放，退回"),
    "order.cancel_by_staff": N_("商城取消兑换"),
    "order.voucher_back": N_("退回权益或抵扣券"),
    "order.refund": N_("售后退回"),
    "order.reissue": N_("补发"),
    "order.resend": N_("换货补寄"),
    "order.reveal_address": N_("查看收货信息"),
}
"""What the audit log's entries about orders are called."""

ORDERS = DeskList(
    "orders",
    "desk_orders.queue",
    ("view", "q", "state", "kind", "region", "dealer", "sku", "since", "until"),
    (
        Column("limit", N_("发货时限"), fixed=True),
        Column("order", N_("订单"), fixed=True),
        Column("dealer", N_("经销商")),
        Column("items", N_("礼品")),
        Column("points", N_("积分"), end=True),
        Column("kind", N_("类型")),
        Column("region", N_("大区"), usual=False),
        Column("state", N_("状态"), fixed=True),
    ),
    tab="view",
)


def install(app: Flask) -> None:
    """Put orders on the desk's side with the number that waits."""
    keep(app, ORDERS)
    desk_link(app, N_("履约"), "orders", "/desk/orders", "package", N_("兑换订单"), may_see)
    count_on(app, "desk.orders", lambda: queue.waiting(reading()))


@desk_orders.get("/orders", endpoint="queue")
@guards.staff_required(*MAY_SEE)
def orders() -> Response:
    """The queue by time limit, with views, filters and pages in its address."""
    session, at = reading(), now()
    zone = current_app.extensions["settings"].zone
    wanted = wanted_from(request.args)
    found = queue.queue(session, at, zone, wanted, mark_from(request.args))
    return page(
        "orders/desk_queue.html",
        look=ORDERS.look(told_of(wanted)),
        wanted=wanted,
        found=found,
        counts=queue.counts(session, at, zone),
        regions=queue.regions(session),
        views=VIEWS,
        kinds=KINDS,
        states=NAMES,
        address=address_of,
        onward=address_of(wanted, after=place_to(found.after)) if found.after else "",
        further="after" in request.args,
        waiting=lambda row: waiting(row.order.paid_at or row.order.placed_at, row.part.due_at or at, at),
        told=told,
    )


@desk_orders.get("/search")
@guards.staff_required(*MAY_SEE)
def search() -> Response:
    """The search at the top: one order leads to it at once, anything else to the list of what fits."""
    wanted = wanted_from(request.args)
    zone = current_app.extensions["settings"].zone
    if wanted.q:
        found = queue.queue(reading(), now(), zone, queue.Wanted(view=View.ALL, q=wanted.q))
        if len({(row.order.dealer_id, row.order.id) for row in found.rows}) == 1:
            row = found.rows[0]
            return go(url_for("desk_orders.order", dealer=row.dealer.code, no=row.order.no))
    return go(address_of(queue.Wanted(view=View.ALL, q=wanted.q)))


@desk_orders.get("/orders/<dealer>/<no>")
@guards.staff_required(*MAY_SEE)
def order(dealer: str, no: str) -> Response:
    """One order: lines, dealer, masked address, timeline, what the ledger posted, who looked."""
    return page("orders/desk_order.html", **_look(dealer, no))


@desk_orders.post("/orders/<dealer>/<no>/address")
@guards.staff_required(*MAY_SEE_ADDRESSES)
def show_address(dealer: str, no: str) -> Response:
    """The address in full, written down as seen."""
    here = guards.staff()
    shown = transact(
        reveal,
        dealer_code=dealer,
        no=no,
        staff_id=here.staff_id,
        role=here.role,
        seal=current_app.extensions["seal"],
        source_address=request.remote_addr or "",
    )
    # An answer to the press itself, never an address that could be opened again without being written down.
    return page("orders/desk_order.html", "orders/_desk_address.html", **_look(dealer, no) | {"shown": shown})


@desk_orders.post("/orders/<dealer>/<no>/parts/<int:part_no>/picking", endpoint="pick")
@guards.staff_required(*MAY_SEND)
def pick_part(dealer: str, no: str, part_no: int) -> Response:
    """Begin with a part. A second press finds it begun."""
    return _acted(pick, dealer, no, part_no, _("已拣货，经销商不能再取消"))


@desk_orders.post("/orders/<dealer>/<no>/parts/<int:part_no>/shelf", endpoint="put_back")
@guards.staff_required(*MAY_SEND)
def put_part_back(dealer: str, no: str, part_no: int) -> Response:
    """Undo a picking."""
    return _acted(put_back_on_shelf, dealer, no, part_no, _("已放回，等待重新拣货"))


@desk_orders.post("/orders/<dealer>/<no>/parts/<int:part_no>/handover", endpoint="hand_over")
@guards.staff_required(*MAY_SEND)
def hand_part_over(dealer: str, no: str, part_no: int) -> Response:
    """Say that a part which travels in no parcel was handed out."""
    return _acted(hand_over, dealer, no, part_no, _("已登记发放"))


@desk_orders.post("/orders/<dealer>/<no>/parts/<int:part_no>/shipment", endpoint="ship")
@guards.staff_required(*MAY_SEND)
def ship_part(dealer: str, no: str, part_no: int) -> Response:
    """Say with whom a part left, and under which number."""
    form = ShipForm()
    good = form.validate_on_submit()
    if form.warehouse.data and form.warehouse_id not in dict(open_warehouses(reading())):
        form.refuse("warehouse", _("没有这个仓库，或者已经停用。"))
    if not good or form.trouble:
        return page("orders/desk_order.html", status=422, **_look(dealer, no) | {"form": form, "form_part": part_no})
    sent: dict[str, Any] = {"carrier": form.carrier.data or "", "waybill": form.waybill.data or ""}
    sent["warehouse_id"] = form.warehouse_id
    return _acted(ship, dealer, no, part_no, _("已发货，已通知经销商"), **sent)


@desk_orders.post("/orders/<dealer>/<no>/lines/<int:line_no>/failure", endpoint="give_up")
@guards.staff_required(*MAY_SEND)
def give_line_up(dealer: str, no: str, line_no: int) -> Response:
    """Say that a line cannot be delivered: what it cost comes back. A second press finds it given up."""
    form = GiveUpForm()
    if not form.validate_on_submit():
        return refused("orders/desk_order.html", **_look(dealer, no) | {"giving_up": form, "form_line": line_no})
    said = {"line_no": line_no, "restock": form.restock.data == "1", "reason": form.reason.data or ""}
    return _ended(cannot_deliver, dealer, no, _("已退回，已通知经销商"), **said)


@desk_orders.post("/orders/<dealer>/<no>/cancellation", endpoint="call_off")
@guards.staff_required(*MAY_SEND)
def call_order_off(dealer: str, no: str) -> Response:
    """Cancel an order whole, with a reason that the dealer reads. A second press finds it cancelled."""
    form = CallOffForm()
    if not form.validate_on_submit():
        return refused("orders/desk_order.html", **_look(dealer, no) | {"calling_off": form})
    return _ended(cancel_by_staff, dealer, no, _("已取消，已通知经销商"), reason=form.reason.data or "")


def _ended(verb: Callable[..., RedemptionOrder], dealer: str, no: str, said: str, **more: Any) -> Response:
    here = guards.staff()
    who = {"staff_id": here.staff_id, "role": here.role, "source_address": request.remote_addr or ""}
    found = transact(verb, dealer_code=dealer, no=no, **who, **more)
    return go(url_for("desk_orders.order", dealer=dealer, no=found.no), toast=said)


def _acted(
    verb: Callable[..., RedemptionOrder], dealer: str, no: str, part_no: int, said: str, **more: Any
) -> Response:
    here = guards.staff()
    found = transact(verb, dealer_code=dealer, no=no, part_no=part_no, staff_id=here.staff_id, role=here.role, **more)
    return go(url_for("desk_orders.order", dealer=dealer, no=found.no), toast=said)


def _sees_money() -> bool:
    return guards.staff().is_one_of(StaffRole.FINANCE)


def _look(dealer: str, no: str) -> dict[str, Any]:
    session, at = reading(), now()
    found = papers.papers_of(session, dealer_code=dealer, no=no)
    made, seal = found.order, current_app.extensions["seal"]
    parts = mine.parts_of(session, [made])[made.dealer_id, made.id]
    lines = mine.lines_of(session, [made])[made.dealer_id, made.id]
    supplied = with_supplier(session, made.dealer_id, made.id)
    due_at = mine.due_among(parts)
    return {
        "order": made,
        "dealer": found.dealer,
        "member": found.member,
        "lines": lines,
        "parts": parts,
        "events": mine.events_of(session, made, staff_named=True),
        "payments": payments_of(session, made.dealer_id, made.id),
        "refunds": refunds_of(session, made.dealer_id, made.id),
        "lots": mine.lots_paid(session, made),
        "funds": cost_by_fund(session, made.dealer_id, made.spend_journal) if _sees_money() else None,
        "postings": papers.postings_of(session, made),
        "traces": papers.traces_of(session, made.dealer_id, f"order:{made.id}"),
        "claims": claims_of(session, made),
        "destination": destination_of(made, seal),
        "remark": remark_of(made, seal),
        "may_show": guards.staff().role in MAY_SEE_ADDRESSES,
        "kinds": KINDS,
        "acts": ACTS,
        "waiting": waiting(made.paid_at or made.placed_at, due_at, at) if due_at else None,
        "due_at": due_at,
        "told": told,
        "shown": None,
        "with_supplier": under_way(session, made.dealer_id, made.id),
        "may_send": guards.staff().role in MAY_SEND,
        "carriers": CARRIERS,
        "houses": open_warehouses(session) if guards.staff().role in MAY_SEND and any(p.waiting for p in parts) else [],
        "waits": lambda part: waiting(made.paid_at or made.placed_at, part.due_at or at, at),
        "form": None,
        "form_part": 0,
        "may_give_up": lambda part, line: may_give_up(made, part, line, supplied),
        "line_comes_back": lambda line: line_comes_back(made, lines, line),
        "giving_up": GiveUpForm(None),
        "form_line": 0,
        "order_comes_back": order_comes_back(made) if may_call_off(made, parts, lines, supplied) else None,
        "calling_off": CallOffForm(None),
    }
