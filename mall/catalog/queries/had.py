"""What a dealer has had of rewards with a limit. A floor above knows it, and hands in how it is asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from mall.catalog.queries.entry import Entry

Redeemed = Callable[[Session, int, Collection[int]], Mapping[int, int]]
"""How many pieces of these items count against a dealer's limits, by item id; nought is left out."""


def with_had(session: Session, redeemed: Redeemed, dealer_id: int, *lists: Sequence[Entry]) -> list[list[Entry]]:
    """Lists of rewards that know what their limits leave, in one statement for all; in none if nothing is limited."""
    limited = {entry.id for each in lists for entry in each if entry.limit_per_dealer is not None}
    had = redeemed(session, dealer_id, sorted(limited)) if limited else {}
    return [[replace(entry, had=had.get(entry.id, 0)) for entry in each] for each in lists]
