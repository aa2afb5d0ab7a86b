"""The dealers' own pages: signing in, me, members, sign-ins, addresses."""

from __future__ import annotations

from flask import Flask

from mall.dealers.forms import ROLES
from mall.dealers.views import addresses, me, members, sign_in  # noqa: F401 - each adds its routes
from mall.dealers.views.blueprint import routes
from mall.dealers.views.device import device_name


def register(app: Flask) -> None:
    """Serve these pages, and teach templates the names of roles and devices."""
    app.jinja_env.filters["device"] = device_name
    app.jinja_env.globals["member_roles"] = ROLES
    app.register_blueprint(routes)
