"""What sending an order costs, by the freight templates of its rewards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.models import FreightTemplate
from mall.catalog.rules.freight import fee, rules_from


def freight_of(session: Session, *, lines: Sequence[tuple[int | None, int]], region: str) -> int:
    """Fen for one order: lines are (freight template or none, pieces), the region is the address's 省/市/区县/街道.

    Pieces of one template travel together; a line without a template is free. Refused with NotDelivered where
    one of them does not go to this province.
    """
    pieces: Counter[int] = Counter()
    for template, quantity in lines:
        if template is not None:
            pieces[template] += quantity
    if not pieces:
        return 0
    found = session.execute(
        select(FreightTemplate.id, FreightTemplate.rules)
        .where(FreightTemplate.id.in_(pieces))
        .order_by(FreightTemplate.id)
    )
    return sum(fee(rules_from(row.rules), pieces=pieces[row.id], region=region) for row in found)
