"""What dealers see before they redeem: catalogue, one reward, activities."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from flask import Flask
from markupsafe import Markup
from sqlalchemy.orm import Session

from mall.base.rich import cleaned, is_rich
from mall.catalog.models import TAGS
from mall.catalog.views import activities, items, one
from mall.catalog.views.blueprint import catalog

Redeemed = Callable[[Session, int, Collection[int]], Mapping[int, int]]
"""How many pieces of items a dealer redeemed and kept, by item id, nought left out: session, dealer id, item ids."""


def register(app: Flask) -> None:
    """Open the shelves.

    What a dealer has had of an item is known a floor above: orders puts its count into `app.extensions["redeemed"]`.
    Until then nobody has had anything, and checkout judges in any case.
    """
    redeemed: Redeemed = app.extensions.setdefault("redeemed", lambda _session, _dealer, _items: {})
    assert callable(redeemed)
    app.jinja_env.globals["tag_words"] = TAGS
    app.jinja_env.filters["described"] = described
    app.register_blueprint(catalog)


def described(text: str) -> Markup:
    """A description as a page shows it: its tags cleaned once more, or each line of plain text a paragraph."""
    if is_rich(text):
        return Markup(cleaned(text))  # noqa: S704 - nh3 has left nothing but plain tags
    lines = (line for line in text.split("\n") if line.strip())
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)


__all__ = ["Redeemed", "activities", "home", "items", "one", "register"]
