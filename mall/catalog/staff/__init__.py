"""The catalogue in the back office: rewards, categories, suppliers, prices, freight and stock."""

from __future__ import annotations

from flask import Flask

from mall.catalog.queries.pictures import picture_uses
from mall.catalog.staff import (
    batch_second,
    batches,
    below_cost,
    bulk,
    categories,
    counts,
    edition_behind,
    edition_bounds,
    edition_history,
    editions,
    editor,
    freight,
    history,
    items,
    level_sheets,
    people,
    preview,
    price_sheets,
    prices,
    searches,
    sheets,
    stock,
    suppliers,
    warehouses,
)
from mall.catalog.staff.acts import ACTS
from mall.catalog.staff.desk import desk_catalog
from mall.catalog.staff.stock_desk import desk_stock
from mall.web.pages import name_acts
from mall.web.picture_field import tell_uses


def register(app: Flask) -> None:
    """Open the desk's pages."""
    for each in (items, batches, editions, categories, suppliers, prices, below_cost, freight, searches, sheets):
        each.install(app)
    price_sheets.install(app)
    level_sheets.install(app)
    for each in (stock, counts, warehouses, people, batch_second):
        each.install(app)
    name_acts(app, ACTS)
    tell_uses(app, picture_uses)
    app.register_blueprint(desk_catalog)
    app.register_blueprint(desk_stock)


__all__ = ["bulk", "edition_behind", "edition_bounds", "edition_history", "editor", "history", "preview", "register"]
