"""What the checkout shows: the choices with their prices, the places, the ways to pay, and the quote of all that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request

from mall.catalog.models import Kind, NotDelivered
from mall.dealers.queries import MemberHere, addresses
from mall.orders.forms import RedemptionForm, accounts_from, fresh_key
from mall.orders.queries.offer import Basket, Pick, basket_of
from mall.orders.rules import most_for, signed
from mall.payments.models import GatewayName
from mall.points.queries import balance
from mall.rewards.queries.rebates import wanted
from mall.web.db import now, reading
from mall.web.pages import told


@dataclass(frozen=True)
class Typed:
    """What stands in the form beside the choices, and is kept whenever it is handed back."""

    address: int | None = None
    remark: str = ""
    gateway: str = ""
    accounts: Mapping[int, str] = field(default_factory=dict)
    errors: Sequence[str] = ()

    @classmethod
    def of(cls, form: RedemptionForm) -> Typed:
        """What a browser sent."""
        return cls(
            form.address.data,
            form.remark.data or "",
            form.gateway.data or "",
            accounts_from(request.form),
            [text for one in form for text in one.errors],
        )


def look(here: MemberHere, picks: Sequence[Pick], typed: Typed, *, from_cart: bool = False) -> dict[str, Any]:
    """All that the checkout's page wants, with a quote and a key of its own each time it is shown."""
    session, at, seal = reading(), now(), current_app.extensions["seal"]
    known = addresses(session, seal, here.dealer_id)
    chosen = typed.address if any(one.id == typed.address for one in known) else known[0].id if known else None
    undelivered = ""
    try:
        basket = basket_of(session, at, dealer_id=here.dealer_id, picks=picks, address_id=chosen)
    except NotDelivered as refusal:
        undelivered = told(refusal)
        basket = basket_of(session, at, dealer_id=here.dealer_id, picks=picks, address_id=None)
    quote = basket.quote(
        dealer_id=here.dealer_id,
        member_id=here.member_id,
        key=fresh_key(),
        now=at,
        address_id=chosen,
        from_cart=from_cart,
    )
    held = balance(session, here.dealer_id, at)
    ways = offered()
    rebates = [line.points for line in basket.lines if line.offer.kind is Kind.CASH_REBATE and line.plan]
    return {
        "here": here,
        "basket": basket,
        "single": not from_cart and len(picks) == 1,
        "most": _most(basket, held.available),
        "quote": signed(quote, seal) if quote and not undelivered else "",
        "key": quote.key if quote else "",
        "held": held,
        "addresses": known if basket.by_parcel else [],
        "chosen": chosen,
        "undelivered": undelivered,
        "rebate": wanted(session, at, here.dealer_id, rebates) if rebates else None,
        "gateways": ways if basket.pay_fen else (),
        "gateway": typed.gateway if typed.gateway in ways else ways[0].value,
        "again": _again(basket, from_cart=from_cart),
        "typed": typed,
        "earlier": None,
    }


def offered() -> tuple[GatewayName, ...]:
    """The ways to pay: on account always, then the gateways that are set up here."""
    return (GatewayName.ON_ACCOUNT, *current_app.extensions["counter"].offered())


def _most(basket: Basket, available: int) -> int:
    """How many of a single choice the stepper goes up to."""
    first = basket.lines[0]
    return most_for(first.offer, first.plan.points, available) if first.plan else 0


def _again(basket: Basket, *, from_cart: bool) -> str:
    """The address that shows this checkout once more."""
    if from_cart:
        return "/orders/new?cart=1"
    first = basket.lines[0]
    wanted: dict[str, str | int] = {"sku": first.offer.sku_code, "quantity": first.pick.quantity}
    if first.plan:
        wanted["plan"] = first.plan.id
    return f"/orders/new?{urlencode(wanted)}"
