"""The programme that commands work on, opened by the first command that needs it."""

from __future__ import annotations

from flask import current_app

from mall.points.actions.programme import open_programme
from mall.web.db import transact


def ensure_programme() -> None:
    """Open the programme in the configured zone, if there is none yet."""
    transact(open_programme, name="积分", zone=current_app.extensions["settings"].zone)
