"""From wish to order: what it costs, where it goes, and one press that counts once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from mall.base.refused import N_, Refused
from mall.catalog.models import NoSuchItem
from mall.dealers.queries import MemberHere
from mall.orders.actions import Placed
from mall.orders.actions import place as place_order
from mall.orders.forms import RedemptionForm, accounts_from
from mall.orders.models import MOST, MOST_LINES, BadQuantity, FormReused, NothingChosen, OrderState, TooManyLines
from mall.orders.queries import mine
from mall.orders.queries.cart import chosen_picks
from mall.orders.queries.offer import Pick, sku_id_by_code
from mall.orders.rules import Asked, Quote, Windows, opened
from mall.orders.views.blueprint import orders
from mall.orders.views.quoting import Typed, look, offered
from mall.web import guards, htmx, resume
from mall.web.db import reading, transact
from mall.web.forms import trimmed, whole
from mall.web.pages import go, page, refused, told


class SumChanged(Refused):
    """The form says another quantity or price than its quote: without script nobody had asked for the new sum yet."""

    code = "sum_changed"
    text = N_("数量或兑换方式改过了，请看一眼新的合计再提交。积分没有扣减。")


@orders.route("/orders/new", methods=["GET", "POST"])
@guards.member_may("redeem")
def new() -> Response:
    """Checkout of one choice (`sku`, `quantity`, `plan`), or with `cart=1` of what is chosen in the cart.

    A POST is the same page asked for again by its own form, so that what was typed beside it stays.
    """
    here = guards.member()
    typed = _typed()
    if request.values.get("cart"):
        return _cart(here, typed)
    if not request.args.get("sku"):
        raise NoSuchItem
    said = _said("quantity")
    quantity = whole(said if said is not None else request.args.get("quantity") or "1")
    fits = quantity is not None and 1 <= quantity <= MOST
    pick = Pick(
        sku_id=sku_id_by_code(reading(), request.args["sku"]),
        quantity=quantity if fits and quantity else 1,
        plan_id=_plan(),
    )
    wants = look(here, [pick], typed)
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
        return _handed_back(here, Typed.of(form), quote)
    if changed := _changed(quote):
        return _handed_back(here, Typed.of(form), quote, changed)
    try:
        placed = transact(
            place_order,
            dealer_id=here.dealer_id,
            member_id=here.member_id,
            role=here.role,
            quote=quote,
            asked=_asked(form),
            seal=seal,
            second_factor_at=here.second_factor_at,
            windows=windows(),
            source_address=request.remote_addr or "",
        )
    except Refused as refusal:
        return _handed_back(here, Typed.of(form), quote, refusal)
    return _onward(placed)


@orders.get("/orders/by-key/<key>")
@guards.member_required
def by_key(key: str) -> Response:
    """The order that a form made: asked when the answer to the form did not come. 404 while there is none."""
    no = mine.number_by_key(reading(), guards.member().dealer_id, key)
    return go(url_for("orders.order", no=no, placed=1))


def windows() -> Windows:
    """How long an order waits for money and for the owner, as this mall is configured."""
    settings = current_app.extensions["settings"]
    return Windows(
        pay=timedelta(minutes=settings.pay_within_minutes), approve=timedelta(hours=settings.approve_within_hours)
    )


def _onward(placed: Placed) -> Response:
    """Where an order leads that was just placed: to pay, to wait for the owner, or to its good news."""
    if placed.state is OrderState.AWAITING_PAYMENT:
        return go(url_for("orders.payment", no=placed.no))
    if placed.state is OrderState.AWAITING_APPROVAL:
        return go(url_for("orders.order", no=placed.no), toast=_("已提交老板审批，积分先冻结"))
    return go(url_for("orders.order", no=placed.no, placed=1))


def _asked(form: RedemptionForm) -> Asked:
    """What the form says beside its quote; a way to pay that is not offered here is none."""
    asked = form.asked(accounts_from(request.form))
    return asked if asked.gateway in offered() else replace(asked, gateway=None)


def _cart(here: MemberHere, typed: Typed) -> Response:
    picks = chosen_picks(reading(), here.dealer_id, here.member_id)
    if not picks:
        return go(url_for("orders.cart"), toast=told(NothingChosen()), kind="negative")
    if len(picks) > MOST_LINES:
        return go(url_for("orders.cart"), toast=told(TooManyLines(most=MOST_LINES)), kind="negative")
    return page("orders/new.html", _part(), refusal=None, **look(here, picks, typed, from_cart=True))


def _handed_back(here: MemberHere, typed: Typed, quote: Quote, refusal: Refused | None = None) -> Response:
    """The form as it was filled, with the facts as they are now, a fresh quote and a fresh key."""
    picks = [Pick(sku_id=line.sku_id, quantity=line.quantity, plan_id=line.plan_id) for line in quote.lines]
    if len(picks) == 1 and not quote.from_cart:
        wanted = whole(_said("quantity") or "")
        quantity = wanted if wanted is not None and 1 <= wanted <= MOST else picks[0].quantity
        picks = [Pick(sku_id=picks[0].sku_id, quantity=quantity, plan_id=_plan() or picks[0].plan_id)]
    wants = look(here, picks, typed, from_cart=quote.from_cart)
    if isinstance(refusal, FormReused):
        wants["earlier"] = mine.number_by_key(reading(), here.dealer_id, quote.key)
    return refused("orders/new.html", "orders/_checkout.html", refusal=refusal, **wants)


def _changed(quote: Quote) -> Refused | None:
    """What to say where quantity or price of a single choice were changed in the form since its quote was made."""
    line = quote.lines[0]
    if len(quote.lines) > 1 or quote.from_cart:
        return None
    wanted, plan = _said("quantity"), _plan() if _said("plan") else line.plan_id
    quantity = line.quantity if wanted is None else whole(wanted)
    if quantity is None or not 1 <= quantity <= MOST:
        return BadQuantity(most=MOST)
    return SumChanged() if (quantity, plan) != (line.quantity, line.plan_id) else None


def _typed() -> Typed:
    if request.method == "POST":
        form = RedemptionForm()
        return Typed.of(form)
    kept = MultiDict(resume.laid_aside())
    return Typed(
        address=request.args.get("address", type=int),
        remark=trimmed(kept.get("remark"))[:100],
        accounts=accounts_from(kept),
    )


def _said(name: str) -> str | None:
    return request.form.get(name)


def _plan() -> int | None:
    text = _said("plan") or request.args.get("plan") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < 2**63 else None


def _part() -> str:
    """What another choice swaps: the bill and the bar, so that what is being typed elsewhere stays."""
    return "orders/bill.hx.html" if htmx.target() == "bill" else "orders/_checkout.html"
