"""My orders: the list by state, one order, and taking it back."""

from __future__ import annotations

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _

from mall.catalog.models import KINDS
from mall.orders.actions import cancel as cancel_order
from mall.orders.actions.nudge import AGAIN_AFTER
from mall.orders.actions.receive import COMPLETED_AFTER, RECEIVED_AFTER
from mall.orders.forms import place_from, place_to
from mall.orders.models import Happening, OrderState
from mall.orders.queries import mine
from mall.orders.queries.claims import claimable, claims_about
from mall.orders.queries.destination import destination_of, remark_of
from mall.orders.views.blueprint import orders
from mall.payments.queries import payments_of, refunds_of
from mall.points.queries import balance
from mall.rewards.actions import handed_out
from mall.web import guards
from mall.web.db import now, reading, transact
from mall.web.filters import number
from mall.web.pages import go, page

TABS: dict[str, frozenset[OrderState]] = {
    "": frozenset(),
    "awaiting": frozenset({OrderState.AWAITING_APPROVAL, OrderState.AWAITING_PAYMENT}),
    "to-ship": frozenset({OrderState.TO_SHIP, OrderState.PARTLY_SHIPPED}),
    "shipped": frozenset({OrderState.SHIPPED}),
    "done": frozenset({OrderState.RECEIVED, OrderState.COMPLETED}),
    "cancelled": frozenset({OrderState.CANCELLED}),
}
"""The list's tabs, as its address names them, and the states they show."""


@orders.get("/orders", endpoint="mine")
@guards.member_required
def my_orders() -> Response:
    """A page of my orders, newest first; for htmx its entries alone, to be hung behind those before."""
    session, dealer_id = reading(), guards.member().dealer_id
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else ""
    shown, more = mine.orders_of(session, dealer_id, states=TABS[tab], before=place_from(request.args))
    by_state = mine.counts(session, dealer_id)
    return page(
        "orders/mine.html",
        "orders/_orders.html",
        shown=shown,
        more=url_for("orders.mine", tab=tab or None, before=place_to(more)) if more else None,
        tab_here=tab,
        counts={name: sum(by_state[state] for state in states) for name, states in TABS.items()},
        here=guards.member(),
        asked_after=now() - AGAIN_AFTER,
        onward="before" in request.args,
    )


@orders.get("/orders/<no>")
@guards.member_required
def order(no: str) -> Response:
    """One order: where it stands, what is in it, where it goes, what paid for it. `placed=1` congratulates first."""
    here, session, at = guards.member(), reading(), now()
    found = mine.order_of(session, here.dealer_id, no)
    seal = current_app.extensions["seal"]
    placed = request.args.get("placed") == "1" and (found.waiting or found.arrived)
    lines = mine.lines_of(session, [found])[found.dealer_id, found.id]
    parts = mine.parts_of(session, [found])[found.dealer_id, found.id]
    payments = payments_of(session, found.dealer_id, found.id)
    events = mine.events_of(session, found)
    claimed = any(one.what is Happening.CLAIMED for one in events)
    over = found.awaiting_payment and found.close_at is not None and found.close_at <= at
    on_the_road = [part.shipped_at for part in parts if part.shipped and part.shipped_at]
    return page(
        "orders/placed.html" if placed else "orders/order.html",
        "orders/_order.html",
        here=here,
        order=found,
        lines=lines,
        parts=parts,
        held=handed_out(session, found.dealer_id, found.id, {line.kind for line in lines if not line.kind.shipped}),
        kinds=KINDS,
        payments=[one for one in payments if one.paid or one.unsure],
        refunds=refunds_of(session, found.dealer_id, found.id),
        unsure=found.awaiting_payment and (over or any(one.unsure for one in payments)),
        due_at=mine.due_among(parts),
        received_by=min(on_the_road) + RECEIVED_AFTER if on_the_road else None,
        claims_until=found.received_at + COMPLETED_AFTER if found.received_at else None,
        nudged=found.nudged_at is not None and at < found.nudged_at + AGAIN_AFTER,
        untouched=all(part.untouched or part.cancelled for part in parts),
        events=events,
        claimable=claimable(session, found, lines, parts) if here.may_redeem else {},
        claims=claims_about(session, found) if claimed else [],
        lots=mine.lots_paid(session, found),
        destination=destination_of(found, seal),
        remark=remark_of(found, seal),
        available=balance(session, here.dealer_id, at).available if placed else 0,
    )


@orders.get("/orders/<no>/cancellation")
@guards.member_may("redeem")
def cancellation(no: str) -> Response:
    """Asks once more before an order is taken back; what a phone without script sees in place of the sheet."""
    found = mine.order_of(reading(), guards.member().dealer_id, no)
    if not found.cancellable:
        return go(url_for("orders.order", no=no))
    return page("orders/cancellation.html", order=found)


@orders.post("/orders/<no>/cancellation")
@guards.member_may("redeem")
def cancel(no: str) -> Response:
    """Take an order back. A second press finds it taken back."""
    here = guards.member()
    found = transact(
        cancel_order,
        dealer_id=here.dealer_id,
        member_id=here.member_id,
        role=here.role,
        no=no,
        source_address=request.remote_addr or "",
    )
    said = _("已取消，%(points)s 积分已退回", points=number(found.points))
    return go(url_for("orders.order", no=found.no), toast=said)
