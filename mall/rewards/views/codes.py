"""A dealer's card code shown by a tap: in place, or on a page of its own where there is no script."""

from __future__ import annotations

from flask import Response, current_app, request

from mall.rewards.actions import reveal_code
from mall.rewards.views.blueprint import rewards
from mall.web import guards, limits
from mall.web.db import transact
from mall.web.pages import page

LOOKS = limits.Limit("code-reveal", capacity=60, refill=6)
"""Far above what a person taps; a stolen sign-in does not empty the dealer's codes in one go."""


@rewards.post("/rewards/<int:order_id>/codes/<int:code_id>")
@guards.member_may("redeem")
def reveal(order_id: int, code_id: int) -> Response:
    """The code in full, written down as seen. An answer to the press itself, never an address to be opened again."""
    here = guards.member()
    transact(limits.take_all, of=[(LOOKS, str(here.member_id))])
    shown = transact(
        reveal_code,
        dealer_id=here.dealer_id,
        order_id=order_id,
        code_id=code_id,
        member_id=here.member_id,
        role=here.role,
        seal=current_app.extensions["seal"],
        source_address=request.remote_addr or "",
    )
    return page("rewards/code.html", "rewards/_code.html", shown=shown)
