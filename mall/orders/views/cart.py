"""The cart (兑换车): what a member gathers before redeeming it in one order."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from mall.base.refused import NotFound, Refused
from mall.orders.actions import cart as verbs
from mall.orders.forms import fresh_key, ids_from, key_from, plan_from
from mall.orders.models import MOST, MOST_LINES, BadQuantity
from mall.orders.queries.cart import cart_of
from mall.orders.queries.offer import sku_id_by_code
from mall.orders.views.blueprint import orders
from mall.points.queries import balance
from mall.web import guards, htmx
from mall.web.db import now, reading, transact
from mall.web.forms import whole
from mall.web.pages import back, go, page, refused, told


@orders.get("/cart")
@guards.member_required
def cart() -> Response:
    """What is in the cart, what is chosen of it, and what that comes to."""
    return page("orders/cart.html", "orders/_cart.html", refusal=None, **_look())


@orders.post("/cart")
@guards.member_required
def put_in_cart() -> Response:
    """Put a choice in: from its page, the wish list, an earlier order. Back to where it was pressed."""
    here = guards.member()
    home = back(url_for("orders.cart"))
    quantity = whole(request.form.get("quantity") or "1")
    try:
        if quantity is None:
            raise BadQuantity(most=MOST)
        transact(
            verbs.put,
            dealer_id=here.dealer_id,
            member_id=here.member_id,
            sku_id=sku_id_by_code(reading(), request.form.get("sku", "")[:40]),
            plan_id=plan_from(request.form),
            quantity=quantity,
            key=key_from(request.form) or fresh_key(),
        )
    except NotFound:
        raise
    except Refused as refusal:
        return go(home, toast=told(refusal), kind="negative")
    return go(home, toast=_("已加入兑换车"))


@orders.post("/cart/lines")
@guards.member_required
def change_cart() -> Response:
    """The cart's form as it stands: what is chosen, how many of each, by which price. `remove` takes a line out.

    One form for all, so that it works without script; with it every change is sent at once.
    """
    here = guards.member()
    own = {"dealer_id": here.dealer_id, "member_id": here.member_id}
    try:
        if "clear" in request.form:
            transact(verbs.clear, **own)
        elif "remove" in request.form:
            transact(verbs.remove, sku_ids=ids_from(request.form.getlist("remove")), **own)
        else:
            _change_all(own)
            transact(verbs.choose, sku_ids=ids_from(request.form.getlist("chosen")), **own)
    except Refused as refusal:
        return refused("orders/cart.html", "orders/_cart.html", refusal=refusal, **_look())
    if "checkout" in request.form:
        return go(url_for("orders.new", cart=1))
    reading().rollback()
    wants = _look()
    if not htmx.wants_fragment() or not wants["cart"].lines:
        return go(url_for("orders.cart"))
    return page("orders/cart.html", "orders/_cart.html", refusal=None, **wants)


def _change_all(own: dict[str, int]) -> None:
    """Quantities and prices that differ from the cart's; what is gone meanwhile stays gone."""
    there = {line.priced.pick.sku_id: line.priced for line in cart_of(reading(), now(), **own).lines}
    for sku_id, priced in there.items():
        said = request.form.get(f"quantity-{sku_id}")
        plan = plan_from(request.form, f"plan-{sku_id}")
        quantity = whole(said) if said is not None else priced.pick.quantity
        if quantity is None:
            raise BadQuantity(most=MOST)
        known = {one.id for one in priced.offer.at(now())}
        wanted = plan if plan in known and plan != priced.pick.plan_id else None
        if quantity != priced.pick.quantity or wanted:
            transact(verbs.change, sku_id=sku_id, quantity=quantity, plan_id=wanted, **own)


def _look() -> dict[str, Any]:
    here, session = guards.member(), reading()
    return {
        "here": here,
        "cart": cart_of(session, now(), dealer_id=here.dealer_id, member_id=here.member_id),
        "held": balance(session, here.dealer_id, now()),
        "most": MOST,
        "most_lines": MOST_LINES,
    }
