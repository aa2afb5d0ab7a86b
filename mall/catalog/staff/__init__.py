"""The catalogue in the back office: prices and freight."""

from __future__ import annotations

from flask import Flask

from mall.base.refused import N_
from mall.catalog.staff import freight, prices
from mall.catalog.staff.desk import desk_catalog
from mall.web.pages import name_acts


def register(app: Flask) -> None:
    """Open the desk's pages of prices and freight."""
    for each in (prices, freight):
        each.install(app)
    name_acts(app, prices.ACTS | {"freight.put": N_("修改运费模板"), "freight.choose": N_("选用运费模板")})
    app.register_blueprint(desk_catalog)
