"""A price below cost of the demo that waits for a second person: a merchandiser asked, another or the administrator may
agree.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mall.catalog.actions import Costs, PlanToPut
from mall.catalog.actions.below_cost import ask_below_cost
from mall.catalog.models import Sku
from mall.dealers.models import Staff, Tier
from mall.proposals.models import Proposal

MAKER, SKU = "xuanpin", "AP-1001-W"
KEY, NOTE = "demo-below-cost-1", "象牙白停产，战略级经销商清尾货"


def ask_for_a_price(session: Session, now: datetime) -> None:
    """Ask for it; seeded again, with another end on another day, it asks for nothing new."""
    if session.scalar(select(Proposal.id).where(Proposal.key.startswith(f"{KEY}/"))) is not None:
        return
    maker = session.scalars(select(Staff.id).where(Staff.login == MAKER)).one()
    cost = session.scalars(select(Sku.cost_fen).where(Sku.code == SKU)).one()
    put = PlanToPut(points=26_800, tier=Tier.STRATEGIC, ends_at=now + timedelta(days=30))
    costs = Costs(cost_fen=cost, tax_bps=1_300, unit_value=10_000)
    ask_below_cost(session, now, sku_code=SKU, put=put, costs=costs, note=NOTE, key=KEY, actor=f"staff:{maker}")
