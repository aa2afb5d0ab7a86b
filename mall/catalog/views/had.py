"""What a dealer has had of rewards with a limit: known a floor above, asked once for a whole page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from flask import current_app

from mall.catalog.queries import Entry
from mall.web.db import reading


def had_of(dealer_id: int, items: Collection[int]) -> Mapping[int, int]:
    """How many pieces of these items count against the dealer's limits, by item id; nought is left out."""
    found: Mapping[int, int] = current_app.extensions["redeemed"](reading(), dealer_id, items)
    return found


def with_had(dealer_id: int, *lists: Sequence[Entry]) -> list[list[Entry]]:
    """Lists of rewards that know what their limits leave, in one statement for all; in none if nothing is limited."""
    limited = {entry.id for each in lists for entry in each if entry.limit_per_dealer is not None}
    had = had_of(dealer_id, sorted(limited)) if limited else {}
    return [[replace(entry, had=had.get(entry.id, 0)) for entry in each] for each in lists]
