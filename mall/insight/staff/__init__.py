"""The desk across features: what is to be done today, and the audit log."""

from __future__ import annotations

from flask import Flask

from mall.insight.staff import audit, today, trail
from mall.insight.staff.desk import desk_insight


def register(app: Flask) -> None:
    """Open the pages."""
    today.install(app)
    audit.install(app)
    trail.install(app)
    app.register_blueprint(desk_insight)
