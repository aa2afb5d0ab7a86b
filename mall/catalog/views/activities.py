"""Activities: what will expire and what can still be had for it, what is new, and what is coming."""

from __future__ import annotations

from flask import Response, current_app

from mall.catalog.queries import newest, own_prices, within
from mall.catalog.views.blueprint import catalog
from mall.catalog.views.had import with_had
from mall.points.queries import balance, expiring_by_month
from mall.web import guards
from mall.web.db import now, reading
from mall.web.filters import month
from mall.web.pages import page

SHELF = 4
NEW = 6
MONTHS = 6


@catalog.get("/activities")
@guards.member_required
def activities() -> Response:
    """The tab 活动 until flash sales and lotteries open: nothing on it is invented."""
    here, session, at = guards.member(), reading(), now()
    zone = current_app.extensions["settings"].zone
    held = balance(session, here.dealer_id, at)
    own, soon = own_prices(session, at, tier=here.tier, region=here.region), held.soon_points
    usable = within(session, at, own, points=soon, limit=SHELF) if soon else []
    fresh = newest(session, at, own, limit=NEW)
    usable, fresh = with_had(here.dealer_id, usable, fresh)
    months = expiring_by_month(session, here.dealer_id, at, zone, MONTHS)
    return page(
        "catalog/activities.html",
        balance=held,
        net=held.available - held.debt,
        bars=[(month(each.month), each.points) for each in months] if any(each.points for each in months) else [],
        usable=usable,
        fresh=fresh,
    )
