"""From wish to order: what it costs, where it goes, and one press that counts once."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request, url_for

from mall.base.refused import Refused
from mall.catalog.models import NoSuchItem
from mall.dealers.queries import MemberHere, addresses
from mall.orders.actions import place as place_order
from mall.orders.forms import RedemptionForm, fresh_key
from mall.orders.models import MOST, BadQuantity, FormReused
from mall.orders.queries import mine
from mall.orders.queries.offer import offer_by_code
from mall.orders.rules import hindrance, most_for
from mall.orders.views.blueprint import orders
from mall.points.queries import balance
from mall.web import guards, htmx
from mall.web.db import now, reading, transact
from mall.web.forms import whole
from mall.web.pages import go, page, refused


@orders.get("/orders/new")
@guards.member_may("redeem")
def new() -> Response:
    """Checkout of one choice. A quantity nobody can order is told as such, and one is offered instead."""
    typed = request.args.get("quantity") or "1"
    quantity = whole(typed)
    fits = quantity is not None and 1 <= quantity <= MOST
    wants = _look(guards.member(), request.args.get("sku", ""), quantity if fits and quantity else 1)
    if not fits:
        return refused("orders/new.html", _part(), refusal=BadQuantity(most=MOST), **wants)
    return page("orders/new.html", _part(), refusal=None, **wants)


@orders.post("/orders")
@guards.member_may("redeem")
def place() -> Response:
    """Redeem. The same form sent again leads to the same order; what is refused comes back with fresh facts."""
    here, form = guards.member(), RedemptionForm()
    if not form.validate():
        return _handed_back(here, form)
    try:
        offer = offer_by_code(reading(), now(), dealer_id=here.dealer_id, sku_code=form.sku.data or "")
        placed = transact(
            place_order,
            dealer_id=here.dealer_id,
            member_id=here.member_id,
            role=here.role,
            key=form.key.data,
            wish=form.wish(offer.sku_id),
            seal=current_app.extensions["seal"],
            source_address=request.remote_addr or "",
        )
    except Refused as refusal:
        return _handed_back(here, form, refusal)
    return go(url_for("orders.order", no=placed.no, placed=1))


@orders.get("/orders/by-key/<key>")
@guards.member_required
def by_key(key: str) -> Response:
    """The order that a form made: asked when the answer to the form did not come. 404 while there is none."""
    no = mine.number_by_key(reading(), guards.member().dealer_id, key)
    return go(url_for("orders.order", no=no, placed=1))


def _handed_back(here: MemberHere, form: RedemptionForm, refusal: Refused | None = None) -> Response:
    """The form as it was filled, with the facts as they are now and a fresh key."""
    quantity = 1 if form.quantity.errors else form.quantity.whole
    wants = _look(here, form.sku.data or "", quantity, form)
    if isinstance(refusal, FormReused):
        wants["earlier"] = mine.number_by_key(reading(), here.dealer_id, form.key.data or "")
    return refused("orders/new.html", "orders/_checkout.html", refusal=refusal, **wants)


def _look(here: MemberHere, sku: str, quantity: int, form: RedemptionForm | None = None) -> dict[str, Any]:
    session, at = reading(), now()
    if not sku:
        raise NoSuchItem
    offer = offer_by_code(session, at, dealer_id=here.dealer_id, sku_code=sku)
    held = balance(session, here.dealer_id, at)
    known = addresses(session, current_app.extensions["seal"], here.dealer_id) if offer.kind.shipped else []
    chosen = form.address.data if form else request.args.get("address", type=int)
    points = offer.points_each * quantity
    return {
        "here": here,
        "offer": offer,
        "quantity": quantity,
        "points": points,
        "most": most_for(offer, held.available),
        "hindrance": hindrance(offer, quantity, held.available),
        "held": held,
        "addresses": known,
        "chosen": chosen if any(one.id == chosen for one in known) else known[0].id if known else None,
        "remark": form.remark.data if form else "",
        "errors": [text for field in form for text in field.errors] if form else [],
        "key": fresh_key(),
        "earlier": None,
    }


def _part() -> str:
    """What a changed quantity swaps: the bill and the bar, so that what was typed elsewhere stays."""
    return "orders/quantity.hx.html" if htmx.target() == "bill" else "orders/_checkout.html"
