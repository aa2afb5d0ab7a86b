"""A reward as a list shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from mall.catalog.models import Delivery, Kind


@dataclass(frozen=True, slots=True)
class Entry:
    """A reward in a list, at the price of the dealer who looks. `left` is the stock of all its SKUs together, `had` how
    many pieces count against the dealer's limit, where it has one.
    """

    id: int
    code: str
    kind: Kind
    names: Mapping[str, str]
    picture: str
    tags: Sequence[str]
    list_price_fen: int
    lowest_points: int
    lowest_cash_fen: int
    highest_points: int
    limit_per_dealer: int | None
    delivery: Delivery
    shelved_at: datetime
    left: int
    had: int = 0

    @property
    def used_up(self) -> bool:
        """Whether the dealer has had as many as one may have."""
        return self.limit_per_dealer is not None and self.had >= self.limit_per_dealer

    @property
    def several_prices(self) -> bool:
        """Whether its SKUs differ in price."""
        return self.highest_points > self.lowest_points

    @property
    def gone(self) -> bool:
        """Sold out in every SKU."""
        return self.left <= 0

    def short_by(self, available: int) -> int:
        """How many points are missing for its cheapest SKU; nought if none."""
        return max(0, self.lowest_points - available)


def entries(session: Session, statement: Select[Any], given: Mapping[str, Any]) -> list[Entry]:
    """The entries that a statement of items finds."""
    return [
        Entry(
            row.id,
            row.code,
            row.kind,
            row.names,
            row.pictures[0] if row.pictures else "",
            row.tags,
            row.list_price_fen,
            row.lowest_points,
            row.lowest_cash_fen,
            row.highest_points,
            row.limit_per_dealer,
            row.delivery,
            row.shelved_at,
            int(row.left),
        )
        for row in session.execute(statement, dict(given))
    ]
