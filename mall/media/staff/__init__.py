"""Pictures in the back office: the library, uploads, and one picture with its crop."""

from __future__ import annotations

from flask import Flask

from mall.media.staff import library, one, upload
from mall.media.staff.desk import ACTS, desk_media
from mall.web.pages import name_acts


def register(app: Flask) -> None:
    """Open the desk's pages of pictures, and put them on its side."""
    for each in (library, upload, one):
        each.install(app)
    name_acts(app, ACTS)
    app.register_blueprint(desk_media)
