"""What a reward's SKUs cost dealers and how many are left: read here, changed on pages of their own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from mall.catalog.models import Item
from mall.catalog.queries.priced import Priced, of_item, on_hand


@dataclass(frozen=True)
class Sum:
    """A SKU that was published: its prices, and its stock."""

    priced: Priced
    left: int


def sums(session: Session, item: Item | None) -> dict[str, Sum]:
    """By SKU code; nothing of a reward that was never published."""
    if item is None:
        return {}
    found = of_item(session, item)
    left = on_hand(session, [one.id for one in found])
    return {one.code: Sum(one, left.get(one.id, 0)) for one in found}
