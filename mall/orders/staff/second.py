"""Claims that one person agreed to and another has to, for the page of all that waits for a second person."""

from __future__ import annotations

from flask import Flask, url_for

from mall.base.refused import N_
from mall.orders.models import MAY_SEND
from mall.orders.queries import claim_queue
from mall.orders.queries.claim_queue import View, Wanted
from mall.web import guards
from mall.web.db import now, reading
from mall.web.second import Waits, second_person


def install(app: Flask) -> None:
    """Put them there."""
    second_person(app, "claims", N_("售后退款"), _may_check, _waiting)


def _may_check() -> bool:
    return guards.who() is not None and guards.staff().is_one_of(*MAY_SEND)


def _waiting() -> list[Waits]:
    here = guards.staff()
    found = claim_queue.queue(reading(), now(), here.staff_id, Wanted(view=View.CHECKING))
    return [
        Waits(
            f"{row.dealer.name} {row.claim.no}",
            f"staff:{row.claim.decided_by}",
            row.claim.applied_at,
            url_for("desk_orders.claim", dealer=row.dealer.code, no=row.claim.no),
            row.claim.decided_by == here.staff_id,
        )
        for row in found.rows
    ]
