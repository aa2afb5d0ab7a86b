"""A dealer's card code shown by a tap: in place, or on a page of its own where there is no script."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, current_app, request
from sqlalchemy.orm import Session

from mall.rewards.actions import Shown, reveal_code
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
    shown = transact(
        _look,
        dealer_id=here.dealer_id,
        order_id=order_id,
        code_id=code_id,
        member_id=here.member_id,
        role=here.role,
        seal=current_app.extensions["seal"],
        source_address=request.remote_addr or "",
    )
    return page("rewards/code.html", "rewards/_code.html", shown=shown)


def _look(session: Session, at: datetime, /, *, member_id: int, **whose: Any) -> Shown:
    """A look, counted only where there was something to see."""
    limits.take_all(session, at, of=[(LOOKS, str(member_id))])
    return reveal_code(session, at, member_id=member_id, **whose)
