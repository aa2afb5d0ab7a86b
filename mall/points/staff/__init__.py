"""The ledger in the back office: finance's reports on it."""

from __future__ import annotations

from flask import Flask

from mall.base.refused import N_
from mall.points.staff import (
    accounts,
    breakage,
    correction_list,
    corrections,
    funding,
    liability,
    periods,
    proof,
    roll_forward,
    words,
)
from mall.points.staff.desk import desk_points
from mall.web.pages import name_acts


def register(app: Flask) -> None:
    """Open the desk's pages of the ledger, and teach templates finance's words."""
    for write in (words.expiry_month, words.age, words.fund, words.compact, words.percent):
        app.jinja_env.filters[f"{write.__name__}_told"] = write
    app.jinja_env.globals["share"] = words.share
    for each in (proof, liability, roll_forward, breakage, funding, corrections, correction_list, accounts, periods):
        each.install(app)
    name_acts(app, corrections.ACTS | periods.ACTS | {"points.expected_rate": N_("修改预计未兑换率")})
    app.register_blueprint(desk_points)
