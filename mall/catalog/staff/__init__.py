"""The catalogue in the back office: prices and freight."""

from __future__ import annotations

from flask import Flask

from mall.catalog.staff import freight, prices
from mall.catalog.staff.desk import desk_catalog


def register(app: Flask) -> None:
    """Open the desk's pages of prices and freight."""
    for each in (prices, freight):
        each.install(app)
    app.register_blueprint(desk_catalog)
