"""What a dealer's pages say of a cash rebate before anybody presses."""

from __future__ import annotations

from mall.rewards.queries.rebates import Wanted, wanted
from mall.web import guards
from mall.web.db import now, reading


def rebate_here(points: int) -> Wanted:
    """What so many points would make for who is here, and what the caps leave."""
    return wanted(reading(), now(), guards.member().dealer_id, [points])
