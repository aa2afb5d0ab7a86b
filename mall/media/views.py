"""Where kept pictures are fetched from: addresses that never mean another picture, so whoever has one keeps it."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, send_file

from mall.base.refused import NotFound
from mall.media.queries import file_of
from mall.web import guards
from mall.web.headers import FILE

media = Blueprint("media", __name__, url_prefix="/media")

A_YEAR = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Serve kept pictures."""
    app.register_blueprint(media)


def folder() -> Path:
    """Where this mall's pictures lie."""
    kept: Path = current_app.extensions["settings"].media
    return kept


@media.get("/<key>/<name>")
@guards.open_to_all
def file(key: str, name: str) -> Response:
    """A picture in one width and kind. Rewards are no secret, and their keys cannot be guessed."""
    path = file_of(folder(), key, name)
    if path is None:
        raise NotFound
    answer = send_file(path, mimetype=f"image/{path.suffix[1:]}", max_age=A_YEAR)
    answer.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    answer.headers["Content-Security-Policy"] = FILE
    return answer
