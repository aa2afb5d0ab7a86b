"""What a dealer has had of rewards with a limit: known a floor above, asked once for a whole page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flask import current_app

from mall.catalog.queries import Entry
from mall.catalog.queries import had as room
from mall.web.db import reading


def had_of(dealer_id: int, items: Collection[int]) -> Mapping[int, int]:
    """How many pieces of these items count against the dealer's limits, by item id; nought is left out."""
    found: Mapping[int, int] = current_app.extensions["redeemed"](reading(), dealer_id, items)
    return found


def with_had(dealer_id: int, *lists: Sequence[Entry]) -> list[list[Entry]]:
    """Lists of rewards that know what their limits leave."""
    return room.with_had(reading(), current_app.extensions["redeemed"], dealer_id, *lists)
