"""What dealers see of their rewards: benefits and coupons that they hold, card codes shown by a tap."""

from __future__ import annotations

from flask import Flask

from mall.rewards.views import codes, rebates, vouchers
from mall.rewards.views.blueprint import rewards

__all__ = ["codes", "register"]


def register(app: Flask) -> None:
    """Open the dealers' pages of rewards."""
    vouchers.install(app)
    app.jinja_env.globals["rebate_here"] = rebates.rebate_here
    app.register_blueprint(rewards)
