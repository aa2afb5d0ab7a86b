"""What dealers see before they redeem: catalogue, one reward, activities."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from mall.catalog.models import TAGS
from mall.catalog.views import activities, items, one
from mall.catalog.views.blueprint import catalog

Redeemed = Callable[[Session, int, int], int]
"""How many pieces of an item a dealer has redeemed and kept: session, dealer id, item id."""


def register(app: Flask) -> None:
    """Open the shelves.

    What a dealer has had of an item is known a floor above: orders puts its count into `app.extensions["redeemed"]`.
    Until then nobody has had anything, and checkout judges in any case.
    """
    redeemed: Redeemed = app.extensions.setdefault("redeemed", lambda _session, _dealer, _item: 0)
    assert callable(redeemed)
    app.jinja_env.globals["tag_words"] = TAGS
    app.register_blueprint(catalog)


__all__ = ["Redeemed", "activities", "home", "items", "one", "register"]
