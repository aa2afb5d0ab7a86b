"""What dealers do with orders: checkout, my orders, one order."""

from __future__ import annotations

from flask import Flask

from mall.orders.queries.mine import pieces_had, waiting
from mall.orders.views import checkout, mine
from mall.orders.views.blueprint import orders
from mall.web import guards
from mall.web.db import reading
from mall.web.pages import count_on

__all__ = ["checkout", "mine", "register"]


def register(app: Flask) -> None:
    """Open the dealers' order pages, count orders on their way on the tab, tell the catalogue what a dealer had."""
    app.register_blueprint(orders)
    count_on(app, "orders", _on_the_way)
    app.extensions["redeemed"] = pieces_had


def _on_the_way() -> int:
    here = guards.who()
    return waiting(reading(), guards.member().dealer_id) if here else 0
