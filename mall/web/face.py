"""What every page wears: htmx, languages, filters, files, the frame, and the style page."""

from __future__ import annotations

from flask import Flask

from mall.web import assets, brand, filters, headers, htmx, icon_names, locale, pages, styleguide


def register(app: Flask) -> None:
    """Set all of it up, and serve the built files with their headers."""
    for part in (htmx, locale, filters, icon_names, assets, brand, pages, styleguide):
        part.install(app)
    assets.serve_static(app, headers.on_file(https=app.extensions["settings"].https))
