"""What a dealer reads about points."""

from __future__ import annotations

from flask import Flask

from mall.points.forms import CivilMonth
from mall.points.views import account, statements
from mall.points.views.blueprint import points
from mall.points.views.explanation import explain, lot_told
from mall.points.views.reasons import flag_name, per_yuan, times
from mall.points.views.statement_lines import grouped
from mall.points.views.words import bars, bars_told, facts, rule_name, title

__all__ = ["account", "register", "statements"]


def register(app: Flask) -> None:
    """Serve the points pages, and teach templates to tell a movement and a rule in words."""
    for tell in (bars, bars_told, explain, facts, lot_told):
        app.jinja_env.globals[tell.__name__] = tell
    app.jinja_env.globals["movement_title"] = title
    for write in (times, per_yuan, flag_name, rule_name, grouped):
        app.jinja_env.filters[write.__name__] = write
    app.url_map.converters["month"] = CivilMonth
    app.register_blueprint(points)
