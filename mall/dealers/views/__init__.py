"""The dealers' own pages: signing in, me, members and their powers, notices, sign-ins, addresses."""

from __future__ import annotations

from flask import Flask

from mall.dealers.forms import ROLES
from mall.dealers.queries.addresses import region_shown
from mall.dealers.views import addresses, me, members, notices, powers, second_factor, sign_in, spent  # noqa: F401
from mall.dealers.views.blueprint import routes
from mall.dealers.views.device import device_name
from mall.web.pages import count_on


def register(app: Flask) -> None:
    """Serve these pages, teach templates the names of roles, devices, regions and what a notice says; count unread."""
    app.jinja_env.filters["device"] = device_name
    app.jinja_env.filters["region"] = region_shown
    app.jinja_env.globals["member_roles"] = ROLES
    app.jinja_env.filters["notice_title"] = notices.title
    app.jinja_env.filters["notice_text"] = notices.sentence
    app.jinja_env.globals["second_factor"] = second_factor.proof
    app.jinja_env.globals["powers_here"] = powers.powers_here
    app.jinja_env.globals["spent_here"] = spent.spent_here
    app.register_blueprint(routes)
    count_on(app, "me", notices.unread_here)
