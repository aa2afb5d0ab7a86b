"""The wish list (心愿单), its hearts, and being told of new stock (到货提醒)."""

from __future__ import annotations

from datetime import date
from typing import cast
from zoneinfo import ZoneInfo

from flask import Response, current_app, g, render_template, request, url_for
from flask_babel import gettext as _

from mall.dealers.queries import MemberHere
from mall.orders.actions import wish as verbs
from mall.orders.models import TooManyWishes
from mall.orders.queries.cart import in_cart
from mall.orders.queries.offer import sku_id_by_code
from mall.orders.queries.wishes import awaited_by, names_of, wished_items, wishes_of
from mall.orders.views.blueprint import orders
from mall.points.queries import balance
from mall.web import guards, htmx
from mall.web.db import now, reading, transact
from mall.web.locale import spoken
from mall.web.pages import back, go, page, told


@orders.get("/wishes")
@guards.member_required
def wishes() -> Response:
    """What the dealer's people wish for, how far away it is, and what can be had today."""
    here, session = guards.member(), reading()
    held = balance(session, here.dealer_id, now())
    net = max(held.available - held.debt, 0)
    shown = wishes_of(session, now(), dealer_id=here.dealer_id, member_id=here.member_id, available=net, today=_today())
    return page("orders/wishes.html", here=here, wishes=shown, net=net)


@orders.post("/wishes/<code>")
@guards.member_required
def change_wish(code: str) -> Response:
    """Wish for an item (`wanted=1`, its choice in `sku`) or no longer (`wanted=0`). For htmx the heart as it is now."""
    here, wanted = guards.member(), request.form.get("wanted", "1") != "0"
    try:
        if wanted:
            sku = request.form.get("sku", "")[:40]
            transact(verbs.wish, dealer_id=here.dealer_id, member_id=here.member_id, item_code=code[:40], sku_code=sku)
        else:
            transact(verbs.unwish, dealer_id=here.dealer_id, item_code=code[:40])
    except TooManyWishes as refusal:
        return go(back(url_for("orders.wishes")), toast=told(refusal), kind="negative")
    if htmx.wants_fragment():
        name = spoken(names_of(reading(), code[:40], here.region))
        return htmx.answer(render_template("orders/heart.hx.html", code=code, wished=wanted, name=name))
    return go(back(url_for("orders.wishes")), toast=_("已放入心愿单") if wanted else _("已移出心愿单"))


@orders.post("/restock-alerts")
@guards.member_required
def await_stock() -> Response:
    """Be told once when a choice that is sold out is there again."""
    here = guards.member()
    sku_id = sku_id_by_code(reading(), request.form.get("sku", "")[:40])
    transact(verbs.await_stock, dealer_id=here.dealer_id, member_id=here.member_id, sku_id=sku_id)
    return go(back(url_for("orders.wishes")), toast=_("到货后会在「消息」里通知你"))


def wished_here() -> frozenset[str]:
    """The items whose hearts are full for who is here; asked once a request."""
    if "wished" not in g:
        here = guards.who()  # staff look at pages of rewards too, in a preview
        g.wished = wished_items(reading(), here.dealer_id) if isinstance(here, MemberHere) else frozenset()
    return cast("frozenset[str]", g.wished)


def awaited_here(sku_id: int) -> bool:
    """Whether who is here is to be told of a choice's stock."""
    here = guards.member()
    return sku_id in awaited_by(reading(), here.dealer_id, here.member_id)


def in_cart_here() -> int:
    """How many choices are in the cart of who is here."""
    here = guards.member()
    return in_cart(reading(), here.dealer_id, here.member_id)


def _today() -> date:
    return now().astimezone(ZoneInfo(current_app.extensions["settings"].zone)).date()
