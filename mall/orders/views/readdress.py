"""Sending an order elsewhere: one of the dealer's addresses, while nobody has begun to pack it."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _

from mall.base.refused import Refused
from mall.dealers.queries import addresses
from mall.orders.actions import readdress as readdress_order
from mall.orders.forms import ReaddressForm
from mall.orders.models import RedemptionOrder, TooLate
from mall.orders.queries import mine
from mall.orders.queries.destination import destination_of
from mall.orders.queries.readdress import hindrances, readdressable
from mall.orders.views.blueprint import orders
from mall.web import guards
from mall.web.db import reading, transact
from mall.web.pages import go, page, refused, told


@orders.get("/orders/<no>/address")
@guards.member_may("redeem")
def readdress(no: str) -> Response:
    """The dealer's addresses, each with what stands in its way. `address=` is the one just added for this."""
    found, may = _look(no)
    if not may:
        return _too_late(no)
    return page("orders/readdress.html", refusal=None, **_wants(found, request.args.get("address", type=int)))


@orders.post("/orders/<no>/address")
@guards.member_may("redeem")
def send_elsewhere(no: str) -> Response:
    """Let the order go there. A second press finds it so."""
    here, form = guards.member(), ReaddressForm()
    found, may = _look(no)
    if not form.validate():
        return refused("orders/readdress.html", **_wants(found, None, form)) if may else _too_late(no)
    try:
        transact(
            readdress_order,
            dealer_id=here.dealer_id,
            member_id=here.member_id,
            role=here.role,
            no=no,
            address_id=form.address.whole,
            seal=current_app.extensions["seal"],
            source_address=request.remote_addr or "",
        )
    except TooLate:
        return _too_late(no)
    except Refused as refusal:
        if refusal.status == 404:
            raise
        return refused("orders/readdress.html", refusal=refusal, **_wants(found, form.address.whole))
    return go(url_for("orders.order", no=no), toast=_("收货地址已更换"))


def _too_late(no: str) -> Response:
    return go(url_for("orders.order", no=no), toast=told(TooLate()), kind="negative")


def _look(no: str) -> tuple[RedemptionOrder, bool]:
    """The dealer's own order, and whether it may still be sent elsewhere."""
    session = reading()
    found = mine.order_of(session, guards.member().dealer_id, no)
    return found, readdressable(found, mine.parts_of(session, [found])[found.dealer_id, found.id])


def _wants(found: RedemptionOrder, chosen: int | None, form: ReaddressForm | None = None) -> dict[str, Any]:
    session, seal = reading(), current_app.extensions["seal"]
    known = addresses(session, seal, found.dealer_id)
    there = destination_of(found, seal)
    off = {region: told(refusal) for region, refusal in hindrances(session, found, {a.region for a in known}).items()}
    now_at = next(
        (one.id for one in known if there and (one.recipient, one.phone, one.region, one.street, one.outlet) == (
            there.recipient, there.phone, there.region, there.street, there.outlet
        )),
        None,
    )  # fmt: skip
    return {
        "order": found,
        "there": there,
        "addresses": sorted(known, key=lambda one: one.region in off),
        "now_at": now_at,
        "chosen": chosen if any(one.id == chosen and one.region not in off for one in known) else now_at,
        "off": off,
        "errors": [text for field in form for text in field.errors] if form else [],
    }
