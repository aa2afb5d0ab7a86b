"""审批: redemptions above the limit wait here for an owner, who agrees or says no."""

from __future__ import annotations

from typing import cast

from flask import Response, current_app, g, request, url_for
from flask_babel import gettext as _

from mall.base.refused import Refused
from mall.dealers.models import SecondFactorNeeded
from mall.dealers.queries import powers_of
from mall.orders.actions.approve import approve as approve_order
from mall.orders.actions.approve import decline as decline_order
from mall.orders.forms import DeclineForm, place_to, until_from
from mall.orders.models import RedemptionOrder
from mall.orders.queries import mine
from mall.orders.queries.approvals import approvals
from mall.orders.views.blueprint import orders
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.pages import go, page, refused, told


@orders.get("/orders/approvals", endpoint="approvals")
@guards.member_may("manage")
def waiting() -> Response:
    """What waits for an owner, the most urgent first."""
    here, after = guards.member(), until_from(request.args)
    shown, more = approvals(reading(), now(), here.dealer_id, after=after)
    return page(
        "orders/approvals.html",
        "orders/_approvals.html",
        shown=shown,
        more=url_for("orders.approvals", after=place_to(more)) if more else None,
        limit=powers_of(reading(), here.dealer_id, here.member_id).approval_over,
        onward=after is not None,
    )


@orders.post("/orders/<no>/approval")
@guards.member_may("manage")
def approve(no: str) -> Response:
    """Agree. A second press finds it agreed to; where a second factor is asked for, that comes first."""
    here = guards.member()
    order_page = url_for("orders.order", no=no)
    try:
        transact(
            approve_order,
            dealer_id=here.dealer_id,
            member_id=here.member_id,
            role=here.role,
            no=no,
            seal=current_app.extensions["seal"],
            second_factor_at=here.second_factor_at,
            source_address=request.remote_addr or "",
        )
    except SecondFactorNeeded as refusal:
        return go(url_for("dealers.second_factor", next=order_page), toast=told(refusal), kind="negative")
    except Refused as refusal:
        return _too_late(no, refusal)
    return go(order_page, toast=_("已批准"))


@orders.post("/orders/<no>/refusal")
@guards.member_may("manage")
def decline(no: str) -> Response:
    """Say no, with a reason for who asked. Everything goes back; a second press finds it declined."""
    here, form = guards.member(), DeclineForm()
    order_page = url_for("orders.order", no=no)
    if not form.validate():
        found = mine.order_of(reading(), here.dealer_id, no)
        return refused("orders/refusal.html", order=found, form=form) if found.awaiting_approval else go(order_page)
    try:
        transact(
            decline_order,
            dealer_id=here.dealer_id,
            member_id=here.member_id,
            role=here.role,
            no=no,
            reason=form.reason.data,
            source_address=request.remote_addr or "",
        )
    except Refused as refusal:
        return _too_late(no, refusal)
    return go(order_page, toast=_("已拒绝，积分已退回"))


def waiting_here() -> mine.Waiting:
    """What waits among the orders of the dealer who is here, asked once a request; for nobody but owners to approve."""
    if "waiting" not in g:
        g.waiting = mine.Waiting()
        if guards.who() is not None:
            here = guards.member()
            found = mine.waiting(reading(), now(), here.dealer_id)
            g.waiting = found if here.may_manage else found._replace(to_approve=0)
    return cast("mine.Waiting", g.waiting)


def approvals_here() -> int:
    """How many redemptions wait for the member who is here: none for who is no owner."""
    return waiting_here().to_approve


def approver_needs_proof(order: RedemptionOrder) -> bool:
    """Whether the owner who is here has yet to show a second factor before agreeing to this order."""
    here = guards.member()
    mine_to_use = powers_of(reading(), here.dealer_id, here.member_id)
    return mine_to_use.needs_second_factor(order.points, here.second_factor_at, now())


def _too_late(no: str, refusal: Refused) -> Response:
    """To the order as it is now, with what was refused; an order that is not this dealer's is not found."""
    mine.order_of(reading(), guards.member().dealer_id, no)
    return go(url_for("orders.order", no=no), toast=told(refusal), kind="negative")
