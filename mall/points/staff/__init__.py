"""The ledger in the back office: finance's reports on it."""

from __future__ import annotations

from flask import Flask

from mall.points.staff.desk import desk_points


def register(app: Flask) -> None:
    """Open the desk's pages of the ledger."""
    app.register_blueprint(desk_points)
