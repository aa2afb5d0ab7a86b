"""Rewards in the back office: the vault of card codes, top-ups on their way, rebates against their caps, vouchers."""

from __future__ import annotations

from flask import Flask

from mall.rewards.staff import batches, codes, rebates, top_ups, vault, vouchers
from mall.rewards.staff.desk import ACTS, desk_rewards
from mall.web.pages import name_acts


def register(app: Flask) -> None:
    """Open the desk's pages of rewards, and put them on its side with what needs looking after."""
    for each in (vault, batches, codes, top_ups, rebates, vouchers):
        each.install(app)
    name_acts(app, ACTS)
    app.register_blueprint(desk_rewards)
