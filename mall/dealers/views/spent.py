"""How many points a member redeemed this month: known to a floor above, which registers how it is counted."""

from __future__ import annotations

from flask import current_app

from mall.web import guards
from mall.web.db import now, reading


def spent_this_month(dealer_id: int, member_id: int) -> int | None:
    """The points of a member's redemptions since the month began in the programme's zone; none where nobody counts.

    Whoever counts puts `count(session, dealer_id, member_id, now, zone)` into `app.extensions["spent_this_month"]`.
    """
    count = current_app.extensions.get("spent_this_month")
    zone = current_app.extensions["settings"].zone
    return int(count(reading(), dealer_id, member_id, now(), zone)) if count else None


def spent_here() -> int | None:
    """The same of the member who is here."""
    here = guards.member()
    return spent_this_month(here.dealer_id, here.member_id)
