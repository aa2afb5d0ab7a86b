"""From wish to order: what it costs, where it goes, and one press that counts once."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request, url_for

from mall.base.refused import Refused
from mall.catalog.models import NoSuchItem
from mall.dealers.queries import MemberHere, addresses
from mall.orders.actions import place as place_order
from mall.orders.forms import RedemptionForm, accounts_from, fresh_key
from mall.orders.models import MOST, BadQuantity, FormReused
from mall.orders.queries import mine
from mall.orders.queries.offer import Pick, basket_of, sku_id_by_code
from mall.orders.rules import Quote, opened, signed
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
    if not request.args.get("sku"):
        raise NoSuchItem
    quantity = whole(request.args.get("quantity") or "1")
    fits = quantity is not None and 1 <= quantity <= MOST
    sku_id = sku_id_by_code(reading(), request.args["sku"])
    pick = Pick(
        sku_id=sku_id, quantity=quantity if fits and quantity else 1, plan_id=request.args.get("plan", type=int)
    )
    wants = _look(guards.member(), [pick])
    if not fits:
        return refused("orders/new.html", _part(), refusal=BadQuantity(most=MOST), **wants)
    return page("orders/new.html", _part(), refusal=None, **wants)


@orders.post("/orders")
@guards.member_may("redeem")
def place() -> Response:
    """Redeem. The same form sent again leads to the same order; what is refused comes back with fresh facts."""
    here, form, seal = guards.member(), RedemptionForm(), current_app.extensions["seal"]
    form.validate()
    quote = opened(form.quote.data or "", seal, dealer_id=here.dealer_id, member_id=here.member_id)
    if form.errors:
        return _handed_back(here, form, quote)
    try:
        placed = transact(
            place_order,
            dealer_id=here.dealer_id,
            member_id=here.member_id,
            role=here.role,
            quote=quote,
            asked=form.asked(accounts_from(request.form)),
            seal=seal,
            second_factor_at=here.second_factor_at,
            source_address=request.remote_addr or "",
        )
    except Refused as refusal:
        return _handed_back(here, form, quote, refusal)
    return go(url_for("orders.order", no=placed.no, placed=1))


@orders.get("/orders/by-key/<key>")
@guards.member_required
def by_key(key: str) -> Response:
    """The order that a form made: asked when the answer to the form did not come. 404 while there is none."""
    no = mine.number_by_key(reading(), guards.member().dealer_id, key)
    return go(url_for("orders.order", no=no, placed=1))


def _handed_back(here: MemberHere, form: RedemptionForm, quote: Quote, refusal: Refused | None = None) -> Response:
    """The form as it was filled, with the facts as they are now, a fresh quote and a fresh key."""
    picks = [Pick(sku_id=line.sku_id, quantity=line.quantity, plan_id=line.plan_id) for line in quote.lines]
    wants = _look(here, picks, form)
    if isinstance(refusal, FormReused):
        wants["earlier"] = mine.number_by_key(reading(), here.dealer_id, quote.key)
    return refused("orders/new.html", "orders/_checkout.html", refusal=refusal, **wants)


def _look(here: MemberHere, picks: list[Pick], form: RedemptionForm | None = None) -> dict[str, Any]:
    session, at, seal = reading(), now(), current_app.extensions["seal"]
    known = addresses(session, seal, here.dealer_id)
    wanted = form.address.data if form else request.args.get("address", type=int)
    chosen = wanted if any(one.id == wanted for one in known) else known[0].id if known else None
    basket = basket_of(session, at, dealer_id=here.dealer_id, picks=picks, address_id=chosen)
    quote = basket.quote(dealer_id=here.dealer_id, member_id=here.member_id, key=fresh_key(), now=at, address_id=chosen)
    return {
        "here": here,
        "basket": basket,
        "quote": signed(quote, seal) if quote else "",
        "key": quote.key if quote else "",
        "held": balance(session, here.dealer_id, at),
        "addresses": known if basket.by_parcel else [],
        "chosen": chosen,
        "remark": form.remark.data if form else "",
        "accounts": accounts_from(request.form),
        "errors": [text for field in form for text in field.errors] if form else [],
        "earlier": None,
    }


def _part() -> str:
    """What a changed quantity swaps: the bill and the bar, so that what was typed elsewhere stays."""
    return "orders/quantity.hx.html" if htmx.target() == "bill" else "orders/_checkout.html"
