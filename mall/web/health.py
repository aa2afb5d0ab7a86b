"""/healthz: is this mall fit to answer? For load balancers and monitors; it tells nothing that is secret.

200 when the database answers and its tables are those of this code, 503 otherwise. What features watch over
(the worker) is told beside that and does not take the mall out of service.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, current_app, jsonify
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from mall.config import ROOT
from mall.web import guards
from mall.web.db import now, reading

Watch = Callable[[Session, datetime], str]

health = Blueprint("health", __name__)


def register(app: Flask) -> None:
    """Answer /healthz."""
    app.extensions.setdefault("watched", {})
    app.register_blueprint(health)


def watch(app: Flask, name: str, state: Watch) -> None:
    """Have a feature's state told by /healthz: a function that reads and answers `ok` or one other word."""
    app.extensions.setdefault("watched", {})[name] = state


@health.get("/healthz")
@guards.open_to_all
def healthz() -> Response:
    """Whether the database answers, its tables are up to date, and what is watched is well."""
    fit, seen = _look()
    answer = jsonify(status="ok" if set(seen.values()) == {"ok"} else "degraded" if fit else "unfit", **seen)
    answer.status_code = 200 if fit else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _look() -> tuple[bool, dict[str, str]]:
    try:
        session = reading()
        fit = up_to_date(session.connection())
        seen = {"database": "ok", "migrations": "ok" if fit else "behind"}
        if fit:
            seen.update({name: state(session, now()) for name, state in current_app.extensions["watched"].items()})
    except SQLAlchemyError:
        current_app.logger.exception("healthz: the database does not answer")
        return False, {"database": "unreachable"}
    return fit, seen


def up_to_date(connection: Connection) -> bool:
    """Whether the database is at the revisions of this code's migrations."""
    return set(MigrationContext.configure(connection).get_current_heads()) == wanted_heads()


@lru_cache(maxsize=1)
def wanted_heads() -> frozenset[str]:
    """The revisions a database must be at for this code."""
    return frozenset(scripts().get_heads())


def scripts() -> ScriptDirectory:
    """The migrations of this code."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)
