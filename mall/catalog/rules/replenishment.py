"""How much to order, and how badly it is needed: numbers in, a number or an alarm out."""

from __future__ import annotations

from dataclasses import dataclass

from mall.catalog.models import Alarm

MONTH, QUARTER = 30, 90


@dataclass(frozen=True)
class Standing:
    """How a SKU stands: what can be redeemed, what is on its way, what orders took in 30 and in 90 days, its levels."""

    on_hand: int
    safety: int = 0
    warning: int = 0
    lead_days: int = 7
    pack_size: int = 1
    demand_30: int = 0
    demand_90: int = 0
    on_the_way: int = 0


def suggested(standing: Standing) -> int:
    """How many pieces to order now, in whole packs: what is needed until they are here, and the safety stock, less what
    is left and what is on its way.

    A day's need is that of the last 30 or the last 90 days, whichever is more: a new rush counts at once, and a quiet
    month does not empty the shelf. Who has set no level is not advised.
    """
    if not standing.warning:
        return 0
    needed = demand(standing) + standing.safety - max(standing.on_hand, 0) - standing.on_the_way
    return -(-needed // standing.pack_size) * standing.pack_size if needed > 0 else 0


def demand(standing: Standing) -> int:
    """The pieces that will be asked for until an order placed today is here, rounded up."""
    of_quarter = max(standing.demand_30 * (QUARTER // MONTH), standing.demand_90, 0)
    return -(-of_quarter * standing.lead_days // QUARTER)


def alarm_of(standing: Standing) -> Alarm | None:
    """How badly a SKU runs out; none where all is well or nobody has set a level."""
    if not standing.warning:
        return None
    if standing.on_hand == 0:
        return Alarm.OUT
    if standing.on_hand <= standing.safety:
        return Alarm.SAFETY
    return Alarm.WARNING if standing.on_hand <= standing.warning else None
