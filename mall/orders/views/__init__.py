"""What dealers do with orders: checkout, my orders, one order, an owner's approval, after-sales."""

from __future__ import annotations

from flask import Flask

from mall.orders.forms import fresh_key
from mall.orders.queries import claims
from mall.orders.queries.mine import pieces_had
from mall.orders.queries.readdress import readdressable
from mall.orders.queries.spent import spent_this_month
from mall.orders.views import (
    after_sales,
    afterwards,
    approvals,
    cart,
    checkout,
    claiming,
    mine,
    notices,
    payment,
    readdress,
    suppliers,
    wishes,
)
from mall.orders.views.blueprint import orders
from mall.web import guards
from mall.web.db import reading
from mall.web.pages import count_on

__all__ = [
    "after_sales",
    "afterwards",
    "approvals",
    "cart",
    "checkout",
    "claiming",
    "mine",
    "notices",
    "payment",
    "readdress",
    "register",
    "suppliers",
    "wishes",
]


def register(app: Flask) -> None:
    """Open the dealers' order pages, count what is under way or to be decided, tell lower floors what was redeemed."""
    app.register_blueprint(orders)
    count_on(app, "orders", _on_the_way)
    count_on(app, "approvals", approvals.approvals_here)
    count_on(app, "claims", _open_claims)
    app.jinja_env.globals["readdressable"] = readdressable
    app.jinja_env.globals["approver_needs_proof"] = approvals.approver_needs_proof
    app.jinja_env.globals["wished_here"] = wishes.wished_here
    app.jinja_env.globals["awaited_here"] = wishes.awaited_here
    app.jinja_env.globals["in_cart_here"] = wishes.in_cart_here
    app.jinja_env.globals["fresh_key"] = fresh_key
    app.extensions["redeemed"] = pieces_had
    app.extensions["spent_this_month"] = spent_this_month


def _on_the_way() -> int:
    return sum(approvals.waiting_here())


def _open_claims() -> int:
    return claims.waiting(reading(), guards.member().dealer_id)
