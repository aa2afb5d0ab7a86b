"""What dealers see of the face: the home page, announcements, guides, and the theme on every page."""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup

from mall.base.rich import cleaned, plain
from mall.face.views import brand, home, theme, writing
from mall.face.views.blueprint import face

__all__ = ["brand", "home", "register", "theme", "writing"]


def register(app: Flask) -> None:
    """Open the pages, and dress all others in the theme that is live."""
    app.register_blueprint(face)
    app.extensions["brand"] = brand.today
    app.jinja_env.filters["rich"] = rich
    app.jinja_env.filters["in_short"] = in_short


def in_short(text: str) -> str:
    """A rich text's words alone, in one line."""
    return " ".join(plain(text).split())


def rich(text: str) -> Markup:
    """A rich text for a page: cleaned once more, whatever the database says."""
    return Markup(cleaned(text))  # noqa: S704 - nh3 has just taken out all that could do anything
