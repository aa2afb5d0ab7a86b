"""The dealer points mall: `create_app` is the one visible list of its features."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module

from flask import Flask
from flask_migrate import Migrate

from mall.base.seal import Seal
from mall.config import ROOT, Settings
from mall.web import db as database


def create_app(settings: Settings | None = None, clock: Callable[[], datetime] | None = None) -> Flask:
    """Build the mall. `clock` gives the current UTC moment; tests pass their own."""
    settings = settings or Settings.from_environment()
    app = Flask("mall", root_path=str(ROOT / "mall"), template_folder="../templates", static_folder="../static")
    app.config["SECRET_KEY"] = settings.secret_key
    app.config["TESTING"] = settings.testing
    app.debug = settings.debug
    app.extensions["settings"] = settings
    app.extensions["clock"] = clock or database.system_clock
    app.extensions["seal"] = Seal(settings.secret_key)

    database.connect(app, settings)
    import mall.models  # noqa: F401 - every table is known before the first query and to migrations

    Migrate(app, database.db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)

    for name in FEATURES:
        import_module(name).register(app)
    return app


FEATURES: tuple[str, ...] = (
    # Each has `register(app)`: blueprints of routes, command groups, or handlers. The order is the order of set-up.
    "mall.web.compression",
    "mall.web.headers",
    "mall.web.face",
    "mall.web.guards",
    "mall.web.csrf",
    "mall.web.refusals",
    "mall.dealers.views",
    "mall.dealers.staff",
    "mall.web.desk_views",
    "mall.web.health",
    "mall.media.views",
    "mall.media.staff",
    "mall.points.views",
    "mall.earning.views",
    "mall.catalog.views",
    "mall.face.views",
    "mall.orders.views",
    "mall.orders.staff",
    "mall.payments.staff",
    "mall.rewards.views",
    "mall.rewards.staff",
    "mall.catalog.staff",
    "mall.face.staff",
    "mall.points.staff",
    "mall.proposals.staff",
    "mall.insight.staff",
    "mall.jobs.commands",
    "mall.cli.assets",
    "mall.cli.serve",
    "mall.cli.people",
    "mall.cli.doctor",
    "mall.earning.staff",
    "mall.outbox.staff",
    "mall.api",
    "mall.cli.feed",
    "mall.cli.points",
    "mall.cli.orders",
    "mall.cli.periods",
    "mall.cli.checkpoints",
    "mall.cli.partners",
    "mall.cli.rules",
    "mall.cli.documents",
    "mall.cli.divisions",
    "mall.sandbox.commands",
    "mall.cli.demo.seed",
)
