"""Orders and after-sales in the back office."""

from __future__ import annotations

from flask import Flask

from mall.orders.staff import after_sales, orders, second
from mall.orders.staff.desk import desk_orders
from mall.web.pages import name_acts


def register(app: Flask) -> None:
    """Open the desk's pages of orders and after-sales, and put them on its side with the number that waits."""
    for each in (orders, after_sales, second):
        each.install(app)
    name_acts(app, orders.ACTS | after_sales.ACTS)
    app.register_blueprint(desk_orders)
