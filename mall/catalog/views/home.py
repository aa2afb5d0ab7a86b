"""The home page: how much there is, what is about to be lost, what it can become."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Response, current_app
from flask_babel import gettext as _

from mall.catalog.queries import categories, picks, within, within_reach
from mall.catalog.views.blueprint import catalog
from mall.catalog.views.had import with_had
from mall.points.queries import balance
from mall.web import guards
from mall.web.db import now, reading
from mall.web.pages import page

PICKS = 6
NEAR = 6
DOORS = 8


@catalog.get("/")
@guards.member_required
def home() -> Response:
    """Greeting, balance, what expires soon, search, shelves, recommendations."""
    here, session, at = guards.member(), reading(), now()
    held = balance(session, here.dealer_id, at)
    net = held.available - held.debt  # what is owed is missing too
    tier, region = here.tier, here.region
    near = within(session, at, tier=tier, region=region, points=net, limit=NEAR)
    reach = [] if len(near) > 1 else within_reach(session, at, tier=tier, region=region, points=net, limit=NEAR)
    picked = picks(session, at, tier=tier, region=region, limit=PICKS)
    near, reach, picked = with_had(here.dealer_id, near, reach, picked)
    return page(
        "catalog/home.html",
        here=here,
        greeting=_greeting(at),
        balance=held,
        net=net,
        shelves=[shelf for shelf in categories(session, at) if shelf.count][:DOORS],
        picks=picked,
        near=near,
        reach=reach,
    )


@catalog.get("/balance")
@guards.member_required
def balance_card() -> Response:
    """The balance card alone, asked for when a frozen page comes back to life."""
    here = guards.member()
    held = balance(reading(), here.dealer_id, now())
    return page("catalog/_balance.html", balance=held)


def _greeting(at: datetime) -> str:
    hour = at.astimezone(ZoneInfo(current_app.extensions["settings"].zone)).hour
    if 5 <= hour < 11:
        return str(_("早上好"))
    if 11 <= hour < 13:
        return str(_("中午好"))
    if 13 <= hour < 18:
        return str(_("下午好"))
    return str(_("晚上好"))
