"""Today's brand for every page. It changes a few times a year and each page asks for it, so it is kept for a while."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from flask import current_app, url_for
from sqlalchemy.exc import SQLAlchemyError

from mall.face.models import Document
from mall.face.queries.live import Live, live
from mall.face.rules.palette import coloured
from mall.web.brand import PLAIN, Brand
from mall.web.db import now, reading

KEPT = 15.0
"""Seconds after which a process looks whether another theme was published. Home pages look each time."""


def today() -> Brand:
    """The brand of the live layout; where the database does not answer, the last one known."""
    kept = current_app.extensions.get("brand_kept")
    if kept is not None and time.monotonic() - kept[0] < KEPT:
        return _brand(kept)
    try:
        return _brand(seen(live(reading(), now())))
    except SQLAlchemyError:
        # A page that tells of a failure is shown in the mall's own colours rather than not at all.
        kept = (time.monotonic(), *(kept[1:] if kept else (0, PLAIN)))
        current_app.extensions["brand_kept"] = kept
        return _brand(kept)


def seen(shown: Live) -> tuple[float, int, Brand]:
    """Keep the brand of a layout that was just read."""
    kept = current_app.extensions.get("brand_kept")
    brand = kept[2] if kept and kept[1] == shown.no else brand_of(shown.document, style=_style(shown))
    kept = (time.monotonic(), shown.no, brand)
    current_app.extensions["brand_kept"] = kept
    return kept


def brand_of(document: Document, *, style: tuple[str, str] = ("", "")) -> Brand:
    """The brand that a document's theme makes; `style` is where its colours and its mark are served."""
    theme: Mapping[str, Any] = document.get("theme", {})
    tabs = {key: (tab.get("icon", ""), tab.get("names", {})) for key, tab in theme.get("tabs", {}).items()}
    where = style if coloured(theme) else ("", "")
    return Brand(names=theme.get("names", {}), logo=theme.get("logo", ""), tabs=tabs, style=where[0], mark=where[1])


def _style(shown: Live) -> tuple[str, str]:
    no = shown.theme_no
    return (url_for("face.theme_style", no=no), url_for("face.theme_mark", no=no)) if no else ("", "")


def _brand(kept: tuple[float, int, Brand]) -> Brand:
    return kept[2]
